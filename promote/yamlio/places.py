"""Where a value stands in a text: found when an error or an explanation needs it, not before."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import yaml

from promote.errors import YamlError
from promote.yamlio.documents import chunks, decode

if TYPE_CHECKING:
    from promote.model.json import FieldPath


def locate(data: bytes | str, path: FieldPath, *, document: int = 0) -> tuple[int, int] | None:
    """Line and column, from 1, of the value at a path; of its nearest parent if it is missing.

    Returns:
        None if the text is not YAML or has no such document.
    """
    return _find(data, path, document, key=False)


def locate_key(data: bytes | str, path: FieldPath, *, document: int = 0) -> tuple[int, int] | None:
    """Line and column, from 1, of the key that the path ends in; of the item, in a list.

    Returns:
        None as `locate`, and for a path that leads nowhere.
    """
    return _find(data, path, document, key=True)


def is_in_brackets(data: bytes | str, path: FieldPath, *, document: int = 0) -> bool:
    """Whether the value at a path, or what there is on the way to it, is in brackets or braces."""
    parts = _parts(data)
    node = _compose(parts[document][0]) if document < len(parts) else None
    for step in path:
        if not isinstance(node, yaml.CollectionNode):
            return False
        if node.flow_style:
            return True
        found = _child(node, step)
        node = None if found is None else found[1]
    return False


def scalar_at(data: bytes | str, path: FieldPath, *, document: int = 0) -> str | None:
    """The text of the scalar at a path, None if there is none."""
    parts = _parts(data)
    node = _compose(parts[document][0]) if document < len(parts) else None
    for step in path:
        found = None if node is None else _child(node, step)
        if found is None:
            return None
        node = found[1]
    return node.value if isinstance(node, yaml.ScalarNode) else None


def in_single_quotes(data: bytes | str, *, document: int = 0) -> list[tuple[FieldPath, str]]:
    """The paths of the strings in single quotes, with their texts."""
    parts = _parts(data)
    root = _compose(parts[document][0]) if document < len(parts) else None
    found: list[tuple[FieldPath, str]] = []
    waiting: list[tuple[FieldPath, yaml.Node | None]] = [((), root)]
    for path, node in waiting:  # grows while it is read
        if isinstance(node, yaml.ScalarNode) and node.style == "'":
            found.append((path, node.value))
        elif isinstance(node, yaml.MappingNode):
            waiting += (((*path, key.value), value) for key, value in node.value)
        elif isinstance(node, yaml.SequenceNode):
            waiting += (((*path, index), item) for index, item in enumerate(node.value))
    return found


def _find(
    data: bytes | str, path: FieldPath, document: int, *, key: bool
) -> tuple[int, int] | None:
    parts = _parts(data)
    if document >= len(parts):
        return None
    text, above = parts[document]
    node = _compose(text)
    if node is None:
        return None
    mark = None
    for step in path:
        found = _child(node, step)
        if found is None:
            if key:
                return None
            break
        mark, node = found
    start = mark if key and mark is not None else node.start_mark
    return above + start.line + 1, start.column + 1


def _child(node: yaml.Node, step: str | int) -> tuple[yaml.Mark, yaml.Node] | None:
    """The mark of the key, and the value."""
    if isinstance(node, yaml.MappingNode):
        for key, value in reversed(node.value):
            if isinstance(key, yaml.ScalarNode) and key.value == step:
                return key.start_mark, value
    elif (
        isinstance(node, yaml.SequenceNode)
        and isinstance(step, int)
        and -1 < step < len(node.value)
    ):
        item = node.value[step]
        return item.start_mark, item
    return None


@lru_cache(maxsize=16)
def _parts(data: bytes | str) -> tuple[tuple[str, int], ...]:
    """The texts of the documents, as they are counted in reading, each with the lines above it."""
    try:
        return tuple(chunks(decode(data, ""), ""))
    except YamlError:
        return ()


@lru_cache(maxsize=64)
def _compose(text: str) -> yaml.Node | None:
    try:
        return yaml.compose(text, yaml.CSafeLoader)
    except yaml.YAMLError:
        return None
