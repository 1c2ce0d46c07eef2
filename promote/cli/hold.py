"""`promote hold`: list the holds, ask for one, or ask for the end of one."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from promote.cli.common import command_app
from promote.cli.options import DataFormat, Output
from promote.cli.promotions import opened, say
from promote.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from promote.forge import PullRequest
    from promote.promotion import Hold, Session

app = command_app()


@app.command()
def hold(
    environment: Annotated[
        str,
        typer.Argument(
            metavar="[ENVIRONMENT]", help="Where; without it, list the holds.", show_default=False
        ),
    ] = "",
    name: Annotated[str, typer.Argument(metavar="[APP]", help="What.", show_default=False)] = "",
    reason: Annotated[str, typer.Option(metavar="TEXT", help="Why; kept with the hold.")] = "",
    lift: Annotated[bool, typer.Option("--lift", help="Ask for the end of the hold.")] = False,
    output: Output = DataFormat.TEXT,
) -> None:
    """List the holds, or open the pull request that holds an app on the release that it has.

    Promotions leave an app alone that is held. A rollback sets a hold by itself.
    """
    if bool(environment) != bool(name) or (lift and not name):
        raise UsageError("name an environment and an app, or neither to list the holds")
    from promote.promotion.holding import hold_release  # noqa: PLC0415 - help needs no promotion
    from promote.promotion.holding import lift as lift_hold  # noqa: PLC0415 - as above
    from promote.promotion.structured import holds_document, to_json  # noqa: PLC0415 - as above

    with opened() as session:
        if not name:
            holds, pull = _holds(session), None
        elif lift:
            found, pull = lift_hold(session, environment, name, reason)
            holds = [found]
        else:
            found, pull = hold_release(session, environment, name, reason)
            holds = [found]
    if output is DataFormat.JSON:
        sys.stdout.write(to_json("Holds", holds_document(holds, pull)))
    elif not name:
        say(*map(_line, holds))
    else:
        say(*_asked(holds[0], pull))


def _holds(session: Session) -> list[Hold]:
    from promote.promotion.holds import read_holds  # noqa: PLC0415 - as above

    return read_holds(session.tree, session.root)


def _line(hold: Hold) -> str:
    return f"{hold.environment} {hold.app}: {hold}"


def _asked(hold: Hold, pull: PullRequest | None) -> Iterator[str]:
    if pull is None:
        yield _line(hold)
        return
    yield f"pull request {pull.number}: {pull.title}"
    if pull.url:
        yield f"  {pull.url}"
