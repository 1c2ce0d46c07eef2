"""A kustomization read again as text, to find the line that a step of a build was told by."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING, NamedTuple

from promote.project.origins.following import ABSENT

if TYPE_CHECKING:
    from promote.model.json import Document, FieldPath, Json
    from promote.project.origins.following import Change
    from promote.project.origins.texts import FileTexts, Line


class Asked(NamedTuple):
    """A kustomization, read to find what it says.

    Attributes:
        texts: the texts of the build.
        change: the step.
        doc: the kustomization.
    """

    texts: FileTexts
    change: Change
    doc: Document

    def line(self, *path: str | int) -> Line:
        """The line of a field of the kustomization."""
        cause = self.change.cause
        return self.texts.find(cause.file, path, 0, cause.tree)

    def items(self, field: str) -> list[Json]:
        """The entries of a list."""
        found = self.doc.get(field)
        return found if isinstance(found, list) else []

    def entry(self, field: str) -> Document:
        """The entry of a list that the step carried out."""
        items, number = self.items(field), self.change.cause.number
        found = items[number] if number < len(items) else None
        return found if isinstance(found, dict) else {}

    @property
    def where(self) -> tuple[FieldPath, Json]:
        """The field, and the document that has it: the earlier one for what was taken away."""
        change = self.change
        if change.value is ABSENT and change.under is not None:
            return change.under, change.before
        return change.path, change.doc

    def file(self, name: str) -> str:
        """A file that the kustomization names, absolute in its tree."""
        folder = posixpath.dirname(self.change.cause.file)
        return posixpath.normpath(posixpath.join(folder, name))
