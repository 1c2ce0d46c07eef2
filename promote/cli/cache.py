"""`promote cache`: what the store of results holds, and emptying it."""

from __future__ import annotations

from typing import Annotated

import typer

from promote.cli.common import command_app
from promote.errors import UsageError

app = command_app()

_MEGABYTE = 1_000_000


@app.command()
def info() -> None:
    """Say where the store of results is, and how much it holds."""
    from promote.store.database import ResultStore  # noqa: PLC0415 - help needs no store

    with ResultStore() as store:
        found = store.info()
    typer.echo(f"{found.path}: {found.results} results, {found.size / _MEGABYTE:.1f} MB")


@app.command()
def prune(
    keep: Annotated[
        int, typer.Option("--keep", metavar="MB", help="Keep so much of what was used last.")
    ] = 0,
) -> None:
    """Empty the store of results, or make it smaller."""
    from promote.store.database import ResultStore  # noqa: PLC0415 - as above

    if keep < 0:
        raise UsageError("--keep is a number of megabytes")
    with ResultStore() as store:
        store.prune(keep * _MEGABYTE)
        found = store.info()
    typer.echo(f"{found.path}: {found.results} results, {found.size / _MEGABYTE:.1f} MB")
