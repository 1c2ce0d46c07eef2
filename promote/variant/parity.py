"""The proof: a variant is its primary under the rename, but for what it declares.

The rename is taken back from what the variant renders, and the result compared with the primary.
What differs is declared if the variant's own overlay made it so.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol

from promote.model.resource import Resource
from promote.variant.dangling import Judge, dangling
from promote.variant.fields import FieldTable
from promote.variant.findings import Finding, Severity
from promote.variant.free_text import TextScanner
from promote.variant.references import references
from promote.variant.rename import rename
from promote.variant.selectors import selecting_nothing
from promote.variant.shared import Shared
from promote.variant.survey import inventory_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from promote.config.model import Rename
    from promote.errors import Place
    from promote.model.json import FieldPath, Json
    from promote.model.resource import ResourceId
    from promote.variant.findings import Locate
    from promote.variant.inventory import Inventory
    from promote.variant.rename_map import RenameMap


ONLY = "a resource"
"""Stands for a whole resource that one side has and the other lacks."""


class FieldDiff(Protocol):
    """A field that differs; `promote.compare` has such records."""

    @property
    def right(self) -> FieldPath:
        """Where it is, or would be, on the right."""

    @property
    def old(self) -> Json:
        """The value on the left."""

    @property
    def new(self) -> Json:
        """The value on the right."""


class ResourceDiff(Protocol):
    """A resource that differs, or that only one side has."""

    @property
    def left(self) -> Resource | None:
        """The one on the left."""

    @property
    def right(self) -> Resource | None:
        """The one on the right."""

    @property
    def changes(self) -> Sequence[FieldDiff]:
        """The fields that differ, if both sides have it."""


@dataclass(frozen=True, slots=True)
class Sides:
    """What is rendered at once on both sides: an app, perhaps in one cluster.

    Attributes:
        name: what it is, in words.
        primary: what the primary renders.
        variant: what the variant renders.
        derived: the primary under the rename, before the variant's own overlay; None for a variant
            that is kept by hand.
        locate: finds where a field of the variant was written.
    """

    name: str
    primary: Sequence[Resource]
    variant: Sequence[Resource]
    derived: Sequence[Resource] | None
    locate: Locate


@dataclass(frozen=True, slots=True)
class Difference:
    """Something that differs from the primary.

    Attributes:
        unit: in which app.
        resource: the resource, as the variant calls it, or as the primary does what is missing.
        path: the field; empty for a whole resource.
        primary, variant: what each has, under the primary's names; None for what is not there.
        place: where the variant's was written.
    """

    unit: str
    resource: ResourceId
    path: FieldPath
    primary: Json
    variant: Json
    place: Place | None


@dataclass(frozen=True, slots=True)
class Parity:
    """What a check found.

    Attributes:
        resources: how many resources the variant has.
        references: how many references were followed in them.
        declared: what the variant's own overlays make different.
        unexplained: what differs for no declared reason.
        dangling: references that lead nowhere, or back to the primary, and selectors that select
            nothing any more.
        warnings: what a person should look at, such as names in free text.
    """

    resources: int
    references: int
    declared: tuple[Difference, ...]
    unexplained: tuple[Difference, ...]
    dangling: tuple[Finding, ...]
    warnings: tuple[Finding, ...]

    @property
    def holds(self) -> bool:
        """Whether the variant is its primary, and stands by itself."""
        return not self.unexplained and not self.dangling


def check(
    units: Sequence[Sides],
    names: RenameMap,
    rules: Rename,
    differ: Callable[[Sequence[Resource], Sequence[Resource]], Iterable[ResourceDiff]],
    *,
    clusters: Iterable[str] = (),
    table: FieldTable | None = None,
) -> Parity:
    """Check a variant against its primary.

    Linear in the size of what is rendered.

    Args:
        units: what each side renders.
        names: the rename from the primary.
        rules: the rules that it was made of.
        differ: compares the resources of two sides, with no secret in what it gives.
        clusters: the clusters of the variant.
        table: the fields that hold names; those of the package by default.
    """
    return _Check(names, rules, differ, table or FieldTable()).run(units, clusters)


class _Check:
    def __init__(
        self,
        names: RenameMap,
        rules: Rename,
        differ: Callable[[Sequence[Resource], Sequence[Resource]], Iterable[ResourceDiff]],
        table: FieldTable,
    ) -> None:
        self.names = names
        self.back = names.inverse()
        self.rules = rules
        self.differ = differ
        self.table = table
        self.declared: list[Difference] = []
        self.unexplained: list[Difference] = []
        self.found: list[Finding] = []
        self.references = 0

    def run(self, units: Sequence[Sides], clusters: Iterable[str]) -> Parity:
        everything = [resource for unit in units for resource in unit.variant]
        variant = inventory_of(everything, clusters, self.table)
        judge = Judge(self.names, variant, Shared(self.rules.shared))
        known = _both(variant, self.names.inventory)
        for unit in units:
            changed = self._compare(unit)
            for resource in unit.variant:
                found = references(resource, known, self.table)
                mentions = [one for one in found if not one.makes]
                self.references += len(mentions)
                paths = changed.get(resource.id, ())
                self.found += dangling(resource, mentions, judge, paths, unit.locate)
            self.found += self._text(unit)
        primary = (resource for unit in units for resource in unit.primary)
        placed = ((resource, unit.locate) for unit in units for resource in unit.variant)
        self.found += selecting_nothing(primary, placed, self.names)
        errors = (one for one in self.found if one.severity is Severity.ERROR)
        warnings = (one for one in self.found if one.severity is Severity.WARNING)
        return Parity(
            len(everything),
            self.references,
            tuple(self.declared),
            tuple(self.unexplained),
            tuple(errors),
            (*self.names.findings, *warnings),
        )

    def _compare(self, unit: Sides) -> dict[ResourceId, set[FieldPath]]:
        """Sort the differences of a unit, and give the fields of the variant that differ."""
        back = self._taken_back(unit.variant)
        now = {old.id: new for old, new in zip(back, unit.variant, strict=True)}
        declared = self._declared(unit)
        changed: dict[ResourceId, set[FieldPath]] = {}
        for one in self.differ(unit.primary, back):
            resource = now.get(one.right.id) if one.right is not None else None
            for difference in _differences(unit, one, resource):
                is_declared = (difference.resource, difference.path) in declared
                (self.declared if is_declared else self.unexplained).append(difference)
                changed.setdefault(difference.resource, set()).add(difference.path)
        return changed

    def _taken_back(self, resources: Sequence[Resource]) -> list[Resource]:
        """What a variant renders, under the primary's names, also in text that is rewritten."""
        scanner = TextScanner(self.back, self.rules.text, self.table)
        return [
            one if (doc := scanner.rewritten(one)) is one.doc else Resource(doc, one.origin)
            for one in rename(resources, self.back, self.table)
        ]

    def _declared(self, unit: Sides) -> set[tuple[ResourceId, FieldPath]]:
        """What the variant's overlay made different from the mere rename."""
        if unit.derived is None:
            return set()
        found: set[tuple[ResourceId, FieldPath]] = set()
        for one in self.differ(unit.derived, unit.variant):
            if one.left is None and one.right is not None:
                found.add((one.right.id, ()))
            elif one.right is None and one.left is not None:
                (gone,) = rename([one.left], self.back, self.table)
                found.add((gone.id, ()))
            elif one.right is not None:
                found |= {(one.right.id, field.right) for field in one.changes}
        return found

    def _text(self, unit: Sides) -> Iterator[Finding]:
        """The primary's names in the text of the variant."""
        scanner = TextScanner(self.names, self.rules.text, self.table)
        for one in scanner.mentions(unit.variant):
            if not one.is_left:
                place = unit.locate(one.resource, one.path)
                yield Finding(
                    Severity.WARNING,
                    "free-text",
                    f"its text names the {one.target} of the primary",
                    one.resource.id,
                    one.path,
                    _further(place, one.line),
                )


def _differences(unit: Sides, one: ResourceDiff, resource: Resource | None) -> Iterator[Difference]:
    if one.left is None and resource is not None:
        place = unit.locate(resource, ())
        yield Difference(unit.name, resource.id, (), None, ONLY, place)
    elif one.right is None and one.left is not None:
        yield Difference(unit.name, one.left.id, (), ONLY, None, None)
    elif resource is not None:
        for field in one.changes:
            place = unit.locate(resource, field.right)
            yield Difference(unit.name, resource.id, field.right, field.old, field.new, place)


def _further(place: Place | None, lines: int) -> Place | None:
    """A place in a text of several lines, whose first stands below its key."""
    if place is None or place.line is None or not lines:
        return place
    return place._replace(line=place.line + 1 + lines, column=None)


def _both(one: Inventory, other: Inventory) -> Inventory:
    return replace(
        one,
        resources=one.resources | other.resources,
        namespaces=one.namespaces | other.namespaces,
        clusters=one.clusters | other.clusters,
    )
