"""Temporary folders of our own, and those that a killed run left behind.

A folder goes away with its process, unless that was killed. Each is locked for as long as its
process lives, which the kernel sees to; so one that is old and not locked belongs to nobody.
"""

from __future__ import annotations

import fcntl
import os
import re
import shutil
import stat
import tempfile
import time
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Final

PREFIX: Final = "promote-git-"
_NAME: Final = re.compile(re.escape(PREFIX) + r"[a-z0-9_]{8}")
_LOCK: Final = "alive"
_OLD_SECONDS: Final = 24 * 3600
_MOST: Final = 50
"""Folders that one start removes: whoever has thousands should not wait for all of them."""


def make_folder() -> tuple[Path, int]:
    """A new folder of mode 0700, and the descriptor that keeps it locked while it is open.

    Folders that killed runs left behind are removed first, once a process.
    """
    parent = tempfile.gettempdir()
    _sweep_once(parent)
    folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=parent))
    lock = os.open(folder / _LOCK, os.O_CREAT | os.O_EXCL | os.O_RDWR | os.O_CLOEXEC, 0o600)
    # Some network file systems have no locks: there a day has to do.
    with suppress(OSError):
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    return folder, lock


def remove_folder(folder: Path, lock: int) -> None:
    """Remove a folder that `make_folder` made, and let go of its lock."""
    shutil.rmtree(folder, ignore_errors=True)
    with suppress(OSError):
        os.close(lock)


@cache
def _sweep_once(parent: str) -> None:
    sweep(parent, time.time())


def sweep(parent: str, now: float) -> list[str]:
    """Remove the folders of runs that were killed more than a day ago; returns their names.

    Anyone may put anything into the system's temporary folder, links to elsewhere among them. Only
    a real directory counts, of our own user, closed to others, that no living process holds; it is
    opened by a descriptor without following links, and emptied through it.

    Args:
        parent: the temporary folder.
        now: seconds since the epoch, as files are dated.
    """
    removed: list[str] = []
    # What cannot be read or removed is not worth an error: it is in nobody's way.
    with suppress(OSError):
        top = os.open(parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            names = (entry.name for entry in os.scandir(parent) if _NAME.fullmatch(entry.name))
            for name in names:
                if len(removed) >= _MOST:
                    break
                if _is_abandoned(top, name, now):
                    shutil.rmtree(name, ignore_errors=True, dir_fd=top)
                    removed.append(name)
        finally:
            os.close(top)
    return sorted(removed)


def _is_abandoned(top: int, name: str, now: float) -> bool:
    """Whether a folder is ours, old, and held by no process."""
    try:
        folder = os.open(
            name, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=top
        )
    except OSError:
        return False
    try:
        found = os.fstat(folder)
        ours = found.st_uid == os.geteuid() and stat.S_IMODE(found.st_mode) == stat.S_IRWXU
        return ours and now - found.st_mtime > _OLD_SECONDS and not _is_held(folder)
    finally:
        os.close(folder)


def _is_held(folder: int) -> bool:
    flags = os.O_RDWR | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
    try:
        lock = os.open(_LOCK, flags, dir_fd=folder)
    except FileNotFoundError:
        return False  # made by an earlier version, or killed before it was locked
    except OSError:
        return True
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return True
    finally:
        os.close(lock)
    return False
