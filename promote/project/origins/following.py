"""Following a field back through the steps of a build."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from promote.model.json_types import json_type

if TYPE_CHECKING:
    from collections.abc import Sequence

    from promote.model.json import Document, FieldPath, Json
    from promote.render.trace import Cause, Event

# What tells the items of a list apart, most telling first.
_KEYS: Final = (
    "name", "key", "mountPath", "devicePath", "containerPort", "port", "host", "ip", "topologyKey",
)  # fmt: skip


class Absent:
    """Stands for a field that is not there, since null is a value."""

    def __repr__(self) -> str:
        return "absent"


ABSENT: Final = Absent()


class Change(NamedTuple):
    """A step that set a field.

    Attributes:
        cause: the step.
        path: where the field was after it.
        value: what it was after it.
        doc, before: the resource after the step and before it; None where the step made it.
        under: where the field was before it; None if it was not there.
    """

    cause: Cause
    path: FieldPath
    value: Json | Absent
    doc: Document
    before: Document | None
    under: FieldPath | None


def changes_of(events: Sequence[Event], path: FieldPath) -> list[Change]:
    """The steps that set a field, the last one first.

    Args:
        events: what happened to the resource, oldest first.
        path: the field, as it is now; for one that was taken away, where it would be.
    """
    found: list[Change] = []
    here: FieldPath = path
    if path and events and value_at(events[-1].doc, path) is ABSENT:
        events, removal = _removal(events, path)
        if removal is None or removal.under is None:
            return []
        found.append(removal)
        here = removal.under
    for index in range(len(events) - 1, -1, -1):
        event = events[index]
        before = events[index - 1].doc if index else None
        under = None if before is None else follow(here, event.doc, before)
        value = value_at(event.doc, here)
        if before is None or under is None:
            found.append(Change(event.cause, here, value, event.doc, before, under))
            break
        if not _same(value, value_at(before, under)):
            found.append(Change(event.cause, here, value, event.doc, before, under))
        here = under
    return found


def _removal(events: Sequence[Event], path: FieldPath) -> tuple[Sequence[Event], Change | None]:
    """The step that took a field away, and the steps before it."""
    *parent, key = path
    here: FieldPath = tuple(parent)
    for index in range(len(events) - 1, 0, -1):
        event, before = events[index], events[index - 1].doc
        above = follow(here, event.doc, before)
        if above is None:
            break
        under = (*above, key)
        if value_at(before, under) is not ABSENT:
            change = Change(event.cause, (*here, key), ABSENT, event.doc, before, under)
            return events[:index], change
        here = above
    return events, None


def follow(path: FieldPath, after: Json, before: Json) -> FieldPath | None:
    """Where a field of one document is in another of the same resource; None if it is not there."""
    found: list[str | int] = []
    for step in path:
        if isinstance(after, dict) and isinstance(before, dict):
            if step not in before or step not in after:
                return None
            after, before = after[str(step)], before[str(step)]
            found.append(step)
        elif isinstance(after, list) and isinstance(before, list) and isinstance(step, int):
            other = counterpart(after, step, before)
            if other is None:
                return None
            after, before = after[step], before[other]
            found.append(other)
        else:
            return None
    return tuple(found)


def nearest(path: FieldPath, after: Json, before: Json) -> FieldPath:
    """As `follow`, of the field or the nearest thing around it that is there."""
    for end in range(len(path), 0, -1):
        found = follow(path[:end], after, before)
        if found is not None:
            return found
    return ()


def counterpart(items: list[Json], index: int, others: list[Json]) -> int | None:
    """The item of another list that stands for one of this."""
    if index >= len(items):
        return None
    item = items[index]
    if index < len(others) and others[index] is item:
        return index
    if isinstance(item, dict):
        for key in _KEYS:
            same = [
                at
                for at, other in enumerate(others)
                if key in item and isinstance(other, dict) and _same(other.get(key), item[key])
            ]
            if len(same) == 1:
                return same[0]
    equal = [at for at, other in enumerate(others) if _same(other, item)]
    if index in equal or (not equal and len(items) == len(others)):
        return index
    return equal[0] if equal else None


def value_at(node: Json | Absent, path: FieldPath) -> Json | Absent:
    """The value at a path."""
    for step in path:
        if isinstance(node, dict) and step in node:
            node = node[str(step)]
        elif isinstance(node, list) and isinstance(step, int) and step < len(node):
            node = node[step]
        else:
            return ABSENT
    return node


def _same(one: Json | Absent, other: Json | Absent) -> bool:
    return one is other or (json_type(one) is json_type(other) and one == other)


def narrowed(change: Change) -> Change:
    """The step as one that set the first field within the field that it set anew."""
    if change.before is None or change.under is None:
        return change
    path, under = list(change.path), list(change.under)
    after, before = change.value, value_at(change.before, change.under)
    while True:
        step = _first_difference(after, before)
        if step is None:
            break
        new, old = step
        path.append(new)
        after = value_at(after, (new,))
        if old is None:
            return change._replace(path=tuple(path), value=after, under=None)
        under.append(old)
        before = value_at(before, (old,))
    return change._replace(path=tuple(path), value=after, under=tuple(under))


def _first_difference(
    after: Json | Absent, before: Json | Absent
) -> tuple[str | int, str | int | None] | None:
    """The first key or item of a value that is new or changed, and what it was before."""
    if isinstance(after, dict) and isinstance(before, dict):
        for key, item in after.items():
            if not _same(item, before.get(key, ABSENT)):
                return key, key if key in before else None
    elif isinstance(after, list) and isinstance(before, list):
        for index, item in enumerate(after):
            other = counterpart(after, index, before)
            if other is None or not _same(item, before[other]):
                return index, other
    return None
