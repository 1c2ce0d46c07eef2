"""Two clones of one bare remote and the local forge in each, and servers."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "git"))

from contract import place
from git_sandbox import sandbox
from support.gitea import gitea_server

__all__ = ["gitea_server", "place", "sandbox"]
