"""Rendering a variant: its primary under other names, and what it declares to differ."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

from promote import yamlio
from promote.config.load import PROJECT_FILE
from promote.errors import Place, VariantError
from promote.model.resource import Resource
from promote.project.source import UnitSource, has_kustomization
from promote.project.units import Unit
from promote.render.loading import Directory, ParsedFiles
from promote.render.pipeline import apply_component
from promote.variant import inventory_of, rename, resolve_map
from promote.variant.fields import FieldTable
from promote.variant.free_text import TextScanner

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from promote.model.json import FieldPath
    from promote.project.project import Project
    from promote.render.trace import Trace
    from promote.variant import RenameMap


def render_variant(project: Project, unit: Unit) -> list[Resource]:
    """The resources of an app in a variant.

    Where the variant's overlay is a whole kustomization, it is a copy kept by hand, and is rendered
    on its own. Otherwise the primary is rendered and renamed, and the overlay, a component, says
    what differs.

    Raises:
        PromoteError: something in the primary or the overlay is wrong.
    """
    if is_independent(project, unit.environment, unit.app):
        return project.render_own(unit)
    return apply_declared(project, unit, render_renamed(project, unit))


def apply_declared(
    project: Project, unit: Unit, renamed: Sequence[Resource], trace: Trace | None = None
) -> list[Resource]:
    """What a variant declares to differ, laid over the renamed primary.

    Args:
        project: the project.
        unit: an app in the variant.
        renamed: what `render_renamed` gives.
        trace: is told what each step does.

    Raises:
        PromoteError: something in the overlay is wrong.
    """
    overlay = project.overlay(unit.environment, unit.app)
    if not has_kustomization(project.tree, overlay):
        return list(renamed)
    options = project.build_options(UnitSource(project, unit), trace)
    return apply_component(project.tree, overlay, renamed, options)


def render_renamed(project: Project, unit: Unit) -> list[Resource]:
    """The resources of the primary under the names of the variant, before declared differences.

    Raises:
        PromoteError: as `render_variant`.
    """
    environment = project.environment(unit.environment)
    names = rename_map(project, unit.environment)
    primary = primary_unit(project, unit)
    table = field_table(project, unit.environment)
    renamed = rename(project.render(primary), names, table)
    scanner = TextScanner(names, environment.rename.text, table)
    return [
        resource
        if (doc := scanner.rewritten(resource)) is resource.doc
        else Resource(doc, resource.origin)
        for resource in renamed
    ]


def primary_unit(project: Project, unit: Unit) -> Unit:
    """What a unit of a variant is the counterpart of."""
    environment = project.environment(unit.environment)
    names = rename_map(project, unit.environment)
    return Unit(unit.app, str(environment.variant_of), _primary_cluster(names, unit))


def rename_map(project: Project, variant: str) -> RenameMap:
    """What becomes of each name of the primary in a variant.

    Raises:
        VariantError: the environment is no variant, or two things would have one name.
        PromoteError: the primary cannot be rendered.
    """
    environment = project.environment(variant)
    if environment.variant_of is None:
        raise VariantError(
            f"{variant!r} is not a variant of another environment", hint="add variant-of: to it"
        )
    known = project.rename_maps.get(variant)
    if known is None:
        primary = project.environment(environment.variant_of)
        table = field_table(project, variant)
        inventory = inventory_of(project.render_all(primary.name), primary.clusters, table)
        known = resolve_map(environment.rename, inventory, rule_locator(project, variant))
        project.rename_maps[variant] = known
    return known


def rule_locator(project: Project, variant: str) -> Callable[[FieldPath], Place | None]:
    """Finds a rule in the project file: `(section, index, name)`, as its reader numbers them."""
    file = posixpath.join(project.root, PROJECT_FILE)

    def locate(path: FieldPath) -> Place | None:
        data = project.tree.read(file)
        section, index, name = path
        top = ("environments", variant, "rename", section)
        found = yamlio.locate_key(data, (*top, index)) or yamlio.locate_key(data, (*top, name))
        return Place(project.tree.display(file), *(found or ()))

    return locate


def field_table(project: Project, variant: str) -> FieldTable:
    """The fields that hold names, with those that the project adds."""
    known = project.field_tables.get(variant)
    if known is None:
        fields = project.environment(variant).rename.fields
        known = project.field_tables[variant] = FieldTable(fields)
    return known


def is_independent(project: Project, variant: str, app: str) -> bool:
    """Whether a variant's overlay of an app is a copy kept by hand, not a list of differences."""
    overlay = project.overlay(variant, app)
    if not has_kustomization(project.tree, overlay):
        return False
    kustomization, _ = Directory(project.tree, overlay, ParsedFiles()).kustomization()
    return kustomization.kind != "Component"


def _primary_cluster(names: RenameMap, unit: Unit) -> str | None:
    """The cluster of the primary that a cluster of the variant stands for."""
    if unit.cluster is None:
        return None
    for old, new in names.clusters.items():
        if new == unit.cluster:
            return old
    return unit.cluster
