"""Texts read into nodes, with tags and styles as go-yaml has them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import yaml

from promote.render.nodes.node import (
    DOUBLE,
    LITERAL,
    MAPPING,
    PLAIN,
    SCALAR,
    SEQUENCE,
    SINGLE,
    Node,
)
from promote.yamlio.dialect import StandIns
from promote.yamlio.numbers import go_int
from promote.yamlio.scalars import NotJsonError, resolve, timestamp

if TYPE_CHECKING:
    from collections.abc import Iterator

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_TAGGED: Final = 1
_FOLDED: Final = 16
_FLOW: Final = 32
_STYLES: Final = {"'": SINGLE, '"': DOUBLE, "|": LITERAL, ">": _FOLDED}
_TAG: Final = "tag:yaml.org,2002:"


def compose(text: str) -> Node | None:
    """The node of the one document of a text.

    Returns:
        None if the text has no document, an alias, or what cannot be parsed here.
    """
    stand_ins = StandIns(text, comments=True)
    text = stand_ins.for_marks(text)
    while True:
        try:
            return _composed(text, stand_ins)
        except yaml.MarkedYAMLError as error:
            changed = stand_ins.put(text, error)
            if changed is None:
                return None
            text = changed
        except (yaml.YAMLError, UnicodeEncodeError):
            return None


def _composed(text: str, stand_ins: StandIns) -> Node | None:
    events = iter(yaml.parse(text, Loader=_Loader))
    for event in events:
        if isinstance(event, yaml.DocumentStartEvent):
            return _Composer(text, events, stand_ins).node(next(events))
    return None


class _Composer:
    def __init__(self, text: str, events: Iterator[Any], stand_ins: StandIns) -> None:
        self._lines = text.split("\n")
        self._events = events
        self._stand_ins = stand_ins

    def node(self, event: Any) -> Node | None:  # noqa: ANN401 - PyYAML has no types
        """The node that begins with an event; None if there is an alias in it."""
        at = (event.start_mark.line + 1, event.start_mark.column + 1)
        if isinstance(event, yaml.ScalarEvent):
            event.value = self._stand_ins.undone(event.value)
            style = _STYLES.get(event.style or "", PLAIN)
            tagged = _TAGGED if event.tag not in {None, "!"} else 0
            return Node(SCALAR, event.value, _tag(event), style | tagged, at)
        if isinstance(event, yaml.AliasEvent) or event.tag is not None:
            return None
        is_list = isinstance(event, yaml.SequenceStartEvent)
        made = Node(SEQUENCE if is_list else MAPPING, "", "!!seq" if is_list else "!!map", at=at)
        made.style = _FLOW if event.flow_style else PLAIN
        for inner in self._events:
            if isinstance(inner, yaml.CollectionEndEvent):
                return made
            node = self.node(inner)
            if node is None:
                return None
            if not (is_list or event.flow_style or len(made.content) % 2):
                node.comment = self._above(node.line - 1, node.column - 1)
            made.content.append(node)
        return None

    def _above(self, line: int, column: int) -> str:
        """The comment above a key that is the first on its line."""
        if self._lines[line][:column].strip():
            return ""
        first = line
        while first and self._lines[first - 1].lstrip().startswith("#"):
            first -= 1
        return "\n".join(map(str.strip, self._lines[first:line]))


def _tag(event: Any) -> str:  # noqa: ANN401 - as above
    if event.tag not in {None, "!"}:
        return str(event.tag).replace(_TAG, "!!")
    if event.style or event.tag:
        return "!!str"
    try:
        value = resolve(event.value)
        if isinstance(value, str):
            return "!!timestamp" if timestamp(event.value) else "!!str"
    except NotJsonError:
        return "!!float"
    if value is None or isinstance(value, bool):
        return "!!null" if value is None else "!!bool"
    return "!!float" if go_int(event.value.replace("_", "")) is None else "!!int"
