"""Walking to many fields of one document at once, where their paths begin alike."""

from __future__ import annotations

from operator import is_
from typing import TYPE_CHECKING, Generic, TypeVar

from promote.yamlio.blanks import with_words, words_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from promote.model.json import Document, Json
    from promote.render.fields import Path

End = TypeVar("End")


class DeadEndError(Exception):
    """A path leads through a plain value; walking the paths one by one says which."""


class Branch(Generic[End]):
    """What goes on from one place: further names, or else what is to be done there.

    Attributes:
        inner: the branches by the name of the field that they begin with.
        ends: what the paths that end here stand for, in their order.
    """

    __slots__ = ("ends", "inner")

    def __init__(self) -> None:
        self.inner: dict[str, Branch[End]] = {}
        self.ends: list[End] = []


def branches(paths: Iterable[tuple[Path, End]]) -> Branch[End] | None:
    """The paths as one tree.

    Returns:
        None if a path ends on the way of another, has no name in it, or makes lists of nulls.
    """
    root: Branch[End] = Branch()
    for path, end in paths:
        branch = root
        for step in path:
            if branch.ends or step.is_list or not step.name:
                return None
            branch = branch.inner.setdefault(step.name, Branch())
        if branch.inner:
            return None
        branch.ends.append(end)
    return None if root.ends else root


def update_all(doc: Document, branch: Branch[End], change: Callable[[Json, End], Json]) -> Document:
    """The document with each field that a path leads to replaced by what `change` makes of it.

    As `fields.update` for one path after the other, where fields that are missing stay so. What a
    change makes of one field must not depend on another.

    Raises:
        DeadEndError: a path leads through a plain value.
    """
    return _in_mapping(doc, branch, change)


def _in_mapping(
    node: Document, branch: Branch[End], change: Callable[[Json, End], Json]
) -> Document:
    changed: Document | None = None
    words = words_of(node)
    for name, inner in branch.inner.items():
        old = node.get(name)
        if (old is None and name not in node) or (old == "" and words.get(name) == ""):
            continue
        new = old
        if inner.ends:
            for end in inner.ends:
                new = change(new, end)
        elif isinstance(old, dict):
            new = _in_mapping(old, inner, change)
        elif isinstance(old, list):
            new = _in_list(old, inner, change)
        elif old is not None:
            raise DeadEndError
        if new is not old:
            changed = {name: new} if changed is None else {**changed, name: new}
    if changed is None:
        return node
    kept = {key: word for key, word in words.items() if key not in changed}
    return with_words({**node, **changed}, kept)


def _in_list(
    nodes: list[Json], branch: Branch[End], change: Callable[[Json, End], Json]
) -> list[Json]:
    new: list[Json] = []
    for node in nodes:
        if isinstance(node, dict):
            new.append(_in_mapping(node, branch, change))
        elif isinstance(node, list):
            new.append(_in_list(node, branch, change))
        elif node is None:
            new.append(None)
        else:
            raise DeadEndError
    return nodes if all(map(is_, new, nodes)) else new
