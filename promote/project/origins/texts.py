"""The texts that a build reads, and where each line of them was written: templates make their own.

A line of a template may print values; which, and who set those, is found in what the line says.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from promote import yamlio
from promote.errors import Place, PromoteError
from promote.project.origins.following import ABSENT, value_at
from promote.project.source import UnitSource

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from promote.model.json import FieldPath, Json
    from promote.model.tree import Tree
    from promote.project.project import Project
    from promote.project.units import Unit

_NAME: Final = r"[A-Za-z_]\w*"
_USE: Final = re.compile(rf"(?<![\w.]){_NAME}(?:\.{_NAME}|\[\d+\]|\[(?:\"[^\"]*\"|'[^']*')\])*")
_STEP: Final = re.compile(rf"\.?({_NAME})|\[(\d+)\]|\[(?:\"([^\"]*)\"|'([^']*)')\]")
_LOOP: Final = re.compile(rf"\{{%-?\s*for\s+({_NAME})\s+in\s+([^%]+?)\s*-?%\}}")
_TAG: Final = re.compile(r"\{[{%](.*?)[}%]\}")


class Line(NamedTuple):
    """A line of a file.

    Attributes:
        tree: the tree that the file is in; None for one that is in none.
        file: the file, absolute in its tree.
        line: from 1; None when it is not known.
    """

    tree: Tree | None
    file: str
    line: int | None = None

    @property
    def place(self) -> Place:
        """The line as it is shown to a person."""
        shown = self.file if self.tree is None else self.tree.display(self.file)
        return Place(shown, self.line)


class ValueUse(NamedTuple):
    """A value that a line of a template prints.

    Attributes:
        path: which, as a template writes it.
        value: the value.
        layer: what the layer that set it is for.
        line: where it is set.
        under: what the layers under that one had: layer, place and value, the highest first.
    """

    path: str
    value: Json
    layer: str
    line: Line
    under: tuple[tuple[str, Place, Json], ...]


class FileTexts:
    """The files of a tree, as they are written.

    Args:
        tree: the tree.
    """

    def __init__(self, tree: Tree) -> None:
        self._tree = tree

    def text(self, file: str, tree: Tree | None = None) -> bytes | None:
        """The content of a file as the build reads it; None if it cannot be read."""
        try:
            return (tree or self._tree).read(file)
        except PromoteError:
            return None

    def find(self, file: str, path: FieldPath, document: int = 0, tree: Tree | None = None) -> Line:
        """The line at which a field of a file was written.

        Args:
            file: the file, absolute in its tree.
            path: the field; the nearest thing around it counts.
            document: which document of the file.
            tree: the tree, if it is another one.
        """
        data = self.text(file, tree)
        found = None if data is None else yamlio.locate_key(data, path, document=document)
        if data is not None and found is None:
            found = yamlio.locate(data, path, document=document)
        return self.line(file, found[0] if found else None, tree)

    def line(self, file: str, line: int | None, tree: Tree | None = None) -> Line:
        """Where a line of a file's text was written."""
        return Line(tree or self._tree, file, line)


class Texts(FileTexts):
    """The texts that the build of a unit reads, templates filled in.

    Args:
        project: the project.
        unit: which app, where.
    """

    def __init__(self, project: Project, unit: Unit) -> None:
        super().__init__(project.tree)
        self._project = project
        self._source = UnitSource(project, unit)
        self._traced: dict[str, tuple[bytes, Sequence[tuple[str, int]]]] = {}

    def text(self, file: str, tree: Tree | None = None) -> bytes | None:
        """The content of a file, a template filled in; None if it cannot be read."""
        try:
            return self._template(file)[0] if file.endswith(".j2") else super().text(file, tree)
        except PromoteError:
            return None

    def line(self, file: str, line: int | None, tree: Tree | None = None) -> Line:
        """Where a line of a file's text was written: for a template, in which of its lines."""
        if line is None or not file.endswith(".j2"):
            return super().line(file, line, tree)
        return Line(tree or self._tree, *self._template(file)[1][line - 1])

    def _template(self, file: str) -> tuple[bytes, Sequence[tuple[str, int]]]:
        if file not in self._traced:
            traced = self._project.trace_template(file, self._source.context)
            self._traced[file] = traced
        return self._traced[file]

    # Values

    def values_at(self, line: Line, value: Json | object) -> list[ValueUse]:
        """The values that a line of a template prints, those first that are in what it made."""
        if line.line is None or not line.file.endswith(".j2"):
            return []
        lines = self._project.tree.read(line.file).decode(errors="replace").split("\n")
        paths = list(dict.fromkeys(self._used(lines, line.line - 1, value)))
        found = [use for path in paths for use in self._use(path)]
        return sorted(found, key=lambda use: str(use.value) not in str(value))

    def _used(self, lines: list[str], index: int, made: object) -> Iterator[FieldPath]:
        """The paths of values in the expressions of a line; names of loops are looked up above."""
        for tag in _TAG.findall(lines[index]):
            for found in _USE.findall(re.sub(r"\"[^\"]*\"(?!\])|'[^']*'(?!\])", "", tag)):
                yield from self._resolved(_steps(found), lines, index, made)

    def _resolved(
        self, path: FieldPath, lines: list[str], index: int, made: object
    ) -> Iterator[FieldPath]:
        if not path:
            return
        if path[0] == "values":
            yield path[1:]
            return
        for above in range(index, -1, -1):
            loop = _LOOP.search(lines[above])
            if loop is not None and loop[1] == path[0]:
                used = _USE.search(loop[2])
                over = _steps(used[0]) if used else ()
                for whole in self._resolved(over, lines, above - 1, made):
                    yield from self._items(whole, path[1:], made)
                return

    def _items(self, over: FieldPath, rest: FieldPath, made: object) -> Iterator[FieldPath]:
        """The items of a looped list that could have made a value."""
        items = value_at(self._source.values.written, over)
        for index, _ in enumerate(items if isinstance(items, list) else ()):
            path = (*over, index, *rest)
            value = value_at(self._source.values.written, path)
            if value is not ABSENT and str(value) in str(made):
                yield path

    def _use(self, path: FieldPath) -> Iterator[ValueUse]:
        values = self._source.values
        value = value_at(values.written, path)
        setter = values.setter(path)
        if isinstance(value, dict | list | str | int | float | None) and setter is not None:
            under = []
            for layer in reversed(self._source.layers()):
                old = value_at(yamlio.load_one(layer.text, layer.file), path)
                if layer != setter.layer and isinstance(old, dict | list | str | int | float):
                    where = yamlio.locate(layer.text, path) or ()
                    under.append((layer.name, Place(layer.file, *where), old))
            text = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)
            place = setter.place
            file = self._source.values_files.get(place.file, place.file)
            line = Line(self._project.tree, file, place.line)
            yield ValueUse(f"values{text}", value, setter.layer.name, line, tuple(under))


def _steps(text: str) -> FieldPath:
    return tuple(
        int(number) if number else name or double or single
        for name, number, double, single in _STEP.findall(text)
    )
