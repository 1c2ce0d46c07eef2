"""Changing values in a YAML file while its comments and its layout stay as they are.

A value that is there is replaced in its place in the text. What is new goes through ruamel.yaml's
round trip, of which only the lines that differ in meaning are to differ. Either way the result is
read again and compared with what it should be: a file is never written that says something else.
"""

from __future__ import annotations

import re
from enum import Enum
from itertools import pairwise
from typing import TYPE_CHECKING, Final, Literal

import yaml

from promote import yamlio
from promote.errors import BugError, Place, YamlError
from promote.yamlio.writer import dump

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from promote.model.json import FieldPath, Json


class Delete(Enum):
    """Says that a field goes away."""

    DELETE = "delete"


DELETE: Final[Literal[Delete.DELETE]] = Delete.DELETE

_KEEPS_DOUBLE: Final = re.compile(r"[^\"\\\n\x00-\x1f]*\Z")


def edit(data: bytes, changes: Mapping[FieldPath, Json | Delete], source: str) -> bytes:
    """A file of one document with values set, made or taken away.

    Args:
        data: the file.
        changes: by the path of each value, what it becomes. An index one past the end of a list
            adds an item; mappings on the way to a new value are made.
        source: the file's name, for errors.

    Returns:
        The new file; the same bytes if nothing changes.

    Raises:
        YamlError: the file is not YAML, a path does not fit what is there, or an alias repeats what
            would change.
    """
    before = yamlio.load_one(data, source)
    wanted = before
    for path, value in changes.items():
        wanted = _apply(wanted, path, value, source)
    if wanted == before and _same_types(wanted, before):
        return data
    text = data.decode("utf-8")
    left: dict[FieldPath, Json | Delete] = {}
    for path, value in changes.items():
        new = None if isinstance(value, Delete) else _replace_scalar(text, path, value)
        if new is None:
            left[path] = value
        else:
            text = new
    if left:
        text = _restructure(text, left, source)
    result = text.encode("utf-8")
    if yamlio.load_one(result, source) != wanted:
        _refuse_aliases(data, source)
        raise BugError(f"editing {source} would change more than it should")
    return result


def _refuse_aliases(data: bytes, source: str) -> None:
    """Where one text stands for several values, a change of one of them changes the others.

    Raises:
        YamlError: there is an alias.
    """
    for token in yaml.scan(data.decode("utf-8"), yaml.SafeLoader):
        if isinstance(token, yaml.AliasToken):
            mark = token.start_mark
            raise YamlError(
                f"a change would reach what *{token.value} repeats",
                place=Place(source, mark.line + 1, mark.column + 1),
                hint=f"write out the value in the place of *{token.value}",
            )


def _apply(node: Json, path: FieldPath, value: Json | Delete, source: str) -> Json:
    """The document as it should read after one change."""
    if not path:
        return None if isinstance(value, Delete) else value
    step, rest = path[0], path[1:]
    if isinstance(step, int):
        items = node if isinstance(node, list) else [] if node is None else None
        if items is None or not 0 <= step <= len(items):
            raise YamlError(f"there is no item {step} to change", place=Place(source))
        if not rest and isinstance(value, Delete):
            return [item for index, item in enumerate(items) if index != step]
        old = items[step] if step < len(items) else None
        return [*items[:step], _apply(old, rest, value, source), *items[step + 1 :]]
    if node is not None and not isinstance(node, dict):
        raise YamlError(
            f"{step!r} would stand in something that is not a mapping", place=Place(source)
        )
    mapping = node or {}
    if not rest and isinstance(value, Delete):
        return {key: item for key, item in mapping.items() if key != step}
    return {**mapping, step: _apply(mapping.get(step), rest, value, source)}


def _same_types(left: Json, right: Json) -> bool:
    """`1 == True` in Python, not in a file."""
    return dump(left) == dump(right)


def _replace_scalar(text: str, path: FieldPath, value: Json) -> str | None:
    """The text with a scalar replaced in its place; None where there is none on one line."""
    if isinstance(value, dict | list):
        return None
    node = _node_at(text, path)
    if not isinstance(node, yaml.ScalarNode) or node.style in {"|", ">"}:
        return None
    start, end = node.start_mark.index, node.end_mark.index
    if start == end or "\n" in text[start:end]:
        return None
    return text[:start] + _in_style(value, node.style) + text[end:]


def _node_at(text: str, path: FieldPath) -> yaml.Node | None:
    try:
        node = yaml.compose(text, yaml.SafeLoader)
    except yaml.YAMLError:
        return None
    for step in path:
        if isinstance(node, yaml.MappingNode):
            node = next(
                (v for k, v in reversed(node.value) if getattr(k, "value", None) == step), None
            )
        elif (
            isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value)
        ):
            node = node.value[step]
        else:
            return None
    return node


def _in_style(value: Json, style: str | None) -> str:
    """A scalar as text, in the quotes that the old one had where they fit."""
    if isinstance(value, str):
        if style == '"' and _KEEPS_DOUBLE.match(value):
            return f'"{value}"'
        if style == "'" and value.isprintable():
            return "'" + value.replace("'", "''") + "'"
        # What might fold goes on one line, and in a flow collection its marks would end the value.
        if "\n" in value or len(value) > 60 or any(mark in value for mark in ",[]{}"):  # noqa: PLR2004
            return '"' + value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'
    return dump(value).removesuffix("\n")


def _restructure(text: str, changes: Mapping[FieldPath, Json | Delete], source: str) -> str:
    """Make and take away fields through ruamel.yaml's round trip."""
    from io import StringIO  # noqa: PLC0415 - only structure needs it

    from ruamel.yaml import YAML  # noqa: PLC0415 - slow to import, and seldom needed
    from ruamel.yaml.error import YAMLError as RuamelError  # noqa: PLC0415

    newline = "\r\n" if "\r\n" in text else "\n"
    editor = YAML(typ="rt")
    editor.preserve_quotes = True
    editor.width = 1_000_000
    editor.line_break = newline  # type: ignore[assignment]  # the library says None and takes text
    mapping, sequence, offset = _indentation(text)
    editor.indent(mapping=mapping, sequence=sequence, offset=offset)
    editor.explicit_start = text.lstrip("\ufeff").startswith("---")
    try:
        document = editor.load(text)
        for path, value in changes.items():
            document = _set(document, path, value)
    except RuamelError as error:
        raise YamlError(f"cannot edit: {error}", place=Place(source)) from None
    out = StringIO(newline="")
    editor.dump(document, out)
    result = out.getvalue()
    if not text.endswith("\n"):
        result = result.removesuffix(newline)
    return result


def _set(document: object, path: FieldPath, value: Json | Delete) -> object:
    """Change a round-trip document in place; it belongs to this edit alone."""
    if document is None:
        document = [] if isinstance(path[0], int) else {}
    node: object = document
    for step, following in pairwise(path):
        node = _enter(node, step, following)
    last = path[-1]
    if isinstance(node, list) and isinstance(last, int):
        if isinstance(value, Delete):
            del node[last]
        elif last == len(node):
            node.append(value)
        else:
            node[last] = value
    elif isinstance(node, dict):
        if isinstance(value, Delete):
            node.pop(last, None)
        else:
            node[last] = value
    return document


def _enter(node: object, step: str | int, following: str | int) -> object:
    empty: object = [] if isinstance(following, int) else {}
    if isinstance(node, list) and isinstance(step, int):
        if step == len(node):
            node.append(empty)
        return node[step]
    if isinstance(node, dict):
        if node.get(step) is None:
            node[step] = empty
        return node[step]
    raise BugError("a path leads through a scalar")


_ITEM: Final = re.compile(r"^( *)- ", re.MULTILINE)
_KEY: Final = re.compile(r"^( *)[^\s#-][^\n]*:\s*(?:#.*)?$", re.MULTILINE)


def _indentation(text: str) -> tuple[int, int, int]:
    """How a file indents: mappings, list items' content, and the dash itself."""
    lines: Sequence[str] = text.splitlines()
    mapping, offset = 2, 0
    for above, below in pairwise(lines):
        key = _KEY.match(above)
        if not key:
            continue
        depth = len(key[1])
        item = _ITEM.match(below)
        if item and len(item[1]) >= depth:
            offset = len(item[1]) - depth
            break
    for above, below in pairwise(lines):
        key = _KEY.match(above)
        inner = len(below) - len(below.lstrip(" "))
        if (
            key
            and below.strip()
            and not below.lstrip().startswith(("-", "#"))
            and inner > len(key[1])
        ):
            mapping = inner - len(key[1])
            break
    return mapping, offset + 2, offset
