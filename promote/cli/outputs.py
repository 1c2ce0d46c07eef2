"""A folder of rendered files: written whole, only where they changed, and cleared of what is gone.

A list of what was written is kept beside them, so that nothing is removed that someone else put
there.
"""

from __future__ import annotations

import hashlib
import os
from contextlib import suppress
from typing import TYPE_CHECKING

import orjson

from promote.errors import OutsideError
from promote.store.inputs import look

if TYPE_CHECKING:
    from collections.abc import Iterable

    from promote.store.inputs import Signature

LIST = ".promote-files.json"


class OutputFolder:
    """The folder that a fleet is rendered into.

    Args:
        folder: made when something is written.
    """

    def __init__(self, folder: str) -> None:
        self.folder = folder
        self._made: set[str] = set()
        self._then = self._load()
        self._now = dict(self._then)
        self.written = 0

    def holds(self, name: str, digest: str) -> bool:
        """Whether a file is what it should be.

        Args:
            name: its path in the folder.
            digest: SHA-256 of what it should hold.
        """
        then = self._then.get(name)
        path = f"{self.folder}/{name}"
        signature = look(path)
        if then is not None and then[0] == digest and signature and signature == then[1]:
            return True
        try:
            with open(path, "rb") as file:  # noqa: PTH123 - one of thousands
                same = hashlib.sha256(file.read()).hexdigest() == digest
        except OSError:
            return False
        if same:
            self._now[name] = (digest, signature)
        return same

    def write(self, name: str, data: bytes, digest: str) -> None:
        """Write a file, all or nothing.

        Raises:
            OutsideError: it cannot be written.
        """
        path = f"{self.folder}/{name}"
        above = path.rpartition("/")[0]
        if above not in self._made:
            _make(above)
            self._made.add(above)
        _replace(path, data)
        self._now[name] = (digest, None)
        self.written += 1

    def remove_others(self, names: Iterable[str]) -> list[str]:
        """Remove the files of earlier runs that are none of these, if they are as we wrote them.

        Returns:
            The paths of those that were removed.
        """
        removed = []
        for name in sorted(set(self._now) - set(names)):
            digest, _ = self._now.pop(name)
            if self.holds(name, digest):
                with suppress(OSError):
                    os.unlink(f"{self.folder}/{name}")  # noqa: PTH108 - as above
                    removed.append(name)
                self._now.pop(name, None)
        return removed

    def save(self) -> None:
        """Keep the list of files.

        Raises:
            OutsideError: it cannot be written.
        """
        if self._now != self._then:
            _make(self.folder)
            _replace(f"{self.folder}/{LIST}", orjson.dumps(self._now, option=orjson.OPT_SORT_KEYS))

    def _load(self) -> dict[str, tuple[str, Signature | None]]:
        try:
            with open(f"{self.folder}/{LIST}", "rb") as file:  # noqa: PTH123 - as above
                raw = orjson.loads(file.read())
            return {
                name: (digest, None if seen is None else tuple(seen))
                for name, (digest, seen) in raw.items()
                if _is_inside(name)
            }
        except (OSError, orjson.JSONDecodeError, AttributeError, TypeError, ValueError):
            return {}


def _is_inside(name: str) -> bool:
    return not name.startswith("/") and ".." not in name.split("/")


def _make(folder: str) -> None:
    try:
        os.makedirs(folder, exist_ok=True)  # noqa: PTH103 - pathlib costs its import
    except OSError as error:
        raise OutsideError(f"cannot make the folder {folder}: {error.strerror}") from error


def _replace(path: str, data: bytes) -> None:
    folder, _, name = path.rpartition("/")
    draft = f"{folder}/.promote-{os.getpid()}-{name}"
    try:
        with open(draft, "wb") as file:  # noqa: PTH123 - one of thousands
            file.write(data)
        os.replace(draft, path)  # noqa: PTH105 - as above
    except BaseException as error:
        with suppress(OSError):
            os.unlink(draft)  # noqa: PTH108 - as above
        if isinstance(error, OSError):
            raise OutsideError(f"cannot write {path}: {error.strerror}") from error
        raise
