"""Records of promotions that were merged elsewhere, such as in a forge's web page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from promote.promotion.pulls.branch import MARKER
from promote.promotion.recording.landed import declared, happened, pull_number, titled
from promote.promotion.recording.notes import read_notes, write_records

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from promote.git import Commit
    from promote.promotion.recording.notes import Record
    from promote.promotion.session import Session

_LONGEST_BRANCH: Final = 50
_COMMITS_A_MERGE: Final = 4


def reconcile(session: Session, *, limit: int = 500) -> list[Record]:
    """Write the records that merged promotions lack, from the base branch's history.

    What a commit did is read from its files, and where it came from from its trailers. What gates
    saw at the merge nobody knows any more; overrides are in the trailers. Running it again, or at
    the same time elsewhere, writes nothing twice.

    Args:
        session: the project on its base branch.
        limit: how many commits of the branch to look at, from its tip.

    Returns:
        The records that were missing.

    Raises:
        GitError: the remote cannot be read or written.
    """
    session.need_history()
    log = session.repository.history.log
    line = log(session.tip, first_parent=True, limit=limit)
    every = {one.object_id: one for one in log(session.tip, limit=limit * _COMMITS_A_MERGE)}
    on_line = {commit.object_id for commit in line}
    promoted = [
        (commit, said)
        for commit in line
        if (said := declared(_brought(commit, every, on_line)) or titled(session, commit))
    ]
    if not promoted:
        return []
    known = {
        (record.commit, record.environment, record.app)
        for record in read_notes(session).records
        if not record.is_verification
    }
    missing = [
        record
        for commit, said in promoted
        for record in happened(session, commit, said, pull=pull_number(commit), reconciled=True)
        if (record.commit, record.environment, record.app) not in known
    ]
    if missing:
        write_records(session, missing)
    return missing


def _brought(commit: Commit, every: Mapping[str, Commit], on_line: Collection[str]) -> list[Commit]:
    """A commit of the branch, and those that it merged, the nearest first."""
    if commit.trailer(MARKER) is not None:
        return [commit]
    found: list[Commit] = []
    queue = list(commit.parents[1:])
    while queue and len(found) < _LONGEST_BRANCH:
        name = queue.pop(0)
        one = every.get(name)
        if one is not None and name not in on_line and one not in found:
            found.append(one)
            queue += one.parents
    return found
