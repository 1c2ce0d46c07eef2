"""Mappings of patches with keys that no resource may have.

kustomize looks a patch's keys up in what it patches, by their text, and never reads the patch as a
whole. So a key may stand twice in it, the first one counting, and `80:` finds `"80":`. Only where
such a key would get into a resource is it an error.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from promote.yamlio.blanks import WithBlanks, words_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from promote.errors import YamlError
    from promote.model.json import Json


class WithFaults(WithBlanks):
    """A mapping of which some keys are wrong. A copy is an ordinary one.

    Attributes:
        doubled: what is wrong with keys that are there twice.
        unnamed: what is wrong with keys that are not strings.
        last: the last value of each key that is there twice.
    """

    doubled: Mapping[str, YamlError]
    unnamed: Mapping[str, YamlError]
    last: Mapping[str, Json]


def with_faults(
    mapping: dict[str, Json],
    doubled: Mapping[str, YamlError],
    unnamed: Mapping[str, YamlError],
    last: Mapping[str, Json],
) -> dict[str, Json]:
    """The mapping, knowing what is wrong with it; as it is, if that is nothing."""
    if not doubled and not unnamed:
        return mapping
    noted = WithFaults(mapping)
    noted.note_words(words_of(mapping))
    noted.doubled, noted.unnamed, noted.last = doubled, unnamed, last
    return noted


def like(mapping: dict[str, Json], faulty: dict[str, Json]) -> dict[str, Json]:
    """A mapping made of another one, with the faults of its keys."""
    if not isinstance(faulty, WithFaults):
        return mapping
    doubled, unnamed = (
        {key: error for key, error in found.items() if key in mapping}
        for found in (faulty.doubled, faulty.unnamed)
    )
    return with_faults(mapping, doubled, unnamed, faulty.last)


def with_last_values(mapping: dict[str, Json]) -> dict[str, Json]:
    """The mapping as it is where the last one of two keys counts."""
    return {**mapping, **mapping.last} if isinstance(mapping, WithFaults) else mapping


def must_not_be_new(mapping: dict[str, Json], key: str) -> None:
    """Check a key that a patch adds to a mapping.

    Raises:
        YamlError: it is not a string.
    """
    if isinstance(mapping, WithFaults) and key in mapping.unnamed:
        raise mapping.unnamed[key]


def without_faults(value: Json) -> Json:
    """The value, if all of it may stand in a resource.

    Raises:
        YamlError: a key in it is wrong.
    """
    if isinstance(value, dict):
        if isinstance(value, WithFaults):
            raise next(iter((*value.doubled.values(), *value.unnamed.values())))
        for item in value.values():
            if isinstance(item, dict | list):
                without_faults(item)
    elif isinstance(value, list):
        for item in value:
            if isinstance(item, dict | list):
                without_faults(item)
    return value
