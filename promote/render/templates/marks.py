r"""Marks in the text that a template makes, which say which line of which template each came from.

A mark stands before every line of plain text in a template, written in characters that no manifest
uses: `\ue000NUMBER:LINE\ue001`. The text without its marks is what the template makes as a rule;
where a filter counts or compares what it is given it may not be, so who uses it compares the two.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from jinja2.ext import Extension
from jinja2.lexer import Token

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jinja2.lexer import TokenStream

_MARK: Final = re.compile("\ue000(t[0-9]+):([0-9]+)\ue001")


class Marks(Extension):
    """Puts the marks into a template's plain text."""

    def filter_stream(self, stream: TokenStream) -> Iterator[Token]:
        """The tokens, with a mark at each beginning of a line."""
        for token in stream:
            if token.type != "data":
                yield token
                continue
            lines = token.value.split("\n")
            marked = (
                f"\ue000{stream.name}:{token.lineno + at}\ue001{line}"
                for at, line in enumerate(lines)
            )
            yield Token(token.lineno, token.type, "\n".join(marked))


def read_marks(text: str) -> tuple[str, list[tuple[str, int]]]:
    """Take the marks out of a text.

    Returns:
        The text, and for each of its lines the number of the template and the line that it is
        from: those of the last mark before what is written there, or else of the line above.
    """
    lines: list[str] = []
    sources: list[tuple[str, int]] = []
    current = ("", 0)
    for line in text.split("\n"):
        at = 0
        source = None
        for mark in _MARK.finditer(line):
            if line[at : mark.start()].strip() and source is not None:
                break
            current = source = (mark[1], int(mark[2]))
            at = mark.end()
        sources.append(source or current)
        for number, where in _MARK.findall(line):
            current = (number, int(where))
        lines.append(_MARK.sub("", line))
    return "\n".join(lines), sources
