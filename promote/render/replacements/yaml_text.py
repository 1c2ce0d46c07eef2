"""Writing a YAML text again with some of its values changed, as go-yaml v3 writes it.

Comments and quotes stay; indentation becomes two, lists stand under their key without one, and
empty lines go.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import yaml

from promote.render.replacements.text_comments import TextComments, is_leaf, style_of_node
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
    from promote.model.json import Json


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
    if is_leaf(node):
        writer.piece(node, flow_text(new))
    else:
        writer.block(node, old, new, 0)
    return writer.whole()


def rewrite_scalar(text: str) -> str:
    """The text whose first document is a scalar, written again without what is around that."""
    node = _first_node(text)
    writer = _Writer(text, node, None)
    writer.piece(node, text[node.start_mark.index : node.end_mark.index])
    return writer.whole()


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

    Args:
        text: the old text.
        root: what it holds; None if it holds nothing.
        put: as for `rewrite`.

    Attributes:
        written: the lines of the new text so far.
    """

    def __init__(self, text: str, root: yaml.Node | None, put: Json) -> None:
        self._text = text
        self._comments = TextComments(text, root)
        self.written: list[str] = []
        self._put = put

    def whole(self) -> str:
        """The new text, with the comments at the end of the old one."""
        self.written += self._comments.at_end()
        return "\n".join(self.written).strip()

    def _comments_before(self, node: yaml.Node, indent: int) -> None:
        found = self._comments.before(node.start_mark.line)
        self.written += [" " * indent + comment for comment in found]

    def piece(self, node: yaml.Node, shown: str) -> None:
        """Write a whole document that is one piece: a scalar, or what is in braces or brackets."""
        self._comments_before(node, 0)
        self.written.append(shown + self._comments.behind(node.end_mark.line))

    def block(self, node: yaml.Node, old: Json, new: Json, indent: int) -> None:
        """Write a mapping or list on lines of its own."""
        if isinstance(node, yaml.MappingNode) and isinstance(new, dict):
            self._mapping(node, old, new, indent)
        elif isinstance(node, yaml.SequenceNode) and isinstance(new, list):
            self._list(node, old, new, indent)
        else:
            self.fresh("", new, indent)

    def _mapping(
        self, node: yaml.MappingNode, old: Json, new: dict[str, Json], indent: int
    ) -> None:
        before = old if isinstance(old, dict) else {}
        for (key_node, inner), key in zip(node.value, before, strict=False):
            self._comments_before(key_node, indent)
            head = f"{' ' * indent}{self._source(key_node)}:"
            word = words_of(new).get(key)
            self._entry(head, inner, before[key], Untagged(word) if word else new[key], indent)
        for key, value in new.items():
            if key not in before:
                self.fresh(f"{' ' * indent}{new_key(key)}:", value, indent)

    def _entry(self, head: str, node: yaml.Node, old: Json, new: Json, indent: int) -> None:
        same_kind = isinstance(new, list if isinstance(node, yaml.SequenceNode) else dict)
        if is_leaf(node) or not same_kind:
            self._value(head, node, old, new, indent)
            return
        self.written.append(head + self._comments.behind(node.start_mark.line - 1))
        nested = indent if isinstance(node, yaml.SequenceNode) else indent + INDENT
        self.block(node, old, new, nested)

    def _list(self, node: yaml.SequenceNode, old: Json, new: list[Json], indent: int) -> None:
        before = old if isinstance(old, list) else []
        for inner, was, item in zip(node.value, before, new, strict=False):
            self._comments_before(inner, indent)
            place = len(self.written)
            self._item(inner, was, item, indent)
            self._put_dash(place, indent)
        for item in new[len(before) :]:
            self.fresh("", [item], indent)

    def _item(self, node: yaml.Node, old: Json, new: Json, indent: int) -> None:
        """Write an element as if it were indented further; its first line then gets the dash."""
        if not is_leaf(node) and isinstance(new, dict | list):
            self.block(node, old, new, indent + INDENT)
        else:
            self._value(" " * (indent + INDENT - 1), node, old, new, indent)

    def _value(self, head: str, node: yaml.Node, old: Json, new: Json, indent: int) -> None:
        """Write a scalar or a flow collection after its key."""
        if isinstance(new, dict | list) and new is not old:
            if isinstance(node, yaml.CollectionNode) and new is not self._put:
                self.written.append(
                    f"{head} {flow_text(new)}{self._comments.behind(node.end_mark.line)}"
                )
            else:
                self.fresh(head, new, indent)
            return
        style = style_of_node(node)
        if new is old and style not in ("|", ">"):
            shown = self._source(node)
        else:
            shown = scalar_text(new, style if isinstance(old, str) else None)
        first, *rest = shown.split("\n")
        line = f"{head} {first}" if first else head
        mark = node.start_mark if style in ("|", ">") else node.end_mark
        comment = self._comments.behind(mark.line)
        if rest and first.startswith("'"):
            self._continue_in_quotes([line, *rest], comment, indent)
        else:
            self.written.append(line + comment)
            self._continue(rest, indent)
        self._comments.pass_by(node.start_mark.line)

    def fresh(self, head: str, new: Json, indent: int) -> None:
        """Write what the old text did not have."""
        if not isinstance(new, dict | list) or not new:
            shown = flow_text(new) if isinstance(new, dict | list) else fresh_scalar(new)
            first, *rest = shown.split("\n")
            self.written.append(f"{head} {first}".rstrip())
            self._continue(rest, indent)
            return
        if head:
            self.written.append(head)
        if isinstance(new, dict):
            self._fresh_mapping(new, indent + INDENT if head else indent)
        else:
            self._fresh_list(new, indent)

    def _fresh_mapping(self, new: dict[str, Json], indent: int) -> None:
        words = words_of(new)
        for key, value in new.items():
            name = f"{' ' * indent}{new_key(key)}:"
            if words.get(key):
                self.written.append(f"{name} {words[key]}")
            else:
                self.fresh(name, value, indent)

    def _fresh_list(self, new: list[Json], indent: int) -> None:
        for item in new:
            place = len(self.written)
            if isinstance(item, dict | list) and item:
                self.fresh("", item, indent + INDENT)
            else:
                self.fresh(" " * (indent + INDENT - 1), item, indent)
            self._put_dash(place, indent)
            self.written[place] = self.written[place].rstrip()

    def _continue(self, lines: list[str], indent: int) -> None:
        """Write the further lines of a scalar."""
        self.written += [" " * (indent + INDENT) + line if line else "" for line in lines]

    def _continue_in_quotes(self, lines: list[str], comment: str, indent: int) -> None:
        """Write a string of several lines in quotes: the last, if it is alone, stands outside."""
        first, *between, last = lines
        self.written.append(first)
        self._continue(between, indent)
        pad = "" if last == "'" else " " * (indent + INDENT)
        self.written.append(pad + last + comment)

    def _put_dash(self, place: int, indent: int) -> None:
        """Make the line at a place the first one of an element, for which it is indented."""
        self.written[place] = f"{' ' * indent}- {self.written[place][indent + INDENT :]}"

    def _source(self, node: yaml.Node) -> str:
        """A value as it was written, on one line."""
        written = self._text[node.start_mark.index : node.end_mark.index]
        return written if "\n" not in written else scalar_text(node.value, style_of_node(node))
