"""The merge keys of Kubernetes' own types, from the schema that the package carries."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from promote.render.merge.schema import builtin_schema

if TYPE_CHECKING:
    from promote.compare.keys import MergeKeys
    from promote.model.resource import Gvk
    from promote.render.merge.schema import Schema, Type


def merge_keys_of(schema: Schema) -> MergeKeys:
    """Look merge keys up in a schema, each place once."""

    @cache
    def look_up(gvk: Gvk, path: tuple[str, ...]) -> tuple[str, ...] | None:
        api_version = f"{gvk.group}/{gvk.version}" if gvk.group else gvk.version
        found = schema.type_of(api_version, gvk.kind)
        for key in path:
            found = _inside_lists(found)
            found = found.field(key) if found is not None else None
        return (found.merge_keys or None) if found is not None else None

    return look_up


@cache
def kubernetes_merge_keys() -> MergeKeys:
    """The merge keys of the kinds that Kubernetes has built in."""
    return merge_keys_of(builtin_schema())


def _inside_lists(found: Type | None) -> Type | None:
    """The type of the elements: a path says nothing of the lists that it goes through."""
    while found is not None and (elements := found.elements()) is not None:
        found = elements
    return found
