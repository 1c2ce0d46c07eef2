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
from promote.render.patterns import part_match
from promote.render.replacements.values import CREATED, Created, read_texts
from promote.yamlio.quotes import bare, has_quotes

if TYPE_CHECKING:
    from collections.abc import Callable

    from promote.model.json import FieldPath, Json

    Change: TypeAlias = Callable[[Json | Created], Json]

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


def _condition(part: str) -> tuple[str, str] | None:
    """The field and the text of `[field=text]`, or None if the part is not of that form."""
    if not (part.startswith("[") and part.endswith("]")):
        return None
    field, equals, text = part[1:-1].partition("=")
    if not equals:
        raise KustomizationError(
            f"{part!r} in a field path does not say what to look for", hint="write [name=web]"
        )
    return field, text


def _index(part: str) -> int | None:
    return int(part) if _NUMBER.fullmatch(part) else None


def _list(node: Json | Missing, part: str) -> list[Json]:
    if node is None:
        return []
    if not isinstance(node, list):
        raise KustomizationError(f"{part!r} in a field path is for a list, and there is none")
    return node


def _mapping(node: Json, part: str) -> dict[str, Json]:
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
        return {**node, key: set_at(node[key], cleaned[1:], value)}
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
    if _index(part) is not None or part in {"-", "*"} or _condition(part) is not None:
        items = _list(node, part)
        key = _key(items, part)
        if isinstance(key, int):
            return [*items[:key], _set_or_make(items[key], rest, change), *items[key + 1 :]]
        condition = _condition(part)
        if condition is None or node is None:
            return node
        field, text = condition
        made: Json = {field: created(text)} if field else created(text)
        return [*items, _set_or_make(made, rest, change)]
    if node is None:
        return None
    fields = _mapping(node, part)
    if part in fields:
        old = fields[part]
        if old is None and not rest:
            old = bare(text_at(fields, part))
    else:
        check_new_keys((part,))
        old = _empty_for(rest)
    return {**fields, part: _set_or_make(old, rest, change)}


def _empty_for(rest: Parts) -> Json:
    """What to make of a field that the rest of a path leads into."""
    if not rest:
        return bare("")
    index = _index(rest[0])
    is_list = rest[0].startswith("[") and rest[0].endswith("]")
    return [] if is_list or (index is not None and index >= 0) else {}


def _cleaned(parts: Parts) -> Parts:
    return tuple(trimmed for part in parts if (trimmed := part.strip()))


def _key(node: Json, part: str) -> str | int | None:
    """The key or index that a part means in a node, or None if nothing is there."""
    index = _index(part)
    if index is not None or part == "-":
        items = _list(node, part)
        place = len(items) - 1 if index is None else index
        if place < 0:
            raise KustomizationError(f"the list has no element {part!r}")
        return place if place < len(items) else None
    if part == "*":
        raise KustomizationError("a path that reads one value cannot have '*' in it")
    condition = _condition(part)
    if condition is not None:
        found = (i for i, item in enumerate(_list(node, part)) if _has(item, *condition))
        return next(found, None)
    return part if node is not None and part in _mapping(node, part) else None


def _has(item: Json, field: str, text: str) -> bool:
    if not field:
        return text_of(item) == text
    return isinstance(item, dict) and field in item and text_of(item[field]) == text


# Writing


class Updater:
    """Changes the fields at a path, making what is missing on the way if that is wanted.

    Args:
        change: gives the new value for an old one.
        create: what to make of a missing last field: CREATED, an empty mapping or an empty list;
            MISSING to make nothing.

    Attributes:
        matched: how many fields were found.
    """

    def __init__(self, change: Change, create: Json | Created | Missing) -> None:
        self.change = change
        self.create = create
        self.matched = 0

    def update(self, node: Json | Created, parts: Parts) -> Json:
        """The node with the fields at a path changed; the same object if they are as before.

        Raises:
            KustomizationError: the path does not fit what is there.
        """
        if not parts:
            self.matched += 1
            return self.change(node)
        part, rest = parts[0], parts[1:]
        if node is CREATED:
            raise KustomizationError(f"{part!r} in a field path is for what is not there")
        if node is None and self.create is not MISSING and part != "*":
            # kustomize makes the field in a node that is null and stays so when it is printed.
            self.matched += 1
            return None
        index = _index(part)
        if index is not None and index >= 0:
            return self._one(_list(node, part), index, rest)
        condition = _condition(part)
        if condition is not None:
            return self._chosen(_list(node, part), *condition, rest)
        if part == "*":
            items = _list(node, part)
            return _same_or(items, [self.update(item, rest) for item in items], node)
        return self._field(node, part, rest)

    def _field(self, node: Json, name: str, rest: Parts) -> Json:
        if node is None:
            return None
        fields = _mapping(node, name)
        if not name:
            raise KustomizationError("a field path has an empty name in it")
        old = fields[name] if name in fields else self._made(rest)
        if old is MISSING:
            return node
        if name not in fields:
            check_new_keys((name,))
        if rest and not isinstance(old, dict | list | Created):
            self.matched += _matches_in_text(old, rest, self.create)
            return node
        new = self.update(old, rest)
        return node if new is old else {**fields, name: new}

    def _made(self, rest: Parts) -> Json | Created | Missing:
        """What to make of a missing field or element, by what the path says of it next."""
        if self.create is MISSING or not rest or not rest[0]:
            return self.create
        return _empty_for(rest)

    def _one(self, items: list[Json], index: int, rest: Parts) -> Json:
        if index == len(items) and self.create is not MISSING:
            made = self._made(rest)
            return items if made is MISSING else [*items, self.update(made, rest)]
        if index >= len(items):
            raise KustomizationError(f"there is no element {index}: the list has {len(items)}")
        new = self.update(items[index], rest)
        if new is items[index]:
            return items
        return [*items[:index], new, *items[index + 1 :]]

    def _chosen(self, items: list[Json], field: str, pattern: str, rest: Parts) -> Json:
        before = self.matched
        found = [
            self.update(item, rest if field else ()) if _is_chosen(item, field, pattern) else item
            for item in items
        ]
        if self.create is MISSING or self.matched > before:
            return _same_or(items, found, items)
        # Without a type yet, as all that is made: what it becomes may be of any.
        made: Json = {field: created(pattern)} if field else created(pattern)
        if not _is_chosen(made, field, pattern):
            raise KustomizationError(f"nothing is {pattern!r}, and an element made for it is not")
        return [*items, self.update(made, rest if field else ())]


def _is_chosen(item: Json, field: str, pattern: str) -> bool:
    """Whether the pattern is found in an element, or in a field of it."""
    if field and not (isinstance(item, dict) and field in item):
        return False
    shown = _shown(item[field] if field and isinstance(item, dict) else item)
    return part_match(pattern)(shown) is not None


def _matches_in_text(scalar: Json, parts: Parts, create: Json | Created | Missing) -> int:
    """How many fields a path leads to in the text of a scalar, which is left as it is.

    Fields in texts are changed by `structured.py`. A path that it cannot follow leads here, and
    kustomize changes a copy of the text and drops it.
    """
    documents = read_texts(text_of(scalar))
    if not documents and create is not MISSING and parts[0] != "*":
        raise KustomizationError(f"{parts[0]!r} in a field path is for a text that holds nothing")
    inner = Updater(lambda _: None, create)
    inner.update(documents[0] if documents else None, parts)
    return inner.matched


def _same_or(old: list[Json], new: list[Json], node: Json) -> Json:
    if len(new) == len(old) and all(a is b for a, b in zip(new, old, strict=True)):
        return node
    return new


def _shown(value: Json) -> str:
    """A value as its text in a file, which is what patterns are matched against."""
    if isinstance(value, str) and has_quotes(value):
        return f'"{value}"'
    return text_of(value)
