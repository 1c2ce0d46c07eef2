"""Sees whether something wrote into the repository while the tests ran."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


class WorkTree:
    """Git's status of a work tree, as it was when this was made."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._before = self._status()

    def changes(self) -> list[str]:
        """The lines of the status that are new: files made, changed or deleted since."""
        return sorted(self._status() - self._before)

    def _status(self) -> set[str]:
        done = subprocess.run(
            ["git", "status", "--porcelain", "--untracked-files=all"],
            cwd=self._root,
            capture_output=True,
            text=True,
            check=False,  # an unpacked archive has no repository, and nothing to watch
        )
        return set(done.stdout.splitlines())
