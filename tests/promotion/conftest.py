"""Projects in real repositories, with a clock that the tests set."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "git"))

from git_sandbox import sandbox
from stage import any_stage, stage
from support.gitea import gitea_server

__all__ = ["any_stage", "gitea_server", "sandbox", "stage"]
