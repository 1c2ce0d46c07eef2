"""Trees of files: a folder on disk, and any tree with edits laid over it."""

from __future__ import annotations

import os
import posixpath
import stat
from typing import TYPE_CHECKING

from promote.errors import FileMissingError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from promote.model.tree import EntryKind, Tree


class DiskTree:
    """The files of this machine, or of one folder of it.

    Args:
        confine: nothing outside this folder is read, wherever links lead; None for no limit.
        cwd: what paths are shown relative to; the current folder by default.
    """

    def __init__(self, confine: str | None = None, cwd: str | None = None) -> None:
        self._confine = None if confine is None else os.path.realpath(confine)
        self._cwd = cwd or os.getcwd()
        self._kinds: dict[str, EntryKind | None] = {}
        self._resolved: dict[str, str] = {}

    def read(self, path: str) -> bytes:
        """The bytes of a regular file.

        Raises:
            FileMissingError: it is not there, is not a regular file, or lies outside the tree.
        """
        target = self.resolve(path)
        if not self._contains(target):
            raise FileMissingError(f"{self.display(path)} leads out of {self._confine}")
        try:
            # Opening a FIFO must not wait for a writer, and what was checked must be what is read.
            handle = os.open(target, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        except OSError as error:
            raise self._missing(path, error) from None
        with os.fdopen(handle, "rb") as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise FileMissingError(f"{self.display(path)} is not a regular file")
            return file.read()

    def kind(self, path: str) -> EntryKind | None:
        """What is at `path`, or None if there is nothing that may be read."""
        if path not in self._kinds:
            self._kinds[path] = self._look(path)
        return self._kinds[path]

    def entries(self, path: str) -> list[str]:
        """The names in a directory, sorted.

        Raises:
            FileMissingError: it is not a directory of the tree.
        """
        target = self.resolve(path)
        if not self._contains(target):
            raise FileMissingError(f"{self.display(path)} leads out of {self._confine}")
        try:
            return sorted(os.listdir(target))
        except OSError as error:
            raise self._missing(path, error) from None

    def resolve(self, path: str) -> str:
        """The same place with symbolic links and `..` resolved."""
        known = self._resolved.get(path)
        if known is None:
            known = self._resolved[path] = os.path.realpath(path)
        return known

    def display(self, path: str) -> str:
        """How to write `path` for a person: relative to where they stand, if it is near."""
        shown = os.path.relpath(path, self._cwd)
        return path if shown.startswith("../../..") else shown

    def _look(self, path: str) -> EntryKind | None:
        target = self.resolve(path)
        if not self._contains(target):
            return None
        try:
            mode = os.stat(target).st_mode
        except OSError:
            return None
        if stat.S_ISDIR(mode):
            return "directory"
        return "file" if stat.S_ISREG(mode) else None

    def _contains(self, target: str) -> bool:
        confine = self._confine
        return confine is None or target == confine or target.startswith(confine.rstrip("/") + "/")

    def _missing(self, path: str, error: OSError) -> FileMissingError:
        return FileMissingError(f"cannot read {self.display(path)}: {error.strerror}")


class EditedTree:
    """A tree with some files changed, made or taken away, in memory only.

    Args:
        base: the tree beneath.
        edits: the new content of each file by its path; None for a file that is gone.
    """

    def __init__(self, base: Tree, edits: Mapping[str, bytes | None]) -> None:
        self._base = base
        self._edits = {posixpath.normpath(path): content for path, content in edits.items()}
        self._made: dict[str, set[str]] = {}
        for path, content in self._edits.items():
            if content is not None:
                self._note_parents(path)

    def _note_parents(self, path: str) -> None:
        while path != "/":
            path, name = posixpath.split(path)
            self._made.setdefault(path, set()).add(name)

    def read(self, path: str) -> bytes:
        """The bytes of a regular file, as edited.

        Raises:
            FileMissingError: as the tree beneath; or the file was taken away.
        """
        if path not in self._edits:
            return self._base.read(path)
        content = self._edits[path]
        if content is None:
            raise FileMissingError(f"{self.display(path)} is not there any more")
        return content

    def kind(self, path: str) -> EntryKind | None:
        """What is at `path`, or None if there is nothing that may be read."""
        if path in self._edits:
            return None if self._edits[path] is None else "file"
        return "directory" if path in self._made else self._base.kind(path)

    def entries(self, path: str) -> list[str]:
        """The names in a directory, sorted.

        Raises:
            FileMissingError: it is not a directory of the tree.
        """
        made = self._made.get(path, set())
        known = self._base.entries(path) if not made or self._base.kind(path) else []
        gone = {
            posixpath.basename(edited)
            for edited, content in self._edits.items()
            if content is None and posixpath.dirname(edited) == path
        }
        return sorted((set(known) | made) - gone)

    def resolve(self, path: str) -> str:
        """The same place with symbolic links and `..` resolved."""
        return path if path in self._edits or path in self._made else self._base.resolve(path)

    def display(self, path: str) -> str:
        """How to write `path` for a person."""
        return self._base.display(path)
