"""A YAML node as go-yaml has it, and what kustomize's setters do to one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from promote.render.generate.go_json import go_json
from promote.yamlio.quotes import is_no_old_string

if TYPE_CHECKING:
    from collections.abc import Iterator

SEQUENCE: Final = 2
MAPPING: Final = 4
SCALAR: Final = 8

PLAIN: Final = 0
DOUBLE: Final = 2
SINGLE: Final = 4
LITERAL: Final = 8

TEXT: Final = "!!str"
NULL: Final = "!!null"


class Node:
    """A node, changed in place as there; `content` of a mapping has keys and values in turn."""

    __slots__ = ("column", "comment", "content", "emptied", "kind", "line", "style", "tag", "value")

    def __init__(
        self,
        kind: int,
        value: str = "",
        tag: str = "",
        style: int = PLAIN,
        at: tuple[int, int] = (0, 0),
    ) -> None:
        self.kind = kind
        self.value = value
        self.tag = tag
        self.style = style
        self.line, self.column = at
        self.comment = ""
        self.content: list[Node] = []
        self.emptied = False  # Go writes a list that has become empty otherwise than none

    def become(self, other: Node) -> None:
        """Be what another node is, in the same place."""
        for name in self.__slots__:
            setattr(self, name, getattr(other, name))

    def fields(self) -> Iterator[tuple[Node, Node]]:
        """The keys and values of a mapping; anything else has none."""
        if self.kind != MAPPING:
            return iter(())
        return zip(self.content[::2], self.content[1::2], strict=True)

    def get(self, key: str) -> Node | None:
        """The value of a key."""
        return next((value for name, value in self.fields() if name.value == key), None)

    def key_style(self, key: str) -> int:
        """The style of a key."""
        return next((name.style for name, _ in self.fields() if name.value == key), PLAIN)

    def clear(self, key: str) -> None:
        """Take a key out."""
        pairs = [pair for pair in self.fields() if pair[0].value != key]
        self.emptied = self.emptied or (bool(self.content) and not pairs)
        self.content = [node for pair in pairs for node in pair]

    def set(self, key: str, value: Node | None, key_style: int = PLAIN) -> None:
        """Set a field: one that is there keeps its style, null and nothing take it out."""
        if value is None or value.tag == NULL:
            self.clear(key)
            return
        settle(value)
        old = self.get(key)
        if old is None:
            self.content += (Node(SCALAR, key, style=key_style), value)
            return
        value.style = old.style
        old.become(value)

    def below(self, *path: str) -> Node:
        """The mapping at a path, which is made if it is not there."""
        node = self
        for key in path:
            found = node.get(key)
            if found is None:
                found = Node(MAPPING)
                node.content += (Node(SCALAR, key), found)
            node = found
        return node

    def encoded(self) -> str:
        """The JSON that Go writes of it."""
        content = f"[{','.join(node.encoded() for node in self.content)}]"
        written = (
            ("Kind", str(self.kind)),
            ("Style", str(self.style)),
            ("Tag", go_json(self.tag)),
            ("Value", go_json(self.value)),
            ("Anchor", '""'),
            ("Alias", "null"),
            ("Content", content if self.content or self.emptied else "null"),
            ("HeadComment", go_json(self.comment)),
            ("LineComment", '""'),
            ("FootComment", '""'),
            ("Line", str(self.line)),
            ("Column", str(self.column)),
        )
        return "{" + ",".join(f'"{name}":{value}' for name, value in written) + "}"


def settle(value: Node) -> None:
    """Give quotes to a string that YAML 1.1 would take for something else, as setters do."""
    is_text = value.kind == SCALAR and value.tag in {TEXT, ""}
    if is_text and value.style == PLAIN and is_no_old_string(value.value):
        value.style = DOUBLE


def text(value: str, style: int | None = None) -> Node:
    """A new string."""
    if style is None:
        style = LITERAL if "\n" in value else PLAIN
    return Node(SCALAR, value, TEXT, style)


def texts_of(node: Node | None) -> dict[str, str]:
    """The entries of a map of labels or annotations."""
    return {} if node is None else {key.value: value.value for key, value in node.fields()}


def set_texts(resource: Node, field: str, entries: dict[str, str]) -> None:
    """Make the labels or annotations of a resource anew."""
    metadata = resource.below("metadata")
    metadata.clear(field)
    for key in sorted(entries):
        metadata.below(field).set(key, text(entries[key]))


def annotate(resource: Node, key: str, value: str) -> None:
    """Set an annotation."""
    resource.below("metadata", "annotations").set(key, text(value, SINGLE))
