"""Parity: is a variant its primary under the rename, but for what it declares?"""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from promote import yamlio
from promote.compare.paths import format_path
from promote.compare.records import Diff
from promote.compare.semantic import diff
from promote.errors import FileMissingError, Place
from promote.project.variants import (
    field_table,
    is_independent,
    primary_unit,
    rename_map,
    render_renamed,
)
from promote.variant import rename
from promote.variant.free_text import TextScanner

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from promote.compare.records import ResourceChange
    from promote.model.json import FieldPath
    from promote.model.resource import Resource
    from promote.project import Project, Unit
    from promote.variant import RenameMap


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that a person has to look at.

    Attributes:
        place: the file and line, as near as they are known.
        resource: the resource, in words.
        field: the field, in words.
        message: what is the matter.
    """

    place: Place | None
    resource: str
    field: str
    message: str

    def __str__(self) -> str:
        where = f"{self.place}: " if self.place else ""
        return f"{where}{self.resource} {self.field}: {self.message}"


@dataclass(frozen=True, slots=True)
class Parity:
    """What a check of a variant found.

    Attributes:
        variant, primary: which environments.
        resources: how many resources the variant has.
        declared: what the variant's own overlays change, which is as it should be.
        unexplained: differences that nothing declares.
        dangling: references that still lead to the primary.
        mentions: names of the primary in free text, for a person to judge.
        warnings: rules of the rename that nothing matches.
    """

    variant: str
    primary: str
    resources: int
    declared: Diff
    unexplained: tuple[Finding, ...]
    dangling: tuple[Finding, ...]
    mentions: tuple[Finding, ...]
    warnings: tuple[str, ...]

    @property
    def holds(self) -> bool:
        """Whether the variant is its primary."""
        return not self.unexplained and not self.dangling


def check_parity(project: Project, variant: str) -> Parity:
    """Check a variant against its primary.

    Raises:
        VariantError: the environment is no variant.
        PromoteError: it or its primary cannot be rendered.
    """
    names = rename_map(project, variant)
    environment = project.environment(variant)
    declared: list[ResourceChange] = []
    unchanged = 0
    unexplained: list[Finding] = []
    for unit in project.units(variant):
        renamed, final = render_renamed(project, unit), project.render(unit)
        if is_independent(project, variant, unit.app):
            found = diff(renamed, final, ignore=project.config.ignore)
            unexplained += _differences(project, found.shown)
        else:
            found = diff(renamed, final)
            declared += found.resources
            unchanged += found.unchanged
            unexplained += _proof(project, unit, renamed, names)
    final = project.render_all(variant)
    shared = environment.rename.shared
    return Parity(
        variant,
        str(environment.variant_of),
        len(final),
        Diff(tuple(declared), unchanged),
        tuple(unexplained),
        tuple(_dangling(project, final, names, variant, shared)),
        tuple(_mentions(project, final, names, variant)),
        tuple(finding.message for finding in names.findings),
    )


def _proof(
    project: Project, unit: Unit, renamed: Sequence[Resource], names: RenameMap
) -> Iterator[Finding]:
    """The rename taken back must be the primary again, or it lost something on the way."""
    back = rename(renamed, names.inverse(), field_table(project, unit.environment))
    primary = project.render(primary_unit(project, unit))
    yield from _differences(project, diff(primary, back).shown)


def _differences(project: Project, changes: Iterable[ResourceChange]) -> Iterator[Finding]:
    for change in changes:
        resource = change.right or change.left
        if not change.changes:
            yield Finding(
                _place(project, resource, ()), str(change.id), "", f"{change.kind} in the variant"
            )
        for field in change.changes:
            yield Finding(
                _place(project, change.right or change.left, field.right),
                str(change.id),
                format_path(field.path),
                f"{_value(field.old)} in the primary, {_value(field.new)} here",
            )


def _value(value: object) -> str:
    text = repr(value) if not isinstance(value, dict | list) else "another value"
    return text if len(text) <= 80 else f"{text[:77]}..."  # noqa: PLR2004 - a line's worth


def _dangling(
    project: Project,
    final: Sequence[Resource],
    names: RenameMap,
    variant: str,
    shared: Sequence[str],
) -> Iterator[Finding]:
    """A reference that the rename would still change leads to the primary."""
    again = rename(final, names, field_table(project, variant))
    changed = [(old, new) for old, new in zip(final, again, strict=True) if new.doc is not old.doc]
    for old, new in changed:
        for change in diff([old], [new]).resources:
            for field in change.changes:
                if any(fnmatchcase(str(field.old), pattern) for pattern in shared):
                    continue
                yield Finding(
                    _place(project, old, field.left),
                    str(old.id),
                    format_path(field.path),
                    f"{field.old!r} is of the primary; its counterpart here is {field.new!r}",
                )
        if old.id != new.id and not any(fnmatchcase(old.id.name, one) for one in shared):
            yield Finding(
                _place(project, old, ("metadata",)),
                str(old.id),
                "metadata",
                f"is called as in the primary; here it is {new.id}",
            )


def _mentions(
    project: Project, final: Sequence[Resource], names: RenameMap, variant: str
) -> Iterator[Finding]:
    scanner = TextScanner(names, project.environment(variant).rename.text)
    for mention in scanner.mentions(final):
        if not mention.is_left:
            yield Finding(
                _place(project, mention.resource, mention.path),
                str(mention.resource.id),
                ".".join(map(str, mention.path)),
                f"mentions {mention.name!r}, which is of the primary",
            )


def _place(project: Project, resource: Resource | None, path: FieldPath) -> Place | None:
    """Where a field was written, as far as the file that the resource came from says."""
    if resource is None or resource.origin is None:
        return None
    origin = resource.origin
    tree = project.tree
    try:
        data = tree.read(origin.file)
    except FileMissingError:
        return Place(tree.display(origin.file))
    found = yamlio.locate(data, path, document=origin.index) if not origin.generator else None
    return Place(tree.display(origin.file), *(found or ()))
