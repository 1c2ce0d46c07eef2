"""A branch's own line of commits: which of them touched what, read once for all who ask."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from promote.git.names import check_object_id
from promote.git.records import moment

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from promote.git.history import History
    from promote.git.records import Commit
    from promote.git.store import ObjectStore

_BATCHES: Final = (128, 1_024, 8_192)
"""How many commits are read at once: most answers are among the newest, and what lies beyond the
last of them is asked for path by path, which is quicker for one path in a very long history."""


class Mainline:
    """The commits of a branch without those that were merged into it, newest first.

    A merge is one commit of it, with all that it changed, so that a release is dated by when it
    landed. To ask for a thousand paths costs one run of git and not a thousand.

    Args:
        store: where the commits are.
        history: their ancestry.
        tip: the commit that the branch is at.
    """

    def __init__(self, store: ObjectStore, history: History, tip: str) -> None:
        self._store = store
        self._history = history
        self._next: str | None = tip
        self._ids: list[str] = []
        self._times: list[datetime] = []
        self._at: dict[str, int] = {}
        self._by_path: dict[str, list[int]] = {}
        self._batches = iter(_BATCHES)

    def touching(self, paths: Sequence[str]) -> Iterator[Commit]:
        """The commits that changed something at one of some paths, newest first.

        Args:
            paths: files or directories, from the top of the repository.
        """
        wanted = [path.strip("/") for path in paths]
        seen = 0
        while self._read_on(seen):
            found = {at for path in wanted for at in self._by_path.get(path, ()) if at >= seen}
            seen = len(self._ids)
            yield from (self._store.commit(self._ids[at]) for at in sorted(found))
        if self._next is not None:
            rest = wanted if "" not in wanted else []
            yield from self._history.log(self._next, paths=rest, first_parent=True)

    def landed(self, commit: Commit, now: datetime) -> datetime:
        """When a commit came to the branch.

        No earlier than any commit that it builds on, whatever its own date says: clocks go wrong,
        and anyone may date a commit. What is dated later than now is certainly wrong, and does not
        count against the commits that came after it.
        """
        while commit.object_id not in self._at and self._read_on(len(self._ids)):
            pass
        at = self._at.get(commit.object_id)
        if at is None:
            before = [self._store.commit(one).time for one in commit.parents[:1]]
        else:
            self._read_on(at + 1)
            before = self._times[at + 1 :]
        return max([commit.time, *(time for time in before if time <= now)])

    def _read_on(self, seen: int) -> bool:
        """Whether there are more commits than were seen; reads the next of them where needed."""
        while seen >= len(self._ids) and self._next is not None:
            limit = next(self._batches, None)
            if limit is None:
                return False
            self._read(self._next, limit)
        return seen < len(self._ids)

    def _read(self, tip: str, limit: int) -> None:
        lines = self._history.line(check_object_id(tip), limit)
        for object_id, seconds, changed in lines:
            at = len(self._ids)
            self._ids.append(object_id)
            self._at[object_id] = at
            self._times.append(moment(seconds))
            for path in {*_with_parents(changed)}:
                self._by_path.setdefault(path, []).append(at)
        last = self._store.commit(self._ids[-1]).parents
        self._next = last[0] if last and len(lines) == limit else None


def _with_parents(paths: Sequence[str]) -> Iterator[str]:
    """Paths, and the directories that they lie in; the empty one is the top."""
    for path in paths:
        yield path
        while path:
            path = path.rpartition("/")[0]  # noqa: PLW2901 - one step up
            yield path
