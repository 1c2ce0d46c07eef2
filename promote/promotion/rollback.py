"""Rolling back: a promotion of an earlier release of the environment's own, and a hold on it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from promote.errors import UnknownNameError, UsageError
from promote.promotion.apply import Draft, Outcome, Race, carry_out, refuse_held
from promote.promotion.compatible import compatible
from promote.promotion.effects import effects
from promote.promotion.holds import Hold, find_hold, read_holds, set_holds
from promote.promotion.plans import AppPlan, Plan
from promote.promotion.pulls.branch import Wish, branch_name
from promote.promotion.pulls.text import message
from promote.promotion.recording.landed import release_of
from promote.promotion.releases.edits import apply_moves, homeless
from promote.promotion.releases.fields import find
from promote.promotion.releases.history import Period, periods
from promote.promotion.releases.release import Release, moves

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from promote.git import Commit
    from promote.model.tree import Tree
    from promote.promotion.session import Session

_SHOWN = 5


@dataclass(frozen=True, slots=True)
class _Back:
    """One app that goes back, in the environment or in a variant of it."""

    environment: str
    app: str
    current: Release
    wanted: Release


def roll_back(
    session: Session,
    environment: str,
    app: str,
    *,
    to: str | None = None,
    reason: str = "",
    alone: bool = False,
    overrides: Mapping[str, str] | None = None,
) -> Outcome:
    """Open, or bring up to date, the pull request back to an earlier release.

    No gate holds it but the rules of `compatible`: a rollback is what one does when something is
    wrong. It restores the promotable fields exactly, and sets a hold, which promotions respect
    until it is lifted. What landed together goes back together: the apps that the same commits
    moved, to what they had then, and the copies of them that variants got from there.

    Args:
        session: the project on its base branch.
        environment: where.
        app: what.
        to: id of an earlier release, or the start of one that no other has, or its label; the
            previous by default.
        reason: why, for the hold.
        alone: only this app, and only here.
        overrides: the reason to break the rules of `compatible`, under that name.

    Raises:
        GateHoldsError: it would break a rule of `compatible`; nothing was written.
        UnknownNameError: there is no such environment, app or release, or none before this one.
        UsageError: the app is held already, and no release is named.
        GitError: Git or the remote refuses, or others kept winning the race.
        ForgeError: the forge refuses.
    """
    session.view.check_apps(environment, [app])
    race = Race(session, f"roll back {app} in {environment}")
    while race.again():
        session.need_history()
        backs, left = _together(session, environment, app, to, alone=alone)
        apps = sorted({back.app for back in backs})
        branch = branch_name("rollback", environment, apps)
        holds = [
            Hold(back.environment, back.app, back.wanted.id, reason or "rolled back")
            for back in backs
        ]
        plan = _plan(session, environment, backs, holds, left)
        plan = _ruled(session, plan, overrides or {})
        refuse_held(plan, *plan.also)
        if not plan.edits:
            return Outcome("up to date", plan, branch)
        marker = f"rollback {environment}/{'+'.join(apps)}"
        wish = Wish(
            branch,
            marker,
            partial(_edits, session, plan=plan, holds=holds),
            message("Roll back", plan, marker),
        )
        notes = tuple(
            f"holds {hold.app} in {hold.environment} on {hold.release}, until "
            f"`promote hold {hold.environment} {hold.app} --lift`"
            for hold in holds
        )
        notes += tuple(f"not restored: {one}" for one in plan.not_restored)
        outcome = carry_out(session, plan, Draft("Roll back", wish, notes=notes, again=True))
        if outcome is not None:
            return outcome
    raise race.lost()


def _together(
    session: Session, environment: str, app: str, to: str | None, *, alone: bool
) -> tuple[list[_Back], list[str]]:
    """What goes back, that of the environment first; and what cannot, in words."""
    known = _periods(session, environment, app)
    wanted = _earlier(session, environment, app, to, known)
    undone = [period.commit for period in _newer_than(known, wanted)]
    backs = [_Back(environment, app, known[0].release, wanted)]
    left = _left_behind(session, app, wanted, known)
    if alone or not undone:
        return backs, left
    before = undone[-1].parents[:1]
    for other in session.view.apps(environment):
        if other == app or not before or not _own(session, environment, other):
            continue
        moved = [one for one in undone if _moved(session, one, environment, other)]
        if not moved:
            continue
        there = _release_of(session, environment, other)
        then = release_of(session, before[0], environment, other)
        if there.fields != release_of(session, moved[0].object_id, environment, other).fields:
            left.append(f"{other} has moved on to {there.label} since, and stays there")
        elif then and then.fields != there.fields:
            backs.append(_Back(environment, other, there, then))
    # Whichever of them is named, it is one rollback, with one text.
    backs.sort(key=lambda back: back.app)
    for back in [*backs]:
        _with_variants(session, back, backs, left)
    return backs, left


def _with_variants(session: Session, back: _Back, backs: list[_Back], left: list[str]) -> None:
    """Add the copies that variants have of what goes back, if they got it from there."""
    for variant in session.view.variants(back.environment):
        if back.app not in session.view.apps(variant) or not session.view.is_independent(
            variant, back.app
        ):
            continue
        known = _periods(session, variant, back.app)
        if not known or known[0].release.fields != back.current.fields:
            left.append(f"{back.app} in {variant} has another release, and stays there")
            continue
        same = [one.release for one in known if one.release.fields == back.wanted.fields]
        earlier = [one.release for one in known[1:] if one.release.fields != back.current.fields]
        if same or earlier:
            backs.append(_Back(variant, back.app, back.current, (same or earlier)[0]))
        else:
            left.append(f"{back.app} in {variant} never had an earlier release")


def _left_behind(session: Session, app: str, wanted: Release, known: Sequence[Period]) -> list[str]:
    """What a release does not hold, and so does not come back with it: the app's base."""
    landed = next(one.commit for one in known if one.release.fields == wanted.fields)
    base = session.view.base(app)
    log = session.repository.history.log(session.tip, since=landed.object_id, paths=[base], limit=1)
    shown = base.lstrip("/")
    return [f"{shown} has changed since, lastly in {one.object_id[:12]}" for one in log]


def _moved(session: Session, commit: Commit, environment: str, app: str) -> bool:
    """Whether a commit of the base branch changed the release of an app."""
    after = release_of(session, commit.object_id, environment, app)
    before = [release_of(session, one, environment, app) for one in commit.parents[:1]]
    return bool(before) and before[0].fields != after.fields


def _own(session: Session, environment: str, app: str) -> bool:
    view = session.view
    return view.primary(environment) is None or view.is_independent(environment, app)


def _release_of(session: Session, environment: str, app: str) -> Release:
    view = session.view
    return find(session.tree, view.overlay(environment, app), view.promotable(app)).release


def _periods(session: Session, environment: str, app: str) -> list[Period]:
    """The releases that there were. What could not be read, or was not there, is none of them."""
    return [period for period in periods(session, environment, app) if period.release]


def _newer_than(known: Sequence[Period], wanted: Release) -> Sequence[Period]:
    """The periods that end when a release comes back, newest first."""
    ends = next((i for i, one in enumerate(known) if one.release.fields == wanted.fields), 0)
    return known[:ends]


def _plan(
    session: Session,
    environment: str,
    backs: Sequence[_Back],
    holds: Sequence[Hold],
    left: Sequence[str],
) -> Plan:
    by_place: dict[str, list[AppPlan]] = {}
    for back in backs:
        by_place.setdefault(back.environment, []).append(_planned(session, back))
    draft = Plan(
        environment,
        session.tip,
        tuple(by_place.pop(environment)),
        {},
        (),
        also=tuple(Plan(e, session.tip, tuple(apps), {}, ()) for e, apps in by_place.items()),
        not_restored=(
            *left,
            *(
                f"{back.app}: {gone.key}, for which the overlay has no place"
                for back in backs
                for gone in _planned(session, back).homeless
            ),
        ),
    )
    edits = _edits(session, session.tree, draft, holds)
    environments = (environment, *session.view.variants(environment))
    moving = {app.app for plan in (draft, *draft.also) for app in plan.moving}
    return replace(draft, edits=edits, effects=effects(session, edits, environments, moving))


def _ruled(session: Session, plan: Plan, overrides: Mapping[str, str]) -> Plan:
    """The plan with what the rules of `compatible` say of each environment that goes back."""
    moving = {app.app for app in plan.moving}
    tree = session.edited(dict(plan.edits))
    said = compatible(session, plan.target, moving, tree, overrides)
    return replace(
        plan,
        apps=tuple(
            replace(app, verdicts=(said[app.app],)) if app.app in said else app for app in plan.apps
        ),
        also=tuple(_ruled(session, replace(one, edits=plan.edits), overrides) for one in plan.also),
    )


def _planned(session: Session, back: _Back) -> AppPlan:
    view = session.view
    overlay, promotable = view.overlay(back.environment, back.app), view.promotable(back.app)
    pinned = find(session.tree, overlay, promotable)
    every = moves(pinned.release, back.wanted, exactly=True)
    without = homeless(pinned, every)
    possible = tuple(move for move in every if move not in without)
    return AppPlan(back.app, (), back.wanted, pinned.release, possible, tuple(without))


def _edits(session: Session, tree: Tree, plan: Plan, holds: Sequence[Hold]) -> dict[str, bytes]:
    view, changed = session.view, set_holds(tree, session.root, holds)
    for one in (plan, *plan.also):
        for app in one.apps:
            pinned = find(tree, view.overlay(one.target, app.app), view.promotable(app.app))
            skipped = {move.key for move in app.homeless}
            every = moves(pinned.release, app.wanted, exactly=True)
            changed |= apply_moves(tree, pinned, [m for m in every if m.key not in skipped])
    return changed


def _earlier(
    session: Session, environment: str, app: str, to: str | None, known: list[Period]
) -> Release:
    """The release to go back to."""
    if not known:
        raise UnknownNameError(f"{app} has no release in {environment}")
    current, *found = known
    if to is not None:
        return _matching(known, to, f"{app} in {environment}")
    # The release before a rollback's is the one that was rolled back from: without a name,
    # going back once more would be going forward.
    hold = find_hold(read_holds(session.tree, session.root), environment, app)
    if hold is not None and hold.release == current.release.id:
        raise UsageError(
            f"{app} in {environment} is held on {hold.release} already: {hold.reason}",
            hint=f"name a release with --to; {_recent(known)}",
        )
    previous = next((one for one in found if one.release.id != current.release.id), None)
    if previous is None:
        raise UnknownNameError(f"{app} has no earlier release in {environment}")
    return previous.release


def _matching(known: list[Period], to: str, what: str) -> Release:
    by_id = {period.release.id: period.release for period in reversed(known)}
    matches = [one for name, one in by_id.items() if to in {one.label, name[: len(to)]}]
    if to and len(matches) == 1:
        return matches[0]
    problem = "is the start of several releases" if matches else "is no release"
    raise UnknownNameError(f"{to!r} {problem} of {what}", hint=_recent(known))


def _recent(known: list[Period]) -> str:
    ids = {one.release.id: one.release.label for one in known}
    shown = [name if label == name else f"{name} ({label})" for name, label in ids.items()]
    return f"the latest: {', '.join(shown[:_SHOWN])}"
