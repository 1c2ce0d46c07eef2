"""Empty values that replacements made: null on a line of their own, and text within brackets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from promote.yamlio.blanks import with_words, words_of
from promote.yamlio.quotes import Untagged, UntaggedText

if TYPE_CHECKING:
    from collections.abc import Callable

    from promote.model.json import FieldPath, Json


def with_empty_texts(
    new: Json, old: Json, is_text: Callable[[FieldPath], bool], path: FieldPath = ()
) -> Json:
    """A value in which some of the empty scalars that were made are texts.

    Args:
        new: the value.
        old: what it was before; what is the same object as there is left alone.
        is_text: whether an empty scalar at a path is a text.
        path: where the value is.
    """
    if new is old:
        return new
    if isinstance(new, dict):
        before = old if isinstance(old, dict) else {}
        changes = {
            key: changed
            for key, value in new.items()
            if (changed := with_empty_texts(value, before.get(key), is_text, (*path, key)))
            is not value
        }
        return with_words({**new, **changes}, words_of(new)) if changes else new
    if isinstance(new, list):
        known = old if isinstance(old, list) else []
        return [
            with_empty_texts(
                item, known[index] if index < len(known) else None, is_text, (*path, index)
            )
            for index, item in enumerate(new)
        ]
    is_empty = type(new) is Untagged and not new
    return UntaggedText("") if is_empty and is_text(path) else new
