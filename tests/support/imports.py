"""Who imports whom in a package, read from its source."""

from __future__ import annotations

import ast
import graphlib
import re
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

_ROW = re.compile(r"^\| (?P<names>.+?) \| (?P<rank>\d+) \|")

Statement = ast.Import | ast.ImportFrom


@dataclass(frozen=True)
class Import:
    """One imported module of the package.

    Attributes:
        importer, imported: the modules' full names.
        line: where it stands in the importer.
        typing: it is there for types only, and never runs.
    """

    importer: str
    imported: str
    line: int
    typing: bool

    @property
    def rooms(self) -> tuple[str, str]:
        """The part of the top package that each module is in; the top itself is in none."""
        own, other = (f"{name}.".split(".")[1] for name in (self.importer, self.imported))
        return own, other

    def __str__(self) -> str:
        return f"{self.importer}:{self.line} imports {self.imported}"


def ranks(table: str) -> dict[str, int]:
    """The rank of each room, as ARCHITECTURE.md's table has it."""
    return {
        name: int(row["rank"])
        for row in filter(None, map(_ROW.match, table.splitlines()))
        for name in re.findall(r"`(\w+)(?:/|\.py)`", row["names"])
    }


def imports(package: Path) -> list[Import]:
    """Every import of one module of a package by another, wherever in the module it stands."""
    modules = {_module(package, path): path for path in sorted(package.rglob("*.py"))}
    return [
        found
        for module, path in modules.items()
        for found in _of_file(module, path, modules)
        if found.imported != module
    ]


def upward(found: list[Import], ranked: Mapping[str, int]) -> list[str]:
    """The imports that go to a room of the importer's own rank or a higher one.

    The top package stands above all rooms; who imports it would import itself when it starts. Only
    its version may be asked for.
    """
    return [
        str(each)
        for each in found
        for own, other in [each.rooms]
        if own and own != other and (not other or ranked[other] >= ranked[own])
    ]


def cycle(found: list[Import]) -> list[str]:
    """Modules that import each other in a ring when they run; empty when there is none."""
    graph: dict[str, set[str]] = {}
    for each in found:
        if not each.typing:
            graph.setdefault(each.importer, set()).add(each.imported)
    try:
        graphlib.TopologicalSorter(graph).prepare()
    except graphlib.CycleError as error:
        return list(error.args[1])
    return []


def _module(package: Path, path: Path) -> str:
    parts = path.relative_to(package.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _of_file(module: str, path: Path, modules: Mapping[str, Path]) -> Iterator[Import]:
    here = module if path.name == "__init__.py" else module.rpartition(".")[0]
    for node, typing in _walk(ast.parse(path.read_text(encoding="utf-8"))):
        for name in _names(node, here):
            # `from package import name` means a module of that name where there is one.
            target = name if name in modules else name.rpartition(".")[0]
            if name.rpartition(".")[2] == "__version__":
                continue
            if target in modules:
                yield Import(module, target, node.lineno, typing)


def _names(node: Statement, here: str) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    base = node.module or ""
    if node.level:
        above = here.split(".")[: len(here.split(".")) - node.level + 1]
        base = ".".join(filter(None, [*above, base]))
    return [f"{base}.{alias.name}" for alias in node.names]


def _walk(
    node: ast.AST, *, typing: bool = False
) -> Iterator[tuple[ast.Import | ast.ImportFrom, bool]]:
    """Every import below a node, and whether it is for types only."""
    if isinstance(node, ast.Import | ast.ImportFrom):
        yield node, typing
    for child in ast.iter_child_nodes(node):
        inside = isinstance(node, ast.If) and child in node.body and _names_typing(node.test)
        yield from _walk(child, typing=typing or inside)


def _names_typing(test: ast.expr) -> bool:
    return ast.unparse(test) in {"TYPE_CHECKING", "typing.TYPE_CHECKING"}


def loaded(code: str, *arguments: str) -> set[str]:
    """The modules that are there after some code has run in a fresh interpreter."""
    code += "\nimport sys; print(*sys.modules, file=sys.stderr)"
    command = [sys.executable, "-c", code, *arguments]
    return set(subprocess.run(command, capture_output=True, text=True, check=True).stderr.split())
