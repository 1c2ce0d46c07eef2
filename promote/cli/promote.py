"""`promote promote`: open or update the pull request that moves a release."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, Final

import typer

from promote.cli.common import command_app
from promote.cli.options import DataFormat, Output
from promote.cli.promotions import (
    opened,
    outcome_lines,
    overrides_of,
    say,
    sides_of,
)
from promote.errors import ExitCode, GateHoldsError, MergeConflictError, PromoteError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from promote.promotion import Outcome, Session

app = command_app()


@app.command()
def promote(  # noqa: PLR0917 - a parameter an option, as Typer wants it
    target: Annotated[
        str, typer.Option("--to", metavar="ENVIRONMENT", help="The environment to promote into.")
    ],
    apps: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[APP]...", help="Apps or bundles; all of them move in one pull request."
        ),
    ] = None,
    every: Annotated[
        bool,
        typer.Option("--all", help="All that may move; a pull request for each app or bundle."),
    ] = False,
    override: Annotated[
        list[str] | None,
        typer.Option(metavar="GATE", help="Pass this gate all the same; may be repeated."),
    ] = None,
    reason: Annotated[str, typer.Option(metavar="TEXT", help="Why; recorded in the commit.")] = "",
    again: Annotated[
        bool, typer.Option("--again", help="Also if someone closed the pull request of it.")
    ] = False,
    alone: Annotated[bool, typer.Option("--alone", help="Without the rest of its bundle.")] = False,
    field: Annotated[
        list[str] | None,
        typer.Option(
            metavar="FIELD", help="Only this field of an app, as image:NAME; may be repeated."
        ),
    ] = None,
    take: Annotated[
        list[str] | None,
        typer.Option(
            metavar="SIDE", help="upstream or target, where people edited; or FIELD=upstream."
        ),
    ] = None,
    output: Output = DataFormat.TEXT,
) -> int:
    """Open or update the pull request that moves a release.

    Edits only the promotable fields of the target's overlays, on a branch built beside your work
    tree. What people edited on the target stays. Running it again changes nothing. Ends with 11,
    and writes nothing, when a gate holds.
    """
    from promote.promotion import promote as promote_apps  # noqa: PLC0415 - see opened
    from promote.promotion.structured import outcome_document, to_json  # noqa: PLC0415

    if every == bool(apps):
        raise UsageError("say which apps, or --all", hint="promote promote APP… --to ENVIRONMENT")
    if every and field:
        raise UsageError("--field is for named apps", hint="promote promote APP --field FIELD …")
    overrides, sides = overrides_of(override or (), reason), sides_of(take or ())
    with opened() as session:
        if not alone and not field:
            session.view.check_bundles(target, apps or ())

        def one(names: Sequence[str]) -> Outcome:
            return promote_apps(
                session,
                target,
                names,
                overrides=overrides,
                again=again,
                fields=field or (),
                take=sides,
            )

        outcomes, held = ([one(apps)], []) if apps else _each(session, target, one)
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
    return max((error.exit_code for error in held), key=_WORSE.index, default=ExitCode.DONE)


_WORSE: Final = (ExitCode.DONE, ExitCode.GATE_HOLDS, ExitCode.ERROR)
"""How the command ends when several end differently: what waits is less than what is wrong."""


def _each(
    session: Session, target: str, one: Callable[[Sequence[str]], Outcome]
) -> tuple[list[Outcome], list[PromoteError]]:
    """A pull request of each bundle that would move, and of each app that is in none."""
    from promote.promotion import make_plan  # noqa: PLC0415 - see opened
    from promote.promotion.job.run import groups  # noqa: PLC0415

    moving = {plan.app for plan in make_plan(session, target, render=False).moving}
    outcomes: list[Outcome] = []
    held: list[PromoteError] = []
    for apps in groups(session, target):
        if not moving & {*apps}:
            continue
        try:
            outcomes.append(one(apps))
        except (GateHoldsError, MergeConflictError) as error:
            held.append(error)
    return outcomes, held
