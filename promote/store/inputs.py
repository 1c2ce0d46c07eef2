"""What a result was made of: each path that was asked for, and what was found there.

A path that was looked for and was not there is an input as well: a file that appears may be the
one that counts. Files are compared by their content. A look at a file's times and inode stands in
for reading it only where that is safe: as in git's index, a file that changed within moments of
being looked at is read again, since a second change in the same tick of the clock would not show.
"""

from __future__ import annotations

import hashlib
import os
import posixpath
import stat
import time
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from promote.errors import FileMissingError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from promote.model.tree import EntryKind, Tree

_TICK = 2_000_000_000  # nanoseconds; the coarsest clock of a file system in use, that of FAT

Signature: TypeAlias = tuple[int, int, int, int, int]
"""Change time, modification time, size, inode and device."""


class Found(NamedTuple):
    """What was at a path.

    Attributes:
        kind: `file`, `directory`, or None for nothing.
        place: the path with links resolved.
        digest: SHA-256 of the content, for a file that was read.
        names: SHA-256 of the names in it, for a directory that was listed.
        signature: how it looked before it was asked for, if that tells it from any later state; for
            nothing, how the directory looked that it is missing from; else None.
    """

    kind: EntryKind | None
    place: str
    digest: str | None = None
    names: str | None = None
    signature: Signature | None = None

    def joined(self, other: Found) -> Found | None:
        """What this look at a path and a later one found; None if they contradict each other."""
        if self[:2] != other[:2]:
            return None
        digests = {self.digest, other.digest} - {None}
        names = {self.names, other.names} - {None}
        if len(digests) > 1 or len(names) > 1:
            return None
        fuller = other if other.digest is not None or self.digest is None else self
        return fuller._replace(names=next(iter(names), None))

    def says(self) -> tuple[str | None, str, str | None, str | None]:
        """All but how it looked."""
        return self[:4]


class RecordingTree:
    """A tree of the disk that remembers what it was asked.

    Args:
        base: the tree beneath, which looks each path up once.
    """

    def __init__(self, base: Tree) -> None:
        self._base = base
        self._read: dict[str, tuple[str, Signature | None]] = {}
        self._names: dict[str, str] = {}
        self._folders: dict[str, Signature | None] = {}
        self.asked: dict[str, None] = {}
        self.torn: set[str] = set()

    def take(self) -> tuple[str, ...]:
        """The paths that were asked for since the last call, each once."""
        asked, self.asked = tuple(self.asked), {}
        return asked

    def read(self, path: str) -> bytes:
        """The bytes of a regular file.

        Raises:
            FileMissingError: as the tree beneath.
        """
        self._note(path)
        signature = look(path)
        data = self._base.read(path)
        digest = hashlib.sha256(data).hexdigest()
        known = self._read.setdefault(path, (digest, signature))
        if known[0] != digest:
            self.torn.add(path)
        return data

    def kind(self, path: str) -> EntryKind | None:
        """What is at `path`, or None if there is nothing that may be read."""
        self._note(path)
        return self._base.kind(path)

    def entries(self, path: str) -> list[str]:
        """The names in a directory, sorted.

        Raises:
            FileMissingError: as the tree beneath.
        """
        self._note(path)
        names = self._base.entries(path)
        digest = _digest_of(names)
        if self._names.setdefault(path, digest) != digest:
            self.torn.add(path)
        return names

    def resolve(self, path: str) -> str:
        """The same place with symbolic links and `..` resolved."""
        self._note(path)
        return self._base.resolve(path)

    def display(self, path: str) -> str:
        """How to write `path` for a person."""
        return self._base.display(path)

    def _note(self, path: str) -> None:
        self.asked[path] = None
        folder = posixpath.dirname(path)
        if folder not in self._folders:
            self._folders[folder] = look(folder, "directory")

    def contents(self) -> list[tuple[str, str]]:
        """Each file that was read, with the SHA-256 of what was in it."""
        return [(path, digest) for path, (digest, _) in self._read.items()]

    def listed(self) -> list[str]:
        """Each directory that was listed."""
        return list(self._names)

    def all_found(self) -> dict[str, Found]:
        """What was at each path that was asked for since `take` was called."""
        return {path: self.found(path) for path in self.asked}

    def found(self, path: str) -> Found:
        """What was at a path when it was asked for."""
        try:
            place = self._base.resolve(path)
        except FileMissingError:
            place = ""
        kind = self._base.kind(path)
        digest, signature = self._read.get(path, (None, None))
        if kind is None:
            signature = self._folders.get(posixpath.dirname(path))
        return Found(kind, place, digest, self._names.get(path), signature)


class Inputs:
    """Compares what was found once with what is there now, each path once in a run.

    Args:
        tree: a fresh tree of the disk.
    """

    def __init__(self, tree: Tree) -> None:
        self._tree = tree
        self._folders: dict[str, Signature | None] = {}
        self._known: dict[str, bool] = {}
        self._places: dict[str, str] = {}
        self.renewed: dict[str, Found] = {}
        self.hashed = 0

    def same(self, path: str, then: Found) -> bool:
        """Whether a path still is what it was."""
        known = self._known.get(path)
        if known is None:
            known = self._known[path] = self._quickly(path, then) or self._slowly(path, then)
        return known

    def all_same(self, paths: Iterable[str], then: Mapping[str, Found]) -> bool:
        """Whether paths still are what they were; one of which nothing is known is not."""
        known = self._known
        for path in paths:
            if path not in known:
                if path not in then:
                    return False
                self.same(path, then[path])
            if not known[path]:
                return False
        return True

    def _quickly(self, path: str, then: Found) -> bool:
        if then.signature is None:
            return False
        folder, _, name = path.rpartition("/")
        place = self._place(folder or "/")
        if then.place != (path if place == folder else posixpath.join(place, name)):
            return False
        if then.kind != "file":
            # Nothing can have come to a directory that looks as it did.
            return self._folder(folder or "/") == then.signature
        try:
            now = os.lstat(path)
        except (OSError, ValueError):
            return False
        # What looked old enough to be told from any later state, and looks the same, is the same.
        return then.signature == (
            now.st_ctime_ns,
            now.st_mtime_ns,
            now.st_size,
            now.st_ino,
            now.st_dev,
        )

    def _folder(self, folder: str) -> Signature | None:
        if folder not in self._folders:
            self._folders[folder] = look(folder, "directory")
        return self._folders[folder]

    def _place(self, folder: str) -> str:
        place = self._places.get(folder)
        if place is None:
            try:
                place = self._tree.resolve(folder)
            except FileMissingError:
                place = ""
            self._places[folder] = place
        return place

    def _slowly(self, path: str, then: Found) -> bool:
        now = self._find(path, then)
        if now.says() != then.says():
            return False
        if now.signature != then.signature:
            self.renewed[path] = now
        return True

    def _find(self, path: str, then: Found) -> Found:
        tree = self._tree
        try:
            place = tree.resolve(path)
        except FileMissingError:
            place = ""
        kind = tree.kind(path)
        digest = names = None
        signature = self._folder(posixpath.dirname(path)) if kind is None else None
        try:
            if then.digest is not None and kind == "file":
                self.hashed += 1
                signature = look(path)
                digest = hashlib.sha256(tree.read(path)).hexdigest()
            if then.names is not None and kind == "directory":
                names = _digest_of(tree.entries(path))
        except FileMissingError:  # it went between two looks
            return Found(None, "")
        return Found(kind, place, digest, names, signature)


def look(path: str, kind: EntryKind = "file") -> Signature | None:
    """How a file or directory looks, if any later state of it will look otherwise.

    None for a link, whose target may change unseen, and for what changed just now.
    """
    now = time.time_ns()
    try:
        status = os.lstat(path)
    except (OSError, ValueError):
        return None
    if not (stat.S_ISREG if kind == "file" else stat.S_ISDIR)(status.st_mode):
        return None
    if max(status.st_mtime_ns, status.st_ctime_ns) + _TICK >= now:
        return None
    return (
        status.st_ctime_ns,
        status.st_mtime_ns,
        status.st_size,
        status.st_ino,
        status.st_dev,
    )


def _digest_of(names: list[str]) -> str:
    return hashlib.sha256("\0".join(names).encode(errors="surrogateescape")).hexdigest()
