"""What a merge would do to releases, judged by the gates and rules of the base branch of now."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from promote.errors import ForgeError, GateHoldsError
from promote.git import GitTree
from promote.git.commits import commit_tree
from promote.promotion.compatible import compatible
from promote.promotion.plan import make_plan
from promote.promotion.pulls.opened import passed_before
from promote.promotion.recording.landed import release_of
from promote.promotion.releases.fields import find

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from promote.forge import PullRequest
    from promote.model.tree import Tree
    from promote.promotion.gates import Verdict
    from promote.promotion.plans import Plan
    from promote.promotion.recording.landed import Declared
    from promote.promotion.releases.release import Release
    from promote.promotion.session import Session

BRANCHES: Final = "promote/"
"""What the branches of promotions begin with."""

_NEXT: Final = "wait, or `--override GATE --reason TEXT`, which is recorded"


@dataclass(frozen=True, slots=True)
class Changes:
    """What a merge would do to releases.

    Attributes:
        tree: the files as they would be.
        releases: what would be there, by environment and app, where it differs from now.
    """

    tree: Tree
    releases: Mapping[tuple[str, str], Release]


@dataclass(frozen=True, slots=True)
class Judged:
    """What was judged.

    Attributes:
        plans: of a promotion, one for each environment that it promotes into.
        rules: of a rollback, what `compatible` says, by environment and app.
    """

    plans: tuple[Plan, ...] = ()
    rules: Mapping[tuple[str, str], Verdict] = field(default_factory=dict)

    def verdicts(self, environment: str, app: str) -> tuple[Verdict, ...]:
        """What was said of an app in an environment."""
        planned = [
            verdict
            for plan in self.plans
            for one in plan.apps
            for verdict in one.verdicts
            if (plan.target, one.app) == (environment, app)
        ]
        rule = self.rules.get((environment, app))
        return (*planned, *([rule] if rule is not None else []))


def judge_again(
    session: Session,
    pull: PullRequest,
    changed: Changes | None,
    said: Declared | None,
    overrides: Mapping[str, str],
) -> Judged:
    """Hold what a merge would do against what may be done now.

    A pull request that is neither a promotion nor a rollback is judged by the forge alone.

    Args:
        session: the project on its base branch.
        pull: what would be merged.
        changed: what that would do to releases; None where it conflicts.
        said: what the promotion says of itself.
        overrides: gates to pass all the same, with the reason for each.

    Raises:
        GateHoldsError: a gate or rule holds.
        ForgeError: it is not what would be promoted now.
    """
    if pull.head.startswith(BRANCHES) or (said is not None and not said.rollback):
        if changed is None:
            raise ForgeError(
                f"pull request {pull.number} conflicts with {session.base}",
                hint="promote again to build it on what is there now",
            )
        plans = _planned_again(session, pull, changed, said, overrides)
        _refuse_held(pull, plans)
        _refuse_other(session, pull, plans, changed)
        return Judged(tuple(plans))
    if said is None or changed is None:
        return Judged()
    rules = _rules_again(session, changed, said, overrides)
    _refuse(pull, [f"{app}: {verdict}" for (_, app), verdict in rules.items() if verdict.holds])
    return Judged(rules=rules)


def changes_of(session: Session, head: str) -> Changes | None:
    """What merging a commit now would change; None where it conflicts."""
    repository, view = session.repository, session.view
    if repository.history.merge_base(session.tip, head) is None:
        return None
    merged = repository.history.merge(session.tip, head)
    if merged.conflicts:
        return None
    # A commit of the merged tree, only to read it as one; it is never pushed.
    trial = commit_tree(
        repository.store,
        merged.tree,
        [session.tip, head],
        "trial",
        repository.identity(),
        time=session.clock(),
    )
    found: dict[tuple[str, str], Release] = {}
    for environment in view.environments:
        for app in view.apps(environment):
            after = release_of(session, trial, environment, app)
            if after.fields != release_of(session, session.tip, environment, app).fields:
                found[environment, app] = after
    return Changes(GitTree(repository, trial), found)


def _rules_again(
    session: Session, changed: Changes, said: Declared, overrides: Mapping[str, str]
) -> dict[tuple[str, str], Verdict]:
    """What the rules say of a rollback now: the other app may have moved since it was opened."""
    found: dict[tuple[str, str], Verdict] = {}
    for target in dict.fromkeys(environment for environment, _ in changed.releases):
        moving = {app for environment, app in changed.releases if environment == target}
        passed = {**passed_before(session, target, said), **overrides}
        for app, verdict in compatible(session, target, moving, changed.tree, passed).items():
            found[target, app] = verdict
    return found


def _planned_again(
    session: Session,
    pull: PullRequest,
    changed: Changes,
    said: Declared | None,
    overrides: Mapping[str, str],
) -> list[Plan]:
    """A plan of now for each environment that the merge would promote into."""
    by_target: dict[str, list[str]] = {}
    for environment, app in changed.releases:
        if session.view.sources_of(environment, app):
            by_target.setdefault(environment, []).append(app)
    plans = []
    for target, apps in by_target.items():
        passed = {**passed_before(session, target, said), **overrides}
        plans.append(
            make_plan(
                session,
                target,
                apps,
                overrides=passed,
                render=False,
                pull=pull,
                fields=said.fields if said is not None else (),
                take=said.take if said is not None else None,
            )
        )
    return plans


def _refuse_held(pull: PullRequest, plans: Sequence[Plan]) -> None:
    lines = [
        f"{app.app}: {verdict}"
        for plan in plans
        for app in plan.moving
        for verdict in app.verdicts
        if verdict.holds
    ]
    _refuse(pull, lines)


def _refuse(pull: PullRequest, lines: Sequence[str]) -> None:
    if lines:
        raise GateHoldsError(
            f"pull request {pull.number} is not merged: " + "; ".join(lines), hint=_NEXT
        )


def _refuse_other(
    session: Session, pull: PullRequest, plans: Sequence[Plan], changed: Changes
) -> None:
    """A merge must do what was just judged, and nothing else to any release."""
    for plan in plans:
        tree = session.edited(dict(plan.edits))
        for app in plan.apps:
            view = session.view
            pinned = find(tree, view.overlay(plan.target, app.app), view.promotable(app.app))
            would = changed.releases[plan.target, app.app]
            if pinned.release.fields != would.fields:
                raise ForgeError(
                    f"pull request {pull.number} would give {plan.target} the release "
                    f"{would.label} of {app.app}, where now {pinned.release.label} is to be "
                    "promoted",
                    hint=f"bring it up to date: `promote promote {app.app} --to {plan.target}`",
                )
    targets = {plan.target for plan in plans}
    for environment, app_name in changed.releases:
        derived = session.view.primary(environment) in targets
        if environment not in targets and not derived:
            raise ForgeError(
                f"pull request {pull.number} also changes the release of {app_name} in "
                f"{environment}, which has no upstream",
                hint="a change that is no promotion goes into a pull request of its own",
            )
