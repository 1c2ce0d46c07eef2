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


def written_at(node: Json, place: FieldPath) -> str | None:
    """How a null or boolean at a place was written, if it is not printed so."""
    if not place:
        return None
    holder, key = value_at(node, place[:-1]), place[-1]
    if not isinstance(holder, dict) or not isinstance(key, str):
        return None
    return words_of(holder).get(key)


def with_field(
    mapping: dict[str, Json], key: str, value: Json, word: str | None
) -> dict[str, Json]:
    """The mapping with another value; `word` is how that is written, if it is not printed so."""
    words = words_of(mapping)
    if key in words or word is not None:
        words = {name: text for name, text in words.items() if name != key}
        if word is not None:
            words[key] = word
    return with_words({**mapping, key: value}, words)


def with_value_at(node: Json, place: FieldPath, value: Json, word: str | None = None) -> Json:
    """The node with another value at a place, which is there; `word` as for `with_field`."""
    if not place:
        return value
    step, rest = place[0], place[1:]
    if isinstance(node, dict) and isinstance(step, str):
        if not rest:
            return with_field(node, step, value, word)
        inner = with_value_at(node[step], rest, value, word)
        return with_words({**node, step: inner}, words_of(node))
    if isinstance(node, list) and isinstance(step, int):
        return [*node[:step], with_value_at(node[step], rest, value, word), *node[step + 1 :]]
    return node
