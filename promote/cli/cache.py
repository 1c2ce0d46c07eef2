"""`promote cache`: what the store of results holds, and emptying it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated

import typer

from promote.cli.common import command_app
from promote.cli.options import DataFormat, Output
from promote.errors import UsageError

if TYPE_CHECKING:
    from promote.store.database import StoreInfo

app = command_app()

_MEGABYTE = 1_000_000


@app.command()
def info(output: Output = DataFormat.TEXT) -> None:
    """Say where the store of results is, and how much it holds."""
    from promote.store.database import ResultStore  # noqa: PLC0415 - help needs no store

    with ResultStore() as store:
        _say(store.info(), output)


@app.command()
def prune(
    keep: Annotated[
        int, typer.Option("--keep", metavar="MB", help="Keep so much of what was used last.")
    ] = 0,
    output: Output = DataFormat.TEXT,
) -> None:
    """Empty the store of results, or make it smaller."""
    from promote.store.database import ResultStore  # noqa: PLC0415 - as above

    if keep < 0:
        raise UsageError("--keep is a number of megabytes")
    with ResultStore() as store:
        store.prune(keep * _MEGABYTE)
        _say(store.info(), output)


def _say(found: StoreInfo, output: DataFormat) -> None:
    if output is DataFormat.JSON:
        document = {"path": str(found.path), "results": found.results, "bytes": found.size}
        typer.echo(json.dumps(document, indent=2))
    else:
        typer.echo(f"{found.path}: {found.results} results, {found.size / _MEGABYTE:.1f} MB")
