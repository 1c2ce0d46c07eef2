"""The changes of a resource as edits, and the edits as a JSON patch (RFC 6902)."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias, cast

from promote.compare.paths import pointer
from promote.compare.records import Change, FieldChange

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from promote.model.json import Document, FieldPath, Json

Operation: TypeAlias = "dict[str, Json]"
"""One operation of RFC 6902: `op`, `path`, and `value` or `from`."""


class Edit(NamedTuple):
    """One operation before it is written.

    Attributes:
        op: what to do, in the words of RFC 6902.
        path: where, in the document as the edits before this one leave it.
        value: what to add, or to put in the place of something.
        source: for a move: from where.
    """

    op: Literal["add", "remove", "replace", "move"]
    path: FieldPath
    value: Json = None
    source: FieldPath = ()


@dataclass(slots=True)
class _ListEdit:
    """What enters, leaves and moves in one list, whose place is given in the left document."""

    removed: list[int] = field(default_factory=list)
    added: list[tuple[int, Json]] = field(default_factory=list)
    order: Sequence[int] = ()


def json_patch(left: Document, changes: Iterable[FieldChange]) -> list[Operation]:
    """Write the changes of a resource as a JSON patch.

    Args:
        left: the document before.
        changes: what differs. What rules keep out, the patch leaves as it is.
    """
    return [_operation(edit) for edit in edits(left, changes)]


def edits(left: Document, changes: Iterable[FieldChange]) -> Iterator[Edit]:
    """Give the edits that turn the left document into the right one.

    First everything that leaves the indexes of lists alone, then the lists from the innermost out,
    so that each edit can be addressed as the left document stands.
    """
    lists: defaultdict[FieldPath, _ListEdit] = defaultdict(_ListEdit)
    for change in _without_spared(left, changes):
        last = change.left[-1]
        if change.kind is Change.REORDERED:
            lists[change.left].order = change.order
        elif change.kind is Change.CHANGED:
            yield Edit("replace", change.left, change.new)
        elif isinstance(last, int):
            edit = lists[change.left[:-1]]
            if change.kind is Change.ADDED:
                edit.added.append((last, change.new))
            else:
                edit.removed.append(last)
        elif change.kind is Change.ADDED:
            yield Edit("add", change.left, change.new)
        else:
            yield Edit("remove", change.left)
    for path in sorted(lists, key=len, reverse=True):
        found = _at(left, path)
        yield from _edit_list(path, lists[path], len(found) if isinstance(found, list) else 0)


def apply(doc: Document, changes: Iterable[Edit]) -> Document:
    """Give the document that edits make of one, which stays as it is and shares what it can."""
    draft = _Draft(doc)
    for edit in changes:
        draft.apply(edit)
    return cast("Document", draft.top[0])


class _Draft:
    """A document being edited: what is not yet its own is copied before it is changed."""

    def __init__(self, doc: Document) -> None:
        self.top: list[Json] = [doc]
        self._own: dict[int, Json] = {}

    def apply(self, edit: Edit) -> None:
        if edit.op == "move":
            self._add(edit.path, self._remove(edit.source))
        elif edit.op == "remove":
            self._remove(edit.path)
        elif edit.op == "add":
            self._add(edit.path, edit.value)
        else:
            self._holder(edit.path)[edit.path[-1]] = edit.value  # type: ignore[index]

    def _add(self, path: FieldPath, value: Json) -> None:
        holder, last = self._holder(path), path[-1]
        if isinstance(holder, list) and isinstance(last, int):
            holder.insert(last, value)
        elif isinstance(holder, dict) and isinstance(last, str):
            holder[last] = value

    def _remove(self, path: FieldPath) -> Json:
        return self._holder(path).pop(path[-1])  # type: ignore[arg-type]

    def _holder(self, path: FieldPath) -> dict[str, Json] | list[Json]:
        """The container that holds a place, which may then be changed."""
        holder: dict[str, Json] | list[Json] = self.top
        for step in (0, *path[:-1]):
            found = holder[step]  # type: ignore[index]
            if not isinstance(found, dict | list):
                raise TypeError(f"an edit leads through a scalar at {pointer(path)}")
            if id(found) not in self._own:
                found = found.copy()
                holder[step] = found  # type: ignore[index]
                self._own[id(found)] = found
            holder = found
        return holder


def _operation(edit: Edit) -> Operation:
    if edit.op == "move":
        return {"op": "move", "from": pointer(edit.source), "path": pointer(edit.path)}
    if edit.op == "remove":
        return {"op": "remove", "path": pointer(edit.path)}
    return {"op": edit.op, "path": pointer(edit.path), "value": edit.value}


def _edit_list(path: FieldPath, edit: _ListEdit, length: int) -> Iterator[Edit]:
    gone = set(edit.removed)
    for index in sorted(gone, reverse=True):
        yield Edit("remove", (*path, index))
    if edit.order:
        stay = [index for index in range(length) if index not in gone]
        yield from _move(path, stay, edit.order)
    count = length - len(gone)
    for index, value in sorted(edit.added, key=lambda one: one[0]):
        # What rules keep out of the list leaves fewer elements than the right one has.
        yield Edit("add", (*path, min(index, count)), value)
        count += 1


def _move(path: FieldPath, stay: list[int], order: Sequence[int]) -> Iterator[Edit]:
    """Put elements in order, by moves; those that have no place in the order end up behind."""
    for to, wanted in enumerate(order):
        at = stay.index(wanted)
        if at != to:
            stay.insert(to, stay.pop(at))
            yield Edit("move", (*path, to), source=(*path, at))


def _at(doc: Json, path: FieldPath) -> Json:
    here = doc
    for step in path:
        here = here[step]  # type: ignore[index]
    return here


def _without_spared(left: Document, changes: Iterable[FieldChange]) -> Iterator[FieldChange]:
    """Take apart the removals of which rules keep out a part."""
    for change in changes:
        if change.spared:
            value = _at(left, change.left)
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
