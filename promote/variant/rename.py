"""The rename: every resource, and every field that refers to one."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, cast

from promote.variant.fields import FieldTable
from promote.variant.references import decoded, own_names, references

if TYPE_CHECKING:
    from collections.abc import Iterable

    from promote.model.json import Document, FieldPath, Json
    from promote.model.resource import Resource
    from promote.variant.rename_map import RenameMap
    from promote.variant.targets import Mention

    Changes = dict[str | int, "Changes | list[Mention]"]


def rename(
    resources: Iterable[Resource], names: RenameMap, table: FieldTable | None = None
) -> list[Resource]:
    """The resources under other names, each reference following what it refers to.

    Linear in the size of the documents. What does not change is shared with the input.

    Args:
        resources: resources of the side that the map starts from.
        names: what becomes of each name.
        table: the fields that hold names; those of the package by default.
    """
    table = table or FieldTable()
    return [_renamed(resource, names, table) for resource in resources]


def _renamed(resource: Resource, names: RenameMap, table: FieldTable) -> Resource:
    changes: Changes = {}
    for mention in (*own_names(resource), *references(resource, names.inventory, table)):
        if names.new_name(mention.target) != mention.target.name:
            _note(changes, mention.path, mention)
    if not changes:
        return resource
    return resource.with_doc(cast("Document", _changed(resource.doc, changes, names)))


def _note(changes: Changes, path: FieldPath, mention: Mention) -> None:
    *way, last = path
    for key in way:
        changes = cast("Changes", changes.setdefault(key, {}))
    cast("list[Mention]", changes.setdefault(last, [])).append(mention)


def _changed(node: Json, changes: Changes | list[Mention], names: RenameMap) -> Json:
    """The node with the mentioned names replaced, sharing what stays."""
    if isinstance(changes, list):
        return _rewritten(node, changes, names)
    copy: Json
    if isinstance(node, dict):
        copy = {**node}
        for key, below in changes.items():
            copy[str(key)] = _changed(node[str(key)], below, names)
        return copy
    if isinstance(node, list):
        copy = [*node]
        for key, below in changes.items():
            copy[int(key)] = _changed(node[int(key)], below, names)
        return copy
    return node


def _rewritten(value: Json, mentions: list[Mention], names: RenameMap) -> Json:
    """A string with names in it replaced; of two that overlap, the first row's counts."""
    encoded = mentions[0].base64
    text = decoded(value) if encoded else value
    if not isinstance(text, str):
        return value
    pieces: list[str] = []
    at = len(text)
    for mention in _apart(mentions):
        pieces += [text[mention.end : at], names.new_name(mention.target)]
        at = mention.start
    new = "".join(reversed([*pieces, text[:at]]))
    return base64.b64encode(new.encode()).decode() if encoded else new


def _apart(mentions: list[Mention]) -> list[Mention]:
    """Those that do not overlap one noted before them, the last in the text first."""
    kept: list[Mention] = []
    for mention in mentions:
        if all(mention.end <= one.start or one.end <= mention.start for one in kept):
            kept.append(mention)
    return sorted(kept, key=lambda one: one.start, reverse=True)
