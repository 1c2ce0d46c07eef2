"""What a whole run saw: while all of it looks as it did, the same run would do nothing.

A run that found nothing to do notes how each file that it read or wrote looked, and each folder in
which it looked for something. The next run of the same command line in the same folder compares
these before it loads anything else. Only looks that tell a file from any later state of it count
(`inputs.look`), and they are taken before everything is compared once more by content, so that a
change in between shows in one or in the other.
"""

from __future__ import annotations

import hashlib
import os
import posixpath
from typing import TYPE_CHECKING

import orjson

from promote.store.database import ResultStore
from promote.store.identity import program_identity
from promote.store.inputs import look

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from promote.store.inputs import Found, Signature

_FORMAT = 1


def run_name(arguments: Sequence[str]) -> str:
    """A text that differs for any other program, folder or command line."""
    parts = [program_identity(), os.getcwd(), *arguments]  # noqa: PTH109 - text
    return hashlib.sha256("\0".join(parts).encode(errors="surrogateescape")).hexdigest()


def is_repeat(arguments: Sequence[str]) -> bool:
    """Whether a run of these arguments would do nothing, for all that an earlier one saw."""
    with ResultStore() as store:
        data = store.run(run_name(arguments))
    return data is not None and _still(data)


class Sights:
    """How the files and folders of a run look."""

    def __init__(self) -> None:
        self._files: dict[str, Signature] = {}
        self._folders: dict[str, Signature] = {}
        self._above: dict[str, tuple[int, int]] = {}
        self._absent: list[str] = []
        self._there: dict[str, str] = {}
        self.whole = True

    def input(self, path: str, found: Found) -> None:
        """Look at a path that something was made of."""
        if found.kind is not None and found.place != path:
            self.whole = False  # a link, of which only the end was looked at
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
        while above not in self._above:
            self.present(above)
            above = posixpath.dirname(above)

    def present(self, path: str) -> None:
        """Note what has to stay, whatever is in it."""
        status = os.lstat(path)
        self._above[path] = (status.st_ino, status.st_dev)

    def absent(self, paths: Iterable[str]) -> None:
        """Note what is not there and would count, in folders too busy to be looked at."""
        for path in paths:
            self._absent.append(path)
            self.whole = self.whole and not os.path.lexists(path)

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
            self.whole = False
        else:
            known[path] = seen

    def dump(self) -> bytes | None:
        """What was seen as bytes; None if some of it cannot be told from a later state."""
        if not self.whole:
            return None
        above = {path: seen for path, seen in self._above.items() if path not in self._folders}
        seen = [self._files | self._folders, above, self._absent]
        return orjson.dumps({"format": _FORMAT, "seen": seen})


def _still(data: bytes) -> bool:
    """Whether all that was seen still looks so."""
    lstat = os.lstat
    try:
        raw = orjson.loads(data)
        if raw["format"] != _FORMAT:
            return False
        looks, above, absent = raw["seen"]
        for path, seen in looks.items():
            now = lstat(path)
            if [now.st_ctime_ns, now.st_mtime_ns, now.st_size, now.st_ino, now.st_dev] != seen:
                return False
        for path, seen in above.items():
            now = lstat(path)
            if [now.st_ino, now.st_dev] != seen:
                return False
    except (orjson.JSONDecodeError, KeyError, TypeError, ValueError, OSError):
        return False
    return not any(map(os.path.lexists, absent))
