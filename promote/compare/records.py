"""What a comparison finds: frozen records, no behaviour but counting."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from promote.compare.paths import Path
    from promote.model.json import FieldPath, Json
    from promote.model.resource import Resource, ResourceId


class Change(StrEnum):
    """How a field or a resource differs."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"
    REORDERED = "reordered"
    """A list whose elements are told apart by keys has them in another order; fields only."""


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field that differs.

    Attributes:
        kind: how it differs.
        path: where it is, with the elements of keyed lists named by their keys.
        left: the same place as keys and indexes of the left document. For an added field, where it
            would stand: its parent's place and its own key, or its index on the right.
        right: the same in the right document.
        old: the value on the left; None when added. For a reordered list, what tells its elements
            apart, in the old order.
        new: the value on the right; None when removed. For a reordered list, as `old`.
        order: for a reordered list, the left indexes of the elements that stay, in the new order.
        spared: for a removed field of which rules keep out a part: where those parts stand in the
            left document. `old` is without them.
    """

    kind: Change
    path: Path
    left: FieldPath
    right: FieldPath
    old: Json = None
    new: Json = None
    order: tuple[int, ...] = ()
    spared: tuple[FieldPath, ...] = ()


@dataclass(frozen=True, slots=True)
class IgnoredChange:
    """A field that differs and that a rule keeps out, with the rule's own words for the reader."""

    change: FieldChange
    rule: str


@dataclass(frozen=True, slots=True)
class ResourceChange:
    """One resource that differs, or that only differs in what is ignored.

    Attributes:
        kind: added, removed or changed.
        left: the resource on the left, after the rename if there is one; None when added.
        right: the resource on the right; None when removed.
        changes: the fields that differ; empty when added or removed.
        ignored: the fields that differ and are kept out.
        ignored_whole: the rule that keeps out the whole of an added or removed resource.
    """

    kind: Change
    left: Resource | None
    right: Resource | None
    changes: tuple[FieldChange, ...] = ()
    ignored: tuple[IgnoredChange, ...] = ()
    ignored_whole: str | None = None

    @property
    def id(self) -> ResourceId:
        """The identity on the right, or on the left of what was removed."""
        return _present(self).id

    @property
    def is_shown(self) -> bool:
        """Whether anything is left that no rule keeps out."""
        return self.ignored_whole is None and (
            self.kind is not Change.CHANGED or bool(self.changes)
        )

    @property
    def ignored_count(self) -> int:
        """How many differences are kept out: fields, or one for a whole resource."""
        return len(self.ignored) + (self.ignored_whole is not None)


@dataclass(frozen=True, slots=True)
class Summary:
    """How much differs.

    Attributes:
        added: resources only on the right.
        removed: resources only on the left.
        changed: resources on both sides, with a difference that is not ignored.
        unchanged: resources on both sides, without one.
        ignored: differences kept out by rules: fields, and whole resources.
        fields: fields that differ in the changed resources.
    """

    added: int
    removed: int
    changed: int
    unchanged: int
    ignored: int
    fields: int


@dataclass(frozen=True)
class Diff:
    """What differs between two sets of resources.

    Attributes:
        resources: the resources that differ, also those that differ in ignored fields only, by
            namespace, kind and name.
        unchanged: how many pairs of resources do not differ at all.
    """

    resources: tuple[ResourceChange, ...] = ()
    unchanged: int = 0

    @cached_property
    def shown(self) -> tuple[ResourceChange, ...]:
        """The resources with a difference that no rule keeps out."""
        return tuple(resource for resource in self.resources if resource.is_shown)

    @property
    def is_empty(self) -> bool:
        """Whether nothing differs but what is ignored."""
        return not self.shown

    @cached_property
    def summary(self) -> Summary:
        """How much differs."""
        kinds = [resource.kind for resource in self.shown]
        only_ignored = [
            resource
            for resource in self.resources
            if not resource.is_shown and resource.kind is Change.CHANGED
        ]
        return Summary(
            added=kinds.count(Change.ADDED),
            removed=kinds.count(Change.REMOVED),
            changed=kinds.count(Change.CHANGED),
            unchanged=self.unchanged + len(only_ignored),
            ignored=sum(resource.ignored_count for resource in self.resources),
            fields=sum(len(resource.changes) for resource in self.shown),
        )


def _present(change: ResourceChange) -> Resource:
    resource = change.right if change.right is not None else change.left
    if resource is None:
        raise ValueError("a change of no resource")
    return resource
