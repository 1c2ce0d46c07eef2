"""The little of a forge that stand-ins share: branches whose files merge or conflict, no more."""

from __future__ import annotations

import hashlib
import itertools
import threading
from dataclasses import dataclass, field


@dataclass
class Branch:
    """A branch: where it is, its files, and those of where it began."""

    commit: str
    files: dict[str, str]
    start: dict[str, str]


@dataclass
class Pull:
    """A pull request; `state` is open, closed or merged."""

    number: int
    head: str
    base: str
    title: str
    body: str
    author: str
    draft: bool = False
    state: str = "open"
    labels: list[str] = field(default_factory=list)
    reviewers: list[str] = field(default_factory=list)
    reviews: list[dict[str, str]] = field(default_factory=list)
    notes: dict[int, dict[str, str]] = field(default_factory=dict)
    auto_merge: bool = False
    head_commit: str = ""
    merge_commit: str = ""


class Repository:
    """What the stand-in for a forge knows of one repository."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.numbers = itertools.count(1)
        self.branches: dict[str, Branch] = {}
        self.pulls: dict[int, Pull] = {}
        self.statuses: dict[str, list[dict[str, str]]] = {}
        self.commit("main", {"a": "1"})

    def commit(self, branch: str, files: dict[str, str], start: str = "main") -> str:
        """Add a commit to a branch, which is made where it is missing."""
        with self.lock:
            there = self.branches.get(branch)
            if there is None:
                base = self.branches[start].files if start in self.branches else {}
                there = self.branches[branch] = Branch("", dict(base), dict(base))
            there.files.update(files)
            text = f"{branch}{next(self.numbers)}"
            there.commit = hashlib.sha1(text.encode()).hexdigest()  # noqa: S324 - as Git's
            return there.commit

    def tip(self, branch: str) -> str | None:
        there = self.branches.get(branch)
        return there.commit if there else None

    def head_of(self, pull: Pull) -> str:
        """Where a pull request's branch is, or was when it was last seen."""
        if pull.state == "open":
            pull.head_commit = self.tip(pull.head) or pull.head_commit
        return pull.head_commit

    def opened(self, pull: Pull) -> Pull | None:
        """The open one of the same branches."""
        same = (each for each in self.pulls.values() if each.state == "open")
        return next((p for p in same if (p.head, p.base) == (pull.head, pull.base)), None)

    def add(self, pull: Pull) -> Pull:
        self.head_of(pull)
        self.pulls[pull.number] = pull
        return pull

    def conflicts(self, pull: Pull) -> bool:
        head, base = self.branches.get(pull.head), self.branches[pull.base]
        return head is None or any(
            base.files.get(name) != head.start.get(name)
            for name, text in head.files.items()
            if text != head.start.get(name)
        )

    def merge(self, pull: Pull) -> None:
        files = self.branches[pull.head].files
        self.head_of(pull)
        pull.merge_commit = self.commit(pull.base, files)
        pull.state = "merged"
