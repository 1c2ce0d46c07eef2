"""Ancestry: what came after what, what lies between, and three-way merges."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from promote.errors import GitError
from promote.git.names import check_object_id
from promote.git.records import Commit, Identity, moment

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from promote.git.store import ObjectStore

_FIELDS: Final = 9
_CONFLICTS: Final = 1


@dataclass(frozen=True, slots=True)
class Merged:
    """What a three-way merge gave.

    Attributes:
        tree: id of the merged tree; holds conflict markers when there are conflicts.
        conflicts: the paths that both sides changed in ways that do not go together.
    """

    tree: str
    conflicts: tuple[str, ...]


@dataclass(slots=True)
class Step:
    """A commit of a branch's own line.

    Attributes:
        paths: the files that it changed.
        kinds: how, in Git's letters: `A` for a file that came, `D` for one that went.
    """

    object_id: str
    time: datetime
    paths: list[str] = field(default_factory=list)
    kinds: set[str] = field(default_factory=set)


class History:
    """The commits of a store, by ancestry."""

    def __init__(self, store: ObjectStore) -> None:
        self._store = store

    def log(
        self,
        tip: str,
        *,
        since: str | None = None,
        paths: Sequence[str] = (),
        first_parent: bool = False,
        limit: int | None = None,
    ) -> list[Commit]:
        """Commits reachable from `tip`, newest first; none of them holds its tree.

        Args:
            tip: a commit.
            since: leave out what is reachable from this commit.
            paths: only commits that changed something here, from the top of the repository.
            first_parent: follow a branch and not what was merged into it, so that a merge is dated
                by when it landed.
            limit: at most so many.
        """
        arguments = [check_object_id(tip)]
        if since is not None:
            arguments.append(f"^{check_object_id(since)}")
        options = ["--first-parent"] if first_parent else []
        if limit is not None:
            options.append(f"--max-count={limit}")
        out = self._store.program.run(
            "log",
            *arguments,
            git_dir=self._store.git_dir,
            options=options,
            paths=[path.removeprefix("/") for path in paths],
        ).stdout.decode(errors="replace")
        words = out.split("\0")
        records = (words[at : at + _FIELDS] for at in range(0, len(words) - 1, _FIELDS))
        return [_parsed(record) for record in records]

    def line(self, tip: str, limit: int) -> list[Step]:
        """The newest commits of a branch's own line, and what each of them changed.

        Args:
            tip: where the branch is.
            limit: how many.
        """
        out = self._store.program.run(
            "line",
            check_object_id(tip),
            git_dir=self._store.git_dir,
            options=[f"--max-count={limit}"],
        ).stdout.decode(errors="surrogateescape")
        found: list[Step] = []
        words = iter(out.split("\0"))
        for word in words:
            # After a line of `--raw` comes a path, so that no path is taken for anything else.
            if word.lstrip("\n").startswith(":"):
                found[-1].paths.append(next(words))
                found[-1].kinds.add(word[-1])
            elif word:
                object_id, _, seconds = word.partition(" ")
                found.append(Step(check_object_id(object_id), moment(int(seconds))))
        return found

    def renames(self, before: str, after: str) -> dict[str, str]:
        """The files of a commit that another had under another name: that name by the new one."""
        out = self._store.program.run(
            "renames",
            check_object_id(before),
            check_object_id(after),
            git_dir=self._store.git_dir,
        ).stdout.decode(errors="surrogateescape")
        words = out.split("\0")
        return {words[at + 2]: words[at + 1] for at in range(0, len(words) - 2, 3)}

    def blame(self, tip: str, path: str, line: int) -> Commit:
        """The commit that last changed a line of a file.

        Args:
            tip: a commit.
            path: the file, from the top of the repository.
            line: the line as the file has it in that commit, from 1.

        Raises:
            GitError: the commit has no such file or line.
        """
        out = self._store.program.run(
            "blame",
            check_object_id(tip),
            git_dir=self._store.git_dir,
            options=[f"-L{line},{line}"],
            paths=[path.removeprefix("/")],
        ).stdout.decode(errors="replace")
        found = check_object_id(out.partition(" ")[0])
        return self.log(found, limit=1)[0]

    def merge_base(self, left: str, right: str) -> str | None:
        """The nearest common ancestor of two commits; None when they share none.

        Raises:
            GitError: the history is cut off, so that nobody can know.
        """
        done = self._store.program.run(
            "merge base",
            check_object_id(left),
            check_object_id(right),
            git_dir=self._store.git_dir,
            allow=(0, 1),
        )
        found = done.stdout.decode().strip()
        if not found and self._store.shallow:
            raise shallow_error()
        return check_object_id(found) if found else None

    def is_ancestor(self, ancestor: str, tip: str) -> bool:
        """Whether `tip` contains `ancestor`."""
        done = self._store.program.run(
            "is ancestor",
            check_object_id(ancestor),
            check_object_id(tip),
            git_dir=self._store.git_dir,
            allow=(0, 1),
        )
        return done.code == 0

    def merge(self, ours: str, theirs: str) -> Merged:
        """Merge two commits' trees in the object store, without drivers or filters of anyone's.

        Raises:
            GitError: they have no common history.
        """
        done = self._store.program.run(
            "merge trees",
            check_object_id(ours),
            check_object_id(theirs),
            git_dir=self._store.git_dir,
            allow=(0, _CONFLICTS),
        )
        tree, *paths = done.stdout.decode(errors="replace").split("\0")
        conflicts = tuple(dict.fromkeys(path for path in paths if path))
        return Merged(check_object_id(tree.strip()), conflicts if done.code == _CONFLICTS else ())


def shallow_error() -> GitError:
    """The error for a question that a shallow clone cannot answer."""
    return GitError(
        "the clone is shallow, and this needs its history", hint="`git fetch --unshallow` first"
    )


def _parsed(record: list[str]) -> Commit:
    object_id, parents, name, email, _, by, by_email, seconds, message = record
    return Commit(
        object_id=object_id.strip(),
        parents=tuple(parents.split()),
        author=Identity(name, email),
        committer=Identity(by, by_email),
        time=moment(int(seconds)),
        message=message,
    )
