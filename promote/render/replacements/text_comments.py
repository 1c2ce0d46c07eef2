"""The comments of a YAML text, each of which is written again once."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import yaml

if TYPE_CHECKING:
    from collections.abc import Iterator

_COMMENT: Final = re.compile(r"\s(#.*)$")


class TextComments:
    """The comments of a text: those on lines of their own, and those behind values.

    Args:
        text: the text.
        root: what it holds; None if it holds nothing.
    """

    def __init__(self, text: str, root: yaml.Node | None) -> None:
        self._lines = text.split("\n")
        self._own_line: dict[int, str] = {}
        self._behind: dict[int, str] = {}
        self._next_line = 0
        if root is not None:
            self._find(root)

    def _find(self, root: yaml.Node) -> None:
        """Find the comments: what follows the last value of a line, and lines without values."""
        ends: dict[int, int] = {}
        inside: set[int] = set()
        for node in _leaves(root):
            start, end = node.start_mark, node.end_mark
            if style_of_node(node) in ("|", ">"):
                inside.update(range(start.line + 1, end.line + (end.column > 0)))
                ends[start.line] = max(ends.get(start.line, 0), start.column + 1)
            else:
                inside.update(range(start.line + 1, end.line))
                ends[end.line] = max(ends.get(end.line, 0), end.column)
        for number, line in enumerate(self._lines):
            if number in inside:
                continue
            if line.lstrip().startswith("#") and number not in ends:
                self._own_line[number] = line.strip()
            elif found := _COMMENT.search(line, ends.get(number, 0)):
                self._behind[number] = found[1]

    def before(self, line: int) -> list[str]:
        """Those on lines of their own before a line, unless they were given out already."""
        numbers = range(self._next_line, line)
        self.pass_by(line)
        return [self._own_line[number] for number in numbers if number in self._own_line]

    def at_end(self) -> list[str]:
        """As `before`, of the end of the text."""
        return self.before(len(self._lines))

    def pass_by(self, line: int) -> None:
        """Give out nothing that stands before a line."""
        self._next_line = max(self._next_line, line)

    def behind(self, line: int) -> str:
        """The one at the end of a line with a space before it, unless it was given out already."""
        comment = self._behind.pop(line, "")
        return f" {comment}" if comment else ""


def is_leaf(node: yaml.Node) -> bool:
    """Whether a node is written as one piece: a scalar or a flow collection."""
    return not isinstance(node, yaml.CollectionNode) or bool(node.flow_style)


def style_of_node(node: yaml.Node) -> str | None:
    """The character that a scalar's style begins with; None for a plain one or a collection."""
    return node.style if isinstance(node, yaml.ScalarNode) else None


def _leaves(node: yaml.Node) -> Iterator[yaml.Node]:
    """The scalars and flow collections of a text, keys too."""
    if is_leaf(node):
        yield node
    elif isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            yield from _leaves(key)
            yield from _leaves(value)
    else:
        for item in node.value:
            yield from _leaves(item)
