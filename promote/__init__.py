"""Render, compare and promote Kubernetes and service-mesh configuration kept in Git.

What the commands do, as a library. Everything named in `__all__` is stable; it is imported when it
is first used, so that `import promote` costs nothing.
"""

from __future__ import annotations

import importlib

TYPE_CHECKING = False  # that of `typing` costs its import
if TYPE_CHECKING:
    from promote.compare import Diff, diff
    from promote.compare.sides import Comparison, Sides
    from promote.errors import PromoteError
    from promote.model.resource import Resource, ResourceId
    from promote.project import Project, Unit, open_project
    from promote.promotion import (
        Outcome,
        Plan,
        Session,
        Status,
        make_plan,
        open_session,
        promote,
        read_status,
        roll_back,
    )
    from promote.render.files import DiskTree, EditedTree
    from promote.render.options import BuildOptions
    from promote.render.pipeline import build
    from promote.yamlio import dump, dump_all

__version__ = "0.1.0"

_HOMES = {
    "BuildOptions": "promote.render.options",
    "Comparison": "promote.compare.sides",
    "Diff": "promote.compare",
    "DiskTree": "promote.render.files",
    "EditedTree": "promote.render.files",
    "Outcome": "promote.promotion",
    "Plan": "promote.promotion",
    "Project": "promote.project",
    "PromoteError": "promote.errors",
    "Resource": "promote.model.resource",
    "ResourceId": "promote.model.resource",
    "Session": "promote.promotion",
    "Sides": "promote.compare.sides",
    "Status": "promote.promotion",
    "Unit": "promote.project",
    "build": "promote.render.pipeline",
    "diff": "promote.compare",
    "dump": "promote.yamlio",
    "dump_all": "promote.yamlio",
    "make_plan": "promote.promotion",
    "open_project": "promote.project",
    "open_session": "promote.promotion",
    "promote": "promote.promotion",
    "read_status": "promote.promotion",
    "roll_back": "promote.promotion",
}

__all__ = [
    "BuildOptions",
    "Comparison",
    "Diff",
    "DiskTree",
    "EditedTree",
    "Outcome",
    "Plan",
    "Project",
    "PromoteError",
    "Resource",
    "ResourceId",
    "Session",
    "Sides",
    "Status",
    "Unit",
    "__version__",
    "build",
    "diff",
    "dump",
    "dump_all",
    "make_plan",
    "open_project",
    "open_session",
    "promote",
    "read_status",
    "roll_back",
]


def __getattr__(name: str) -> object:
    """Import what a name of the library stands for when it is first asked for."""
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module 'promote' has no attribute {name!r}")
    return getattr(importlib.import_module(home), name)
