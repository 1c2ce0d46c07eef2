"""`promote rollback`: open the pull request back to an earlier release, and hold it."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from promote.cli.common import command_app
from promote.cli.options import DataFormat, Output, What, Where
from promote.cli.promotions import opened, outcome_lines, overrides_of, say

app = command_app()


@app.command()
def rollback(  # noqa: PLR0917 - a parameter an option, as Typer wants it
    environment: Where,
    name: What,
    to: Annotated[
        str,
        typer.Option(
            metavar="RELEASE",
            help="An earlier release: its id, the start of it, or its label.",
        ),
    ] = "",
    reason: Annotated[str, typer.Option(metavar="TEXT", help="Why; kept with the hold.")] = "",
    alone: Annotated[
        bool, typer.Option("--alone", help="Not what landed with it, nor in variants.")
    ] = False,
    override: Annotated[
        list[str] | None,
        typer.Option(metavar="GATE", help="Break the rules: compatible. Needs --reason."),
    ] = None,
    output: Output = DataFormat.TEXT,
) -> None:
    """Open the pull request back to an earlier release, and hold it.

    Restores the promotable fields exactly as they were, and sets a hold in holds.yaml that
    promotions respect. What landed with it goes back with it. No gate holds a rollback.
    """
    from promote.promotion import roll_back  # noqa: PLC0415 - help needs no promotion
    from promote.promotion.structured import outcome_document, to_json  # noqa: PLC0415

    with opened() as session:
        outcome = roll_back(
            session,
            environment,
            name,
            to=to or None,
            reason=reason,
            alone=alone,
            overrides=overrides_of(override, reason) if override else {},
        )
    if output is DataFormat.JSON:
        sys.stdout.write(to_json("Rollback", {"outcomes": [outcome_document(outcome)]}))
    else:
        say(*outcome_lines(outcome))
