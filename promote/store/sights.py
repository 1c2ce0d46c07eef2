"""What a run saw, gathered into the note of it."""

from __future__ import annotations

import hashlib
import json
import os
import posixpath
from typing import TYPE_CHECKING

from promote.store.inputs import look
from promote.store.note import pack

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from promote.store.inputs import Found, Signature


class Sights:
    """How the files and folders of a run look, and what is in them.

    Only looks that tell a file from any later state of it count (`inputs.look`). They are to be
    taken before everything is compared once more by content: then a change in between shows in one
    or in the other.
    """

    def __init__(self) -> None:
        self._files: dict[str, tuple[Signature, bytes]] = {}
        self._folders: dict[str, Signature] = {}
        self._listed: set[str] = set()
        self._outputs: dict[str, tuple[Signature, bytes]] = {}
        self._stay: dict[str, tuple[int, int]] = {}
        self._absent: list[str] = []
        self._there: dict[str, str] = {}
        self._whole = True

    def input(self, path: str, found: Found) -> None:
        """Look at a path that something was made of."""
        if found.kind is not None and found.place != path:
            self._whole = False  # a link, of which only the end was looked at
        if found.digest is not None:
            self._note(self._files, path, look(path), bytes.fromhex(found.digest))
        if found.names is not None:
            self._listed.add(path)
            self.folder(path)
        self.folder(self._nearest(posixpath.dirname(path)))

    def output(self, path: str, digest: str) -> None:
        """Look at a file that was written."""
        self._note(self._outputs, path, look(path), bytes.fromhex(digest))

    def folder(self, path: str) -> None:
        """Look at a folder whose names count: nothing comes to it or goes without a trace."""
        if path in self._folders:
            return
        seen = look(path, "directory")
        if seen is None:
            self._whole = False
        else:
            self._folders[path] = seen
        above = posixpath.dirname(path)
        while above not in self._stay:
            self.present(above)
            above = posixpath.dirname(above)

    def present(self, path: str) -> None:
        """Note what has to stay, whatever is in it."""
        status = os.lstat(path)
        self._stay[path] = (status.st_ino, status.st_dev)

    def absent(self, paths: Iterable[str]) -> None:
        """Note what is not there and would count, in folders too busy to be looked at."""
        for path in paths:
            self._absent.append(path)
            self._whole = self._whole and not os.path.lexists(path)

    def note(
        self, identity: bytes, how: Mapping[str, object], asked: Collection[str], lines: bytes
    ) -> bytes | None:
        """What was seen as bytes; None if some of it cannot be told from a later state.

        Args:
            identity: the run.
            how: how it rendered.
            asked: the paths that were asked for, among them all that were given to `input`.
            lines: the lines of its results.
        """
        folders = self._with_digests(asked)
        if not self._whole:
            return None
        stay = {path: seen for path, seen in self._stay.items() if path not in folders}
        groups = (self._files, folders, self._outputs, stay, self._absent)
        looked = [*self._files.values(), *folders.values(), *self._outputs.values()]
        return pack(
            identity,
            [len(group) for group in groups],
            [os.fsencode(path) for group in groups for path in group],
            [seen for seen, _ in looked],
            list(stay.values()),
            (
                b"".join(digest for _, digest in looked),
                json.dumps({**how, "listed": sorted(self._listed)}).encode(),
                b"\0".join(os.fsencode(path) for path in asked),
                lines,
            ),
        )

    def _with_digests(self, asked: Iterable[str]) -> dict[str, tuple[Signature, bytes]]:
        """The folders, each with a digest of what was asked for in it."""
        names: dict[str, set[str]] = {}
        for path in asked:
            while True:
                above, name = posixpath.split(path)
                if above == path or name in names.setdefault(above, set()):
                    break
                names[above].add(name)
                path = above  # noqa: PLW2901 - up to the top
        found = {}
        for path, seen in self._folders.items():
            digest = folder_digest(path, None if path in self._listed else names.get(path, set()))
            if digest is None:
                self._whole = False
            else:
                found[path] = seen, digest
        return found

    def _nearest(self, folder: str) -> str:
        """The folder, or the one above it that is there: what comes below it comes to that."""
        known = self._there.get(folder)
        if known is None:
            is_there = os.path.isdir(folder)  # noqa: PTH112 - one of thousands
            known = folder if is_there else self._nearest(posixpath.dirname(folder))
            self._there[folder] = known
        return known

    def _note(
        self,
        known: dict[str, tuple[Signature, bytes]],
        path: str,
        seen: Signature | None,
        digest: bytes,
    ) -> None:
        if seen is None:
            self._whole = False
        else:
            known[path] = seen, digest


def folder_digest(path: str, names: Collection[str] | None) -> bytes | None:
    """SHA-256 of names in a folder and of what each is; None if it cannot be read.

    Args:
        path: the folder.
        names: only these, as far as they are there; None for all.
    """
    try:
        with os.scandir(path) as entries:
            parts = sorted(
                _sort_of(entry) + os.fsencode(entry.name)
                for entry in entries
                if names is None or entry.name in names
            )
    except OSError:
        return None
    return hashlib.sha256(b"\0".join(parts)).digest()


def _sort_of(entry: os.DirEntry[str]) -> bytes:
    if entry.is_symlink():
        return b"l"
    if entry.is_dir(follow_symlinks=False):
        return b"d"
    return b"f" if entry.is_file(follow_symlinks=False) else b"o"
