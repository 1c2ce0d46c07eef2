"""Which fields of each kind hold the names of others: the rules for references, by kind."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from promote.render.branching import branches
from promote.render.record import selects

if TYPE_CHECKING:
    from collections.abc import Iterable

    from promote.model.resource import Gvk
    from promote.render.branching import Branch
    from promote.render.fields import Path
    from promote.render.fieldspecs import BackReference, FieldConfig


@lru_cache(maxsize=8)
def fields_by_kind(config: FieldConfig) -> FieldsByKind:
    """The fields by kind, made once for all builds that have the same rules, as nearly all do."""
    return FieldsByKind(config.name_reference)


class ReferenceField(NamedTuple):
    """A field that holds names, and the kind that these are of."""

    target: Gvk
    path: Path


class FieldsByKind:
    """For each kind, its fields that hold a name, one by one and as one tree."""

    def __init__(self, references: Iterable[BackReference]) -> None:
        self._fields = [
            (spec.selector, ReferenceField(reference.target, spec.path))
            for reference in references
            for spec in reference.referrers
        ]
        self._by_kind: dict[Gvk, tuple[list[ReferenceField], Branch[ReferenceField] | None]] = {}

    def __getitem__(self, gvk: Gvk) -> tuple[list[ReferenceField], Branch[ReferenceField] | None]:
        """The fields of a kind, and the same as one tree.

        The tree is None where what one field has become counts for the next.
        """
        found = self._by_kind.get(gvk)
        if found is None:
            fields = [field for selector, field in self._fields if selects(selector, gvk)]
            alone = any(map(_is_of_identity, fields))
            together = None if alone else branches((field.path, field) for field in fields)
            found = self._by_kind[gvk] = fields, together
        return found


def _is_of_identity(field: ReferenceField) -> bool:
    """Whether a field may be part of what the resource itself is called."""
    first, *rest = [step.name for step in field.path] or [""]
    if first == "metadata":
        return not rest or rest[0] in {"name", "namespace"}
    return first in {"", "apiVersion", "kind"}
