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
    """A mapping that knows how it was written. A copy is an ordinary one.

    Attributes:
        words: the text of each null or boolean that is not printed as it was written, by its key;
            empty for a blank.
        blanks: the keys that have nothing as their value.
        left: what a '<<' brings in that kustomize resolves when it prints; see `merge_keys.py`.
        stated: all keys besides those.
        schemas: those that comments give to its fields.
        made: whether there has been one in this process. This and the next two are never unset:
            they only spare work while there is nothing to be found.
        made_schemas: whether there has been one with schemas.
        made_left: whether there has been one with something left.
    """

    words: Mapping[str, str] = {}
    blanks: frozenset[str] = frozenset()
    left: Mapping[str, Json] = {}
    stated: frozenset[str] = frozenset()
    schemas: Mapping[str, dict[str, Json]] = {}
    made: ClassVar[bool] = False
    made_schemas: ClassVar[bool] = False
    made_left: ClassVar[bool] = False

    def note_words(self, words: Mapping[str, str]) -> None:
        """Take note of how its nulls and booleans were written."""
        WithBlanks.made = True
        self.words = words
        self.blanks = frozenset(key for key, text in words.items() if not text)


def with_words(mapping: dict[str, Json], words: Mapping[str, str]) -> dict[str, Json]:
    """The mapping, knowing how it was written; as it is, if there is nothing to know."""
    if not words:
        return mapping
    noted = WithBlanks(mapping)
    noted.note_words(words)
    return noted


def with_schemas(
    mapping: dict[str, Json], schemas: Mapping[str, dict[str, Json]]
) -> dict[str, Json]:
    """The mapping, knowing the schemas that comments give to its fields.

    One that knows something already, and was just made, is changed in place.
    """
    if not schemas:
        return mapping
    noted = mapping if isinstance(mapping, WithBlanks) else WithBlanks(mapping)
    noted.schemas = schemas
    WithBlanks.made_schemas = True
    return noted


def schemas_of(mapping: Mapping[str, Json]) -> Mapping[str, dict[str, Json]]:
    """The schemas that comments give to the fields of a mapping."""
    return mapping.schemas if isinstance(mapping, WithBlanks) else {}


def with_left(
    stated: dict[str, Json], left: Mapping[str, Json], whole: dict[str, Json] | None = None
) -> dict[str, Json]:
    """A mapping that knows what is left to be merged into it; `whole` may be changed in place.

    Args:
        stated: its fields but for these.
        left: what a '<<' brings in, unless it is stated.
        whole: both together, if that is there already.
    """
    noted = {**left, **stated} if whole is None else whole
    if not left:
        return noted
    if not isinstance(noted, WithBlanks):
        noted = WithBlanks(noted)
    noted.left, noted.stated = left, frozenset(stated)
    WithBlanks.made_left = True
    return noted


def parted(mapping: dict[str, Json]) -> tuple[dict[str, Json], Mapping[str, Json]]:
    """What a mapping states, and what is left to be merged into it."""
    if not isinstance(mapping, WithBlanks) or not mapping.left:
        return mapping, {}
    stated = {key: value for key, value in mapping.items() if key in mapping.stated}
    words = {key: word for key, word in mapping.words.items() if key in stated}
    return with_words(stated, words), mapping.left


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
