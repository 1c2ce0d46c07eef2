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
from promote.yamlio.escapes import (
    LINE_BREAK,
    NEXT_LINE,
    NO_LINE_FEED,
    SEPARATORS,
    double_quoted,
    literal_with_separators,
    without_next_lines,
)
from promote.yamlio.numbers import go_number

if TYPE_CHECKING:
    from collections.abc import Iterable

    from promote.model.json import Json

WIDTH = 80
_CACHE_LIMIT = 50_000
_MAX_KEY = 128  # bytes of UTF-8
_MAX_CACHED = 500  # characters of a string

# Strings that need no thought: they start with a letter or a slash, hold nothing that YAML gives a
# meaning to, and do not read as something else (which _WORDS and the first character rule out).
_SIMPLE = re.compile(r"[A-Za-z/][A-Za-z0-9_./-]*\Z")
_WORDS = frozenset(
    form
    for word in ("y", "n", "yes", "no", "on", "off", "true", "false", "null")
    for form in (word, word.capitalize(), word.upper())
)
_BREAK = re.compile("[\n\r\x85\u2028\u2029]")
_PLAIN_KEY_ORDER = re.compile(r"[A-Za-z]+\Z")
_LITERALS = {None: "null", True: "true", False: "false"}


def dump(document: Json) -> str:
    """The YAML of one document."""
    out: list[str] = []
    if isinstance(document, dict) and document:
        _mapping(document, 0, out)
    elif isinstance(document, list) and document:
        _items(document, 0, out, "- ")
    else:
        _scalar(document, 0, 0, out)
    text = "".join(out)
    return text.replace(NO_LINE_FEED, "") if NO_LINE_FEED in text else text


def dump_all(documents: Iterable[Json]) -> str:
    """The YAML of several documents, `---` between them."""
    return "---\n".join(dump(document) for document in documents)


def _mapping(
    mapping: dict[str, Json], indent: int, out: list[str], first: str | None = None
) -> None:
    """Write a mapping; `first` replaces the indentation of the first line, behind a dash."""
    pad = " " * indent
    lead = pad if first is None else first
    for key, name in _rows.get(tuple(mapping)) or _rows_of(mapping):
        value = mapping[key]
        if not name:
            out.append(f"{lead}? {_text(key, indent, indent + 2)}\n")
            _items([value], indent, out, f"{pad}: ")
        elif type(value) is str:
            # As _text, without a call for the greater part of all values.
            text = _short.get(value)
            if text is None or len(text) + len(name) + indent >= WIDTH:
                text = _text(value, indent, indent + len(name) + 1)
            out.append(f"{lead}{name} {text}\n")
        elif isinstance(value, dict):
            if value:
                out.append(f"{lead}{name}\n")
                _mapping(value, indent + 2, out)
            else:
                out.append(f"{lead}{name} {{}}\n")
        elif isinstance(value, list):
            if value:
                out.append(f"{lead}{name}\n")
                _items(value, indent, out, f"{pad}- ")
            else:
                out.append(f"{lead}{name} []\n")
        else:
            out.append(f"{lead}{name} ")
            _scalar(value, indent, indent + len(name) + 1, out)
        lead = pad


def _items(items: list[Json], indent: int, out: list[str], mark: str, first: str = "") -> None:
    """Write values behind marks: the items of a list, or what belongs to a key on its own lines.

    Args:
        items: the values.
        indent: the column of the marks.
        out: where to.
        mark: the mark with its indentation.
        first: what replaces the first one.
    """
    lead = first or mark
    for item in items:
        if isinstance(item, dict) and item:
            _mapping(item, indent + 2, out, lead)
        elif isinstance(item, list) and item:
            _items(item, indent + 2, out, f"{' ' * indent}  - ", f"{lead}- ")
        else:
            out.append(lead)
            _scalar(item, indent, indent + 2, out)
        lead = mark


def _scalar(value: Json, indent: int, column: int, out: list[str]) -> None:
    if isinstance(value, str):
        out.append(_text(value, indent, column))
    elif value is None or value is True or value is False:
        out.append(_LITERALS[value])
    elif isinstance(value, dict):
        out.append("{}")
    elif isinstance(value, list):
        out.append("[]")
    else:
        out.append(go_number(value))
    out.append("\n")


# Most mappings have the keys of another, and their order takes longest to find.
_rows: dict[tuple[str, ...], list[tuple[str, str]]] = {}


def _rows_of(mapping: dict[str, Json]) -> list[tuple[str, str]]:
    """The keys in order, each with its text and colon; empty for a key on lines of its own."""
    rows = []
    for key in sort_keys(mapping):
        name = _key(key)
        own_line = _BREAK.search(key) or len(key.encode()) > _MAX_KEY
        rows.append((key, "" if own_line else f"{name}:"))
    if len(_rows) > _CACHE_LIMIT:
        _rows.clear()
    _rows[tuple(mapping)] = rows
    return rows


# A string's text depends on where it stands only when it is long or has several lines.
_short: dict[str, str] = {}
_keys: dict[str, str] = {}


def _text(value: str, indent: int, column: int) -> str:
    known = _short.get(value)
    pad = "\n" + " " * (indent + 2)
    if known is None:
        if not value.isascii() and LINE_BREAK.search(value):
            broken = _broken(value, indent, column)
            if broken is not None:
                return broken
        if "\n" not in value:
            known = _one_line(value)
        elif style_of(value) is Style.LITERAL:
            return _literal(value, pad)
        else:
            known = double_quoted(value)
        if len(value) <= _MAX_CACHED:
            if len(_short) > _CACHE_LIMIT:
                _short.clear()
            _short[value] = known
    if column + len(known) <= WIDTH or " " not in known:
        return known
    quote = known[0]
    if quote not in "'\"":
        return _folded(known, pad, column)
    return quote + _folded(known[1:-1], pad, column + 1, double=quote == '"') + quote


def _one_line(value: str) -> str:
    """The text of a string without line feeds, as long as it may be."""
    if _SIMPLE.match(value) and value not in _WORDS:
        return value
    style = style_of(value)
    if style is Style.PLAIN:
        return value
    if style is Style.SINGLE:
        return "'" + value.replace("'", "''") + "'"
    return double_quoted(value)


def _key(key: str) -> str:
    known = _keys.get(key)
    if known is None:
        known = double_quoted(key) if "\n" in key else _one_line(key)
        if len(_keys) > _CACHE_LIMIT:
            _keys.clear()
        _keys[key] = known
    return known


def _folded(text: str, pad: str, column: int, *, double: bool = False) -> str:
    """What is within the quotes of a long string, or a plain one, in lines.

    It is broken at the first space past the width, which has to be a single one unless double
    quotes stand around it: there a backslash keeps the spaces that follow.
    """
    out: list[str] = []
    start, last = 0, len(text) - 1
    at = text.find(" ", max(1, WIDTH + 1 - column))
    while 0 < at < last:
        more = text[at + 1] == " "
        if text[at - 1] == " " or (more and not double):
            at = text.find(" ", at + 1)
            continue
        out += (text[start:at], f"{pad}\\" if more else pad)
        start = at + 1
        at = text.find(" ", start + max(0, WIDTH + 2 - len(pad) - more))
    out.append(text[start:])
    return "".join(out)


def _broken(value: str, indent: int, column: int) -> str | None:
    """As `_text`, of a string with line breaks that are none elsewhere; None if it escapes them."""
    if NEXT_LINE in value:
        return _text(without_next_lines(value), indent, column)
    pad = "\n" + " " * (indent + 2)
    style = style_of(value)
    if style is Style.LITERAL:
        return literal_with_separators(value, pad)
    return _separated(value, pad, column + 1) if style is Style.SINGLE else None


def _separated(value: str, pad: str, column: int) -> str:
    """A string in single quotes with Unicode's separators, behind which libyaml indents."""
    first, *rest = SEPARATORS.split(value.replace("'", "''"))
    out = [_folded(first, pad, column)]
    for breaks, line in zip(rest[::2], rest[1::2], strict=True):
        out.append(breaks)
        if line:
            out.append(pad[1:] + _folded(line, pad, len(pad) - 1))
    return f"'{''.join(out)}'"


def _literal(value: str, pad: str) -> str:
    hint = "2" if value[0] in " \n" else ""
    if not value.endswith("\n"):
        chomp = "-"
    elif len(value) == 1 or value[-2] == "\n":
        chomp = "+"
    else:
        chomp = ""
    body = "\n" + value.removesuffix("\n")
    if value[0] == "\n" or "\n\n" in value:  # empty lines have no indentation
        lines = body.split("\n")[1:]
        body = "".join(pad + line if line else "\n" for line in lines)
    else:
        body = body.replace("\n", pad)
    return f"|{hint}{chomp}{body}"


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
    for index, (a, b) in enumerate(zip(left, right, strict=False)):
        if a == b:
            continue
        a_letter, b_letter = a.isalpha(), b.isalpha()
        if a_letter and b_letter:
            return -1 if a < b else 1
        if a_letter or b_letter:
            return -1 if b_letter else 1
        return _compare_numbers(left, right, index)
    return (len(left) > len(right)) - (len(left) < len(right))


def _compare_numbers(left: str, right: str, index: int) -> int:
    """Two keys that first differ at `index`, where at least one may have a number."""
    start = 0
    if "0" in {left[index], right[index]}:
        place = index - 1
        while place >= 0 and left[place].isdecimal():
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
    """The number at a place, as Go's 64 bits hold it, and where it ends."""
    while index < len(text) and text[index].isdecimal():
        value = value * 10 + ord(text[index]) - ord("0")
        index += 1
    return (value + 2**63) % 2**64 - 2**63, index


_natural = cmp_to_key(_compare)
