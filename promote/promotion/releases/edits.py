"""Changing the promotable fields in an overlay's files, and nothing else there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from promote import yamlio
from promote.errors import Place as ErrorPlace
from promote.errors import ProjectError
from promote.promotion.releases.fields import REF, Pinned, document_of, value_at
from promote.promotion.releases.release import Move, Place
from promote.yamlio.editing import DELETE, edit

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from promote.model.json import Document, FieldPath, Json
    from promote.model.tree import Tree
    from promote.yamlio.editing import Delete


def apply_moves(tree: Tree, pinned: Pinned, wanted: Iterable[Move]) -> dict[str, bytes]:
    """The files of an overlay after some fields moved; comments and layout stay.

    Returns:
        The bytes of each file that changes, by its path in the tree.

    Raises:
        ProjectError: the overlay has no place for a field.
    """
    changes: dict[str, dict[FieldPath, Json | Delete]] = {}
    grouped: dict[tuple[str, str], list[Move]] = {}
    for move in wanted:
        grouped.setdefault(move.key.subject, []).append(move)
    appended = 0
    for subject, group in grouped.items():
        if subject[0] == "image":
            appended += _change_image(pinned, subject, group, changes, appended)
            continue
        for move in group:
            place, value = _other_change(tree, pinned, move)
            changes.setdefault(place.file, {})[place.path] = value
    return {file: _edited(tree, file, edits) for file, edits in changes.items()}


def homeless(pinned: Pinned, wanted: Iterable[Move]) -> list[Move]:
    """The moves that the overlay has no place for: a chart or an address that it does not use."""
    return [
        move
        for move in wanted
        if move.key.kind in {"chart", "ref"} and (move.key not in pinned.places or move.new is None)
    ]


def _edited(tree: Tree, file: str, changes: Mapping[FieldPath, Json | Delete]) -> bytes:
    if tree.kind(file) != "file":
        return yamlio.dump(_nested(changes)).encode()
    kept = [(path, value) for path, value in changes.items() if value is not DELETE]
    gone = [(path, value) for path, value in changes.items() if value is DELETE]
    # From the end of a list to its start, so that each index still means what it meant.
    gone.sort(key=lambda change: [f"{step:>9}" for step in change[0]], reverse=True)
    return edit(tree.read(file), dict([*kept, *gone]), tree.display(file))


def _nested(changes: Mapping[FieldPath, Json | Delete]) -> Document:
    """A new document that holds values at paths of keys."""
    top: Document = {}
    for path, value in changes.items():
        if value is DELETE:
            continue
        at = top
        for step in path[:-1]:
            below = at.setdefault(str(step), {})
            if isinstance(below, dict):
                at = below
        at[str(path[-1])] = value
    return top


def _change_image(
    pinned: Pinned,
    subject: tuple[str, str],
    group: list[Move],
    changes: dict[str, dict[FieldPath, Json | Delete]],
    appended: int,
) -> int:
    """Change one entry of `images`, append it, or take it away; says how many were appended."""
    if pinned.kustomization is None:
        raise ProjectError(
            f"{subject[1]}: {pinned.overlay.directory} has no kustomization to pin it in"
        )
    edits = changes.setdefault(pinned.kustomization, {})
    place = pinned.subjects.get(subject)
    if place is None:
        entry: Document = {"name": subject[1]}
        entry |= {move.key.part: move.new for move in group if move.new is not None}
        count = pinned.lengths.get("images", 0)
        if count + appended == 0:
            edits["images",] = [entry]
        elif count == 0:
            existing = edits["images",]
            edits["images",] = [*existing, entry] if isinstance(existing, list) else [entry]
        else:
            edits["images", count + appended] = entry
        return 1
    rest = {key for key in pinned.values if key.subject == subject} - {move.key for move in group}
    if not rest and all(move.new is None for move in group):
        edits[place.path] = DELETE
        return 0
    for move in group:
        edits[(*place.path, move.key.part)] = DELETE if move.new is None else move.new
    return 0


def _other_change(tree: Tree, pinned: Pinned, move: Move) -> tuple[Place, Json | Delete]:
    place = pinned.places.get(move.key)
    if move.key.kind == "value":
        path: FieldPath = tuple(move.key.name.split("."))
        where = place or Place(pinned.overlay.values, path)
        return where, DELETE if move.new is None else move.new
    if place is None or move.new is None:
        raise ProjectError(
            f"{move.key}: the overlay has no place for it",
            place=ErrorPlace(tree.display(pinned.kustomization or pinned.overlay.directory)),
        )
    if move.key.kind == "ref":
        _, old = value_at(document_of(tree, place.file), place.path)
        match = REF.fullmatch(str(old))
        return place, f"{match['before']}{move.new}{match['after']}" if match else move.new
    return place, move.new
