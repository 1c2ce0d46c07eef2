"""Who set a field: in which file, line and layer, over what, who changed it and who owns it."""

from promote.explain.find import find_resource, find_units
from promote.explain.history import Change, LineHistory
from promote.explain.question import Explanation, Source, Step, explain
from promote.project.owners import Owners, Ownership

__all__ = [
    "Change",
    "Explanation",
    "LineHistory",
    "Owners",
    "Ownership",
    "Source",
    "Step",
    "explain",
    "find_resource",
    "find_units",
]
