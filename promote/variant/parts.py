"""What a row of the table says of a field, and what is found in its value."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

from promote.variant.targets import KindPattern, Target, What

if TYPE_CHECKING:
    from collections.abc import Iterator

    from promote.model.json import FieldPath
    from promote.variant.inventory import Inventory


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the table.

    Attributes:
        on: the kinds that have the field.
        text, path: where it is, as written and as keys.
        holds: what is in it, a key of `readers.READERS`.
        of: the kinds that a name in it may be of.
        source: where the row was taken from.
        anywhere, within, makes, base64: see the head of fields.yaml.
        when: values that other fields must have.
    """

    on: KindPattern
    text: str
    path: tuple[str, ...]
    holds: str
    of: tuple[KindPattern, ...]
    source: str
    anywhere: bool = False
    within: tuple[str, ...] = ()
    makes: bool = False
    base64: bool = False
    when: tuple[tuple[tuple[str, ...], str], ...] = ()


@dataclass(frozen=True, slots=True)
class Around:
    """What a reader knows besides the value.

    Attributes:
        row: the row of the field.
        namespace: where names that say no namespace are; None for anywhere.
        known: what there is, by which a host of two labels is told from one of the world.
    """

    row: Row
    namespace: str | None
    known: Inventory

    def resource(self, name: str, of: tuple[KindPattern, ...] = ()) -> Target:
        """A resource of the row's kinds, or of those given."""
        return Target(What.RESOURCE, name, of or self.row.of, self.namespace)

    def at(self, place: str) -> Around:
        """The same with names in another namespace; `.` and the like say which by themselves."""
        if place in {".", "~"}:
            return self
        return replace(self, namespace=None if place.endswith("*") or not place else place)


class Part(NamedTuple):
    """A name in the value of a field.

    Attributes:
        path: where its string is in the value.
        start, end: where it is in the string.
        target: what it refers to.
    """

    path: FieldPath
    start: int
    end: int
    target: Target


def part_at(start: int, target: Target) -> Part:
    """A name that stands in a text from `start` on."""
    return Part((), start, start + len(target.name), target)


def inside(key: str | int, parts: Iterator[Part]) -> Iterator[Part]:
    """Parts of a value that stands under a key of another."""
    return (part._replace(path=(key, *part.path)) for part in parts)
