"""Rolling back: a promotion of an earlier release of the environment's own, and a hold on it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from promote.errors import UnknownNameError, UsageError
from promote.promotion.apply import Draft, Outcome, Race, carry_out
from promote.promotion.branch import Wish, branch_name
from promote.promotion.edits import apply_moves, homeless
from promote.promotion.effects import effects
from promote.promotion.fields import find
from promote.promotion.history import Period, periods
from promote.promotion.holds import Hold, find_hold, read_holds, set_hold
from promote.promotion.plan import AppPlan, Plan
from promote.promotion.release import Release, moves
from promote.promotion.text import message

if TYPE_CHECKING:
    from promote.model.tree import Tree
    from promote.promotion.session import Session

_SHOWN = 5


def roll_back(
    session: Session,
    environment: str,
    app: str,
    *,
    to: str | None = None,
    reason: str = "",
) -> Outcome:
    """Open, or bring up to date, the pull request back to an earlier release.

    Gates do not hold it: a rollback is what one does when something is wrong. It restores the
    promotable fields exactly, and sets a hold, which promotions respect until it is lifted.

    Args:
        session: the project on its base branch.
        environment: where.
        app: what.
        to: id of an earlier release, or the start of one that no other has; the previous by
            default.
        reason: why, for the hold.

    Raises:
        UnknownNameError: there is no such environment, app or release, or none before this one.
        UsageError: the app is held already, and no release is named.
        GitError: Git or the remote refuses, or others kept winning the race.
        ForgeError: the forge refuses.
    """
    session.view.check_apps(environment, [app])
    branch = branch_name("rollback", environment, [app])
    marker = f"rollback {environment}/{app}"
    race = Race(session, f"roll back {app} in {environment}")
    while race.again():
        session.need_history()
        wanted = _earlier(session, environment, app, to)
        hold = Hold(environment, app, wanted.id, reason or "rolled back")
        plan = _plan(session, environment, app, wanted, hold)
        if not plan.edits:
            return Outcome("up to date", plan, branch)
        wish = Wish(
            branch,
            marker,
            partial(_edits, session, plan=plan, hold=hold),
            message("Roll back", plan, marker),
        )
        notes = (f"sets a hold on {wanted.id}; take it out of holds.yaml to promote again",)
        outcome = carry_out(session, plan, Draft("Roll back", wish, notes=notes, again=True))
        if outcome is not None:
            return outcome
    raise race.lost()


def _plan(session: Session, environment: str, app: str, wanted: Release, hold: Hold) -> Plan:
    view = session.view
    pinned = find(session.tree, view.overlay(environment, app), view.promotable(app))
    every = moves(pinned.release, wanted, exactly=True)
    without = homeless(pinned, every)
    possible = tuple(move for move in every if move not in without)
    planned = AppPlan(app, (), wanted, pinned.release, possible, tuple(without))
    draft = Plan(environment, session.tip, (planned,), {}, ())
    edits = _edits(session, session.tree, draft, hold)
    environments = (environment, *view.variants(environment))
    shown = effects(session, edits, environments, {app}) if possible else ()
    return Plan(environment, session.tip, (planned,), edits, shown)


def _edits(session: Session, tree: Tree, plan: Plan, hold: Hold) -> dict[str, bytes]:
    view, changed = session.view, set_hold(tree, session.root, hold)
    for app in plan.apps:
        pinned = find(tree, view.overlay(plan.target, app.app), view.promotable(app.app))
        skipped = {move.key for move in app.homeless}
        every = moves(pinned.release, app.wanted, exactly=True)
        changed |= apply_moves(tree, pinned, [m for m in every if m.key not in skipped])
    return changed


def _earlier(session: Session, environment: str, app: str, to: str | None) -> Release:
    """The release to go back to."""
    view = session.view
    found = periods(
        session.repository, session.tip, view.overlay(environment, app), view.promotable(app)
    )
    current = next(found, None)
    if current is None:
        raise UnknownNameError(f"{app} has no release in {environment}")
    if to is None:
        # The release before a rollback's is the one that was rolled back from: without a name,
        # going back once more would be going forward.
        hold = find_hold(read_holds(session.tree, session.root), environment, app)
        if hold is not None and hold.release == current.release.id:
            raise UsageError(
                f"{app} in {environment} is held on {hold.release} already: {hold.reason}",
                hint=f"name a release with --to; {_recent([current, *found])}",
            )
        previous = next((one for one in found if one.release.id != current.release.id), None)
        if previous is None:
            raise UnknownNameError(f"{app} has no earlier release in {environment}")
        return previous.release
    return _matching([current, *found], to, f"{app} in {environment}")


def _matching(known: list[Period], to: str, what: str) -> Release:
    by_id = {period.release.id: period.release for period in reversed(known)}
    matches = [release for name, release in by_id.items() if to and name.startswith(to)]
    if len(matches) == 1:
        return matches[0]
    problem = "is the start of several releases" if matches else "is no release"
    raise UnknownNameError(f"{to!r} {problem} of {what}", hint=_recent(known))


def _recent(known: list[Period]) -> str:
    ids = dict.fromkeys(period.release.id for period in known)
    return f"the latest: {', '.join(list(ids)[:_SHOWN])}"
