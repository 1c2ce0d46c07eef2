"""Projects in real repositories, with a clock that the tests set."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "git"))

from git_sandbox import sandbox
from stage import stage

__all__ = ["sandbox", "stage"]
