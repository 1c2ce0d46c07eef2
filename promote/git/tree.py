"""The files of a commit, read as objects: no checkout, no filters, no change of line ends."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from promote.errors import FileMissingError
from promote.git.records import DIRECTORY, LINK, SUBMODULE, TreeEntry
from promote.git.store import ObjectStore

if TYPE_CHECKING:
    from promote.git.repository import Repository
    from promote.model.tree import EntryKind

_MOST_LINKS: Final = 40


class GitTree:
    """A commit as a `Tree`; `/` is the top of the repository.

    Symbolic links are followed as long as they stay inside; submodules are not followed.

    Args:
        objects: where the objects are.
        commit: the full id of a commit.
    """

    def __init__(self, objects: Repository | ObjectStore, commit: str) -> None:
        self.commit = commit
        self._store = objects if isinstance(objects, ObjectStore) else objects.store
        self._root = TreeEntry(DIRECTORY, self._store.commit(commit).tree)

    def read(self, path: str) -> bytes:
        """The bytes of a regular file, as they are stored."""
        entry, _ = self._find(path)
        if entry is None or entry.kind != "blob":
            raise FileMissingError(f"there is no file {self.display(path)}{_instead(entry)}")
        return self._store.blob(entry.object_id)

    def kind(self, path: str) -> EntryKind | None:
        """What is at `path`; a submodule is nothing that may be read."""
        try:
            entry, _ = self._find(path)
        except FileMissingError:
            return None
        if entry is None or entry.mode == SUBMODULE:
            return None
        return "directory" if entry.mode == DIRECTORY else "file"

    def entries(self, path: str) -> list[str]:
        """The names in a directory, sorted."""
        entry, _ = self._find(path)
        if entry is None or entry.mode != DIRECTORY:
            raise FileMissingError(f"there is no directory {self.display(path)}{_instead(entry)}")
        return sorted(self._store.tree(entry.object_id))

    def resolve(self, path: str) -> str:
        """The same place with links and `..` resolved, as far as it exists."""
        return "/" + "/".join(self._find(path)[1])

    def display(self, path: str) -> str:
        """The path from the top of the repository."""
        return path.lstrip("/") or "."

    def _find(self, path: str) -> tuple[TreeEntry | None, list[str]]:
        """The entry at a path, or None, and where it really is.

        Raises:
            FileMissingError: the path, or a link on it, leaves the repository or never ends.
        """
        left = [part for part in reversed(path.split("/")) if part not in {"", "."}]
        trail: list[tuple[str, TreeEntry | None]] = []
        links = 0
        while left:
            part = left.pop()
            if part == "..":
                if not trail:
                    raise FileMissingError(f"{self.display(path)} lies outside the repository")
                trail.pop()
                continue
            entry = self._child(trail[-1][1] if trail else self._root, part)
            if entry is None or entry.mode != LINK:
                trail.append((part, entry))
                continue
            links += 1
            if links > _MOST_LINKS:
                raise FileMissingError(f"{self.display(path)}: the symbolic links never end")
            target = self._store.blob(entry.object_id).decode(errors="surrogateescape")
            if target.startswith("/"):
                raise FileMissingError(
                    f"{self.display(path)}: a symbolic link leads outside the repository"
                )
            left.extend(word for word in reversed(target.split("/")) if word not in {"", "."})
        return (trail[-1][1] if trail else self._root), [name for name, _ in trail]

    def _child(self, parent: TreeEntry | None, name: str) -> TreeEntry | None:
        if parent is None or parent.mode != DIRECTORY:
            return None
        return self._store.tree(parent.object_id).get(name)


def _instead(entry: TreeEntry | None) -> str:
    if entry is None:
        return ""
    return {DIRECTORY: ": it is a directory", SUBMODULE: ": it is a submodule"}.get(
        entry.mode, ": it is a file"
    )
