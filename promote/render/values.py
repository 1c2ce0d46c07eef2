"""Values in layers: merged, each with the file that set it.

Mappings merge key by key. A list replaces the list below it, unless the schema of the values says
otherwise for its key with `x-merge`: `append`, or `by:NAME` to merge the items that have the same
NAME. `{$remove: true}` takes an inherited key away; in a list that merges by name, so does
`{NAME: …, $remove: true}` an item. A null is a value like any other.

A layer's document is turned into nodes that know where they were written (`Map`, `List`,
`Leaf`); merging moves nodes, so that each value keeps its origin whatever becomes of it.
"""

from __future__ import annotations

from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, cast

from promote import yamlio
from promote.errors import Place, ValuesError
from promote.render.values_external import is_external, read_external
from promote.render.values_nodes import (
    REMOVE,
    Leaf,
    List,
    Map,
    Node,
    Removal,
    Setter,
    ValueRow,
    ValuesLayer,
    child,
    plain,
    read_node,
    rows,
)
from promote.render.values_schema import SchemaView, check_values, show_path

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from deepmerge import Merger

    from promote.model.json import Document, FieldPath, Json

__all__ = ["MergedValues", "Setter", "ValueRow", "ValuesLayer", "check_values", "merge_values"]


class MergedValues:
    """Values of an app in an environment, and who set them."""

    def __init__(self, top: Map | None) -> None:
        self._top = top

    @cached_property
    def data(self) -> Document:
        """The values, as templates see them.

        Raises:
            ValuesError: one of them lives elsewhere.
        """
        for row in self.rows():
            if is_external(row.value):
                source = read_external(cast("Document", row.value)).source
                raise ValuesError(
                    f"{show_path(row.path)} lives in {source}, which this version cannot read",
                    place=row.setter.place,
                    hint="have the value itself in a layer, or refer to a Secret in the cluster",
                )
        return self.written

    @cached_property
    def written(self) -> Document:
        """The values, with references where values live elsewhere."""
        return cast("Document", plain(self._top)) if self._top is not None else {}

    @cached_property
    def setters(self) -> Mapping[FieldPath, Setter]:
        """Who set each value that holds nothing further, by its path."""
        return {row.path: row.setter for row in self.rows()}

    def rows(self) -> list[ValueRow]:
        """Each value that holds nothing further, in order, and who set it."""
        return list(rows(self._top, ())) if self._top is not None else []

    def setter(self, path: FieldPath) -> Setter | None:
        """Who set the value at a path; where there is none, who last set something around it."""
        node: Node | None = self._top
        found = node.setter if node is not None else None
        for step in path:
            node = child(node, step)
            if node is None:
                break
            found = node.setter
        return found


def merge_values(layers: Sequence[ValuesLayer], schema: Json = None) -> MergedValues:
    """Merge layers of values, the lowest first.

    Args:
        layers: the files, the lowest layer first.
        schema: the JSON Schema of the values, which says how lists merge.

    Raises:
        YamlError: a file is not YAML.
        ValuesError: a file does not hold a mapping, or lists cannot merge as the schema says.
    """
    from deepmerge import Merger  # noqa: PLC0415 - only templates with values need it

    strategies = _Strategies(SchemaView(schema))
    merger = Merger(
        [(dict, strategies.mappings), (list, strategies.lists)], ["override"], ["override"]
    )
    top: Map | None = None
    for layer in layers:
        node = _read(layer)
        if node is not None:
            top = node if top is None else merger.merge(top, node)
    if top is None:
        return MergedValues(None)
    return MergedValues(cast("Map", _without_removals(top)))


@lru_cache(maxsize=256)  # the layer of an environment is one of every app's
def _read(layer: ValuesLayer) -> Map | None:
    document = yamlio.load_one(layer.text, layer.file)
    if document is None:
        return None
    node = read_node(document, Setter(layer, ()))
    if not isinstance(node, Map):
        raise ValuesError("a file of values is to be a mapping", place=Place(layer.file, 1, 1))
    return node


class _Strategies:
    """How deepmerge merges nodes."""

    def __init__(self, schema: SchemaView) -> None:
        self._schema = schema

    def mappings(self, merger: Merger, path: list[str | int], below: Map, above: Map) -> Map:
        """Key by key."""
        merged = Map(below, above.setter)
        for key, node in above.items():
            if isinstance(node, Removal):
                merged.pop(key, None)
            elif key in merged:
                merged[key] = merger.value_strategy([*path, key], merged[key], node)
            else:
                merged[key] = node
        return merged

    def lists(self, merger: Merger, path: list[str | int], below: List, above: List) -> List:
        """As the schema says of the list at this path."""
        rule = self._schema.merge_rule(path)
        if rule == "replace":
            return above
        if rule == "append":
            return List([*below, *above], above.setter)
        kind, _, name = rule.partition(":")
        if kind != "by" or not name:
            raise ValuesError(
                f"the schema says {rule!r} of how {show_path(path)} merges",
                place=above.setter.place,
                hint="x-merge is replace, append or by:NAME",
            )
        return self._by_name(merger, path, below, above, name)

    def _by_name(
        self, merger: Merger, path: list[str | int], below: List, above: List, name: str
    ) -> List:
        merged: dict[object, Node] = {_name_of(item, name, path): item for item in below}
        for item in above:
            key = _name_of(item, name, path)
            if isinstance(item, Map) and REMOVE in item:
                merged.pop(key, None)
            elif key in merged:
                place = list(merged).index(key)
                merged[key] = merger.value_strategy([*path, place], merged[key], item)
            else:
                merged[key] = item
        return List(list(merged.values()), above.setter)


def _name_of(item: Node, name: str, path: Sequence[str | int]) -> object:
    """What an item of a list that merges by name is called."""
    leaf = item.get(name) if isinstance(item, Map) else None
    if not isinstance(leaf, Leaf) or isinstance(leaf, Removal):
        raise ValuesError(
            f"an item of {show_path(path)} has no {name!r}, by which the list merges",
            place=item.setter.place,
        )
    # True is 1 to Python, and not to YAML.
    return type(leaf.value), leaf.value


def _without_removals(node: Node) -> Node:
    """What is left when removals had their effect."""
    if isinstance(node, List):
        for item in node:
            if isinstance(item, Removal) or (isinstance(item, Map) and REMOVE in item):
                raise ValuesError(
                    f"{REMOVE!r} takes no item from this list",
                    place=item.setter.place,
                    hint="only a list that merges by name (x-merge: by:NAME) loses items",
                )
        return List([_without_removals(item) for item in node], node.setter)
    if not isinstance(node, Map):
        return node
    if REMOVE in node:
        raise ValuesError(
            f"{REMOVE!r} stands alone, with the value true",
            place=node[REMOVE].setter.key_place,
            hint=f"KEY: {{{REMOVE}: true}} takes KEY away",
        )
    left = {key: item for key, item in node.items() if not isinstance(item, Removal)}
    return Map({key: _without_removals(item) for key, item in left.items()}, node.setter)
