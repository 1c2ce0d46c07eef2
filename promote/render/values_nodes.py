"""Values that know where they were written."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias

from promote import yamlio
from promote.errors import Place, ValuesError
from promote.render.values_external import External, ExternalError, is_external, read_external

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from promote.model.json import FieldPath, Json

REMOVE: Final = "$remove"
"""The key that takes away what a lower layer set."""


class ValuesLayer(NamedTuple):
    """One file of values.

    Attributes:
        name: what it is for: `base`, `environment`, `app` or `cluster` in a plain layout.
        file: how to name the file to a person.
        text: its content.
    """

    name: str
    file: str
    text: bytes


class Setter(NamedTuple):
    """Who set a value: a layer, and where in its own document."""

    layer: ValuesLayer
    path: FieldPath

    @property
    def place(self) -> Place:
        """The file and line of the value."""
        return Place(self.layer.file, *(yamlio.locate(self.layer.text, self.path) or ()))

    @property
    def key_place(self) -> Place:
        """The file and line of its key."""
        found = yamlio.locate_key(self.layer.text, self.path)
        return Place(self.layer.file, *found) if found else self.place


class Leaf:
    """A scalar, a value that lives elsewhere, or the mark of a removal."""

    __slots__ = ("setter", "value")

    def __init__(self, value: Json | External, setter: Setter) -> None:
        self.value = value
        self.setter = setter


class Removal(Leaf):
    """Takes away what it stands in the place of."""

    __slots__ = ()


class Map(dict[str, "Node"]):
    """A mapping, and who set something in it last."""

    def __init__(self, items: Mapping[str, Node], setter: Setter) -> None:
        super().__init__(items)
        self.setter = setter


class List(list["Node"]):
    """A list, and who set something in it last."""

    def __init__(self, items: Sequence[Node], setter: Setter) -> None:
        super().__init__(items)
        self.setter = setter


Node: TypeAlias = "Map | List | Leaf"


class ValueRow(NamedTuple):
    """A value that holds nothing further, and who set it."""

    path: FieldPath
    value: Json
    setter: Setter


def read_node(value: Json, setter: Setter) -> Node:
    """The nodes of a value that a layer holds.

    Raises:
        ValuesError: a reference to a value that lives elsewhere is none.
    """
    layer, path = setter
    if isinstance(value, list):
        items = [read_node(item, Setter(layer, (*path, index))) for index, item in enumerate(value)]
        return List(items, setter)
    if not isinstance(value, dict):
        return Leaf(value, setter)
    if len(value) == 1 and value.get(REMOVE) is True:
        return Removal(None, setter)
    if is_external(value):
        try:
            return Leaf(read_external(value), setter)
        except ExternalError as error:
            raise ValuesError(str(error), place=setter.place, hint=error.hint) from None
    return Map(
        {key: read_node(item, Setter(layer, (*path, key))) for key, item in value.items()}, setter
    )


def plain(node: Node) -> Json:
    """The value without its origin; a reference as a layer writes it."""
    if isinstance(node, Map):
        return {key: plain(item) for key, item in node.items()}
    if isinstance(node, List):
        return [plain(item) for item in node]
    return node.value.written() if isinstance(node.value, External) else node.value


def rows(node: Node, path: FieldPath) -> Iterator[ValueRow]:
    """The values below a node that hold nothing further."""
    if isinstance(node, Leaf) or not node:
        yield ValueRow(path, plain(node), node.setter)
        return
    items = node.items() if isinstance(node, Map) else enumerate(node)
    for step, item in items:
        yield from rows(item, (*path, step))


def child(node: Node | None, step: str | int) -> Node | None:
    """What a node has at a key or an index."""
    if isinstance(node, Map):
        return node.get(step) if isinstance(step, str) else None
    if isinstance(node, List) and isinstance(step, int) and step < len(node):
        return node[step]
    return None
