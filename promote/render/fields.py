"""Walking to a field along a kustomize field path, and changing it without touching the original.

A path is written `spec/template/spec/containers[]/image`: names separated by slashes, a slash in a
name escaped by a backslash, `[]` saying that the field is a list. A list on the way is walked into
whether or not the path says so. (Source: kustomize's documentation of transformer configuration.)
"""

from __future__ import annotations

import re
from enum import Enum
from typing import TYPE_CHECKING, NamedTuple

from promote.errors import KustomizationError

if TYPE_CHECKING:
    from collections.abc import Callable

    from promote.model.json import Document, Json

Setter = "Callable[[Json], Json]"


class Create(Enum):
    """What to make of a last field that is missing and may be created."""

    SCALAR = "scalar"
    MAPPING = "mapping"


class Step(NamedTuple):
    """One name of a path, and whether the path says that it holds a list."""

    name: str
    is_list: bool


Path = tuple[Step, ...]

_UNESCAPED_SLASH = re.compile(r"(?<!\\)/")


def parse_path(text: str) -> Path:
    """Read a field path as kustomize writes it.

    Raises:
        KustomizationError: a name in the path is empty.
    """
    parts = _UNESCAPED_SLASH.split(text.removeprefix("/") if text != "/" else text)
    steps = []
    for part in parts:
        name = part.replace("\\/", "/")
        is_list = name.endswith("[]")
        steps.append(Step(name.removesuffix("[]"), is_list))
    return tuple(steps)


def update(
    node: Json, path: Path, change: Callable[[Json], Json], create: Create | None = None
) -> Json:
    """The node with the field at `path` replaced by what `change` makes of it.

    Every element of a list on the way is visited. Where a field is missing, nothing happens, unless
    `create` says what to make of it: the mappings on the way are then made too.

    Returns:
        The same object if nothing changed, else one that shares whatever did not.

    Raises:
        KustomizationError: the path leads through something that is neither mapping nor list.
    """
    return _update(node, path, 0, change, create)


def _update(
    node: Json, path: Path, depth: int, change: Callable[[Json], Json], create: Create | None
) -> Json:
    if depth == len(path):
        return change(node)
    if node is None:
        return None
    if isinstance(node, list):
        return _update_elements(node, path, depth, change, create)
    if not isinstance(node, dict):
        where = "/".join(step.name for step in path[:depth])
        raise KustomizationError(f"expected a mapping or a list at {where}, found a plain value")
    step = path[depth]
    if not step.name:
        raise KustomizationError("a field path has an empty name in it")
    if step.name not in node and (create is None or step.is_list):
        return node
    old = node.get(step.name)
    current = _made(step, depth == len(path) - 1, create) if old is None else old
    new = _update(current, path, depth + 1, change, create)
    if new is old and step.name in node:
        return node
    return {**node, step.name: new}


def _made(step: Step, is_last: bool, create: Create | None) -> Json:
    """What stands in for a field that is missing or null."""
    if step.is_list:
        return []
    if create is None:
        return None
    return "" if is_last and create is Create.SCALAR else {}


def _update_elements(
    nodes: list[Json], path: Path, depth: int, change: Callable[[Json], Json], create: Create | None
) -> Json:
    changed = [_update(node, path, depth, change, create) for node in nodes]
    if all(new is old for new, old in zip(changed, nodes, strict=True)):
        return nodes
    return changed


def update_document(
    doc: Document, path: Path, change: Callable[[Json], Json], create: Create | None = None
) -> Document:
    """`update` for a whole document.

    Raises:
        KustomizationError: as `update`.
    """
    if create is None and stops_short(doc, path):
        return doc
    new = update(doc, path, change, create)
    if not isinstance(new, dict):
        raise KustomizationError("a field path must not replace the whole resource")
    return new


def stops_short(doc: Document, path: Path) -> bool:
    """Whether a path ends at a missing field before it meets a list: most do, in most documents."""
    node: Json = doc
    for name, _ in path:
        if not isinstance(node, dict) or not name:
            return False
        if name not in node:
            return True
        node = node[name]
    return False


def set_in(doc: Document, path: tuple[str, ...], value: Json) -> Document:
    """The document with the value at a path of plain keys, making the mappings on the way."""
    head, *rest = path
    if not rest:
        return {**doc, head: value}
    inner = doc.get(head)
    return {**doc, head: set_in(inner if isinstance(inner, dict) else {}, tuple(rest), value)}


def without(doc: Document, path: tuple[str, ...]) -> Document:
    """The document without the field at a path of plain keys."""
    head, *rest = path
    if head not in doc:
        return doc
    if not rest:
        return {key: value for key, value in doc.items() if key != head}
    inner = doc[head]
    return {**doc, head: without(inner, tuple(rest))} if isinstance(inner, dict) else doc
