"""The least that still differs: parts of a tree are left out for as long as the verdict stays."""

from __future__ import annotations

from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING

from kusttrees.nodes import Anchor, Style, TextFile, Tree, YamlFile

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from kusttrees.nodes import Node

Path = tuple["str | int", ...]
# Without these a resource is none, and what differs then is seldom what differed before.
_IDENTITY = {("apiVersion",), ("kind",), ("metadata",), ("metadata", "name")}


def shrink(tree: Tree, fails: Callable[[Tree], bool], *, budget: int = 600) -> Tree:
    """Leave out what can be left out.

    Args:
        tree: a tree that fails.
        fails: whether a smaller one still fails in the same way.
        budget: how often that may be asked.
    """
    position, progress = 0, False
    for _ in range(budget):
        smaller = next(islice(_smaller(tree), position, None), None)
        if smaller is None:
            if not progress:
                break
            position, progress = 0, False
        elif fails(smaller):
            # What came before was needed a moment ago, so go on here; a later pass tries it again.
            tree, progress = smaller, True
        else:
            position += 1
    return tree


def _smaller(tree: Tree) -> Iterator[Tree]:
    """Trees with one thing less, the largest things first."""
    for flag in tree.flags:
        yield replace(tree, flags=tuple(each for each in tree.flags if each != flag))
    for name in sorted(tree.files):
        yield _with(tree, name, None)
    for name, file in sorted(tree.files.items()):
        if isinstance(file, YamlFile) and file.style != Style(json=file.style.json):
            yield _with(tree, name, YamlFile(file.documents, Style(json=file.style.json)))
    cuts = [
        (len(path), name, path)
        for name, file in sorted(tree.files.items())
        if isinstance(file, YamlFile)
        for path in _paths(file.documents)
        if path[1:] not in _IDENTITY
    ]
    for _, name, path in sorted(cuts, key=lambda cut: (cut[0], cut[1], str(cut[2]))):
        file = tree.files[name]
        assert isinstance(file, YamlFile)
        yield _with(tree, name, replace(file, documents=_without(file.documents, path)))
    yield from _simpler(tree)


def _simpler(tree: Tree) -> Iterator[Tree]:
    """Trees of which one file is shorter: the first half of its bytes."""
    for name, file in sorted(tree.files.items()):
        if isinstance(file, TextFile) and len(file.content) > 1:
            yield _with(tree, name, TextFile(file.content[: len(file.content) // 2]))


def _with(tree: Tree, name: str, file: YamlFile | TextFile | None) -> Tree:
    files = {**tree.files}
    if file is None:
        del files[name]
    else:
        files[name] = file
    return replace(tree, files=files)


def _paths(node: Node, at: Path = ()) -> Iterator[Path]:
    """Where everything under a node is."""
    if isinstance(node, Anchor):
        node = node.value
    if isinstance(node, dict):
        pairs: list[tuple[str | int, Node]] = list(node.items())
    elif isinstance(node, list):
        pairs = list(enumerate(node))
    else:
        return
    for key, value in pairs:
        yield (*at, key)
        yield from _paths(value, (*at, key))


def _without(node: Node, path: Path) -> list[Node]:
    cut = _cut(node, path)
    assert isinstance(cut, list)
    return cut


def _cut(node: Node, path: Path) -> Node:
    """The node without what is at a path."""
    if isinstance(node, Anchor):
        return Anchor(node.name, _cut(node.value, path))
    key, *rest = path
    if isinstance(node, dict):
        return {
            k: _cut(v, tuple(rest)) if k == key else v for k, v in node.items() if rest or k != key
        }
    assert isinstance(node, list)
    return [
        _cut(item, tuple(rest)) if index == key else item
        for index, item in enumerate(node)
        if rest or index != key
    ]
