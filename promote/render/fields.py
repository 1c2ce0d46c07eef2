"""Walking to a field along a kustomize field path, and changing it without touching the original.

A path is written `spec/template/spec/containers[]/image`: names separated by slashes, a slash in a
name escaped by a backslash, `[]` saying that the field is a list. A list on the way is walked into
whether or not the path says so. (Source: kustomize's documentation of transformer configuration.)
"""

from __future__ import annotations

import re
from enum import Enum
from operator import is_
from typing import TYPE_CHECKING, NamedTuple

from promote.errors import KustomizationError
from promote.render.merge.written import text_at
from promote.yamlio.blanks import with_words, words_of
from promote.yamlio.quotes import bare

if TYPE_CHECKING:
    from collections.abc import Callable

    from promote.model.json import Document, Json

Setter = "Callable[[Json], Json]"


class PlainValueError(KustomizationError):
    """A path leads through a plain value."""


class Create(Enum):
    """What to make of a last field that is missing or null.

    TEXT makes nothing of one that is missing; of one that is null, it and SCALAR make the text that
    stands for it in its file.
    """

    SCALAR = "scalar"
    MAPPING = "mapping"
    TEXT = "text"


class Step(NamedTuple):
    """One name of a path, and whether the path says that it holds a list.

    Instead of a name there may be what can be no name of a field.
    """

    name: str
    is_list: bool
    instead: str = ""


Path = tuple[Step, ...]

_UNESCAPED_SLASH = re.compile(r"(?<!\\)/")
# Elsewhere these choose elements of a list. Here lists are walked into anyway, and kustomize takes
# offence at them.
_NO_NAME = re.compile(r"[-+]?[0-9]+|-|\*|\[.*\]", re.DOTALL)
_NO_NAME_STARTS = frozenset("+-0123456789*[")


def split_path(text: str) -> list[str]:
    """The parts between slashes that no backslash escapes."""
    return [part.replace("\\/", "/") for part in _UNESCAPED_SLASH.split(text)]


def parse_path(text: str) -> Path:
    """Read a field path as kustomize writes it."""
    steps = []
    for part in split_path(text.removeprefix("/") if text != "/" else text):
        written = part
        is_list = written.endswith("[]")
        written = written.removesuffix("[]")
        name = written.strip()
        if not written:
            steps.append(Step("", is_list, "an empty name"))
        elif name and name[0] in _NO_NAME_STARTS and _NO_NAME.fullmatch(name):
            steps.append(Step("", is_list, repr(name)))
        elif name:
            steps.append(Step(name, is_list))
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
    above: list[tuple[Document, str]] = []
    old, end = node, len(path)
    # As nearly all mappings are: there is nothing to know of how they were written.
    while depth < end and type(old) is dict:
        name = path[depth].name
        inner = old.get(name)
        if inner is None or not name:
            if create is None and name and name not in old:
                return node
            break
        above.append((old, name))
        old = inner
        depth += 1
    if depth == end:
        new = change(old)
    elif isinstance(old, list):
        new = _update_elements(old, path, depth, change, create)
    else:
        new = _update_any(old, path, depth, change, create)
    if new is old:
        return node
    for mapping, name in reversed(above):
        new = {**mapping, name: new}
    return new


def _update_any(
    node: Json, path: Path, depth: int, change: Callable[[Json], Json], create: Create | None
) -> Json:
    """The same for any node but a list, above the end of the path."""
    if node is None:
        return None
    if not isinstance(node, dict):
        where = "/".join(step.name for step in path[:depth])
        raise PlainValueError(f"expected a mapping or a list at {where}, found a plain value")
    step = path[depth]
    if not step.name:
        raise KustomizationError(
            f"a field path has {step.instead} in it", hint="write names, with a slash between them"
        )
    if step.name not in node and (create in {None, Create.TEXT} or step.is_list):
        return node
    old = node.get(step.name)
    words = words_of(node)
    is_null = old is None or (old == "" and words.get(step.name) == "")
    current = _made(node, step, depth == len(path) - 1, create) if is_null else old
    new = _update(current, path, depth + 1, change, create)
    if (new is old or (is_null and new is None)) and step.name in node:
        return node
    kept = {key: word for key, word in words.items() if key != step.name} if words else words
    return with_words({**node, step.name: new}, kept)


def _made(node: Document, step: Step, is_last: bool, create: Create | None) -> Json:
    """What stands in for a field that is missing or null."""
    if step.is_list and not (is_last and create is Create.TEXT):
        return []
    if create is None or (create is Create.TEXT and not is_last):
        return None
    if not is_last or create is Create.MAPPING:
        return {}
    return bare(text_at(node, step.name) if step.name in node else "")


def _update_elements(
    nodes: list[Json], path: Path, depth: int, change: Callable[[Json], Json], create: Create | None
) -> Json:
    changed = [_update(node, path, depth, change, create) for node in nodes]
    return nodes if all(map(is_, changed, nodes)) else changed


def update_document(
    doc: Document, path: Path, change: Callable[[Json], Json], create: Create | None = None
) -> Document:
    """`update` for a whole document.

    Raises:
        KustomizationError: as `update`.
    """
    new = _update(doc, path, 0, change, create)
    if not isinstance(new, dict):
        raise KustomizationError("a field path must not replace the whole resource")
    return new


def stops_short(doc: Document, path: Path) -> bool:
    """Whether a path ends at a missing field before it meets a list: most do, in most documents."""
    return missing_at(doc, path) >= 0


def missing_at(doc: Document, path: Path) -> int:
    """Which step of a path, counted from 0, leads to a field that is missing.

    Returns:
        -1 if none does before the path meets anything but a mapping.
    """
    node: Json = doc
    for depth, (name, _, _) in enumerate(path):
        if not isinstance(node, dict) or not name:
            return -1
        if name not in node:
            return depth
        node = node[name]
    return -1


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
