"""What a run saw, gathered into the note of it."""

from __future__ import annotations

import os
import posixpath
from typing import TYPE_CHECKING

from promote.store.inputs import look
from promote.store.runs import write_note

if TYPE_CHECKING:
    from collections.abc import Iterable

    from promote.store.inputs import Found, Signature


class Sights:
    """How the files and folders of a run look.

    Only looks that tell a file from any later state of it count (`inputs.look`). They are to be
    taken before everything is compared once more by content: then a change in between shows in one
    or in the other.
    """

    def __init__(self) -> None:
        self._files: dict[str, Signature] = {}
        self._folders: dict[str, Signature] = {}
        self._stay: dict[str, tuple[int, int]] = {}
        self._absent: list[str] = []
        self._there: dict[str, str] = {}
        self._whole = True

    def input(self, path: str, found: Found) -> None:
        """Look at a path that something was made of."""
        if found.kind is not None and found.place != path:
            self._whole = False  # a link, of which only the end was looked at
        if found.digest is not None:
            self.file(path)
        if found.names is not None:
            self.folder(path)
        self.folder(self._nearest(posixpath.dirname(path)))

    def file(self, path: str) -> None:
        """Look at a file whose content counts."""
        self._note(self._files, path, look(path))

    def folder(self, path: str) -> None:
        """Look at a folder whose names count: nothing comes to it or goes without a trace."""
        if path in self._folders:
            return
        self._note(self._folders, path, look(path, "directory"))
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

    def note(self) -> bytes | None:
        """What was seen as bytes; None if some of it cannot be told from a later state."""
        if not self._whole:
            return None
        stay = {path: seen for path, seen in self._stay.items() if path not in self._folders}
        return write_note(self._files | self._folders, stay, self._absent)

    def _nearest(self, folder: str) -> str:
        """The folder, or the one above it that is there: what comes below it comes to that."""
        known = self._there.get(folder)
        if known is None:
            is_there = os.path.isdir(folder)  # noqa: PTH112 - one of thousands
            known = folder if is_there else self._nearest(posixpath.dirname(folder))
            self._there[folder] = known
        return known

    def _note(self, known: dict[str, Signature], path: str, seen: Signature | None) -> None:
        if seen is None:
            self._whole = False
        else:
            known[path] = seen
