"""Values as the text that stands for them in a file: what kustomize compares and copies.

kustomize works on parsed YAML in which a scalar still is its text, and only its last step makes
values of them. So it tells list elements apart by text, and `8080` written where a quoted string
stands becomes a string.
"""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Final

from promote.yamlio.analysis import Style, style_of
from promote.yamlio.scalars import NotJsonError, is_plain_string, resolve

if TYPE_CHECKING:
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


def blank_keys(mapping: dict[str, Json]) -> frozenset[str]:
    """The keys that have nothing at all written as their value, where the parser noted them.

    kustomize drops these when it merges, and keeps a `null` that is spelled out.
    """
    noted = getattr(mapping, "blanks", None)
    return noted if isinstance(noted, frozenset) else frozenset()


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


def like_before(old: Json, new: Json) -> Json:
    """A value put in the place of another, as kustomize does it: the quotes of the old one stay.

    So a number or boolean that takes the place of a quoted string is a string from then on. Where
    the old string may have stood without quotes, it is taken that it did.
    """
    if isinstance(old, str) and not isinstance(new, str | dict | list | None):
        return text_of(new) if must_be_quoted(old) else new
    return new
