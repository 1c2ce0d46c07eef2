"""Values as the text that stands for them in a file: what kustomize compares and copies.

kustomize works on parsed YAML in which a scalar still is its text, and only its last step makes
values of them. So it tells list elements apart by text, and `8080` written where a quoted string
stands becomes a string.
"""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Final

from promote.errors import KustomizationError
from promote.yamlio.analysis import Style, style_of
from promote.yamlio.blanks import WithBlanks, words_of
from promote.yamlio.merge_keys import MERGE
from promote.yamlio.numbers import WrittenTime
from promote.yamlio.quotes import UntaggedText, has_quotes, quoted, restyled, untagged_scalar
from promote.yamlio.scalars import NotJsonError, is_plain_string, resolve

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from promote.model.json import Json


class Missing(Enum):
    """Stands for what is not there, which `null` is."""

    MISSING = "missing"


MISSING: Final = Missing.MISSING


def text_of(value: Json | Missing) -> str:
    """The text of a scalar; empty for mappings, lists and what is missing.

    A number or time that remembers how it was written (in an attribute `text`) gives that.
    """
    if type(value) is str:
        return value
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float | str):
        written = getattr(value, "text", None)
        return written if isinstance(written, str) else str(value)
    return ""


def text_at(mapping: Mapping[str, Json], key: str) -> str:
    """As `text_of`, of the value of a key: nulls and booleans too as they were written."""
    value = mapping[key]
    if value is None or isinstance(value, bool):
        return words_of(mapping).get(key, text_of(value))
    return text_of(value)


def blank_keys(mapping: dict[str, Json]) -> frozenset[str]:
    """The keys that have nothing at all written as their value, where the parser noted them.

    kustomize drops these when it merges, and keeps a `null` that is spelled out.
    """
    return mapping.blanks if isinstance(mapping, WithBlanks) else frozenset()


def must_be_quoted(text: str) -> bool:
    """Whether a string cannot have stood in its file without quotes."""
    if "\n" in text:
        return True
    try:
        if not isinstance(resolve(text), str):
            return True
    except NotJsonError:
        return True
    return is_plain_string(text) and style_of(text) is not Style.PLAIN


def is_new_key(key: str) -> bool:
    """Whether a key may be made in a mapping: see `check_new_keys`."""
    return key != MERGE and _stays_text(key)


def check_new_keys(keys: Iterable[str]) -> None:
    """Check keys that are about to be made in a mapping.

    kustomize writes them as they are and reads them anew, so that `5` and `true` are no text then.

    Raises:
        KustomizationError: one would be something other than text.
    """
    for key in keys:
        if not is_new_key(key):
            raise KustomizationError(
                f"{key!r} cannot be made a key: in YAML it is no text",
                hint="choose another key, or put it in quotes in a resource's own file",
            )


def check_kept_keys(keys: Iterable[str], what: str) -> None:
    """Check keys of a mapping that kustomize makes anew, and without the quotes that they had.

    Args:
        keys: the keys.
        what: whose they are, for the error.

    Raises:
        KustomizationError: one is not text without quotes, or empty.
    """
    for key in keys:
        if not key or not _stays_text(key):
            raise KustomizationError(
                f"{what} have a key {key!r}, which is no text once kustomize writes it anew",
                hint="choose another key",
            )


def _stays_text(key: str) -> bool:
    try:
        return not key or type(resolve(key)) is str
    except NotJsonError:
        return False


def untagged(old: Json, text: str) -> Json:
    """A text put in the place of a scalar, as kustomize changes names and images.

    It keeps the quotes of the old value. Without them it is read anew, so that `5` is a number.

    Raises:
        KustomizationError: it is a number that JSON does not have.
    """
    if isinstance(old, str) and has_quotes(old):
        return restyled(text, quotes=True)
    try:
        read = resolve(text)
    except NotJsonError as error:
        raise KustomizationError(str(error)) from None
    if text and type(read) is str:
        return UntaggedText(text)
    return restyled(text, quotes=False) if isinstance(read, str) and text else created(text)


def created(text: str) -> Json:
    """A text in a field that is new, and has no type before it is printed.

    Raises:
        KustomizationError: it is a number that JSON does not have.
    """
    try:
        return untagged_scalar(text)
    except NotJsonError as error:
        raise KustomizationError(str(error)) from None


def in_field(mapping: Mapping[str, Json], key: str, text: str) -> Json:
    """What a name becomes in a field of a mapping: as `untagged`; in a new field a string.

    Raises:
        KustomizationError: as `untagged`.
    """
    return untagged(mapping[key], text) if key in mapping else text


def like_before(old: Json, new: Json, text: str) -> Json:
    """A value put in the place of another, as kustomize does it: the quotes of the old one stay.

    So a number or boolean that takes the place of a quoted string is a string from then on, and a
    string that takes the place of a number can give way to a number again.

    Args:
        old: what stood there.
        new: what is put in its place.
        text: the text of the new value, if it is no mapping or list.
    """
    if isinstance(new, dict | list | None) or isinstance(old, dict | list):
        return new
    quotes = isinstance(old, str) and has_quotes(old)
    if isinstance(new, str) and not (quotes and isinstance(new, WrittenTime)):
        return restyled(new, quotes=quotes)
    if not quotes:
        return new
    return quoted(str(new), new.text) if isinstance(new, WrittenTime) else quoted(new, text)
