"""The references of a resource: every name in it that the table of fields knows."""

from __future__ import annotations

import base64
import binascii
from typing import TYPE_CHECKING

from promote.variant.parts import Around
from promote.variant.readers import READERS
from promote.variant.targets import KindPattern, Mention, Target, What, namespace, what_is

if TYPE_CHECKING:
    from collections.abc import Iterator

    from promote.model.json import Document, FieldPath, Json
    from promote.model.resource import Resource, ResourceId
    from promote.variant.fields import FieldTable, Step
    from promote.variant.inventory import Inventory
    from promote.variant.parts import Row


def references(resource: Resource, known: Inventory, table: FieldTable) -> list[Mention]:
    """Every reference of a resource, in the order of its document; not its own name.

    Linear in the size of the document: fields that hold no name are not visited.

    Args:
        resource: the resource.
        known: what its environment has.
        table: the fields that hold names.
    """
    identity = resource.id
    found: list[Mention] = []
    for path, value, row in fields_of(resource, table):
        found += _mentions(path, value, Around(row, _place(resource, identity, row), known))
    return found


def fields_of(resource: Resource, table: FieldTable) -> Iterator[tuple[FieldPath, Json, Row]]:
    """Every field of a resource that the table knows: where, its value, and its row."""
    for path, value, row in _fields(resource.doc, table.of(resource.id.gvk), ()):
        if all(_at(resource.doc, keys) == wanted for keys, wanted in row.when):
            yield path, value, row


def own_names(resource: Resource) -> Iterator[Mention]:
    """The name and the namespace of a resource itself."""
    identity = resource.id
    if identity.namespace:
        end = len(identity.namespace)
        yield Mention(("metadata", "namespace"), 0, end, namespace(identity.namespace))
    if identity.name:
        yield Mention(("metadata", "name"), 0, len(identity.name), own_target(identity))


def own_target(identity: ResourceId) -> Target:
    """What a resource's own name is the name of: mostly itself."""
    what = what_is(identity.group, identity.kind)
    if what is not What.RESOURCE:
        return Target(what, identity.name)
    kind = KindPattern(identity.kind, identity.group)
    return Target(What.RESOURCE, identity.name, (kind,), identity.namespace)


def _fields(node: Json, step: Step, path: FieldPath) -> Iterator[tuple[FieldPath, Json, Row]]:
    """Every value that a row is for; lists on the way are walked through."""
    if isinstance(node, list):
        for index, item in enumerate(node):
            yield from _fields(item, step, (*path, index))
        return
    for row in step.rows:
        yield path, node, row
    if not isinstance(node, dict):
        return
    if step.globs or step.deep is not None:
        for key, value in node.items():
            yield from _below(key, value, step, (*path, key))
        return
    for key, below in step.keys.items():
        value = node.get(key)
        if value is not None:
            yield from _fields(value, below, (*path, key))


def _below(
    key: str, value: Json, step: Step, path: FieldPath
) -> Iterator[tuple[FieldPath, Json, Row]]:
    for below in step.below(key):
        yield from _fields(value, below, path)
    if step.deep is not None:
        yield from _deep(key, value, step.deep, path)


def _deep(
    key: str, value: Json, step: Step, path: FieldPath
) -> Iterator[tuple[FieldPath, Json, Row]]:
    """What may follow at this depth, or at any below it."""
    for below in step.below(key):
        yield from _fields(value, below, path)
    items = (
        value.items()
        if isinstance(value, dict)
        else enumerate(value if isinstance(value, list) else ())
    )
    for inner, item in items:
        yield from _deep(str(inner), item, step, (*path, inner))


def _mentions(path: FieldPath, value: Json, around: Around) -> Iterator[Mention]:
    row = around.row
    if row.base64:
        value = decoded(value)
    for part in READERS[row.holds](value, around):
        yield Mention((*path, *part.path), part.start, part.end, part.target, row.base64, row.makes)


def _place(resource: Resource, identity: ResourceId, row: Row) -> str | None:
    """Where a row's names are that say no namespace."""
    if row.anywhere:
        return None
    if row.within:
        stated = _at(resource.doc, row.within)
        return stated if isinstance(stated, str) and stated else identity.namespace
    return identity.namespace


def _at(doc: Document, keys: tuple[str, ...]) -> Json:
    node: Json = doc
    for key in keys:
        node = node.get(key) if isinstance(node, dict) else None
    return node


def decoded(value: Json) -> str | None:
    """The text of base64, or None if it is none."""
    if not isinstance(value, str):
        return None
    try:
        return base64.b64decode(value, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return None
