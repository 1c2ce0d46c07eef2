"""The rename: every resource, and every field that refers to one."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from promote.errors import KustomizationError
from promote.model.resource import Resource
from promote.render.fields import set_in, update_document
from promote.variant.fields import FieldTable
from promote.variant.rename_map import Named

if TYPE_CHECKING:
    from collections.abc import Iterable

    from promote.model.json import Document, Json
    from promote.model.resource import ResourceId
    from promote.variant.fields import Row
    from promote.variant.rename_map import RenameMap


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
    return [
        replace(resource, doc=doc)
        if (doc := _renamed(resource, names, table)) is not resource.doc
        else resource
        for resource in resources
    ]


def _renamed(resource: Resource, names: RenameMap, table: FieldTable) -> Document:
    identity = resource.id
    doc = resource.doc
    for row in table.of(identity.gvk):
        # A field that is there in another shape than the table expects holds no name.
        with suppress(KustomizationError):
            doc = update_document(doc, row.path, partial(_change, row, identity.namespace, names))
    return _own_names(doc, identity, names)


def _change(row: Row, namespace: str, names: RenameMap, node: Json) -> Json:
    if isinstance(node, list):
        changed = [row.renamer(item, namespace, names, row.of) for item in node]
        same = all(new is old or new == old for new, old in zip(changed, node, strict=True))
        return node if same else changed
    new = row.renamer(node, namespace, names, row.of)
    return node if new == node else new


def _own_names(doc: Document, identity: ResourceId, names: RenameMap) -> Document:
    """The resource's own name and namespace, which its references were resolved with until now."""
    namespace = names.namespace(identity.namespace)
    if identity.namespace and namespace != identity.namespace:
        doc = set_in(doc, ("metadata", "namespace"), namespace)
    if identity.kind == "Namespace" and not identity.group:
        new = names.namespace(identity.name)
    else:
        thing = Named(identity.group, identity.kind, identity.namespace, identity.name)
        new = names.names.get(thing, identity.name)
    current = resource_name(doc)
    if new != identity.name and current == identity.name:
        doc = set_in(doc, ("metadata", "name"), new)
    return doc


def resource_name(doc: Document) -> str:
    """The name in a document."""
    metadata = doc.get("metadata")
    name = metadata.get("name") if isinstance(metadata, dict) else None
    return name if isinstance(name, str) else ""
