"""Finding a project and opening it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from promote.config import load_config
from promote.errors import FileMissingError
from promote.project.project import Project
from promote.render.files import DiskTree

if TYPE_CHECKING:
    from collections.abc import Callable

    from promote.model.tree import Tree
    from promote.render.helm import Helm
    from promote.render.remote import Remotes

PROJECT_FILE = "promote.yaml"


def find_root(start: Path | None = None) -> Path:
    """The nearest folder at or above `start` that holds a `promote.yaml`.

    Args:
        start: where to look; the current folder by default.

    Raises:
        FileMissingError: there is none.
    """
    start = (start or Path()).absolute()
    for folder in (start, *start.parents):
        if (folder / PROJECT_FILE).is_file():
            return folder
    raise FileMissingError(
        f"no {PROJECT_FILE} in {start} or above it", hint="run 'promote init' to make one"
    )


def open_project(
    root: str | Path | None = None,
    *,
    tree: Tree | None = None,
    warn: Callable[[str], None] | None = None,
    helm: Helm | None = None,
    remotes: Remotes | None = None,
) -> Project:
    """Open the project of a folder, or of another tree such as a commit.

    Args:
        root: the folder that holds `promote.yaml`; by default the nearest one at or above the
            current folder. In a tree, an absolute path of that tree.
        tree: where the files are; the disk by default, and then nothing outside the Git work
            tree (or the folder, where there is none) is read.
        warn: takes each warning, one line.
        helm: inflates charts; without it they are refused.
        remotes: fetches bases and files that live elsewhere; without it they are refused.

    Raises:
        FileMissingError: there is no project.
        ProjectError: its `promote.yaml` is wrong.
    """
    if tree is None:
        folder = find_root(Path(root) if root is not None else None)
        tree = DiskTree(confine=str(work_tree(folder)))
        root = str(folder)
    path = str(root or "/")
    project = Project(load_config(tree, path), tree, path, warn)
    project.helm, project.remotes = helm, remotes
    return project


def work_tree(folder: Path) -> Path:
    """The top of the Git work tree around a folder, which bases may be shared from."""
    for above in (folder, *folder.parents):
        if (above / ".git").exists():
            return above.resolve()
    return folder.resolve()
