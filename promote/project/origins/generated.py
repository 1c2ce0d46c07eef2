"""The line of a generator, or of what it was made of, that gives a key its value."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

    from promote.model.json import FieldPath, Json
    from promote.project.origins.asked import Asked
    from promote.project.origins.texts import Line

_DATA: Final = ("data", "binaryData", "stringData")


def generated(field: str) -> Callable[[Asked], Line]:
    """What finds the source of an entry of a generator that has the key."""
    return lambda asked: _generator(asked, field)


def _generator(asked: Asked, field: str) -> Line:
    entry, number = asked.entry(field), asked.change.cause.number
    path = asked.change.path
    key = str(path[1]) if len(path) > 1 and path[0] in _DATA else None
    if key is None:
        name = "name" if path == ("metadata", "name") else None
        return asked.line(field, number, *((name,) if name else ()))
    for kind in ("literals", "files", "envs"):
        sources = entry.get(kind)
        for index, source in enumerate(sources if isinstance(sources, list) else ()):
            where = asked.line(field, number, kind, index)
            found = _SOURCES[kind](asked, str(source), key, where)
            if found is not None:
                return found
    return asked.line(field, number)


def _literal(asked: Asked, source: str, key: str, where: Line) -> Line | None:  # noqa: ARG001 - one signature
    return where if source.partition("=")[0] == key else None


def _file(asked: Asked, source: str, key: str, where: Line) -> Line | None:  # noqa: ARG001 - as above
    name, equals, file = source.rpartition("=")
    if key != (name if equals else posixpath.basename(file)):
        return None
    return asked.texts.line(asked.file(file), 1, asked.change.cause.tree)


def _env(asked: Asked, source: str, key: str, where: Line) -> Line | None:  # noqa: ARG001 - as above
    text = asked.texts.text(asked.file(source), asked.change.cause.tree) or b""
    for number, line in enumerate(text.decode(errors="replace").split("\n"), 1):
        if line.partition("=")[0].strip() == key:
            return asked.texts.line(asked.file(source), number, asked.change.cause.tree)
    return None


_SOURCES: Final = {"literals": _literal, "files": _file, "envs": _env}


def chart_line(asked: Asked) -> Line:
    """The chart; the value inline that has the field's value, if there is just one."""
    number = asked.change.cause.number
    field = "helmCharts" if asked.items("helmCharts") else "helmChartInflationGenerator"
    inline = asked.entry(field).get("valuesInline")
    if asked.change.value not in (None, "", True, False, 0, 1):
        found = [path for path, leaf in _leaves(inline, ()) if leaf == asked.change.value]
        if len(found) == 1:
            return asked.line(field, number, "valuesInline", *found[0])
    return asked.line(field, number)


def _leaves(node: Json, path: FieldPath) -> list[tuple[FieldPath, Json]]:
    if isinstance(node, dict):
        return [leaf for key, item in node.items() for leaf in _leaves(item, (*path, key))]
    if isinstance(node, list):
        return [leaf for at, item in enumerate(node) for leaf in _leaves(item, (*path, at))]
    return [(path, node)]
