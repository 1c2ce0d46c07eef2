"""The kustomizations below a folder, and which builds on which."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from promote.errors import InputError
from promote.render.kustomization import COMPONENT, FILE_NAMES
from promote.render.loading import Directory, ParsedFiles

if TYPE_CHECKING:
    from collections.abc import Iterator

    from promote.model.tree import Tree
    from promote.render.kustomization import Kustomization

_SKIPPED: Final = {"node_modules", "vendor", "charts", "testdata"}
_MAX_DEPTH: Final = 12


@dataclass(slots=True)
class Graph:
    """The kustomizations below a folder, by their paths in it.

    Attributes:
        builds_on: the directories that each names.
        layers: those that name one directory and no other resource.
        gatherers: those that name directories and do nothing else.
        components: those that are components.
        broken: why some cannot be read.
    """

    builds_on: dict[str, list[str]] = field(default_factory=dict)
    layers: set[str] = field(default_factory=set)
    gatherers: set[str] = field(default_factory=set)
    components: set[str] = field(default_factory=set)
    broken: dict[str, str] = field(default_factory=dict)

    @property
    def leaves(self) -> list[str]:
        """Those that no other one uses."""
        used = {each for paths in self.builds_on.values() for each in paths} | self.components
        return [path for path in self.builds_on if path not in used]

    def base(self, path: str) -> str | None:
        """What an overlay builds on in the end, if that is one directory.

        A directory that only changes another one is a layer between; one that has resources of its
        own is a base, whatever else it builds on.
        """
        seen = {path}
        while below := self._below(path):
            if len(below) > 1 or below[0] in seen:
                return None
            path = below[0]
            seen.add(path)
            if path not in self.layers:
                return path
        return path if len(seen) > 1 else None

    def _below(self, path: str) -> list[str]:
        """What it builds on, but for components and its own parts."""
        named = [each for each in self.builds_on[path] if each not in self.components]
        return [each for each in named if not each.startswith(f"{path}/")]


def leaves(tree: Tree, root: str, files: ParsedFiles) -> list[str]:
    """The directories that have a kustomization and that no other one uses, in order.

    Args:
        tree: where the folder is.
        root: its path there.
        files: takes what is parsed, for those who build the directories.

    Raises:
        FileMissingError: the folder is not there.
    """
    graph = read_graph(tree, root, files)
    unused = {*graph.leaves, *graph.broken}
    return [path for path in _kustomizations(tree, root, 0) if _below(root, path) in unused]


def _kustomizations(tree: Tree, path: str, depth: int) -> Iterator[str]:
    names = tree.entries(path)
    if any(name in FILE_NAMES for name in names):
        yield path
    for name in names if depth < _MAX_DEPTH else ():
        if name.startswith(".") or name in _SKIPPED:
            continue
        below = posixpath.join(path, name)
        if tree.kind(below) == "directory":
            yield from _kustomizations(tree, below, depth + 1)


def _below(root: str, path: str) -> str:
    return posixpath.relpath(path, root)


def read_graph(tree: Tree, root: str, files: ParsedFiles) -> Graph:
    """The kustomizations below the folder `root`.

    Raises:
        FileMissingError: the folder is not there.
    """
    graph = Graph()
    directories = {_below(root, path): path for path in _kustomizations(tree, root, 0)}
    for name, path in directories.items():
        try:
            wanted, _ = Directory(tree, path, files).kustomization()
        except InputError as error:
            graph.broken[name] = error.message
            continue
        if wanted.kind == COMPONENT:
            graph.components.add(name)
        entries = (*wanted.resources, *wanted.components)
        named = [posixpath.normpath(posixpath.join(name, entry)) for entry in entries]
        graph.builds_on[name] = [each for each in named if each in directories]
        if len(wanted.resources) == 1 and graph.builds_on[name]:
            graph.layers.add(name)
        elif 0 < len(graph.builds_on[name]) == len(wanted.resources) and _only_gathers(wanted):
            graph.gatherers.add(name)
    return graph


def _only_gathers(wanted: Kustomization) -> bool:
    """Whether it names resources and asks for nothing else."""
    names = wanted._fields
    return not any(getattr(wanted, one) for one in names if one not in {"kind", "resources"})
