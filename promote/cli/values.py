"""`promote values`: show an app's merged values, and who set each."""

from __future__ import annotations

import json
import sys
from typing import Annotated

import typer

from promote.cli.common import command_app, warn
from promote.cli.options import DataFormat, Environment, Output
from promote.cli.promotions import say

app = command_app()


@app.command()
def values(
    name: Annotated[str, typer.Argument(metavar="APP", help="The app.")],
    environment: Environment,
    cluster: Annotated[
        str, typer.Option(metavar="CLUSTER", help="The cluster, for an app that is in several.")
    ] = "",
    output: Output = DataFormat.TEXT,
) -> None:
    """Show an app's merged values in an environment, each with the file and line that set it."""
    from promote.project import open_project  # noqa: PLC0415 - help needs no project
    from promote.project.values import explain_values  # noqa: PLC0415

    with open_project(warn=warn) as project:
        rows = explain_values(project, name, environment, cluster)
    if output is DataFormat.JSON:
        data = [
            {
                "path": row.path,
                "value": row.value,
                "layer": row.layer,
                "file": row.file,
                "line": row.line,
            }
            for row in rows
        ]
        typer.echo(json.dumps(data, indent=2))
        return
    if not rows:
        print(f"promote: {name} has no values in {environment}", file=sys.stderr)
    left = max((len(row.path) for row in rows), default=0)
    shown = [json.dumps(row.value, ensure_ascii=False) for row in rows]
    middle = max(map(len, shown), default=0)
    say(
        *(
            f"{row.path:<{left}}  {value:<{middle}}  {row.layer}  {row.file}:{row.line}"
            for row, value in zip(rows, shown, strict=True)
        )
    )
