"""What a release is: the promotable fields of an app in an environment, and an id of them."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from promote.model.json import FieldPath, Json

_LABELS: Final = ("newTag", "")
_PLAIN: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+-]{0,59}")
"""A label stands in titles and branch logs, so it is made of what tags are made of."""

FieldKind = Literal["image", "chart", "ref", "value"]
Subject = tuple[FieldKind, str]


class FieldKey(NamedTuple):
    """Names one promotable field, in the same words in every environment.

    Attributes:
        kind: what sort of field it is.
        name: the image's or chart's name, the address without its ref, or the dotted path of a
            value.
        part: for an image `newName`, `newTag` or `digest`; else empty.
    """

    kind: FieldKind
    name: str
    part: str = ""

    @property
    def subject(self) -> Subject:
        """The thing that the field belongs to: all of an image's parts have one."""
        return (self.kind, self.name)

    def __str__(self) -> str:
        return f"{self.kind} {self.name}" + (f" {self.part}" if self.part else "")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a field is written: a file by its path in the tree, and the path of the value in it."""

    file: str
    path: FieldPath


@dataclass(frozen=True, slots=True)
class Release:
    """The promotable fields of an app in an environment, as they were at one moment.

    Attributes:
        fields: their values by name.
    """

    fields: Mapping[FieldKey, Json]

    @property
    def id(self) -> str:
        """Twelve hexadecimal digits that follow from the fields and from nothing else."""
        rows = [[*key, value] for key, value in sorted(self.fields.items())]
        text = json.dumps(rows, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()[:12]

    @property
    def label(self) -> str:
        """What a person calls it: the one tag or version that it pins, else its id; or `none`."""
        pinned = {str(value) for key, value in self.fields.items() if key.part in _LABELS}
        only = next(iter(pinned)) if len(pinned) == 1 else ""
        if not self.fields:
            return "none"
        return only if _PLAIN.fullmatch(only) else self.id

    def __bool__(self) -> bool:
        return bool(self.fields)

    def subjects(self) -> set[Subject]:
        """The images, charts, addresses and values that the release pins."""
        return {key.subject for key in self.fields}

    def part_of(self, subject: Subject) -> Iterator[tuple[FieldKey, Json]]:
        """The fields of one subject."""
        return ((key, value) for key, value in self.fields.items() if key.subject == subject)


EMPTY = Release({})


class Move(NamedTuple):
    """One field that a promotion changes; None stands for a field that is not there."""

    key: FieldKey
    old: Json
    new: Json


def moves(current: Release, wanted: Release, *, exactly: bool = False) -> list[Move]:
    """What has to change for `current` to pin what `wanted` pins.

    A subject that both pin gets all the parts that it has in `wanted`, and no other: a digest that
    comes takes the place of a tag. What only `current` pins is its own, and stays.

    Args:
        current: the release that is there.
        wanted: the release to have.
        exactly: take away what `wanted` does not pin, as a rollback does.
    """
    subjects = wanted.subjects() | (current.subjects() if exactly else set())
    keys = {key for key in (*current.fields, *wanted.fields) if key.subject in subjects}
    return [
        Move(key, current.fields.get(key), wanted.fields.get(key))
        for key in sorted(keys)
        if current.fields.get(key) != wanted.fields.get(key)
    ]
