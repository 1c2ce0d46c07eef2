"""`promote status`: the matrix of apps and environments."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from promote.cli.common import command_app
from promote.cli.options import DataFormat, Output
from promote.cli.promotions import opened, say

if TYPE_CHECKING:
    from collections.abc import Iterator

    from promote.promotion import Cell, Status

app = command_app()


@app.command()
def status(
    output: Output = DataFormat.TEXT,
) -> None:
    """Show the matrix of apps and environments: releases, what waits for what, holds, requests.

    Reads the base branch as the remote has it, and changes nothing.
    """
    from promote.promotion import read_status  # noqa: PLC0415 - help needs no promotion
    from promote.promotion.structured import status_document, to_json  # noqa: PLC0415

    with opened() as session:
        found = read_status(session)
    if output is DataFormat.JSON:
        sys.stdout.write(to_json("Status", status_document(found)))
    else:
        say(*_lines(found))


def _lines(found: Status) -> Iterator[str]:
    from promote.promotion.releases.merging import conflict_line  # noqa: PLC0415 - help needs no promotion

    rows = [["", *found.environments]]
    rows += [
        [app, *(_cell(found.cell(environment, app)) for environment in found.environments)]
        for app in found.apps
    ]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for row in rows:
        yield "  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip()
    for cell in found.cells:
        where = f"{cell.environment} {cell.app}"
        yield from (f"{where}: kept: {edit}" for edit in cell.kept)
        yield from (f"{where}: conflict: {conflict_line(edit)}" for edit in cell.conflicts)
        if cell.hold is not None:
            yield f"{where}: {cell.hold}"
        for verdict in cell.verdicts:
            if verdict.holds and verdict.gate != "hold":
                yield f"{where}: {verdict}"


def _cell(cell: Cell) -> str:
    if cell.state == "absent" or cell.release is None:
        return "-"
    words = {"moves": "behind", "held": "behind, held", "follows": "follows"}
    words["conflict"] = "conflict"
    notes = [words[cell.state]] if cell.state in words else []
    if cell.kept:
        notes.append("edited")
    if cell.hold is not None and cell.state != "held":
        notes.append("hold")
    if cell.pull is not None:
        notes.append(f"#{cell.pull}")
    label = cell.release.label
    return f"{label} ({', '.join(notes)})" if notes else label
