"""The changes of a resource as a JSON patch (RFC 6902)."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

from promote.compare.paths import pointer
from promote.compare.records import Change, FieldChange

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from promote.model.json import Document, FieldPath, Json

Operation: TypeAlias = "dict[str, Json]"
"""One operation of RFC 6902: `op`, `path`, and `value` or `from`."""


@dataclass(slots=True)
class _ListEdit:
    """What enters, leaves and moves in one list, whose place is given in the left document."""

    removed: list[int] = field(default_factory=list)
    added: list[tuple[int, Json]] = field(default_factory=list)
    order: Sequence[int] = ()


def json_patch(left: Document, changes: Iterable[FieldChange]) -> list[Operation]:
    """Write operations that turn the left document into the right one.

    First everything that leaves the indexes of lists alone, then the lists from the innermost out,
    so that each operation can be addressed as the left document stands.

    Args:
        left: the document before.
        changes: what differs. When rules keep out some of it, the patch leaves that as it is.
    """
    operations: list[Operation] = []
    lists: defaultdict[FieldPath, _ListEdit] = defaultdict(_ListEdit)
    for change in _without_spared(left, changes):
        if change.kind is Change.REORDERED:
            lists[change.left].order = change.order
        elif change.kind is Change.CHANGED:
            operations.append(_set("replace", change.left, change.new))
        elif isinstance(last := change.left[-1], int):
            edit = lists[change.left[:-1]]
            if change.kind is Change.ADDED:
                edit.added.append((last, change.new))
            else:
                edit.removed.append(last)
        elif change.kind is Change.ADDED:
            operations.append(_set("add", change.left, change.new))
        else:
            operations.append({"op": "remove", "path": pointer(change.left)})
    for path in sorted(lists, key=len, reverse=True):
        operations.extend(_edit_list(path, lists[path], _length(left, path)))
    return operations


def apply_patch(doc: Document, operations: Sequence[Operation]) -> Document:
    """Apply a patch to a copy of a document."""
    from jsonpatch import JsonPatch  # noqa: PLC0415 - only for output

    patched: Document = JsonPatch(operations).apply(doc)
    return patched


def _set(operation: str, path: FieldPath, value: Json) -> Operation:
    return {"op": operation, "path": pointer(path), "value": value}


def _edit_list(path: FieldPath, edit: _ListEdit, length: int) -> Iterator[Operation]:
    gone = set(edit.removed)
    for index in sorted(gone, reverse=True):
        yield {"op": "remove", "path": pointer((*path, index))}
    if edit.order:
        stay = [index for index in range(length) if index not in gone]
        yield from _move(path, stay, edit.order)
    count = length - len(gone)
    for index, value in sorted(edit.added, key=lambda one: one[0]):
        # What rules keep out of the list leaves fewer elements than the right one has.
        yield _set("add", (*path, min(index, count)), value)
        count += 1


def _move(path: FieldPath, stay: list[int], order: Sequence[int]) -> Iterator[Operation]:
    """Put elements in order, by moves; elements that a rule keeps out of the order stay behind."""
    for to, wanted in enumerate(order):
        at = stay.index(wanted)
        if at != to:
            stay.insert(to, stay.pop(at))
            yield {"op": "move", "from": pointer((*path, at)), "path": pointer((*path, to))}


def _length(doc: Json, path: FieldPath) -> int:
    here = doc
    for step in path:
        here = here[step]  # type: ignore[index]
    return len(here) if isinstance(here, list) else 0


def _without_spared(left: Document, changes: Iterable[FieldChange]) -> Iterator[FieldChange]:
    """Take apart the removals of which rules keep out a part."""
    for change in changes:
        if change.spared:
            value: Json = left
            for step in change.left:
                value = value[step]  # type: ignore[index]
            for path in _remnants(value, change.left, frozenset(change.spared)):
                yield FieldChange(Change.REMOVED, path, path, path)
        else:
            yield change


def _remnants(value: Json, path: FieldPath, spared: frozenset[FieldPath]) -> Iterator[FieldPath]:
    """The largest parts of a value that hold nothing that is spared."""
    if path in spared:
        return
    if not any(one[: len(path)] == path for one in spared):
        yield path
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _remnants(item, (*path, key), spared)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _remnants(item, (*path, index), spared)
