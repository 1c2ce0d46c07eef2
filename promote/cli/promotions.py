"""What the commands that move releases share: the session, and how plans and outcomes are said."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

from promote.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from promote.promotion import AppPlan, Outcome, Session
    from promote.promotion.releases.merging import Side


@contextmanager
def opened() -> Iterator[Session]:
    """The project of the current folder, as its remote's base branch has it."""
    from promote.promotion import open_session  # noqa: PLC0415 - help needs no promotion

    with open_session() as session:
        yield session


def say(*lines: str) -> None:
    """Print lines that may hold others' words, none of which acts on a terminal or a CI system."""
    from promote.compare.formats.safe import printable, without_commands  # noqa: PLC0415 - as above

    sys.stdout.write("".join(f"{without_commands(printable(line))}\n" for line in lines))


def moves_lines(app: AppPlan) -> Iterator[str]:
    """The fields that move, and those that have no place to go to."""
    for move in app.moves:
        yield f"    {move.key}: {_shown(move.old)} → {_shown(move.new)}"
    for move in app.homeless:
        yield f"    {move.key}: the overlay has no place for it"
    for edit in app.kept:
        yield f"    kept: {edit}"


def conflict_lines(app: AppPlan) -> Iterator[str]:
    """What people edited that upstream changed, too."""
    from promote.promotion.releases.merging import conflict_line  # noqa: PLC0415 - help needs no promotion

    return (f"    conflict: {conflict_line(edit)}" for edit in app.conflicts)


def sides_of(said: Sequence[str]) -> dict[str, Side]:
    """The sides that the user takes: `SIDE` for all fields, `FIELD=SIDE` for one.

    Raises:
        UsageError: it is no side.
    """
    found: dict[str, Side] = {}
    for text in said:
        name, _, side = text.rpartition("=")
        if side not in {"upstream", "target"}:
            raise UsageError(
                f"{text!r} is no side to take", hint="--take upstream, or FIELD=target"
            )
        found[name] = "upstream" if side == "upstream" else "target"
    return found


def verdict_lines(app: AppPlan) -> Iterator[str]:
    """What the gates say, if there is anything to be said."""
    return (f"    {verdict}" for verdict in app.verdicts if not verdict.passed)


def outcome_lines(outcome: Outcome) -> Iterator[str]:
    """What was done, in a line, and what else is worth knowing."""
    pull = outcome.pull
    if pull is None:
        yield f"{outcome.plan.target}: {outcome.status}"
    else:
        yield f"pull request {pull.number} {_STATUS[outcome.status]}: {pull.title}"
        if pull.url:
            yield f"  {pull.url}"
    for app in outcome.plan.moving if outcome.status != "declined" else ():
        yield f"  {app.app}: {app.current.label} → {app.wanted.label}"
        yield from moves_lines(app)
    for also in outcome.plan.also:
        yield from (
            f"  {app.app} in {also.target}: back to {app.wanted.label}" for app in also.apps
        )
    yield from (f"  not restored: {one}" for one in outcome.plan.not_restored)
    yield from (f"  warning: {one}" for one in outcome.plan.warnings)
    for commit in outcome.kept:
        author = commit.author.name
        yield f"  kept on {outcome.branch}: {commit.object_id[:12]} {commit.subject} ({author})"


_STATUS = {
    "opened": "opened",
    "updated": "updated",
    "open already": "is open already",
    "closed": "closed, as nothing is left to move",
    "declined": "was closed by someone and stays so; --again opens another",
    "up to date": "is up to date",
}


def overrides_of(gates: Sequence[str], reason: str) -> dict[str, str]:
    """The gates that the user passes by.

    Raises:
        UsageError: no reason is given, or one without a gate.
    """
    if gates and not reason.strip():
        raise UsageError("--override needs a reason, which is recorded", hint="--reason TEXT")
    if reason and not gates:
        raise UsageError("--reason is for --override", hint="--override GATE --reason TEXT")
    return dict.fromkeys(gates, reason)


def _shown(value: object) -> str:
    return "none" if value is None else str(value)
