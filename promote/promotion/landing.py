"""Merging a pull request: what a promotion may do is judged again, on the base branch of now.

Between the opening of a promotion and its merge a freeze may have begun, its upstream moved on, or
someone pushed to its branch. So the plan is made again, and what the merge would really change is
held against it. Gates come from the base branch: what the proposed branch says of them is not read.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from promote.errors import ForgeError, GateHoldsError
from promote.forge import Change
from promote.git.commits import commit_tree
from promote.promotion.apply import Race
from promote.promotion.branch import MARKER, TREE
from promote.promotion.evidence import gates_of
from promote.promotion.fields import find
from promote.promotion.landed import Declared, declared, happened, release_of
from promote.promotion.plan import make_plan
from promote.promotion.reconcile import reconcile
from promote.promotion.record_lines import GateRecord, Record
from promote.promotion.records import write_records

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from promote.forge import PullRequest
    from promote.git import Commit
    from promote.promotion.plans import Plan
    from promote.promotion.release import Release
    from promote.promotion.session import Session

BRANCHES = "promote/"
"""What the branches of promotions begin with."""


@dataclass(frozen=True, slots=True)
class Landing:
    """A merge.

    Attributes:
        pull: the pull request, merged.
        plans: what was planned for each environment that it promotes into, when it was merged.
        records: what was written to the notes.
    """

    pull: PullRequest
    plans: tuple[Plan, ...] = ()
    records: tuple[Record, ...] = ()


def land(
    session: Session,
    number: int,
    *,
    expect: str | None = None,
    overrides: Mapping[str, str] | None = None,
) -> Landing:
    """Merge a pull request, and record what it moved. Rollbacks are held by no gate.

    Args:
        session: the project on its base branch.
        number: which.
        expect: the head commit that was looked at; another one there is refused.
        overrides: gates to pass all the same, with the reason for each, which is recorded. Those
            that were passed when it was opened need not be named again, but for gates that decide
            at the merge.

    Raises:
        GateHoldsError: a gate holds; nothing was merged.
        UsageError: an override names no gate, or one that is never passed.
        ForgeError: it is not what would be promoted now, or the forge refuses.
        GitError: Git or the remote refuses, or others kept winning the race.
    """
    race = Race(session, f"merge pull request {number}")
    while race.again():
        pull = session.forge.show(number)
        if pull.state != "open" or pull.base != session.base:
            return _merged_already(session, number, expect)
        branch = f"refs/heads/{pull.head}"
        there = session.remote.fetch(branch).get(branch)
        if there is None:
            _refuse_gone(pull)
            return _merged_already(session, number, expect)
        if there != pull.head_commit:
            continue
        said = declared(_own_commits(session, there))
        changed = _changes(session, there)
        plans: list[Plan] = []
        if pull.head.startswith(BRANCHES) or (said is not None and not said.rollback):
            if changed is None:
                raise ForgeError(
                    f"pull request {number} conflicts with {session.base}",
                    hint="promote again to build it on what is there now",
                )
            plans = _planned_again(session, pull, changed, said, overrides or {})
            _refuse_held(pull, plans)
            _refuse_other(session, pull, plans, changed)
        ref = f"refs/heads/{session.base}"
        if session.remote.refs(ref).get(ref) != session.tip:
            continue
        if pull.draft and plans:
            session.forge.update(number, Change(draft=False))
        merged = session.forge.merge(number, expect=expect or there)
        return Landing(merged, tuple(plans), _recorded(session, merged, plans, said, changed or {}))
    raise race.lost()


_Changes = dict[tuple[str, str], "Release"]
"""The releases that a merge would leave, by environment and app, where they differ from now."""


def _merged_already(session: Session, number: int, expect: str | None) -> Landing:
    """A merge that was made, one of a fork's branch, or one that the forge refuses, saying why."""
    merged = session.forge.merge(number, expect=expect)
    session.refresh()
    found = [one for one in reconcile(session) if one.commit == merged.merge_commit]
    return Landing(merged, records=tuple(found))


def _refuse_gone(pull: PullRequest) -> None:
    """A fork's branch of a promotion's name is none of ours, and nobody could judge it."""
    if pull.state == "open" and pull.head.startswith(BRANCHES):
        raise ForgeError(
            f"the branch {pull.head} of pull request {pull.number} is not in this repository",
            hint="promote again, or merge it at the forge if it is meant",
        )


def _own_commits(session: Session, head: str) -> list[Commit]:
    """The commits of ours on the branch, as we made them."""
    session.need_history()
    store = session.repository.store
    return [
        commit
        for commit in session.repository.history.log(head, since=session.tip)
        if commit.trailer(MARKER) is not None
        and commit.trailer(TREE) == store.commit(commit.object_id).tree
    ]


def _changes(session: Session, head: str) -> _Changes | None:
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
    found: _Changes = {}
    for environment in view.environments:
        for app in view.apps(environment):
            after = release_of(session, trial, environment, app)
            if after.fields != release_of(session, session.tip, environment, app).fields:
                found[environment, app] = after
    return found


def _planned_again(
    session: Session,
    pull: PullRequest,
    changed: _Changes,
    said: Declared | None,
    overrides: Mapping[str, str],
) -> list[Plan]:
    """A plan of now for each environment that the merge would promote into."""
    by_target: dict[str, list[str]] = {}
    for environment, app in changed:
        if session.view.sources_of(environment, app):
            by_target.setdefault(environment, []).append(app)
    plans = []
    for target, apps in by_target.items():
        passed = {**_passed_before(session, target, said), **overrides}
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


def _passed_before(session: Session, target: str, said: Declared | None) -> dict[str, str]:
    """The overrides that the promotion was opened with, as far as they still are possible.

    They stand in a commit of its branch, for all who approve it to see. A gate of the merge is
    passed by who merges.
    """
    if said is None:
        return {}
    possible = {
        gate.kind for gate in gates_of(session, target) if gate.overridable and gate.stage == "open"
    }
    return {
        record.gate: record.overridden
        for records in said.gates.values()
        for record in records
        if record.gate in possible and record.overridden
    }


def _refuse_held(pull: PullRequest, plans: Sequence[Plan]) -> None:
    lines = [
        f"{app.app}: {verdict}"
        for plan in plans
        for app in plan.moving
        for verdict in app.verdicts
        if verdict.holds
    ]
    if lines:
        raise GateHoldsError(
            f"pull request {pull.number} is not merged: " + "; ".join(lines),
            hint="wait, or `--override GATE --reason TEXT`, which is recorded",
        )


def _refuse_other(
    session: Session, pull: PullRequest, plans: Sequence[Plan], changed: _Changes
) -> None:
    """A merge must do what was just judged, and nothing else to any release."""
    for plan in plans:
        tree = session.edited(dict(plan.edits))
        for app in plan.apps:
            view = session.view
            pinned = find(tree, view.overlay(plan.target, app.app), view.promotable(app.app))
            would = changed[plan.target, app.app]
            if pinned.release.fields != would.fields:
                raise ForgeError(
                    f"pull request {pull.number} would give {plan.target} the release "
                    f"{would.label} of {app.app}, where now {pinned.release.label} is to be "
                    "promoted",
                    hint=f"bring it up to date: `promote promote {app.app} --to {plan.target}`",
                )
    targets = {plan.target for plan in plans}
    for environment, app_name in changed:
        derived = session.view.primary(environment) in targets
        if environment not in targets and not derived:
            raise ForgeError(
                f"pull request {pull.number} also changes the release of {app_name} in "
                f"{environment}, which has no upstream",
                hint="a change that is no promotion goes into a pull request of its own",
            )


def _recorded(
    session: Session,
    merged: PullRequest,
    plans: Sequence[Plan],
    said: Declared | None,
    changed: _Changes,
) -> tuple[Record, ...]:
    """Write what the merge did to the notes."""
    before = session.tip
    session.refresh()
    if merged.merge_commit in {None, before} or not (plans or said):
        return ()
    commit = session.repository.store.commit(merged.merge_commit or "")
    found: list[Record] = []
    by = str(session.repository.identity())
    for environment in dict.fromkeys(name for name, _ in changed):
        apps = [plan_app for plan in plans if plan.target == environment for plan_app in plan.apps]
        about = Declared(
            environments=(environment,),
            apps=tuple(app for name, app in changed if name == environment),
            sources={app.app: app.sources for app in apps},
            gates={
                app.app: tuple(
                    GateRecord(
                        verdict.gate,
                        verdict.passed,
                        verdict.saw,
                        None if verdict.passed else verdict.overridden,
                    )
                    for verdict in app.verdicts
                )
                for app in apps
            },
            rollback=not plans,
        )
        found += happened(session, commit, about, pull=merged.number, by=by)
    if found:
        write_records(session, found)
    return tuple(found)
