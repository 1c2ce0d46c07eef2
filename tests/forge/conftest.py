"""Two clones of one bare remote, and the local forge in each."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "git"))

from git_sandbox import sandbox

__all__ = ["sandbox"]
