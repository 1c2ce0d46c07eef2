"""What an open promotion was asked for with: who brings it up to date undoes none of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from promote.promotion.compatible import GATE as RULES
from promote.promotion.gates.evidence import gates_of
from promote.promotion.plan import make_plan
from promote.promotion.pulls.branch import MARKER, TREE
from promote.promotion.pulls.related import asks_the_same
from promote.promotion.recording.landed import declared

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from promote.forge import PullRequest
    from promote.git import Commit
    from promote.promotion.recording.landed import Declared
    from promote.promotion.releases.merging import Side
    from promote.promotion.session import Session


@dataclass(frozen=True, slots=True)
class Asked:
    """Besides the environment and the apps.

    Attributes:
        fields: the fields that it was narrowed to.
        overrides: the gates that were passed, with the reason for each.
        take: the side that was chosen of fields that people edited.
    """

    fields: tuple[str, ...] = ()
    overrides: Mapping[str, str] = field(default_factory=dict)
    take: Mapping[str, Side] = field(default_factory=dict)


def asked(session: Session, pull: PullRequest, target: str, apps: Sequence[str]) -> Asked:
    """What a promotion that is open was asked for with.

    Its own commits say so, which only those write who may push. Overrides and sides were chosen for
    the releases that it proposes: they do not count for others, which upstream may have by now.
    """
    ref = f"refs/heads/{pull.head}"
    there = session.remote.fetch(ref).get(ref)
    said = declared(own_commits(session, there)) if there is not None else None
    if said is None:
        return Asked()
    fields = said.fields
    overrides, take = passed_before(session, target, said), said.take
    if not overrides and not take:
        return Asked(fields)
    plan = make_plan(session, target, apps, render=False, fields=fields, take=take)
    return Asked(fields, overrides, take) if asks_the_same(plan, pull) else Asked(fields)


def own_commits(session: Session, head: str) -> list[Commit]:
    """The commits of ours on a branch, as we made them."""
    session.need_history()
    store = session.repository.store
    return [
        commit
        for commit in session.repository.history.log(head, since=session.tip)
        if commit.trailer(MARKER) is not None
        and commit.trailer(TREE) == store.commit(commit.object_id).tree
    ]


def passed_before(session: Session, target: str, said: Declared | None) -> dict[str, str]:
    """The overrides that the promotion was opened with, as far as they still are possible.

    They stand in a commit of its branch, for all who approve it to see. A gate of the merge is
    passed by who merges.
    """
    if said is None:
        return {}
    possible = {
        gate.kind for gate in gates_of(session, target) if gate.overridable and gate.stage == "open"
    } | {RULES}
    return {
        record.gate: record.overridden
        for records in said.gates.values()
        for record in records
        if record.gate in possible and record.overridden
    }
