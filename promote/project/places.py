"""Where the fields of rendered resources were written, for those who point at one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from promote import yamlio
from promote.errors import FileMissingError, Place

if TYPE_CHECKING:
    from promote.model.json import FieldPath
    from promote.model.resource import Resource
    from promote.project.project import Project
    from promote.project.units import Unit


class FieldPlaces:
    """Finds the place of a field of a rendered resource.

    Args:
        project: the project that rendered it.
    """

    def __init__(self, project: Project) -> None:
        self._project = project

    def find(self, unit: Unit, resource: Resource, path: FieldPath) -> Place | None:  # noqa: ARG002 - layers are asked for next
        """Where a field was written.

        Args:
            unit: what the resource was rendered for.
            resource: the resource, as `Project.render` gave it.
            path: the field; empty for the whole resource.
        """
        origin = resource.origin
        if origin is None:
            return None
        tree = self._project.tree
        shown = tree.display(origin.file)
        if origin.generator or origin.file.endswith(".j2"):
            return Place(shown)
        try:
            data = tree.read(origin.file)
        except FileMissingError:
            return Place(shown)
        return Place(shown, *(yamlio.locate(data, path, document=origin.index) or ()))
