"""Labels that are one value in several places: what is said of one of them holds for all.

When kustomize adds an entry to several maps of a resource, they share the node that holds the
value. A later layer that changes the entry in one place, as by `labels` without selectors or by a
strategic merge patch, so changes it in all of them. A JSON patch makes all nodes anew, and unties
them; a note of what changed a resource does so with its annotations.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from promote.render.places import value_at, with_value_at

if TYPE_CHECKING:
    from collections.abc import Iterable

    from promote.model.json import Document, FieldPath, Json
    from promote.render.fields import Path
    from promote.render.record import Record


class Tie(NamedTuple):
    """One value in several places.

    Attributes:
        value: what it was when it was last looked at.
        places: where it stands.
    """

    value: Json
    places: tuple[FieldPath, ...]


class Ties(NamedTuple):
    """The ties of a resource, and its document when they were last looked at."""

    ties: tuple[Tie, ...]
    doc: Document


def places_without(doc: Document, path: Path, key: str, *, create: bool) -> list[FieldPath]:
    """Where an entry will be new, if it is added to the maps at a field path."""
    found: list[FieldPath] = []
    _add_places(found, doc, path, (0, ()), key, create=create)
    return found


def _add_places(
    found: list[FieldPath],
    node: Json,
    path: Path,
    start: tuple[int, FieldPath],
    key: str,
    *,
    create: bool,
) -> None:
    """Find them below a node, that so many steps of the path lead to, and that stands there."""
    first, at = start
    depth, end = first, len(path)
    while depth < end and isinstance(node, dict):
        name, is_list, _ = path[depth]
        if name not in node and (is_list or not create):
            return
        node = node.get(name)
        depth += 1
    at = (*at, *(step.name for step in path[first:depth]))
    if isinstance(node, list):
        for index, item in enumerate(node):
            _add_places(found, item, path, (depth, (*at, index)), key, create=create)
    elif node is None and depth and create:
        found.append((*at, *(step.name for step in path[depth:]), key))
    elif isinstance(node, dict) and key not in node:
        found.append((*at, key))


def tie(record: Record, value: Json, places: Iterable[FieldPath]) -> None:
    """Note that an entry was added to several maps at once."""
    tied = tuple(dict.fromkeys(places))
    if len(tied) > 1:
        follow_ties([record])  # what was tied before may have been given another value with it
        known = record.ties.ties if record.ties else ()
        record.ties = Ties((*known, Tie(value, tied)), record.doc)


def follow_ties(records: Iterable[Record]) -> None:
    """Let each place of a tie have the value that one of them was given."""
    for record in records:
        if record.ties is not None and record.ties.doc is not record.doc:
            _follow(record, record.ties)


def untie(record: Record, field: FieldPath) -> None:
    """Let what is below a field, which is as the ties have it, go its own way from now on."""
    if record.ties is None:
        return
    kept = []
    for one in record.ties.ties:
        places = tuple(place for place in one.places if place[: len(field)] != field)
        if len(places) > 1:
            kept.append(Tie(one.value, places))
    record.ties = Ties(tuple(kept), record.doc) if kept else None


def _follow(record: Record, known: Ties) -> None:
    kept = []
    for one in known.ties:
        found = [(place, value_at(record.doc, place)) for place in one.places]
        there = [(place, value) for place, value in found if value is not None]
        changed = [(place, value) for place, value in there if value != one.value]
        value = one.value
        if changed:
            # A patch goes through a document in the order of its keys.
            _, value = max(changed, key=lambda pair: [str(step) for step in pair[0]])
            for place, old in there:
                if old != value:
                    doc = with_value_at(record.doc, place, value)
                    record.doc = doc  # type: ignore[assignment]  # a place is below the top
        if len(there) > 1:
            kept.append(Tie(value, tuple(place for place, _ in there)))
    record.ties = Ties(tuple(kept), record.doc) if kept else None
