"""Trees of files: a folder on disk, and any tree with edits laid over it."""

from __future__ import annotations

import os
import posixpath
import stat
from contextlib import contextmanager
from typing import TYPE_CHECKING

from promote.errors import FileMissingError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from promote.model.tree import EntryKind, Tree

# Opening a FIFO must not wait for a writer, and a link put in place of a file after the path was
# resolved must not be followed.
_FLAGS = os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOFOLLOW
_MAX_STEPS = 100
_NO_NAMES = frozenset({"", ".", ".."})


class DiskTree:
    """The files of this machine, or of one folder of it.

    What is at a path is looked up once: the files are taken not to change while the tree is in
    use. What is read is read anew each time, through directories that cannot be exchanged for links
    in between.

    Args:
        confine: nothing outside this folder is read, wherever links lead; None for no limit.
        cwd: what paths are shown relative to; the current folder by default.
    """

    def __init__(self, confine: str | None = None, cwd: str | None = None) -> None:
        self._confine = None if confine is None else os.path.realpath(confine)
        self._cwd = cwd or os.getcwd()  # noqa: PTH109 - paths of a tree are text
        self._below = self._cwd.rstrip("/") + "/"
        self._kinds: dict[str, EntryKind | None] = {}
        self._resolved: dict[str, str] = {}

    def read(self, path: str) -> bytes:
        """The bytes of a regular file.

        Raises:
            FileMissingError: it is not there, is not a regular file, or lies outside the tree.
        """
        with self._open(path, _FLAGS) as handle:
            if not stat.S_ISREG(os.fstat(handle).st_mode):
                raise FileMissingError(f"{self.display(path)} is not a regular file")
            with open(handle, "rb", closefd=False) as file:
                return file.read()

    def kind(self, path: str) -> EntryKind | None:
        """What is at `path`, or None if there is nothing that may be read."""
        try:
            return self._kinds[path]
        except KeyError:
            kind = self._kinds[path] = self._look(path)
            return kind

    def entries(self, path: str) -> list[str]:
        """The names in a directory, sorted.

        Raises:
            FileMissingError: it is not a directory of the tree.
        """
        with self._open(path, _FLAGS | os.O_DIRECTORY) as handle:
            return sorted(os.listdir(handle))  # noqa: PTH208 - a descriptor has no path

    def resolve(self, path: str) -> str:
        """The same place with symbolic links and `..` resolved."""
        known = self._resolved.get(path)
        if known is None:
            try:
                known = self._resolved[path] = self._follow(path)
            except (OSError, ValueError):  # a link that changes while it is read; a zero byte
                raise FileMissingError(f"{path!r} cannot be followed") from None
        return known

    def _follow(self, path: str) -> str:
        """`realpath`, which looks at no directory twice for the many files that are in it."""
        folder, name = posixpath.split(path)
        if name in _NO_NAMES or path[:1] != "/" or path.count("/") > _MAX_STEPS:
            return os.path.realpath(path)
        place = posixpath.join(self.resolve(folder), name)
        try:
            is_link = stat.S_ISLNK(os.lstat(place).st_mode)
        except OSError:
            return place
        return os.path.realpath(place) if is_link else place

    def display(self, path: str) -> str:
        """How to write `path` for a person: relative to where they stand, if it is near."""
        below = path.removeprefix(self._below)
        if below != path and ".." not in below:
            return below
        shown = os.path.relpath(path, self._cwd)
        return path if shown.startswith("../../..") else shown

    def _look(self, path: str) -> EntryKind | None:
        folder, name = posixpath.split(path)
        try:
            if name in _NO_NAMES or path in self._resolved:
                target = self.resolve(path)
                mode = os.stat(target).st_mode  # noqa: PTH116 - paths of a tree are text
            else:
                target = posixpath.join(self.resolve(folder), name)
                mode = os.lstat(target).st_mode
                if stat.S_ISLNK(mode):
                    target = self.resolve(path)
                    mode = os.stat(target).st_mode  # noqa: PTH116 - as above
                else:
                    self._resolved[path] = target  # one look says both
        except (OSError, ValueError, FileMissingError):
            return None
        if not self._contains(target):
            return None
        if stat.S_ISDIR(mode):
            return "directory"
        return "file" if stat.S_ISREG(mode) else None

    def _contains(self, target: str) -> bool:
        confine = self._confine
        return confine is None or target == confine or target.startswith(confine.rstrip("/") + "/")

    @contextmanager
    def _open(self, path: str, flags: int) -> Iterator[int]:
        """A descriptor of what is at a path, which what is checked is then read through."""
        target = self.resolve(path)
        if not self._contains(target):
            raise FileMissingError(f"{self.display(path)} leads out of {self._confine}")
        try:
            handle = self._descend(target, flags)
        except OSError as error:
            raise FileMissingError(f"cannot read {self.display(path)}: {error.strerror}") from None
        try:
            yield handle
        finally:
            os.close(handle)

    def _descend(self, target: str, flags: int) -> int:
        """Open a resolved path, below the confining folder one directory at a time."""
        if self._confine is None:
            return os.open(target, flags)
        handle = os.open(self._confine, _FLAGS | os.O_DIRECTORY)
        steps = target[len(self._confine) :].strip("/").split("/")
        for index, step in enumerate(steps):
            last = index == len(steps) - 1
            above = handle
            try:
                handle = os.open(
                    step or ".", flags if last else _FLAGS | os.O_DIRECTORY, dir_fd=above
                )
            finally:
                os.close(above)
        return handle


class EditedTree:
    """A tree with some files changed, made or taken away, in memory only.

    An edit goes to the file that its path leads to, so that a file edited under one of its names
    is edited under all of them.

    Args:
        base: the tree beneath.
        edits: the new content of each file by its path; None for a file that is gone.
    """

    def __init__(self, base: Tree, edits: Mapping[str, bytes | None]) -> None:
        self._base = base
        self._edits: dict[str, bytes | None] = {}
        self._made: dict[str, set[str]] = {}
        self._gone: dict[str, set[str]] = {}
        for path, content in edits.items():
            place = self.resolve(path)
            self._edits[place] = content
            if content is None:
                folder, name = posixpath.split(place)
                self._gone.setdefault(folder, set()).add(name)
            else:
                self._note_parents(place)

    def _note_parents(self, path: str) -> None:
        while path != "/":
            path, name = posixpath.split(path)
            self._made.setdefault(path, set()).add(name)

    def read(self, path: str) -> bytes:
        """The bytes of a regular file, as edited.

        Raises:
            FileMissingError: as the tree beneath; or the file was taken away.
        """
        place = self._place(path)
        if place not in self._edits:
            return self._base.read(path)
        content = self._edits[place]
        if content is None:
            raise FileMissingError(f"{self.display(path)} is not there any more")
        return content

    def kind(self, path: str) -> EntryKind | None:
        """What is at `path`, or None if there is nothing that may be read."""
        place = self._place(path)
        if place in self._edits:
            return None if self._edits[place] is None else "file"
        return "directory" if place in self._made else self._base.kind(path)

    def entries(self, path: str) -> list[str]:
        """The names in a directory, sorted.

        Raises:
            FileMissingError: it is not a directory of the tree.
        """
        place = self._place(path)
        made = self._made.get(place, set())
        known = self._base.entries(path) if not made or self._base.kind(path) else []
        return sorted((set(known) | made) - self._gone.get(place, set()))

    def resolve(self, path: str) -> str:
        """The same place with symbolic links and `..` resolved."""
        return self._base.resolve(path)

    def display(self, path: str) -> str:
        """How to write `path` for a person."""
        return self._base.display(path)

    def _place(self, path: str) -> str:
        if path in self._edits:
            return path
        try:
            return self.resolve(path)
        except FileMissingError:  # it leads out of the tree, which the tree beneath will say
            return path
