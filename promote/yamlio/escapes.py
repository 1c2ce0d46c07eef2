"""Strings that YAML shows by escapes, or with line breaks that are none elsewhere."""

from __future__ import annotations

import re
from typing import Final

_ESCAPES: Final = {
    "\0": "\\0", "\a": "\\a", "\b": "\\b", "\t": "\\t", "\n": "\\n", "\v": "\\v", "\f": "\\f",
    "\r": "\\r", "\x1b": "\\e", '"': '\\"', "\\": "\\\\", "\x85": "\\N", "\xa0": "\xa0",
    "\u2028": "\\L", "\u2029": "\\P", "\ufeff": "\\uFEFF",
}  # fmt: skip


_ESCAPED_ASCII: Final = re.compile(r"""["\\\x00-\x1f\x7f]""")
_BOM: Final = "\ufeff"
_PRINTABLE: Final = ((0x20, 0x7E), (0xA0, 0xD7FF), (0xE000, 0xFFFD))


def _escape(char: str) -> str:
    known = _ESCAPES.get(char)
    if known is not None:
        return known
    code = ord(char)
    if any(first <= code <= last for first, last in _PRINTABLE):
        return char
    return _escape_always(char)


def _escape_always(char: str) -> str:
    if char == "\xa0":
        return "\\_"
    known = _ESCAPES.get(char)
    if known is not None:
        return known
    code = ord(char)
    if code <= 0xFF:  # noqa: PLR2004 - two hexadecimal digits
        return f"\\x{code:02X}"
    return f"\\u{code:04X}" if code <= 0xFFFF else f"\\U{code:08X}"  # noqa: PLR2004 - four, or eight


def double_quoted(value: str) -> str:
    """A string in double quotes, on one line.

    go-yaml means to ask whether a character is a byte order mark, and asks whether the string
    begins with one; so behind one all characters are escaped.
    """
    if value.startswith(_BOM):
        return f'"{"".join(map(_escape_always, value))}"'
    if value.isascii():
        return f'"{_ESCAPED_ASCII.sub(lambda found: _escape(found[0]), value)}"'
    return f'"{"".join(map(_escape, value))}"'


# Line breaks to YAML that go-yaml takes for characters elsewhere.
LINE_BREAK: Final = re.compile("[\x85\u2028\u2029]")
NEXT_LINE: Final = "\x85"
_NEXT_LINES: Final = re.compile(" *\x85(?: *\x85)* *")
NO_LINE_FEED: Final = "\0\n"
"""What stands in a text for the end of a scalar behind which go-yaml does not begin a new line."""
SEPARATORS: Final = re.compile("([\n\u2028\u2029]+)")
_SEPARATORS: Final = "\n\u2028\u2029"
_BREAKS: Final = re.compile("([\n\u2028\u2029]+)(?=[^\n\u2028\u2029])")


def without_next_lines(value: str) -> str:
    """What is left of U+0085, which kustomize writes as it is and then reads as a line break."""
    if NEXT_LINE not in value:
        return value
    return _NEXT_LINES.sub(lambda lines: "\n" * (lines[0].count(NEXT_LINE) - 1) or " ", value)


def literal_with_separators(value: str, pad: str) -> str:
    """A literal block scalar with Unicode's separators, behind which libyaml indents.

    Args:
        value: the string.
        pad: a line feed and the indentation of its lines.

    Returns:
        Text to which the writer adds a line feed; at the end may be a part of `NO_LINE_FEED`.
    """
    text = _BREAKS.sub(lambda found: found[0] + pad[1:], value)
    hint = "2" if value[0] in f" {_SEPARATORS}" else ""
    chomp = "-" if value[-1] not in _SEPARATORS else "+" if value[-2:-1] in _SEPARATORS else ""
    start = "" if value[0] in _SEPARATORS else pad[1:]
    end = "" if chomp == "-" or value[-1] == "\n" else NO_LINE_FEED[0]
    return f"|{hint}{chomp}\n{start}{text.removesuffix(chr(10))}{end}"
