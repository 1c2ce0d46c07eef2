"""Who set which value of an app."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from promote.project.source import UnitSource

if TYPE_CHECKING:
    from promote.model.json import FieldPath, Json
    from promote.project.project import Project


class ValueRow(NamedTuple):
    """A value, and who set it.

    Attributes:
        path: the value's path, in dots and brackets.
        value: the value.
        layer: what the layer that set it is for.
        file, line: where.
    """

    path: str
    value: Json
    layer: str
    file: str
    line: int | None


def explain_values(
    project: Project, app: str, environment: str, cluster: str = ""
) -> list[ValueRow]:
    """The merged values of an app in an environment, in the order of their paths.

    Args:
        project: the project.
        app: which app.
        environment: where.
        cluster: the cluster, for an app that is rendered for each; its first by default.

    Raises:
        UnknownNameError: there is no such app, environment or cluster.
        ValuesError: the values do not fit their schema.
    """
    unit = project.units(environment, [app], cluster)[0]
    rows = []
    for found in UnitSource(project, unit).values.rows():
        place = found.setter.place
        layer = found.setter.layer.name
        rows.append(ValueRow(_shown(found.path), found.value, layer, place.file, place.line))
    return sorted(rows, key=lambda row: row.path)


def _shown(path: FieldPath) -> str:
    text = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)
    return text.removeprefix(".")
