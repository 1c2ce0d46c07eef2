"""Field paths of replacements and vars: `spec.template.spec.containers.[name=web].image`.

Names are separated by dots; a dot in a name is escaped by a backslash, or the name stands in
brackets. `[field=text]` chooses elements of a list by a field, `[=text]` elements that are scalars,
a number one by its index, `*` all, and `-` the last one where a value is read.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, TypeAlias

from promote.errors import KustomizationError
from promote.render.merge.written import (
    MISSING,
    Missing,
    check_new_keys,
    created,
    text_at,
    text_of,
)
from promote.render.places import with_field
from promote.yamlio.quotes import bare

if TYPE_CHECKING:
    from collections.abc import Callable

    from promote.model.json import FieldPath, Json

Parts: TypeAlias = tuple[str, ...]
_NUMBER: Final = re.compile(r"[+-]?[0-9]+", re.ASCII)


def split_path(path: str) -> Parts:
    """The parts of a path."""
    parts: list[str] = []
    pieces = iter(_split_at_dots(path))
    for piece in pieces:
        if not piece.startswith("[") or piece.endswith("]"):
            parts.append(piece)
            continue
        bracketed = [piece]
        for more in pieces:
            bracketed.append(more)
            if more.endswith("]"):
                break
        whole = ".".join(bracketed)
        parts.append(whole if "=" in whole else whole.strip("[]"))
    return tuple(parts)


def _split_at_dots(path: str) -> list[str]:
    pieces = path.split(".")
    if len(pieces) > 1 and not pieces[0]:
        pieces = pieces[1:]
    parts = pieces[:1]
    for piece in pieces[1:]:
        if parts[-1].endswith("\\"):
            parts[-1] = f"{parts[-1][:-1]}.{piece}"
        else:
            parts.append(piece)
    return parts


def condition_of(part: str) -> tuple[str, str] | None:
    """The field and the text of `[field=text]`, or None if the part is not of that form."""
    if not (part.startswith("[") and part.endswith("]")):
        return None
    field, equals, text = part[1:-1].partition("=")
    if not equals:
        raise KustomizationError(
            f"{part!r} in a field path does not say what to look for", hint="write [name=web]"
        )
    return field, text


def index_of(part: str) -> int | None:
    """The number that a part is, or None."""
    return int(part) if _NUMBER.fullmatch(part) else None


def elements_of(node: Json | Missing, part: str) -> list[Json]:
    """The elements of a list that a part means some of; none of a null.

    Raises:
        KustomizationError: there is no list.
    """
    if node is None:
        return []
    if not isinstance(node, list):
        raise KustomizationError(f"{part!r} in a field path is for a list, and there is none")
    return node


def fields_of(node: Json, part: str) -> dict[str, Json]:
    """The fields of a mapping that a part means one of.

    Raises:
        KustomizationError: there is no mapping.
    """
    if not isinstance(node, dict):
        found = "a list" if isinstance(node, list) else "a plain value"
        raise KustomizationError(f"{part!r} in a field path is for a mapping, not for {found}")
    return node


# Reading


def look_up(node: Json, parts: Parts) -> Json | Missing:
    """The value at a path, or MISSING.

    Raises:
        KustomizationError: the path does not fit what is there.
    """
    found: Json | Missing = node
    for part in _cleaned(parts):
        key = None if found is MISSING else _key(found, part)
        if key is None:
            return MISSING
        found = found[key]  # type: ignore[index] # _key saw that it has one
    return found


def place_of(node: Json, parts: Parts) -> FieldPath:
    """The keys and indexes that lead to what `look_up` finds."""
    place: list[str | int] = []
    for part in _cleaned(parts):
        key = _key(node, part)
        if key is None:
            break
        node = node[key]  # type: ignore[index] # as above
        place.append(key)
    return tuple(place)


def set_at(node: Json, parts: Parts, value: Json) -> Json:
    """The node with the value that `look_up` finds at a path replaced; nothing if it finds none."""
    cleaned = _cleaned(parts)
    if not cleaned:
        return value
    key = _key(node, cleaned[0])
    if isinstance(node, dict) and isinstance(key, str):
        return with_field(node, key, set_at(node[key], cleaned[1:], value), None)
    if isinstance(node, list) and isinstance(key, int):
        return [*node[:key], set_at(node[key], cleaned[1:], value), *node[key + 1 :]]
    return node


def set_or_make(node: Json, parts: Parts, change: Callable[[Json], Json]) -> Json:
    """The node with the one value at a path changed; fields on the way, and it itself, are made.

    Elements of lists are made where the path says what they hold, and not by their number.

    Raises:
        KustomizationError: the path does not fit what is there.
    """
    return _set_or_make(node, _cleaned(parts), change)


def _set_or_make(node: Json, parts: Parts, change: Callable[[Json], Json]) -> Json:
    if not parts:
        return change(node)
    part, rest = parts[0], parts[1:]
    if index_of(part) is not None or part in {"-", "*"} or condition_of(part) is not None:
        items = elements_of(node, part)
        key = _key(items, part)
        if isinstance(key, int):
            return [*items[:key], _set_or_make(items[key], rest, change), *items[key + 1 :]]
        condition = condition_of(part)
        if condition is None or node is None:
            return node
        field, text = condition
        made: Json = {field: created(text)} if field else created(text)
        return [*items, _set_or_make(made, rest, change)]
    if node is None:
        return None
    fields = fields_of(node, part)
    if part in fields:
        old = fields[part]
        if old is None and not rest:
            old = bare(text_at(fields, part))
    else:
        check_new_keys((part,))
        old = empty_for(rest)
    return with_field(fields, part, _set_or_make(old, rest, change), None)


def empty_for(rest: Parts) -> Json:
    """What to make of a field that the rest of a path leads into."""
    if not rest:
        return bare("")
    index = index_of(rest[0])
    is_list = rest[0].startswith("[") and rest[0].endswith("]")
    return [] if is_list or (index is not None and index >= 0) else {}


def _cleaned(parts: Parts) -> Parts:
    return tuple(trimmed for part in parts if (trimmed := part.strip()))


def _key(node: Json, part: str) -> str | int | None:
    """The key or index that a part means in a node, or None if nothing is there."""
    index = index_of(part)
    if index is not None or part == "-":
        items = elements_of(node, part)
        place = len(items) - 1 if index is None else index
        if place < 0:
            raise KustomizationError(f"the list has no element {part!r}")
        return place if place < len(items) else None
    if part == "*":
        raise KustomizationError("a path that reads one value cannot have '*' in it")
    condition = condition_of(part)
    if condition is not None:
        found = (i for i, item in enumerate(elements_of(node, part)) if _has(item, *condition))
        return next(found, None)
    return part if node is not None and part in fields_of(node, part) else None


def _has(item: Json, field: str, text: str) -> bool:
    if not field:
        return text_of(item) == text
    return isinstance(item, dict) and field in item and text_of(item[field]) == text
