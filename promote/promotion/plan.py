"""What would move, what holds it back, and what it would do. Read-only: nothing here writes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from promote.errors import UsageError
from promote.promotion.compatible import GATE as RULES
from promote.promotion.compatible import compatible
from promote.promotion.effects import effects
from promote.promotion.gates import judge
from promote.promotion.gates.evidence import Evidence, gates_of
from promote.promotion.holds import astray, find_hold, lift_hold, read_holds
from promote.promotion.plans import AppPlan, Plan
from promote.promotion.releases.ancestors import Line
from promote.promotion.releases.edits import apply_moves, homeless
from promote.promotion.releases.fields import find
from promote.promotion.releases.merging import Side, check_fields, chosen_of, merge
from promote.promotion.releases.release import EMPTY, moves

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from promote.forge import PullRequest
    from promote.promotion.gates import Asked
    from promote.promotion.session import Session


def make_plan(
    session: Session,
    target: str,
    apps: Sequence[str] = (),
    *,
    overrides: Mapping[str, str] | None = None,
    render: bool = True,
    pull: PullRequest | None = None,
    fields: Sequence[str] = (),
    take: Mapping[str, Side] | None = None,
) -> Plan:
    """Say what a promotion into `target` would do. Reads only.

    Args:
        session: the project on its base branch.
        target: the environment to promote into.
        apps: which apps; all that the target has, if none is named.
        overrides: gates to pass all the same, with the reason for each.
        render: also render the target and its variants.
        pull: the promotion's own pull request, for the gates that look at it; by default the open
            one of each app.
        fields: only these, as `image:shop/cart`; all by default.
        take: which side to take of a field that people edited, by the same names; the empty name
            stands for all.

    Raises:
        UnknownNameError: there is no such environment, app or field.
        UsageError: the environment has no upstream.
        InputError: a file of the project is wrong.
    """
    view = session.view
    sources = view.sources(target)
    if not sources:
        raise UsageError(
            f"{target} has no upstream to promote from", hint=f"see `from` of {target}"
        )
    gates, has_rules = gates_of(session, target), bool(view.config.compatible)
    chosen = view.check_apps(target, apps) if apps else view.apps(target)
    edits: dict[str, bytes] = {}
    asked = {k: why for k, why in (overrides or {}).items() if k != RULES or not has_rules}
    asking = _Asking(gates, asked, take or {}, tuple(fields), Evidence(session, pull))
    check_fields(session, target, chosen, (*fields, *asking.take))
    planned = []
    for app in chosen:
        plan, changed = _plan_app(session, target, app, asking)
        planned.append(plan)
        edits |= changed
    planned = _with_rules(session, target, planned, edits, overrides or {})
    lifted = _lifted(session, target, planned)
    tree = session.edited(edits)
    for app in lifted:
        edits |= lift_hold(tree, session.root, target, app)
        tree = session.edited(edits)
    touched = {plan.app for plan in planned if plan.moves}
    environments = (target, *view.variants(target)) if render else ()
    shown = effects(session, edits, environments, touched)
    warnings = tuple(astray(read_holds(session.tree, session.root), view.config))
    return Plan(target, session.tip, tuple(planned), edits, shown, lifted=lifted, warnings=warnings)


@dataclass(frozen=True, slots=True)
class _Asking:
    """What a plan is asked for, besides the apps."""

    gates: Sequence[Asked]
    overrides: Mapping[str, str]
    take: Mapping[str, Side]
    fields: tuple[str, ...]
    evidence: Evidence


def _plan_app(
    session: Session, target: str, app: str, asking: _Asking
) -> tuple[AppPlan, dict[str, bytes]]:
    view, tree = session.view, session.tree
    sources = view.sources_of(target, app)
    promotable = view.promotable(app)
    releases = tuple(find(tree, view.overlay(s, app), promotable).release for s in sources)
    wanted = releases[0] if releases else EMPTY
    pinned = find(tree, view.overlay(target, app), promotable)
    line = Line(session, target, app, sources)
    merged = merge(line, pinned.release, chosen_of(wanted, asking.fields), asking.take)
    every = moves(pinned.release, merged.proposed(wanted))
    without = homeless(pinned, every)
    possible = tuple(move for move in every if move not in without)
    plan = AppPlan(
        app,
        sources,
        wanted,
        pinned.release,
        possible,
        tuple(without),
        kept=merged.kept,
        conflicts=merged.conflicts,
        took=merged.took,
    )
    if not possible:
        return plan, {}
    edits = apply_moves(tree, pinned, possible)
    case = asking.evidence.case(target, plan, releases, edits)
    judged = replace(plan, verdicts=tuple(judge(asking.gates, case, asking.overrides)))
    return judged, {} if merged.conflicts else edits


def _with_rules(
    session: Session,
    target: str,
    planned: Sequence[AppPlan],
    edits: Mapping[str, bytes],
    overrides: Mapping[str, str],
) -> list[AppPlan]:
    """The plans with what the project's rules say of the target after all of them."""
    moving = {plan.app for plan in planned if plan.moves}
    said = compatible(session, target, moving, session.edited(dict(edits)), overrides)
    return [
        replace(plan, verdicts=(*plan.verdicts, said[plan.app])) if plan.app in said else plan
        for plan in planned
    ]


def _lifted(session: Session, target: str, planned: Sequence[AppPlan]) -> tuple[str, ...]:
    """The apps whose hold is overridden: to move them is to end it."""
    holds = read_holds(session.tree, session.root)
    return tuple(
        plan.app
        for plan in planned
        if plan.state == "moves" and find_hold(holds, target, plan.app) is not None
    )
