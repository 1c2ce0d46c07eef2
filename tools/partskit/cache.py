"""The folder in which parts are kept, shared by all checkouts and safe to fill from two at once."""

from __future__ import annotations

import fcntl
import os
import shutil
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from partskit.records import Part


def default_folder() -> Path:
    """`$PROMOTE_PARTS`, or a folder in the user's cache."""
    chosen = os.environ.get("PROMOTE_PARTS")
    if chosen:
        return Path(chosen)
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "promote-parts"


class Cache:
    """Parts that are made, each with a stamp that says of which version."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def has(self, part: Part) -> bool:
        """Whether a part is complete, and of the version that is pinned."""
        stamp = self._stamp(part)
        return (
            all((self.folder / path).exists() for path in part.outputs.values())
            and stamp.exists()
            and stamp.read_text(encoding="utf-8") == part.version
        )

    @contextmanager
    def lock(self, part: Part) -> Iterator[None]:
        """Keep other processes from making the same part; the system frees it if we die."""
        path = self.folder / "locks" / part.name
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield

    @contextmanager
    def workspace(self, part: Part) -> Iterator[Path]:
        """An empty folder on the cache's file system, for who holds the lock; gone afterwards."""
        folder = self.folder / "making" / part.name
        shutil.rmtree(folder, ignore_errors=True)  # a run that was killed may have left it
        folder.mkdir(parents=True)
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def keep(self, part: Part, made: Path) -> None:
        """Move a part's outputs in place, and say so last: a kill on the way leaves it unmade."""
        stamp = self._stamp(part)
        stamp.unlink(missing_ok=True)
        for path in part.outputs.values():
            target = self.folder / path
            target.parent.mkdir(parents=True, exist_ok=True)
            if target.is_dir():
                shutil.rmtree(target)
            (made / path).replace(target)
        stamp.parent.mkdir(parents=True, exist_ok=True)
        fresh = stamp.with_suffix(f".{os.getpid()}")
        fresh.write_text(part.version, encoding="utf-8")
        fresh.replace(stamp)

    def _stamp(self, part: Part) -> Path:
        return self.folder / "stamps" / part.name
