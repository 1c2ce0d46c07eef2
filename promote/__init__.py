"""Render, compare and promote Kubernetes and service-mesh configuration kept in Git.

What the commands do, as a library. Everything named in `__all__` is stable; it is imported when it
is first used, so that `import promote` costs nothing.
"""

from __future__ import annotations

import importlib

TYPE_CHECKING = False  # that of `typing` costs its import
if TYPE_CHECKING:
    from promote.compare import Diff, diff
    from promote.errors import PromoteError
    from promote.model.resource import Resource, ResourceId
    from promote.project import Project, Unit, open_project
    from promote.render.files import DiskTree, EditedTree
    from promote.render.options import BuildOptions
    from promote.render.pipeline import build
    from promote.yamlio import dump, dump_all

__version__ = "0.1.0"

_HOMES = {
    "BuildOptions": "promote.render.options",
    "Diff": "promote.compare",
    "DiskTree": "promote.render.files",
    "EditedTree": "promote.render.files",
    "Project": "promote.project",
    "PromoteError": "promote.errors",
    "Resource": "promote.model.resource",
    "ResourceId": "promote.model.resource",
    "Unit": "promote.project",
    "build": "promote.render.pipeline",
    "diff": "promote.compare",
    "dump": "promote.yamlio",
    "dump_all": "promote.yamlio",
    "open_project": "promote.project",
}

__all__ = [
    "BuildOptions",
    "Diff",
    "DiskTree",
    "EditedTree",
    "Project",
    "PromoteError",
    "Resource",
    "ResourceId",
    "Unit",
    "__version__",
    "build",
    "diff",
    "dump",
    "dump_all",
    "open_project",
]


def __getattr__(name: str) -> object:
    """Import what a name of the library stands for when it is first asked for."""
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module 'promote' has no attribute {name!r}")
    return getattr(importlib.import_module(home), name)
