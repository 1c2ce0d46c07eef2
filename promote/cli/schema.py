"""`promote schema`: print the JSON Schema of promote.yaml."""

from __future__ import annotations

import json

import typer

from promote.cli.common import command_app

app = command_app()


@app.command()
def schema() -> None:
    """Print the JSON Schema of promote.yaml, for editors that complete and check it."""
    from promote.config import schema as the_schema  # noqa: PLC0415 - help needs none

    typer.echo(json.dumps(the_schema(), indent=2, ensure_ascii=False))
