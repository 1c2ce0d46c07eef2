"""Writing YAML as kustomize prints it: JSON values in go-yaml's block style.

Keys are sorted, lists stand under their key without indentation, long strings fold at 80 columns.
The rules are those of libyaml's emitter as go-yaml (v2) has them; `analysis.py` decides on the
style of each string.
"""

from __future__ import annotations

import re
from functools import cmp_to_key
from typing import TYPE_CHECKING

from promote.yamlio.analysis import Style, style_of
from promote.yamlio.numbers import go_number

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from promote.model.json import Json

WIDTH = 80
_CACHE_LIMIT = 50_000
_MAX_KEY = 128

# Strings that need no thought: they start with a letter or a slash, hold nothing that YAML gives a
# meaning to, and do not read as something else (which _WORDS and the first character rule out).
_SIMPLE = re.compile(r"[A-Za-z/][A-Za-z0-9_./-]*\Z")
_WORDS = frozenset(
    form
    for word in ("y", "n", "yes", "no", "on", "off", "true", "false", "null")
    for form in (word, word.capitalize(), word.upper())
)
_PLAIN_KEY_ORDER = re.compile(r"[A-Za-z]+\Z")


def dump(document: Json) -> str:
    """The YAML of one document."""
    out: list[str] = []
    if isinstance(document, dict) and document:
        _mapping(document, 0, out)
    elif isinstance(document, list) and document:
        _sequence(document, 0, out)
    else:
        _scalar(document, 0, 0, out)
    return "".join(out)


def dump_all(documents: Iterable[Json]) -> str:
    """The YAML of several documents, `---` between them."""
    return "---\n".join(dump(document) for document in documents)


def _mapping(
    mapping: dict[str, Json], indent: int, out: list[str], first: str | None = None
) -> None:
    """Write a mapping; `first` replaces the indentation of the first line, behind a dash."""
    pad = " " * indent
    lead = pad if first is None else first
    for key in sort_keys(mapping):
        value = mapping[key]
        name = _key(key)
        if len(name) > _MAX_KEY or "\n" in name:
            out.append(f"{lead}? {_text(key, indent, indent + 2)}\n{pad}:")
            column = indent + 1
        else:
            out.append(f"{lead}{name}:")
            column = indent + len(name) + 1
        lead = pad
        kind = type(value)
        if kind is str:
            out.append(" ")
            out.append(_text(value, indent, column + 1))  # type: ignore[arg-type]
            out.append("\n")
        elif kind is dict:
            if value:
                out.append("\n")
                _mapping(value, indent + 2, out)  # type: ignore[arg-type]
            else:
                out.append(" {}\n")
        elif kind is list:
            if value:
                out.append("\n")
                _sequence(value, indent, out)  # type: ignore[arg-type]
            else:
                out.append(" []\n")
        else:
            out.append(" ")
            _scalar(value, indent, column + 1, out)


def _sequence(items: list[Json], indent: int, out: list[str], first: str | None = None) -> None:
    pad = " " * indent
    lead = pad if first is None else first
    for item in items:
        kind = type(item)
        if kind is dict and item:
            _mapping(item, indent + 2, out, f"{lead}- ")  # type: ignore[arg-type]
        elif kind is list and item:
            _sequence(item, indent + 2, out, f"{lead}- ")  # type: ignore[arg-type]
        else:
            out.append(f"{lead}- ")
            _scalar(item, indent, indent + 2, out)
        lead = pad


def _scalar(value: Json, indent: int, column: int, out: list[str]) -> None:
    if isinstance(value, str):
        out.append(_text(value, indent, column))
    elif value is None:
        out.append("null")
    elif value is True:
        out.append("true")
    elif value is False:
        out.append("false")
    elif isinstance(value, dict):
        out.append("{}")
    elif isinstance(value, list):
        out.append("[]")
    else:
        out.append(go_number(value))
    out.append("\n")


# A string's text depends on where it stands only when it is long or has several lines.
_short: dict[str, str] = {}
_keys: dict[str, str] = {}


def _text(value: str, indent: int, column: int) -> str:
    known = _short.get(value)
    if known is None:
        known = _short_text(value)
        if known is None:
            return _long_text(value, indent, column)
        if len(_short) > _CACHE_LIMIT:
            _short.clear()
        _short[value] = known
    if column + len(known) > WIDTH and " " in known:
        return _long_text(value, indent, column)
    return known


def _short_text(value: str) -> str | None:
    """The text of a string on one line, or None when it depends on its place."""
    if _SIMPLE.match(value) and value not in _WORDS:
        return value
    if "\n" in value:
        return None
    style = style_of(value)
    if style is Style.PLAIN:
        return value
    if style is Style.SINGLE:
        return "'" + value.replace("'", "''") + "'"
    return '"' + "".join(map(_escape_of(value), value)) + '"'


def _key(key: str) -> str:
    known = _keys.get(key)
    if known is None:
        known = _short_text(key)
        if known is None:  # a key is on one line, whatever it holds
            known = '"' + "".join(map(_escape_of(key), key)) + '"'
        if len(_keys) > _CACHE_LIMIT:
            _keys.clear()
        _keys[key] = known
    return known


def _long_text(value: str, indent: int, column: int) -> str:
    style = style_of(value)
    pad = "\n" + " " * (indent + 2)
    if style is Style.LITERAL:
        return _literal(value, " " * (indent + 2))
    if style is Style.DOUBLE:
        return _double(value, pad, column)
    quote = "'" if style is Style.SINGLE else ""
    return quote + _folded(value, pad, column + len(quote), single=bool(quote)) + quote


def _folded(value: str, pad: str, column: int, *, single: bool) -> str:
    """A plain or single-quoted string, broken at the first single space past the width."""
    out = []
    spaces = False
    last = len(value) - 1
    for index, char in enumerate(value):
        if char == " ":
            inside = 0 < index < last or not single
            next_is_space = index < last and value[index + 1] == " "
            if not spaces and column > WIDTH and inside and not next_is_space:
                out.append(pad)
                column = len(pad) - 1
            else:
                out.append(" ")
                column += 1
            spaces = True
        else:
            if char == "'" and single:
                out.append("'")
                column += 1
            out.append(char)
            column += 1
            spaces = False
    return "".join(out)


_ESCAPES = {
    "\0": "\\0", "\a": "\\a", "\b": "\\b", "\t": "\\t", "\n": "\\n", "\v": "\\v", "\f": "\\f",
    "\r": "\\r", "\x1b": "\\e", '"': '\\"', "\\": "\\\\", "\x85": "\\N", "\xa0": "\xa0",
    "\u2028": "\\L", "\u2029": "\\P", "\ufeff": "\\uFEFF",
}  # fmt: skip


_BOM = "\ufeff"
_PRINTABLE = ((0x20, 0x7E), (0xA0, 0xD7FF), (0xE000, 0xFFFD))


def _escape(char: str) -> str:
    known = _ESCAPES.get(char)
    if known is not None:
        return known
    code = ord(char)
    if any(first <= code <= last for first, last in _PRINTABLE):
        return char
    return _escape_always(char)


def _escape_of(value: str) -> Callable[[str], str]:
    """How characters of a string are escaped: all of them behind a byte order mark.

    go-yaml means to ask whether a character is one, and asks whether the string begins with one.
    """
    return _escape_always if value.startswith(_BOM) else _escape


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


def _double(value: str, pad: str, column: int) -> str:
    out = ['"']
    column += 1
    spaces = False
    last = len(value) - 1
    escape = _escape_of(value)
    for index, char in enumerate(value):
        if char == " " and escape is _escape:
            if not spaces and column > WIDTH and 0 < index < last:
                out.append(pad)
                column = len(pad) - 1
                if value[index + 1] == " ":
                    out.append("\\")
                    column += 1
            else:
                out.append(" ")
                column += 1
            spaces = True
        else:
            text = escape(char)
            out.append(text)
            column += len(text)
            spaces = False
    out.append('"')
    return "".join(out)


def _literal(value: str, pad: str) -> str:
    hint = "2" if value[0] in " \n" else ""
    if not value.endswith("\n"):
        chomp = "-"
    elif len(value) == 1 or value[-2] == "\n":
        chomp = "+"
    else:
        chomp = ""
    lines = value.removesuffix("\n").split("\n")
    body = "\n".join(pad + line if line else "" for line in lines)
    return f"|{hint}{chomp}\n{body}"


def sort_keys(mapping: dict[str, Json]) -> list[str]:
    """The keys in go-yaml's order: numbers in them by value, letters after other characters."""
    keys = list(mapping)
    if len(keys) < 2:  # noqa: PLR2004 - one key is in order
        return keys
    if all(map(_PLAIN_KEY_ORDER.match, keys)):
        keys.sort()
        return keys
    keys.sort(key=_natural)
    return keys


def _compare(left: str, right: str) -> int:
    digits = False
    for index, (a, b) in enumerate(zip(left, right, strict=False)):
        if a == b:
            digits = a.isdigit()
            continue
        a_letter, b_letter = a.isalpha(), b.isalpha()
        if a_letter and b_letter:
            return -1 if a < b else 1
        if a_letter or b_letter:
            before = a_letter if digits else b_letter
            return -1 if before else 1
        return _compare_numbers(left, right, index)
    return (len(left) > len(right)) - (len(left) < len(right))


def _compare_numbers(left: str, right: str, index: int) -> int:
    """Two keys that first differ at `index`, where at least one may have a number."""
    start = 0
    if "0" in {left[index], right[index]}:
        place = index - 1
        while place >= 0 and left[place].isdigit():
            if left[place] != "0":
                start = 1
                break
            place -= 1
    a, a_end = _number(left, index, start)
    b, b_end = _number(right, index, start)
    if a != b:
        return -1 if a < b else 1
    if a_end != b_end:
        return -1 if a_end < b_end else 1
    return -1 if left[index] < right[index] else 1


def _number(text: str, index: int, value: int) -> tuple[int, int]:
    while index < len(text) and text[index].isdecimal():
        value = value * 10 + int(text[index])
        index += 1
    return value, index


_natural = cmp_to_key(_compare)
