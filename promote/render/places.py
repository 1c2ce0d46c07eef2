"""Values at places: the keys and indexes that lead to them in a document."""

from __future__ import annotations

from typing import TYPE_CHECKING

from promote.yamlio.blanks import with_words, words_of

if TYPE_CHECKING:
    from promote.model.json import FieldPath, Json


def value_at(node: Json, place: FieldPath) -> Json:
    """What is at a place; None if nothing is there."""
    for step in place:
        if isinstance(node, dict) and isinstance(step, str):
            node = node.get(step)
        elif isinstance(node, list) and isinstance(step, int) and step < len(node):
            node = node[step]
        else:
            return None
    return node


def text_of_words(node: Json, place: FieldPath) -> str | None:
    """How a null or boolean at a place was written, if that is not as it is printed."""
    if not place:
        return None
    holder, key = value_at(node, place[:-1]), place[-1]
    if not isinstance(holder, dict) or not isinstance(key, str):
        return None
    return words_of(holder).get(key)


def with_value_at(node: Json, place: FieldPath, value: Json) -> Json:
    """The node with another value at a place, which is there."""
    if not place:
        return value
    step, rest = place[0], place[1:]
    if isinstance(node, dict) and isinstance(step, str):
        words = words_of(node)
        if not rest and step in words:
            words = {key: word for key, word in words.items() if key != step}
        return with_words({**node, step: with_value_at(node[step], rest, value)}, words)
    if isinstance(node, list) and isinstance(step, int):
        return [*node[:step], with_value_at(node[step], rest, value), *node[step + 1 :]]
    return node
