"""The answer to "who set this?"."""

from __future__ import annotations

import os
import posixpath
from dataclasses import dataclass
from typing import TYPE_CHECKING

from promote.compare.conceal import conceal_document
from promote.compare.paths import format_path
from promote.errors import FileMissingError, UnknownNameError
from promote.explain.find import find_field
from promote.project.origins import ABSENT, Tracer, value_at
from promote.project.owners import EXPRESSIONS, Owners, Ownership

if TYPE_CHECKING:
    from promote.errors import Place
    from promote.explain.history import Change, LineHistory
    from promote.model.json import FieldPath, Json
    from promote.model.resource import Resource, ResourceId
    from promote.project import Project, Unit
    from promote.project.origins import Line, Setting, ValueUse


@dataclass(frozen=True, slots=True)
class Source:
    """A line of a file that says something: where it is, who changed it and who owns it.

    Attributes:
        place: the file and line.
        change: its last change; None for a line that is not committed, or without a repository.
        owners: who owns the file.
    """

    place: Place
    change: Change | None
    owners: Ownership


@dataclass(frozen=True, slots=True)
class Value:
    """A value of the app's that the line of a template prints.

    Attributes:
        path: which, as a template writes it.
        value: the value.
        layer: what the layer that set it is for.
        source: where that is.
        under: the layer, the place and the value of each layer under it.
    """

    path: str
    value: Json
    layer: str
    source: Source
    under: tuple[tuple[str, Place, Json], ...]


@dataclass(frozen=True, slots=True)
class Step:
    """A step that set the field.

    Attributes:
        value: what it set; None as well for a step that took the field away.
        removed: whether it took the field away.
        how: in words, what the step is.
        layer: in words, which layer it belongs to.
        source: the line that says so; None where nothing does.
        values: the values that the line prints.
    """

    value: Json
    removed: bool
    how: str
    layer: str
    source: Source | None
    values: tuple[Value, ...] = ()


@dataclass(frozen=True, slots=True)
class Explanation:
    """Who set a field, or what made a resource.

    Attributes:
        unit: which app, where.
        resource: the resource.
        field: the field; empty for the whole resource.
        value: its value now, no secret in it; None for the whole resource.
        steps: the steps that set it: the last one first, then those that it covered.
    """

    unit: Unit
    resource: ResourceId
    field: str
    value: Json
    steps: tuple[Step, ...]


def explain(
    project: Project, unit: Unit, resource: Resource, field: str, history: LineHistory
) -> Explanation:
    """Explain a field of a resource.

    Builds the unit once more, and asks Git about each line that had a say.

    Args:
        project: the project.
        unit: what the resource was rendered for.
        resource: the resource, as `Project.render` gave it.
        field: the field, as a path or a JSON pointer; empty for the whole resource.
        history: the history of the project's files.

    Raises:
        UsageError: the field cannot be read.
        UnknownNameError: the resource has no such field.
        PromoteError: the unit cannot be rendered.
    """
    path = find_field(resource.doc, field) if field else ()
    tracer = Tracer(project)
    traced = next((one for one in tracer.traced(unit) if one.resource.id == resource.id), None)
    if traced is None:
        raise UnknownNameError(f"{unit} does not render {resource.id}")
    asker = _Asker(project, history, resource, path)
    steps = tuple(asker.step(one) for one in tracer.settings(traced, path))
    value = asker.concealed(value_at(resource.doc, path)) if path else None
    shown = format_path(path) if field.startswith("/") else field
    return Explanation(unit, resource.id, shown, value, steps)


class _Asker:
    def __init__(
        self, project: Project, history: LineHistory, resource: Resource, path: FieldPath
    ) -> None:
        self.project = project
        self.history = history
        self.kind = resource.id.kind
        self.path = path
        self.top = _real(history.top or project.root)
        self.owners = Owners(
            project.tree,
            history.top or project.root,
            expressions=project.config.forge.kind in EXPRESSIONS,
        )

    def step(self, one: Setting) -> Step:
        whole = not self.path
        return Step(
            None if whole or one.value is ABSENT else self.concealed(one.value),
            one.value is ABSENT,
            one.how,
            one.layer,
            self.source(one.line) if one.line is not None else None,
            () if whole else tuple(self.value(use) for use in one.values),
        )

    def value(self, use: ValueUse) -> Value:
        under = tuple((layer, place, self.concealed(old)) for layer, place, old in use.under)
        return Value(use.path, self.concealed(use.value), use.layer, self.source(use.line), under)

    def source(self, line: Line) -> Source:
        if line.tree is not self.project.tree:
            return Source(line.place, None, Ownership())
        path = posixpath.relpath(_real(line.file), self.top)
        change = None
        if line.line is not None:
            try:
                change = self.history.of(path, line.line, self.project.tree.read(line.file))
            except FileMissingError:
                change = None
        return Source(line.place, change, self.owners.of(path))

    def concealed(self, value: object) -> Json:
        """A value as it may be printed: not what a Secret holds, and no well-known token."""
        node: Json = value  # type: ignore[assignment]  # no step sets anything else
        for step in reversed(self.path):
            node = {str(step): node}
        known = node if isinstance(node, dict) else {}
        found = value_at(
            conceal_document({**known, "kind": self.kind} if "kind" not in known else known),
            tuple(map(str, self.path)),
        )
        return None if found is ABSENT else found  # type: ignore[return-value]  # as above


def _real(path: str) -> str:
    return os.path.realpath(path)
