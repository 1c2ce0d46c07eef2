"""Where a merge is: the path to a field, and what the schema says about it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from promote.render.merge.schema import Type


class Spot(NamedTuple):
    """A field or element.

    Attributes:
        known: its type, or None if the schema does not know it.
        path: names of fields, and keys of elements in brackets.
    """

    known: Type | None
    path: tuple[str, ...] = ()

    def field(self, name: str) -> Spot:
        """A field of the mapping."""
        return Spot(self.known.field(name) if self.known is not None else None, (*self.path, name))

    def element(self, key: str) -> Spot:
        """An element of the list."""
        known = self.known.elements() if self.known is not None else None
        return Spot(known, (*self.path, f"[{key}]"))

    def or_of(self, known: Type | None) -> Spot:
        """The same spot, of this type if it has none."""
        return self if self.known is not None or known is None else Spot(known, self.path)

    @property
    def merges(self) -> bool:
        """Whether it is a list whose elements are merged."""
        return self.known is not None and self.known.merges

    def __str__(self) -> str:
        return ".".join(self.path) or "the top"
