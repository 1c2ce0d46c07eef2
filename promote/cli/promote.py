"""`promote promote`: open or update the pull request that moves a release."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from promote.cli.common import command_app
from promote.cli.promotions import DataFormat, opened, outcome_lines, overrides_of, say
from promote.errors import ExitCode, GateHoldsError, UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from promote.promotion import Outcome, Session

app = command_app()


@app.command()
def promote(  # noqa: PLR0917 - a parameter an option, as Typer wants it
    target: Annotated[str, typer.Option("--to", help="The environment to promote into.")],
    apps: Annotated[
        list[str] | None,
        typer.Argument(help="Apps or bundles; all of them move in one pull request."),
    ] = None,
    every: Annotated[
        bool, typer.Option("--all", help="Each app that may move, in a pull request of its own.")
    ] = False,
    override: Annotated[
        list[str] | None, typer.Option(help="Pass this gate all the same; may be repeated.")
    ] = None,
    reason: Annotated[str, typer.Option(help="Why; recorded in the commit.")] = "",
    again: Annotated[
        bool, typer.Option("--again", help="Also if someone closed the pull request of it.")
    ] = False,
    output: Annotated[
        DataFormat, typer.Option("--output", "-o", help="What to print.")
    ] = DataFormat.TEXT,
) -> int:
    """Open or update the pull request that moves a release.

    Edits only the promotable fields of the target's overlays, on a branch built beside your work
    tree. Running it again changes nothing. Ends with 11, and writes nothing, when a gate holds.
    """
    from promote.promotion.structured import outcome_document, to_json  # noqa: PLC0415 - see opened

    if every == bool(apps):
        raise UsageError("say which apps, or --all", hint="promote promote APP… --to ENVIRONMENT")
    overrides = overrides_of(override or (), reason)
    with opened() as session:
        outcomes, held = _run(session, target, apps or [], overrides, again=again)
    if output is DataFormat.JSON:
        documents = [outcome_document(outcome) for outcome in outcomes]
        sys.stdout.write(to_json("Promotion", {"outcomes": [*documents]}))
    else:
        for outcome in outcomes:
            say(*outcome_lines(outcome))
        if not outcomes and not held:
            say(f"{target}: up to date")
    for error in held:
        print(f"promote: {error}", file=sys.stderr)
    return ExitCode.GATE_HOLDS if held else ExitCode.DONE


def _run(
    session: Session, target: str, apps: list[str], overrides: Mapping[str, str], *, again: bool
) -> tuple[list[Outcome], list[GateHoldsError]]:
    """One pull request of the named apps; of each that would move, if none is named."""
    from promote.promotion import make_plan  # noqa: PLC0415 - see opened
    from promote.promotion import promote as promote_apps  # noqa: PLC0415

    if apps:
        return [promote_apps(session, target, apps, overrides=overrides, again=again)], []
    outcomes, held = [], []
    for one in make_plan(session, target, render=False).moving:
        try:
            moved = promote_apps(session, target, [one.app], overrides=overrides, again=again)
            outcomes.append(moved)
        except GateHoldsError as error:
            held.append(error)
    return outcomes, held
