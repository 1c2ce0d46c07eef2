"""What is hidden in texts, so that pull requests and comments are found by what they are for.

Readers of the rendered page do not see it: an HTML comment, or, on a forge that shows those, a link
that nothing refers to.
"""

from __future__ import annotations

import re
from typing import Final, Literal
from urllib.parse import quote, unquote

Style = Literal["html", "link"]

_KINDS: Final = "marker|comment|asked"
_STYLES: Final[dict[Style, tuple[str, re.Pattern[str]]]] = {
    "html": (
        "<!-- promote:{kind} {value} -->",
        re.compile(rf"\n*<!-- promote:({_KINDS}) (\S*) -->"),
    ),
    "link": (
        "[//]: # (promote:{kind} {value})",
        re.compile(rf"\n*\[//\]: # \(promote:({_KINDS}) (\S*)\)"),
    ),
}


def hide(text: str, kind: str, value: str, style: Style = "html", *, limit: int = 0) -> str:
    """A text with a value hidden at its end, cut before that where it is longer than `limit`."""
    if not value:
        return text[:limit] if limit else text
    mark = "\n\n" + _STYLES[style][0].format(kind=kind, value=_quoted(value))
    if limit and len(text) + len(mark) > limit:
        text = _cut(text, limit - len(mark))
    return text + mark


def reveal(text: str, style: Style = "html") -> tuple[str, dict[str, str]]:
    """A text without what is hidden in it, and the hidden values by kind.

    Forges store lines that end in CR LF, and some cut off white space.
    """
    plain = text.replace("\r\n", "\n")
    pattern = _STYLES[style][1]
    found = {match[1]: unquote(match[2]) for match in pattern.finditer(plain)}
    return (pattern.sub("", plain), found) if found else (plain, {})


def _quoted(value: str) -> str:
    """Neither `--` nor `)` may end the place that it is hidden in."""
    return quote(value, safe="/:@+=,").replace("-", "%2D")


_NOTICE: Final = "\n\n… cut: the text is longer than the forge takes.\n"


def _cut(text: str, limit: int) -> str:
    """The text up to the last section that fits, and a line that says so."""
    room = text[: max(0, limit - len(_NOTICE))]
    section = room.rfind("\n### ")
    return (room[:section] if section > len(room) // 2 else room) + _NOTICE
