"""Who changed a line last: in which commit, and through which pull request it came."""

from __future__ import annotations

import bisect
import difflib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from promote.errors import FileMissingError, GitError
from promote.git import GitTree, Repository
from promote.model.closing import Closing

if TYPE_CHECKING:
    from datetime import datetime

    from promote.git import Commit

# How forges write of the pull request in what they commit: GitHub, Gitea and the local forge;
# Azure DevOps; GitLab; Bitbucket; and GitHub's squashed commits, whose subject ends in the number.
_PULLS: Final = (
    re.compile(r"\AMerge pull request #?(\d+)"),
    re.compile(r"\AMerge pull request '.*' \(#(\d+)\)"),
    re.compile(r"\AMerged PR (\d+):"),
    re.compile(r"^See merge request \S*!(\d+)$", re.MULTILINE),
    re.compile(r"\AMerged in .*\(pull request #(\d+)\)"),
    re.compile(r"\A[^\n]* \(#(\d+)\)\s*$", re.MULTILINE),
    re.compile(r"\A[^\n]* \(!(\d+)\)\s*$", re.MULTILINE),
)


@dataclass(frozen=True, slots=True)
class Change:
    """The last change of a line.

    Attributes:
        commit: the id of the commit.
        author, email, time, subject: of that commit.
        pull: the number of the pull request that it came with; None if nothing tells of one.
    """

    commit: str
    author: str
    email: str
    time: datetime
    subject: str
    pull: int | None


class LineHistory(Closing):
    """The history of the lines of a work tree's files. Use it as a context manager.

    Args:
        folder: a folder of the work tree.
        revision: the commit to look back from.
    """

    def __init__(self, folder: str, revision: str = "HEAD") -> None:
        self._repository: Repository | None = None
        self._tip = ""
        try:
            self._repository = Repository.open(folder)
            self._tip = self._repository.resolve(revision)
        except GitError:
            self.close()

    def close(self) -> None:
        """End what runs."""
        repository, self._repository = self._repository, None
        if repository is not None:
            repository.close()

    @property
    def top(self) -> str | None:
        """The top of the work tree; None where there is no repository with a commit."""
        found = self._repository.top if self._repository is not None else None
        return str(found) if found is not None else None

    def of(self, path: str, line: int, text: bytes) -> Change | None:
        """Who changed a line last; None for one that is not committed.

        Args:
            path: the file, from the top of the repository.
            line: its line, as the text has it.
            text: the file's content now.
        """
        if self._repository is None:
            return None
        try:
            committed = GitTree(self._repository, self._tip).read(f"/{path}")
            there = _line_before(committed, text, line)
            if there is None:
                return None
            found = self._repository.history.blame(self._tip, path, there)
        except (FileMissingError, GitError):
            return None
        pull = self._pull(found)
        person = found.author
        return Change(found.object_id, person.name, person.email, found.time, found.subject, pull)

    def _pull(self, commit: Commit) -> int | None:
        """The pull request of a commit: what its merge says, else what it says itself."""
        merge = self._merge_of(commit)
        number = pull_of(merge.message) if merge is not None else None
        return number if number is not None else pull_of(commit.message)

    def _merge_of(self, commit: Commit) -> Commit | None:
        """The merge that brought a commit into the branch; None for one made on the branch."""
        if self._repository is None:
            return None
        history, wanted = self._repository.history, commit.object_id
        since = history.log(self._tip, since=wanted, first_parent=True)
        if not since or wanted in since[-1].parents[:1]:
            return None
        # The branch has it from its merge on, so the oldest that has it can be searched by halves.
        without = bisect.bisect_left(
            since[::-1], 1, key=lambda one: history.is_ancestor(wanted, one.object_id)
        )
        return since[::-1][without]


def pull_of(message: str) -> int | None:
    """The number of the pull request that a commit's message tells of."""
    for pattern in _PULLS:
        found = pattern.search(message)
        if found is not None:
            return int(found[1])
    return None


def _line_before(committed: bytes, text: bytes, line: int) -> int | None:
    """Where a line of a changed file was when it was committed; None for a new one."""
    if committed == text:
        return line
    old, new = committed.split(b"\n"), text.split(b"\n")
    matcher = difflib.SequenceMatcher(None, old, new, autojunk=False)
    for start, now, size in matcher.get_matching_blocks():
        if now <= line - 1 < now + size:
            return start + (line - 1 - now) + 1
    return None
