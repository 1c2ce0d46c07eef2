"""A branch's own line of commits: which of them touched what, read once for all who ask."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from promote.git.names import check_object_id

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from promote.git.history import History, Step
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
        self._steps: list[Step] = []
        self._at: dict[str, int] = {}
        self._by_path: dict[str, list[int]] = {}
        self._renames: dict[str, Mapping[str, str]] = {}
        self._batches = iter(_BATCHES)

    def touching(self, paths: Sequence[str], *, after: Commit | None = None) -> Iterator[Commit]:
        """The commits that changed something at one of some paths, newest first.

        Args:
            paths: files or directories, from the top of the repository.
            after: only what is older than this commit of the line.
        """
        wanted = [path.strip("/") for path in paths]
        at = None if after is None else self._at.get(after.object_id)
        rest: str | None
        if after is None or at is not None:
            seen = 0 if at is None else at + 1
            while self._read_on(seen):
                found = {at for path in wanted for at in self._by_path.get(path, ()) if at >= seen}
                seen = len(self._steps)
                yield from (self._store.commit(self._steps[at].object_id) for at in sorted(found))
            rest = self._next
        else:
            rest = next(iter(after.parents), None)
        if rest is not None:
            asked = wanted if "" not in wanted else []
            yield from self._history.log(rest, paths=asked, first_parent=True)

    def renames(self, commit: Commit) -> Mapping[str, str]:
        """The files that a commit gave other names: the old one by the new one."""
        known = self._renames.get(commit.object_id)
        if known is None:
            at = self._at.get(commit.object_id)
            # What only came or only went was not renamed: most commits need no look.
            possible = at is None or {"A", "D"} <= self._steps[at].kinds
            known = {}
            if possible and commit.parents:
                known = self._history.renames(commit.parents[0], commit.object_id)
            self._renames[commit.object_id] = known
        return known

    def changed(self, commit: Commit) -> Sequence[str]:
        """The files that a commit changed; nothing for one that lies far back."""
        while commit.object_id not in self._at and self._read_on(len(self._steps)):
            pass
        at = self._at.get(commit.object_id)
        return () if at is None else self._steps[at].paths

    def landed(self, commit: Commit, now: datetime) -> datetime:
        """When a commit came to the branch.

        No earlier than any commit that it builds on, whatever its own date says: clocks go wrong,
        and anyone may date a commit. What is dated later than now is certainly wrong, and does not
        count against the commits that came after it.
        """
        while commit.object_id not in self._at and self._read_on(len(self._steps)):
            pass
        at = self._at.get(commit.object_id)
        if at is None:
            before = [self._store.commit(one).time for one in commit.parents[:1]]
        else:
            self._read_on(at + 1)
            before = [step.time for step in self._steps[at + 1 :]]
        return max([commit.time, *(time for time in before if time <= now)])

    def _read_on(self, seen: int) -> bool:
        """Whether there are more commits than were seen; reads the next of them where needed."""
        while seen >= len(self._steps) and self._next is not None:
            limit = next(self._batches, None)
            if limit is None:
                return False
            self._read(self._next, limit)
        return seen < len(self._steps)

    def _read(self, tip: str, limit: int) -> None:
        steps = self._history.line(check_object_id(tip), limit)
        for step in steps:
            at = len(self._steps)
            self._steps.append(step)
            self._at[step.object_id] = at
            for path in {*_with_parents(step.paths)}:
                self._by_path.setdefault(path, []).append(at)
        last = self._store.commit(self._steps[-1].object_id).parents
        self._next = last[0] if last and len(steps) == limit else None


def _with_parents(paths: Sequence[str]) -> Iterator[str]:
    """Paths, and the directories that they lie in; the empty one is the top."""
    for path in paths:
        yield path
        while path:
            path = path.rpartition("/")[0]  # noqa: PLW2901 - one step up
            yield path
