"""Changing the fields that a path of a replacement leads to."""

from __future__ import annotations

from operator import is_
from typing import TYPE_CHECKING, TypeAlias

from promote.errors import KustomizationError
from promote.render.merge.written import MISSING, Missing, check_new_keys, created, text_of
from promote.render.patterns import part_match
from promote.render.places import with_field
from promote.render.replacements.paths import (
    condition_of,
    elements_of,
    empty_for,
    fields_of,
    index_of,
)
from promote.render.replacements.values import (
    CREATED,
    Created,
    read_texts,
    without_word,
    word_of,
)
from promote.yamlio.merge_keys import MERGE
from promote.yamlio.quotes import InSingleQuotes, Mistagged, has_quotes
from promote.yamlio.scalars import NotJsonError, resolve

if TYPE_CHECKING:
    from collections.abc import Callable

    from promote.model.json import Document, Json
    from promote.render.replacements.paths import Parts

    Change: TypeAlias = Callable[[Json | Created], Json]


class Updater:
    """Changes the fields at a path, making what is missing on the way if that is wanted.

    Args:
        change: gives the new value for an old one.
        create: what to make of a missing last field: CREATED, an empty mapping or an empty list;
            MISSING to make nothing.
        check: raises an error for a key that cannot be made.

    Attributes:
        matched: how many fields were found.
    """

    def __init__(
        self,
        change: Change,
        create: Json | Created | Missing,
        check: Callable[[str], None] | None = None,
    ) -> None:
        self.change = change
        self.create = create
        self.check = check or _check_new_key
        self.matched = 0
        self._document: Document | None = None

    def update_document(self, doc: Document, parts: Parts) -> Document:
        """As `update`, for a resource.

        Raises:
            KustomizationError: as `update`, or the path is empty.
        """
        self._document = doc
        new = self.update(doc, parts)
        if not isinstance(new, dict):
            raise KustomizationError("a field path is to lead to a field of the resource")
        return new

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
        index = index_of(part)
        if index is not None and index >= 0:
            return self._one(elements_of(node, part), index, rest)
        condition = condition_of(part)
        if condition is not None:
            return self._chosen(elements_of(node, part), *condition, rest)
        if part == "*":
            items = elements_of(node, part)
            return _same_or(items, [self._element(item, rest) for item in items], node)
        return self._field(node, part, rest)

    def _field(self, node: Json, name: str, rest: Parts) -> Json:
        if node is None:
            return None
        fields = fields_of(node, name)
        if not name:
            raise KustomizationError("a field path has an empty name in it")
        old = fields[name] if name in fields else self._made(rest)
        if old is MISSING:
            return node
        if name not in fields and not self._keeps(node, name):
            self.matched += 1
            return node
        if rest and not isinstance(old, dict | list | Created):
            self.matched += _matches_in_text(old, rest, self.create)
            return node
        new = self.update(old, rest)
        if new is old:
            return node
        return with_field(fields, name, without_word(new), word_of(new))

    def _keeps(self, mapping: Json, key: str) -> bool:
        """Whether a key that is made in a mapping is printed.

        All keys at the top of a resource are text to kustomize, but a null is none.
        """
        if mapping is not self._document or key == MERGE:
            self.check(key)
            return True
        try:
            return resolve(key) is not None
        except NotJsonError:
            return True

    def _made(self, rest: Parts) -> Json | Created | Missing:
        """What to make of a missing field or element, by what the path says of it next."""
        if self.create is MISSING or not rest or not rest[0]:
            return self.create
        return empty_for(rest)

    def _element(self, item: Json | Created, rest: Parts) -> Json:
        """As `update`, for an element of a list: lists do not know how their words were written."""
        return without_word(self.update(item, rest))

    def _one(self, items: list[Json], index: int, rest: Parts) -> Json:
        if index == len(items) and self.create is not MISSING:
            made = self._made(rest)
            return items if made is MISSING else [*items, self._element(made, rest)]
        if index >= len(items):
            raise KustomizationError(f"there is no element {index}: the list has {len(items)}")
        new = self._element(items[index], rest)
        if new is items[index]:
            return items
        return [*items[:index], new, *items[index + 1 :]]

    def _chosen(self, items: list[Json], field: str, pattern: str, rest: Parts) -> Json:
        before = self.matched
        found = [
            self._element(item, rest if field else ()) if _is_chosen(item, field, pattern) else item
            for item in items
        ]
        if self.create is MISSING or self.matched > before:
            return _same_or(items, found, items)
        # Without a type yet, as all that is made: what it becomes may be of any.
        made: Json = {field: created(pattern)} if field else created(pattern)
        if not _is_chosen(made, field, pattern):
            raise KustomizationError(f"nothing is {pattern!r}, and an element made for it is not")
        return [*items, self._element(made, rest if field else ())]


def _check_new_key(key: str) -> None:
    check_new_keys((key,))


def any_key(_: str) -> None:
    """The check for keys in a text of YAML, which takes any."""


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
    inner = Updater(lambda _: None, create, any_key)
    inner.update(documents[0] if documents else None, parts)
    return inner.matched


def _same_or(old: list[Json], new: list[Json], node: Json) -> Json:
    return node if len(new) == len(old) and all(map(is_, new, old)) else new


def _shown(value: Json) -> str:
    """A value as its text in a file, which is what patterns are matched against."""
    if isinstance(value, InSingleQuotes):
        return "'" + value.replace("'", "''") + "'"
    if isinstance(value, str) and has_quotes(value):
        return f'"{value}"'
    if isinstance(value, dict | list):
        from promote.render.replacements.yaml_text import written_anew  # noqa: PLC0415 - rare

        return written_anew(value)
    return f"!!{value.tag} {value}" if isinstance(value, Mistagged) else text_of(value)
