"""The real repositories that these tests work on."""

from __future__ import annotations

from git_sandbox import sandbox

__all__ = ["sandbox"]
