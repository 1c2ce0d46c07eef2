"""Making text from a repository harmless where it is printed.

A rendered manifest may hold whatever someone proposed: escape sequences that repaint a terminal,
characters that turn the direction of what follows, lines that a CI system takes as commands. They
are written as visible escapes.
"""

from __future__ import annotations

import re

# Controls but tab and line feed; what turns or hides text (Unicode TR 36 and TR 39); line ends
# that only some programs know; halves of surrogate pairs, which cannot be encoded.
_HARMFUL = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f"
    "\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb"
    "\ud800-\udfff\U000e0000-\U000e0fff]"
)

# GitHub Actions and Azure Pipelines read commands from what a step prints: `::set-env name=…::` at
# the start of a line, `##[…]` and `##vso[…]` anywhere in one.
_COMMAND = re.compile(r"^(\s*):(?=:)|#(?=#(?:vso)?\[)", re.MULTILINE)


def printable(text: str) -> str:
    """Escape what is not plain text; line feeds and tabs stay."""
    return _HARMFUL.sub(_escape, text)


def one_line(text: str) -> str:
    """Escape what is not plain text, line feeds and tabs too."""
    return printable(text).replace("\n", "\\n").replace("\t", "\\t")


def without_commands(output: str) -> str:
    """Escape what a CI system would take as a command; for the whole of an output."""
    return _COMMAND.sub(lambda m: "\\x23" if m[0] == "#" else f"{m[1]}\\x3a", output)


def _escape(match: re.Match[str]) -> str:
    code = ord(match[0])
    if code > 0xFFFF:  # noqa: PLR2004 - the end of what four digits can write
        return f"\\U{code:08x}"
    return f"\\x{code:02x}" if code <= 0xFF else f"\\u{code:04x}"  # noqa: PLR2004 - two digits
