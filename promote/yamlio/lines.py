"""What one line of ordinary YAML says; remembered by its text, since most lines come again.

Nine lines of ten in a bundle of large CRDs are copies of another, so that looking a line up beats
parsing it. A compiled parser would still have every plain scalar resolved here: none has go-yaml's
rules, and some no longer tell `0755` from `"0755"` when they are done.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from promote.yamlio.blanks import ODD_WORDS
from promote.yamlio.flow import collection
from promote.yamlio.merge_keys import MERGE
from promote.yamlio.quotes import in_quotes, plain
from promote.yamlio.scalars import NotJsonError, resolve
from promote.yamlio.watched import is_doubtful

if TYPE_CHECKING:
    from promote.model.json import Json


class OddError(Exception):
    """The document has something that only the exact reader understands, or reports well."""


_CACHE_LIMIT: Final = 50_000
_MAX_CACHED_LINE: Final = 200
_MAX_KEY: Final = 500  # YAML ends keys at 1024 characters

_KEY: Final = re.compile(
    r"""(?:([^\s\-?:,\[\]{}\#&*!|>'"%@`][^\s:]*(?::[^\s:]+)*)|"([^"\\]*)"|'([^']*)')"""
    r"[ ]*:(?:[ ]+|\Z)",
)
_COMMENT: Final = r"(?: +#.*)?\Z"
_DOUBLE: Final = re.compile(r'"([^"\\]*(?:\\["\\nrt][^"\\]*)*)"' + _COMMENT)
_SINGLE: Final = re.compile(r"'([^']*(?:''[^']*)*)'" + _COMMENT)
# The same over several lines, whose outer blanks are gone. A break behind a backslash joins.
_LONG_DOUBLE: Final = re.compile(r'"([^"\\]*(?:\\(?:["\\nrt ]|\n(?!\n))[^"\\]*)*)"' + _COMMENT)
_LONG_ESCAPE: Final = re.compile(r'\\(["\\nrt \n])|\n+')
_BREAKS: Final = re.compile(r"\n+")
_BLOCK_HEAD: Final = re.compile(r"([|>])([-+]?)" + _COMMENT)
_ESCAPE: Final = re.compile(r'\\(["\\nrt])')
_ESCAPED: Final = {'"': '"', "\\": "\\", "n": "\n", "r": "\r", "t": "\t"}
_INDICATORS: Final = frozenset("-?:,[]{}#&*!|>'\"%@`")


# What stands on a line behind its key or dash. Plain integers, since they are compared per line.
SCALAR: Final = 0  # a whole value
TEXT: Final = 1  # a plain scalar, which may go on in the lines below
NOTHING: Final = 2  # null, unless something stands deeper in the lines below
BLOCK: Final = 3  # the head of a block scalar
WORD: Final = 4  # a null or boolean that is not printed as it is written
LIST: Final = 5  # a list in brackets
MAPPING: Final = 6  # a mapping in brackets
OTHER: Final = 7  # something for the exact reader
WATCHED: Final = 8  # a whole value that may be wrong for what is watched
BLANK: Final = 9  # nothing at all, or a comment
ODD: Final = 10  # something that makes the document odd


_WHOLE: Final = frozenset([SCALAR, TEXT, LIST, MAPPING])


class Line(NamedTuple):
    """What a line says.

    Attributes:
        kind: what stands behind its key or dash.
        indent: the column of its first character.
        inner: the column of what is behind its dash, or -1 without a dash.
        key: the key, if it has one.
        value: the scalar, the list or mapping in brackets, the head of a block scalar, the word, or
            the text from an opening quote that is not closed.
    """

    kind: int
    indent: int
    inner: int
    key: str | None
    value: Json


_ODD_LINE: Final = Line(ODD, 0, -1, None, None)
known_lines: dict[str, Line] = {}
_heads: dict[str, Line] = {}


def look(text: str) -> Line:
    """Find out what a line says, and remember it."""
    head, colon, rest = text.partition(": ")
    if colon:
        known = _heads.get(head)
        if known is None:
            known = _parse(head + ":")
            if known.kind == NOTHING and known.key is not None:
                _remember(_heads, head, known)
        if known.kind == NOTHING and known.key is not None:
            line = _with_value(known, rest.strip(" "))
        else:  # a comment, a colon in quotes, or something odd
            line = _parse(text)
    else:
        line = _parse(text)
    if line.kind in _WHOLE and is_doubtful(line.key, line.value):
        line = line._replace(kind=WATCHED)
    if len(text) <= _MAX_CACHED_LINE:
        _remember(known_lines, text, line)
    return line


def forget_lines() -> None:
    """Look at all lines anew, since others are watched now."""
    known_lines.clear()
    _heads.clear()


def _remember(known: dict[str, Line], text: str, line: Line) -> None:
    if len(known) >= _CACHE_LIMIT:
        known.clear()
    known[text] = line


def _with_value(head: Line, text: str) -> Line:
    try:
        kind, value = _value(text)
    except OddError:
        return _ODD_LINE
    return Line(kind, head.indent, head.inner, head.key, value)


def _parse(text: str) -> Line:
    content = text.lstrip(" ")
    indent = len(text) - len(content)
    if not content or content[0] == "#":
        return Line(BLANK, indent, -1, None, None)
    inner = -1
    if content[0] == "-" and (content == "-" or content[1] == " "):
        content = content[1:].lstrip(" ")
        inner = len(text) - len(content)
    match = _KEY.match(content)
    key = None
    if match:
        plain, double, single = match.groups()
        key = plain if plain is not None else double if double is not None else single
        if len(key) > _MAX_KEY or key == MERGE or (plain and scalar(key) != key):
            return _ODD_LINE
        content = content[match.end() :]
    return _with_value(Line(NOTHING, indent, inner, key, None), content.rstrip(" "))


def _value(text: str) -> tuple[int, Json]:
    """What stands behind a key or dash.

    Raises:
        OddError: something that cannot stand there.
    """
    if not text or text[0] == "#":
        return NOTHING, None
    if "\t" in text:
        raise OddError
    if text[0] not in _INDICATORS or (text[0] in "-?:" and text[1:2] not in {"", " "}):
        return _plain(text)
    if text[0] in "'\"":
        return _in_quotes(text)
    match = _BLOCK_HEAD.match(text)
    if match:
        return BLOCK, match[1] + match[2]
    return _flow(text)


def _in_quotes(text: str) -> tuple[int, Json]:
    match = _SINGLE.match(text)
    if match:
        return SCALAR, in_quotes(match[1].replace("''", "'"))
    match = _DOUBLE.match(text)
    if match:
        return SCALAR, in_quotes(_ESCAPE.sub(lambda found: _ESCAPED[found[1]], match[1]))
    return OTHER, text


def quoted(lines: list[str]) -> str | None:
    """The string in quotes that several lines hold; None for what the exact reader has to read.

    Args:
        lines: from the opening quote on, without the blanks around each of them but those in front
            of the quotes.
    """
    text = "\n".join(lines)
    if text[0] == "'":
        match = _SINGLE.match(text)
        return _BREAKS.sub(_fold, match[1].replace("''", "'")) if match else None
    match = _LONG_DOUBLE.match(text)
    return _LONG_ESCAPE.sub(_unescape, match[1]) if match else None


def _fold(breaks: re.Match[str]) -> str:
    return "\n" * (len(breaks[0]) - 1) or " "


def _unescape(found: re.Match[str]) -> str:
    if found[1] is None:
        return _fold(found)
    return "" if found[1] == "\n" else _ESCAPED.get(found[1], found[1])


def _plain(text: str) -> tuple[int, Json]:
    comment = text.find(" #")
    if comment >= 0:
        text = text[:comment].rstrip(" ")
    if ": " in text or text[-1] == ":":
        raise OddError
    if text in ODD_WORDS:
        return WORD, text
    value = plain(scalar(text))
    # Only what is its own text, and ends its line, goes on in the next.
    return (TEXT if comment < 0 and value == text else SCALAR), value


def _flow(text: str) -> tuple[int, Json]:
    """A collection in brackets, if it is a simple one."""
    found = collection(text)
    if found is None:
        return OTHER, None
    return (LIST if isinstance(found, list) else MAPPING), found


def scalar(text: str) -> Json:
    """The value of a plain scalar.

    Raises:
        OddError: JSON has none.
    """
    try:
        return resolve(text)
    except NotJsonError:
        raise OddError from None
