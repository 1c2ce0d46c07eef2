"""Writing a YAML text again with some of its values changed, as go-yaml v3 writes it.

Comments and quotes stay; indentation becomes two, lists stand under their key without one, and
empty lines go.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import yaml

from promote.render.replacements.yaml_values import (
    INDENT,
    flow_text,
    fresh_scalar,
    new_key,
    scalar_text,
)
from promote.yamlio.blanks import words_of
from promote.yamlio.quotes import Untagged

if TYPE_CHECKING:
    from collections.abc import Iterator

    from promote.model.json import Json

_COMMENT: Final = re.compile(r"\s(#.*)$")


def rewrite(text: str, old: Json, new: Json, put: Json = None) -> str:
    """The text with values changed.

    Args:
        text: what was written; only its first document is kept.
        old: what it holds.
        new: what it is to hold; what is the same object as in `old` is written as it was.
        put: the value that was put there; a mapping or list stands on lines of its own.
    """
    node = _first_node(text)
    writer = _Writer(text, node, put)
    if _is_leaf(node):
        writer.flow(node, new)
    else:
        writer.block(node, old, new, 0)
    writer.comments_before(len(writer.lines), 0)
    return "\n".join(writer.written).strip()


def rewrite_scalar(text: str) -> str:
    """The text whose first document is a scalar, written again without what is around that."""
    node = _first_node(text)
    writer = _Writer(text, node, None)
    writer.comments_before(node.start_mark.line, 0)
    source = text[node.start_mark.index : node.end_mark.index]
    comment = writer.comment(node.end_mark.line)
    writer.written.append(source + comment)
    writer.comments_before(len(writer.lines), 0)
    return "\n".join(writer.written).strip()


def _first_node(text: str) -> yaml.Node:
    node: yaml.Node = next(yaml.compose_all(text, Loader=yaml.SafeLoader))
    return node


def written_anew(value: Json) -> str:
    """The text of a value that stands in a resource, as a part of it."""
    writer = _Writer("", None, None)
    writer.fresh("", value, 0)
    return "\n".join(writer.written)


class _Writer:
    """Writes the lines of a text.

    Attributes:
        lines: of the old text.
        written: of the new text so far.
    """

    def __init__(self, text: str, root: yaml.Node | None, put: Json) -> None:
        self.text = text
        self._put = put
        self.lines = text.split("\n")
        self.written: list[str] = []
        self._own_line: dict[int, str] = {}
        self._trailing: dict[int, str] = {}
        self._next_line = 0
        if root is not None:
            self._find_comments(root)

    def _find_comments(self, root: yaml.Node) -> None:
        """Find the comments: what follows the last value of a line, and lines without values."""
        ends: dict[int, int] = {}
        inside: set[int] = set()
        for node in _leaves(root):
            start, end = node.start_mark, node.end_mark
            if _style(node) in ("|", ">"):
                inside.update(range(start.line + 1, end.line + (end.column > 0)))
                ends[start.line] = max(ends.get(start.line, 0), start.column + 1)
            else:
                inside.update(range(start.line + 1, end.line))
                ends[end.line] = max(ends.get(end.line, 0), end.column)
        for number, line in enumerate(self.lines):
            if number in inside:
                continue
            if line.lstrip().startswith("#") and number not in ends:
                self._own_line[number] = line.strip()
            elif found := _COMMENT.search(line, ends.get(number, 0)):
                self._trailing[number] = found[1]

    def comments_before(self, line: int, indent: int) -> None:
        """Write the comments that stand before a line and are not written yet."""
        for number in range(self._next_line, line):
            if comment := self._own_line.get(number):
                self.written.append(" " * indent + comment)
        self._next_line = max(self._next_line, line)

    def block(self, node: yaml.Node, old: Json, new: Json, indent: int) -> None:
        """Write a mapping or list on lines of its own."""
        if isinstance(node, yaml.MappingNode) and isinstance(new, dict):
            self._mapping(node, old, new, indent)
        elif isinstance(node, yaml.SequenceNode) and isinstance(new, list):
            self._list(node, old, new, indent)
        else:
            self.fresh("", new, indent)

    def flow(self, node: yaml.Node, new: Json) -> None:
        """Write a whole document that is in braces or brackets."""
        self.comments_before(node.start_mark.line, 0)
        self.written.append(flow_text(new) + self.comment(node.end_mark.line))

    def _mapping(
        self, node: yaml.MappingNode, old: Json, new: dict[str, Json], indent: int
    ) -> None:
        before = old if isinstance(old, dict) else {}
        for (key_node, inner), key in zip(node.value, before, strict=False):
            self.comments_before(key_node.start_mark.line, indent)
            head = f"{' ' * indent}{self._source(key_node)}:"
            word = words_of(new).get(key)
            self._entry(head, inner, before[key], Untagged(word) if word else new[key], indent)
        for key, value in new.items():
            if key not in before:
                self.fresh(f"{' ' * indent}{new_key(key)}:", value, indent)

    def _entry(self, head: str, node: yaml.Node, old: Json, new: Json, indent: int) -> None:
        same_kind = isinstance(new, list if isinstance(node, yaml.SequenceNode) else dict)
        if _is_leaf(node) or not same_kind:
            self._value(head, node, old, new, indent)
            return
        self.written.append(head + self.comment(node.start_mark.line - 1))
        nested = indent if isinstance(node, yaml.SequenceNode) else indent + INDENT
        self.block(node, old, new, nested)

    def _list(self, node: yaml.SequenceNode, old: Json, new: list[Json], indent: int) -> None:
        before = old if isinstance(old, list) else []
        for inner, was, item in zip(node.value, before, new, strict=False):
            self.comments_before(inner.start_mark.line, indent)
            place = len(self.written)
            self._item(inner, was, item, indent)
            first = self.written[place]
            self.written[place] = f"{' ' * indent}- {first[indent + INDENT :]}"
        for item in new[len(before) :]:
            self.fresh("", [item], indent)

    def _item(self, node: yaml.Node, old: Json, new: Json, indent: int) -> None:
        """Write an element as if it were indented further; its first line then gets the dash."""
        if not _is_leaf(node) and isinstance(new, dict | list):
            self.block(node, old, new, indent + INDENT)
        else:
            self._value(" " * (indent + INDENT - 1), node, old, new, indent)

    def _value(self, head: str, node: yaml.Node, old: Json, new: Json, indent: int) -> None:
        """Write a scalar or a flow collection after its key."""
        if isinstance(new, dict | list) and new is not old:
            if isinstance(node, yaml.CollectionNode) and new is not self._put:
                self.written.append(f"{head} {flow_text(new)}{self.comment(node.end_mark.line)}")
            else:
                self.fresh(head, new, indent)
            return
        style = _style(node)
        if new is old and style not in ("|", ">"):
            shown = self._source(node)
        else:
            shown = scalar_text(new, style if isinstance(old, str) else None)
        first, *rest = shown.split("\n")
        line = f"{head} {first}" if first else head
        self.written.append(line + self.comment((node.start_mark if rest else node.end_mark).line))
        self.written += [" " * (indent + INDENT) + more if more else "" for more in rest]
        self._next_line = max(self._next_line, node.start_mark.line)

    def fresh(self, head: str, new: Json, indent: int) -> None:
        """Write what the old text did not have."""
        if not isinstance(new, dict | list) or not new:
            shown = fresh_scalar(new) if not isinstance(new, dict | list) else flow_text(new)
            first, *rest = shown.split("\n")
            self.written.append(f"{head} {first}".rstrip())
            self.written += [" " * (indent + INDENT) + more if more else "" for more in rest]
            return
        if head:
            self.written.append(head)
        if isinstance(new, dict):
            inner = indent + INDENT if head else indent
            words = words_of(new)
            for key, value in new.items():
                name = f"{' ' * inner}{new_key(key)}:"
                if words.get(key):
                    self.written.append(f"{name} {words[key]}")
                else:
                    self.fresh(name, value, inner)
            return
        for item in new:
            place = len(self.written)
            if isinstance(item, dict | list) and item:
                self.fresh("", item, indent + INDENT)
            else:
                self.fresh(" " * (indent + INDENT - 1), item, indent)
            first = self.written[place]
            self.written[place] = f"{' ' * indent}- {first[indent + INDENT :]}".rstrip()

    def comment(self, line: int) -> str:
        """The comment at the end of a line, with a space before it; it is written once."""
        comment = self._trailing.pop(line, "")
        return f" {comment}" if comment else ""

    def _source(self, node: yaml.Node) -> str:
        """A value as it was written, on one line."""
        written = self.text[node.start_mark.index : node.end_mark.index]
        return written if "\n" not in written else scalar_text(node.value, _style(node))


def _is_leaf(node: yaml.Node) -> bool:
    """Whether a node is written as one piece: a scalar or a flow collection."""
    return not isinstance(node, yaml.CollectionNode) or bool(node.flow_style)


def _style(node: yaml.Node) -> str | None:
    return node.style if isinstance(node, yaml.ScalarNode) else None


def _leaves(node: yaml.Node) -> Iterator[yaml.Node]:
    """The scalars and flow collections of a text, keys too."""
    if _is_leaf(node):
        yield node
    elif isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            yield from _leaves(key)
            yield from _leaves(value)
    else:
        for item in node.value:
            yield from _leaves(item)
