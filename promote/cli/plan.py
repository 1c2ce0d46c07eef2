"""`promote plan`: what would move, what holds it back, and what it would do."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from promote.cli.common import command_app
from promote.cli.options import DataFormat, Output
from promote.cli.promotions import (
    conflict_lines,
    moves_lines,
    opened,
    say,
    sides_of,
    verdict_lines,
)
from promote.errors import ExitCode

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from promote.promotion import Plan

app = command_app()


@app.command()
def plan(  # noqa: PLR0917 - a parameter an option, as Typer wants it
    apps: Annotated[
        list[str] | None,
        typer.Argument(metavar="[APP]...", help="Only these apps or bundles.", show_default=False),
    ] = None,
    target: Annotated[
        str, typer.Option("--to", metavar="ENVIRONMENT", help="Only this environment.")
    ] = "",
    render: Annotated[bool, typer.Option(help="Show the rendered difference.")] = True,
    field: Annotated[
        list[str] | None,
        typer.Option(metavar="FIELD", help="Only this field, as image:NAME; may be repeated."),
    ] = None,
    take: Annotated[
        list[str] | None,
        typer.Option(
            metavar="SIDE", help="upstream or target, where people edited; or FIELD=upstream."
        ),
    ] = None,
    output: Output = DataFormat.TEXT,
) -> int:
    """Show what would move, which gates hold it back, and what the rendered change is.

    Reads the base branch as the remote has it, and changes nothing. Ends with 11 when a gate holds
    something back, and with 1 when upstream changed what people edited on the target.
    """
    from promote.promotion import make_plan  # noqa: PLC0415 - help needs no promotion
    from promote.promotion.structured import plan_document, to_json  # noqa: PLC0415

    with opened() as session:
        view = session.view
        plans = [
            make_plan(
                session,
                environment,
                [one for one in apps or () if target or one in view.known(environment)],
                render=render,
                fields=field or (),
                take=sides_of(take or ()),
            )
            for environment in ([target] if target else view.targets(apps or ()))
        ]
        if output is DataFormat.JSON:
            sys.stdout.write(to_json("Plan", {"plans": [plan_document(one) for one in plans]}))
        else:
            _print(plans)
    if any(one.conflicted for one in plans):
        return ExitCode.ERROR
    return ExitCode.GATE_HOLDS if any(one.held for one in plans) else ExitCode.DONE


def _print(plans: Sequence[Plan]) -> None:
    for one in plans:
        say(*_lines(one))
    for warning in dict.fromkeys(warning for one in plans for warning in one.warnings):
        print(f"warning: {warning}", file=sys.stderr)
    if not any(one.moving for one in plans):
        print("nothing would move", file=sys.stderr)


def _lines(plan: Plan) -> Iterator[str]:
    from promote.compare.formats.text import to_text  # noqa: PLC0415 - as above

    yield f"into {plan.target}:"
    words = {"same": "up to date", "empty": "nothing upstream", "held": "held", "moves": "moves"}
    words["conflict"] = "conflict"
    for one in plan.apps:
        arrow = f" → {one.wanted.label}" if one.moves else ""
        yield f"  {one.app}: {one.current.label}{arrow} ({words[one.state]})"
        yield from moves_lines(one)
        yield from conflict_lines(one)
        yield from verdict_lines(one)
    for effect in plan.effects:
        yield f"  rendered in {effect.place}:"
        yield from (f"    {line}" for line in to_text(effect.diff).rstrip().splitlines())
