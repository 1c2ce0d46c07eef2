"""What is hidden in texts, so that pull requests and comments are found by what they are for.

Readers of the rendered page do not see it: an HTML comment, or, on a forge that shows those, a link
that nothing refers to.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, Literal
from urllib.parse import quote, unquote

from promote.forge.sizes import size, start

if TYPE_CHECKING:
    from promote.forge.sizes import Unit

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


def hide(
    text: str,
    kind: str,
    value: str,
    style: Style = "html",
    *,
    limit: int = 0,
    unit: Unit = "characters",
) -> str:
    """A text with a value hidden at its end, cut before that where it is longer than `limit`."""
    mark = "\n\n" + _STYLES[style][0].format(kind=kind, value=_quoted(value)) if value else ""
    if limit and size(text + mark, unit) > limit:
        text = _cut(text, limit - len(mark), unit)
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


_FENCE: Final = re.compile(r" {0,3}(`{3,}|~{3,})")
_NOTICE: Final = "\n\n… cut: the text is longer than the forge takes.\n"


def _cut(text: str, limit: int, unit: Unit) -> str:
    """The text up to the last section that fits, and a line that says so."""
    room = start(text, limit - size(_NOTICE, unit), unit)
    section = room.rfind("\n### ")
    return _closed(room[:section] if section > len(room) // 2 else room) + _NOTICE


def _closed(text: str) -> str:
    """A text without the code block at its end that a cut left open: it would hold what follows."""
    open_at, fence, at = 0, "", 0
    for line in text.splitlines(keepends=True):
        run = _FENCE.match(line)
        if run and not fence:
            open_at, fence = at, run[1]
        elif run and run[1].startswith(fence) and line.strip() == run[1]:
            fence = ""
        at += len(line)
    return text[:open_at] if fence else text
