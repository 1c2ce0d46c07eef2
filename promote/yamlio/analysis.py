"""In which style a string is written: the rules of go-yaml's emitter (v2), after libyaml's."""

from __future__ import annotations

import re
from enum import Enum

from promote.yamlio.characters import Outside
from promote.yamlio.scalars import is_plain_string


class Style(Enum):
    """How a string is written."""

    PLAIN = "plain"
    SINGLE = "single"
    DOUBLE = "double"
    LITERAL = "literal"


# What the emitter cannot show as it is: control characters, a byte order mark, and whatever lies
# beyond the first plane.
_SPECIAL = Outside("\n\x20-\x7e", "\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd")
_BREAK = re.compile("[\n\u2028\u2029]")
_SPACE_BREAK = re.compile(" [\n\u2028\u2029]")
_BREAK_SPACE = re.compile("[\n\u2028\u2029] ")
_FIRST = frozenset("#,[]{}&*!|>'\"%@`")


def style_of(text: str) -> Style:
    """The style in which kustomize prints a string as a value."""
    if "\n" in text:
        return Style.LITERAL if _literal_allowed(text) else Style.DOUBLE
    if not is_plain_string(text):
        return Style.DOUBLE
    if _SPECIAL(text):
        return Style.DOUBLE
    if _BREAK.search(text):
        return (
            Style.DOUBLE if _SPACE_BREAK.search(text) or _BREAK_SPACE.search(text) else Style.SINGLE
        )
    return Style.SINGLE if _needs_quotes(text) else Style.PLAIN


def _literal_allowed(text: str) -> bool:
    return not (text.endswith(" ") or _SPECIAL(text) or _SPACE_BREAK.search(text))


def _needs_quotes(text: str) -> bool:
    """Whether the characters of a plain string would mean something to YAML."""
    if text[0] == " " or text[-1] == " " or text.startswith(("---", "...")):
        return True
    first = text[0]
    if first in _FIRST or (first in "?:-" and (len(text) == 1 or text[1] == " ")):
        return True
    return ": " in text or " #" in text or text[-1] == ":"
