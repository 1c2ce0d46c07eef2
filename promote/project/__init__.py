"""A project opened: its configuration, its files, and the rendering of its environments."""

from promote.project.opening import find_root, open_project
from promote.project.project import Project
from promote.project.units import Unit

__all__ = ["Project", "Unit", "find_root", "open_project"]
