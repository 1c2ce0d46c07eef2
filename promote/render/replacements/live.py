"""Values whose field is among what they are put in.

kustomize holds on to the node of the source's field, and copies it for each field that it finds. So
what is made within the source is in what is copied, and what changes it is in what the next gets.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Protocol

from promote.errors import KustomizationError
from promote.render.merge.written import created
from promote.render.places import value_at, with_value_at, written_at
from promote.render.replacements.updating import Updater
from promote.render.replacements.values import CREATED, Created, Value, without_word, word_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from promote.model.json import Document, FieldPath, Json
    from promote.render.merge.written import Missing
    from promote.render.replacements.paths import Parts

_MOST: Final = 1_000_000


class HasDocument(Protocol):
    """A resource; its document is replaced when a field of it is."""

    doc: Document


class Live:
    """The value of a replacement, which changes when a target changes its source's field.

    Args:
        value: what it is at first.
        of: the resource that has the field, if the value is not a copy of a part.
        place: where the field is.

    Attributes:
        value: what it is now.
    """

    def __init__(self, value: Value, of: HasDocument | None = None, place: FieldPath = ()) -> None:
        self.value = value
        self.place = place
        self._of = of
        self._doc = of.doc if of else None

    def is_in(self, resource: HasDocument) -> bool:
        """Whether the field is one of a resource."""
        return self._of is resource

    def refresh(self) -> None:
        """Take the value anew, if the resource of the field has another document by now."""
        if self._of is not None and self._of.doc is not self._doc:
            self._doc = self._of.doc
            self.see(self._doc)

    def see(self, doc: Document) -> None:
        """Take the value from a document that its resource has, or is about to have."""
        node = value_at(doc, self.place)
        if node is not self.value.node:
            self.value = Value.of(node, written_at(doc, self.place))

    def lose(self, place: FieldPath) -> None:
        """Stay as it is from now on, if the field was within what a place held before."""
        if place == self.place[: len(place)] and place != self.place:
            self._of = None


def put_in_turn(
    doc: Document,
    parts: Parts,
    live: Live,
    create: Json | Created | Missing,
    put: Callable[[Value, Json | Created], Json],
) -> Document | None:
    """The source's own document with the value put in the fields at a path, one after the other.

    Args:
        doc: the document.
        parts: the path.
        live: the value.
        create: what to make of a missing field, as for `Updater`.
        put: gives what becomes of a field.

    Returns:
        None if there is no such field.

    Raises:
        KustomizationError: a field does not take the value, or the value holds itself so often that
            nothing could hold it.
    """
    updater = Updater(_Spot.of, create)
    marked = updater.update_document(doc, parts)
    if not updater.matched:
        return None
    spots = list(_spots(marked, doc, ()))
    whole: Json = marked
    for place, spot in spots:
        whole = with_value_at(whole, place, created("") if spot.old is CREATED else spot.old)
    for place, spot in spots:
        assert isinstance(whole, dict)  # noqa: S101 - a place is below the top
        live.see(whole)
        new = put(live.value, CREATED if spot.old is CREATED else value_at(whole, place))
        if place[: len(live.place)] == live.place and _size(new, _MOST) >= _MOST:
            raise KustomizationError(
                f"a value that is put into itself grows to more than {_MOST} values",
                hint="choose a source that the targets are not within",
            )
        live.lose(place)
        whole = with_value_at(whole, place, without_word(new), word_of(new))
    return whole if isinstance(whole, dict) else None


class _Spot(str):
    """Stands where a value is to be put."""

    __slots__ = ("old",)

    old: Json | Created

    @classmethod
    def of(cls, old: Json | Created) -> _Spot:
        """The spot of a field."""
        spot = cls()
        spot.old = old
        return spot


def _spots(new: Json, old: Json, place: FieldPath) -> Iterator[tuple[FieldPath, _Spot]]:
    """The spots in a value, in order; parts that it shares with the old one hold none."""
    if isinstance(new, _Spot):
        yield place, new
    elif isinstance(new, dict) and new is not old:
        before = old if isinstance(old, dict) else {}
        for key, value in new.items():
            yield from _spots(value, before.get(key), (*place, key))
    elif isinstance(new, list) and new is not old:
        known = old if isinstance(old, list) else []
        for index, value in enumerate(new):
            was = known[index] if index < len(known) else None
            yield from _spots(value, was, (*place, index))


def _size(node: Json, most: int) -> int:
    """How many values a node holds, or the most that is of interest."""
    if not isinstance(node, dict | list):
        return 1
    size = 1
    for inner in node.values() if isinstance(node, dict) else node:
        size += _size(inner, most - size)
        if size >= most:
            break
    return size
