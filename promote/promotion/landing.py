"""Merging a pull request: what a promotion may do is judged again, on the base branch of now.

Between the opening of a promotion and its merge a freeze may have begun, its upstream moved on, or
someone pushed to its branch. So the plan is made again, and what the merge would really change is
held against it. Gates come from the base branch: what the proposed branch says of them is not read.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from promote.errors import ForgeError
from promote.forge import Change
from promote.promotion.apply import Race
from promote.promotion.judging import BRANCHES, changes_of, judge_again
from promote.promotion.pulls.opened import own_commits
from promote.promotion.recording.landed import Declared, declared, happened
from promote.promotion.recording.lines import GateRecord, Record
from promote.promotion.recording.notes import write_records
from promote.promotion.recording.reconcile import reconcile

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from promote.forge import PullRequest
    from promote.promotion.gates import Verdict
    from promote.promotion.judging import Judged
    from promote.promotion.plans import Plan
    from promote.promotion.session import Session


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
    """Merge a pull request, and record what it moved.

    Rollbacks are held by no gate but the rules of `compatible`.

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
        said = declared(own_commits(session, there))
        changed = changes_of(session, there)
        judged = judge_again(session, pull, changed, said, overrides or {})
        ref = f"refs/heads/{session.base}"
        if session.remote.refs(ref).get(ref) != session.tip:
            continue
        if pull.draft and judged.plans:
            session.forge.update(number, Change(draft=False))
        merged = session.forge.merge(number, expect=expect or there)
        places = [*changed.releases] if changed is not None else []
        return Landing(merged, judged.plans, _recorded(session, merged, judged, said, places))
    raise race.lost()


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


def _recorded(
    session: Session,
    merged: PullRequest,
    judged: Judged,
    said: Declared | None,
    places: Sequence[tuple[str, str]],
) -> tuple[Record, ...]:
    """Write what the merge did to the notes."""
    before = session.tip
    session.refresh()
    if merged.merge_commit in {None, before} or not (judged.plans or said):
        return ()
    commit = session.repository.store.commit(merged.merge_commit or "")
    found: list[Record] = []
    by = str(session.repository.identity())
    planned = {(p.target, app.app): app.sources for p in judged.plans for app in p.apps}
    for environment in dict.fromkeys(name for name, _ in places):
        apps = tuple(app for name, app in places if name == environment)
        about = Declared(
            environments=(environment,),
            apps=apps,
            sources={app: planned.get((environment, app), ()) for app in apps},
            gates={app: _said(judged.verdicts(environment, app)) for app in apps},
            rollback=not judged.plans,
        )
        found += happened(session, commit, about, pull=merged.number, by=by)
    if found:
        write_records(session, found)
    return tuple(found)


def _said(verdicts: Sequence[Verdict]) -> tuple[GateRecord, ...]:
    return tuple(
        GateRecord(one.gate, one.passed, one.saw, None if one.passed else one.overridden)
        for one in verdicts
    )
