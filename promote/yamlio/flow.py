"""Collections in brackets on one line, of plain words and strings in quotes without escapes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from promote.yamlio.blanks import ODD_WORDS, with_words, words_of
from promote.yamlio.merge_keys import MERGE
from promote.yamlio.quotes import in_quotes, plain
from promote.yamlio.scalars import NotJsonError, resolve

if TYPE_CHECKING:
    from promote.model.json import Json

__all__ = ["collection", "fresh"]

MAX_DEPTH: Final = 10
_MAX_KEY: Final = 500  # YAML ends keys at 1024 characters

# Characters that mean nothing to YAML wherever in a word they stand, but for some at its start.
_IN_WORD: Final = r"[\w./@%+=~-]"
_WORD: Final = rf"{_IN_WORD}+(?::{_IN_WORD}+)*"
_PLAIN: Final = rf"(?![@%=]|- |-[:,\]}}]){_WORD}(?: +{_WORD})*"
_SCALAR_TEXT: Final = rf""" *(?:"([^"\\]*)"|'([^']*)'|({_PLAIN})) *"""
_SCALAR: Final = re.compile(_SCALAR_TEXT, re.ASCII)
_KEY: Final = re.compile(rf"{_SCALAR_TEXT}: +", re.ASCII)
_OPENING: Final = re.compile(r" *([\[{]) *([\]}])?")
_END: Final = re.compile(r"(?: +#.*)?\Z")
_CLOSING: Final = {"[": "]", "{": "}"}


class _NotSimpleError(Exception):
    """The exact reader has to look at it."""


def collection(text: str) -> list[Json] | dict[str, Json] | None:
    """The collection that a text without tabs and line breaks is, a comment behind it left out.

    Returns:
        None for what the exact reader has to read, or to refuse.
    """
    try:
        found, at = _collection(text, 0, 1)
    except (_NotSimpleError, NotJsonError):
        return None
    return found if _END.match(text, at) else None


def fresh(value: Json) -> Json:
    """A copy of a collection, down to its scalars."""
    if isinstance(value, dict):
        return with_words({key: fresh(item) for key, item in value.items()}, words_of(value))
    return [fresh(item) for item in value] if isinstance(value, list) else value


def _collection(text: str, at: int, depth: int) -> tuple[list[Json] | dict[str, Json], int]:
    """The collection that begins at a place, and where it ends."""
    opening = _OPENING.match(text, at)
    if opening is None or depth > MAX_DEPTH:
        raise _NotSimpleError
    bracket, closing = opening.groups()
    at = opening.end()
    if closing is not None:
        if closing != _CLOSING[bracket]:
            raise _NotSimpleError
        return ([] if bracket == "[" else {}), at
    return _items(text, at, depth) if bracket == "[" else _mapping(text, at, depth)


def _items(text: str, at: int, depth: int) -> tuple[list[Json], int]:
    items: list[Json] = []
    more = True
    while more:
        value, at = _value(text, at, depth)
        items.append(value)
        more, at = _goes_on(text, at, "]")
    return items, at


def _mapping(text: str, at: int, depth: int) -> tuple[dict[str, Json], int]:
    mapping: dict[str, Json] = {}
    words: dict[str, str] = {}
    more = True
    while more:
        match = _KEY.match(text, at)
        key = None if match is None else _resolved(match)
        if match is None or not isinstance(key, str) or key in mapping or key == MERGE:
            raise _NotSimpleError
        if len(key) > _MAX_KEY or (match[3] and key != match[3]):
            raise _NotSimpleError
        start = match.end()
        mapping[str(key)], at = _value(text, start, depth)
        word = text[start:at].rstrip(" ")
        if word in ODD_WORDS:
            words[str(key)] = word
        more, at = _goes_on(text, at, "}")
    return with_words(mapping, words), at


def _value(text: str, at: int, depth: int) -> tuple[Json, int]:
    match = _SCALAR.match(text, at)
    if match is None:
        return _collection(text, at, depth + 1)
    if match[3] and ":" in match[3]:  # kustomize itself puts these in quotes
        return plain(match[3]), match.end()
    return _resolved(match), match.end()


def _resolved(match: re.Match[str]) -> Json:
    double, single, word = match.groups()
    if word:
        return plain(resolve(word))
    return in_quotes(double if double is not None else single)


def _goes_on(text: str, at: int, closing: str) -> tuple[bool, int]:
    """Whether a comma stands at a place, rather than the closing bracket; and what is behind it."""
    while text[at : at + 1] == " ":
        at += 1
    mark = text[at : at + 1]
    if mark not in {",", closing}:
        raise _NotSimpleError
    return mark == ",", at + 1
