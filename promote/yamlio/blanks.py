"""Mappings that know how their nulls and booleans were written.

One that is not there at all behind its colon is null, as one that is spelled out; but kustomize
drops it in a merge. And where it makes strings of values, as in annotations, `True` stays `True`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from promote.model.json import Json

ODD_WORDS: Final = frozenset(["~", "Null", "NULL", "True", "TRUE", "False", "FALSE"])
"""Nulls and booleans that are not printed as they are written."""


class WithBlanks(dict[str, "Json"]):
    """A mapping with the texts of some nulls and booleans. A copy is an ordinary one.

    Attributes:
        words: the text of each that is not printed as it was written; empty for a blank.
        blanks: the keys that have nothing as their value.
        made: whether there has been one in this process.
    """

    words: Mapping[str, str]
    blanks: frozenset[str] = frozenset()
    made: ClassVar[bool] = False


def with_words(mapping: dict[str, Json], words: Mapping[str, str]) -> dict[str, Json]:
    """The mapping, knowing how it was written; as it is, if there is nothing to know."""
    if not words:
        return mapping
    WithBlanks.made = True
    noted = WithBlanks(mapping)
    noted.words = words
    noted.blanks = frozenset(key for key, text in words.items() if not text)
    return noted


def words_of(mapping: Mapping[str, Json]) -> Mapping[str, str]:
    """What a mapping knows of how it was written: the texts of nulls and booleans by their keys."""
    return mapping.words if isinstance(mapping, WithBlanks) else {}


def marked(node: Json, found: Iterable[tuple[dict[str, Json], str, str]]) -> Json:
    """A document in which some mappings know how they were written.

    Args:
        node: the document, just read and nobody else's: its containers are filled anew.
        found: mappings with a key that was read with nothing or an odd word behind it, and the
            word; those that got a value from the lines below are not null any more.
    """
    words: dict[int, dict[str, str]] = {}
    for mapping, key, text in found:
        if mapping[key] is None or text:
            words.setdefault(id(mapping), {})[key] = text
    return _marked(node, words) if words else node


def _marked(node: Json, words: Mapping[int, Mapping[str, str]]) -> Json:
    if isinstance(node, dict):
        for key, value in node.items():
            if isinstance(value, dict | list):
                node[key] = _marked(value, words)
        return with_words(node, words.get(id(node), {}))
    if isinstance(node, list):
        node[:] = [_marked(item, words) for item in node]
    return node
