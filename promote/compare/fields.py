"""The fields in which two documents differ: the walk over both at once."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from promote.compare.keys import index_by_key
from promote.compare.lists import match
from promote.compare.records import Change, FieldChange
from promote.compare.scalars import same, same_scalar

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from promote.compare.keys import MergeKeys
    from promote.compare.paths import Item, Path, Step
    from promote.compare.scalars import SameScalar
    from promote.model.json import Document, FieldPath, Json
    from promote.model.resource import Gvk


class Place(NamedTuple):
    """One step of the walk: how it is written, and the key or index on either side."""

    step: Step
    left: str | int
    right: str | int


def compare_fields(
    left: Document,
    right: Document,
    gvk: Gvk,
    merge_keys: MergeKeys,
    same_value: SameScalar = same_scalar,
) -> list[FieldChange]:
    """List the fields in which two documents of one kind differ, in the order of the left one.

    Args:
        left: the document before.
        right: the document after.
        gvk: the kind, which says how lists are keyed.
        merge_keys: see `MergeKeys`.
        same_value: decides about two scalars.
    """
    walk = _Walk(gvk, merge_keys, same_value)
    walk.mappings(left, right)
    return walk.changes


class _Walk:
    """Walks both documents, keeping the steps from the top so that only a change costs a path."""

    def __init__(self, gvk: Gvk, merge_keys: MergeKeys, same_value: SameScalar) -> None:
        self.changes: list[FieldChange] = []
        self._gvk = gvk
        self._merge_keys = merge_keys
        self._same_value = same_value
        self._places: list[Place] = []

    def mappings(self, left: Mapping[str, Json], right: Mapping[str, Json]) -> None:
        for key, old in left.items():
            if key in right:
                new = right[key]
                kind = type(old)
                # Most values end here: shared, or scalars that are the same.
                if old is new or (
                    kind is type(new) and kind is not dict and kind is not list and old == new
                ):
                    continue
                self._values(Place(key, key, key), old, new)
            else:
                self._record(Change.REMOVED, Place(key, key, key), old=old)
        for key, new in right.items():
            if key not in left:
                self._record(Change.ADDED, Place(key, key, key), new=new)

    def _values(self, place: Place, old: Json, new: Json) -> None:
        if isinstance(old, dict) and isinstance(new, dict):
            self._places.append(place)
            self.mappings(old, new)
            self._places.pop()
        elif isinstance(old, list) and isinstance(new, list):
            if not same(old, new):
                self._places.append(place)
                self._lists(old, new)
                self._places.pop()
        elif not self._same_value(old, new, (*self._keys()[-1:], str(place.step))):
            self._record(Change.CHANGED, place, old, new)

    def _lists(self, old: list[Json], new: list[Json]) -> None:
        known = self._merge_keys(self._gvk, self._keys())
        indexes = index_by_key(old, new, known)
        if indexes is None:
            self._by_order(old, new)
        else:
            self._by_key(old, new, *indexes)

    def _by_key(
        self, old: list[Json], new: list[Json], before: dict[Item, int], after: dict[Item, int]
    ) -> None:
        for item, i in before.items():
            j = after.get(item)
            if j is None:
                self._record(Change.REMOVED, Place(item, i, i), old=old[i])
            elif old[i] is not new[j]:
                self._values(Place(item, i, j), old[i], new[j])
        for item, j in after.items():
            if item not in before:
                self._record(Change.ADDED, Place(item, j, j), new=new[j])
        order = tuple(before[item] for item in after if item in before)
        if any(i > j for i, j in pairwise(order)):
            self._record_order([item for item in before if item in after], after, order)

    def _by_order(self, old: list[Json], new: list[Json]) -> None:
        for i, j in match(old, new):
            if i is not None and j is not None:
                self._values(Place(j, i, j), old[i], new[j])
            elif i is not None:
                self._record(Change.REMOVED, Place(i, i, i), old=old[i])
            elif j is not None:
                self._record(Change.ADDED, Place(j, j, j), new=new[j])

    def _keys(self) -> tuple[str, ...]:
        return tuple(place.step for place in self._places if isinstance(place.step, str))

    def _record(self, kind: Change, place: Place, old: Json = None, new: Json = None) -> None:
        path, left, right = self._here()
        self.changes.append(
            FieldChange(
                kind, (*path, place.step), (*left, place.left), (*right, place.right), old, new
            )
        )

    def _record_order(
        self, before: list[Item], after: Iterable[Item], order: tuple[int, ...]
    ) -> None:
        stay = set(before)
        old: list[Json] = [_told_apart_by(item) for item in before]
        new: list[Json] = [_told_apart_by(item) for item in after if item in stay]
        self.changes.append(FieldChange(Change.REORDERED, *self._here(), old, new, order))

    def _here(self) -> tuple[Path, FieldPath, FieldPath]:
        places = self._places
        return (
            tuple(place.step for place in places),
            tuple(place.left for place in places),
            tuple(place.right for place in places),
        )


def _told_apart_by(item: Item) -> Json:
    values: list[Json] = [value for _, value in item.keys]
    return values[0] if len(values) == 1 else values
