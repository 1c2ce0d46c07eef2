"""Checking a variant of a project: both sides rendered and handed to the proof."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from promote.compare.conceal import conceal
from promote.compare.semantic import diff
from promote.project.origins import Tracer
from promote.project.variants import (
    field_table,
    is_independent,
    primary_unit,
    rename_map,
    render_renamed,
)
from promote.variant.parity import Parity, Sides, check

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from promote.compare.records import ResourceChange
    from promote.model.resource import Resource
    from promote.project import Project, Unit


@dataclass(frozen=True, slots=True)
class VariantCheck:
    """The check of one variant.

    Attributes:
        variant, primary: which environments.
        parity: what was found.
    """

    variant: str
    primary: str
    parity: Parity


def check_parity(project: Project, variant: str) -> VariantCheck:
    """Check a variant against its primary.

    What the project's rules ignore is no difference. What differs in an app whose overlay is a
    copy kept by hand is never declared.

    Raises:
        VariantError: the environment is no variant.
        PromoteError: it or its primary cannot be rendered.
    """
    names = rename_map(project, variant)
    environment = project.environment(variant)
    tracer = Tracer(project)

    def differ(left: Sequence[Resource], right: Sequence[Resource]) -> Iterable[ResourceChange]:
        return conceal(diff(left, right, ignore=project.config.ignore)).shown

    parity = check(
        [_sides(project, unit, tracer) for unit in project.units(variant)],
        names,
        environment.rename,
        differ,
        clusters=environment.clusters,
        table=field_table(project, variant),
    )
    return VariantCheck(variant, str(environment.variant_of), parity)


def _sides(project: Project, unit: Unit, tracer: Tracer) -> Sides:
    by_hand = is_independent(project, unit.environment, unit.app)
    return Sides(
        str(unit),
        project.render(primary_unit(project, unit)),
        project.render(unit),
        None if by_hand else render_renamed(project, unit),
        lambda resource, path: tracer.place(unit, resource, path),
    )
