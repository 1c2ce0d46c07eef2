"""Who set a field: the builds of a unit repeated with a trace, and read backwards.

Nothing of this is done unless someone asks; then the unit asked about is built once more.
"""

from __future__ import annotations

import posixpath
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from promote.errors import Place
from promote.model.resource import Resource
from promote.project.origins.following import changes_of, narrowed
from promote.project.origins.locators import locate_cause
from promote.project.origins.texts import Line, Texts
from promote.project.source import UnitSource
from promote.project.variants import (
    apply_declared,
    field_table,
    is_independent,
    primary_unit,
    rename_map,
    render_renamed,
    rule_locator,
)
from promote.render.trace import FINISH, GIVEN, LOADED, NAMES, Cause, Event, Trace
from promote.variant.references import own_names, references

if TYPE_CHECKING:
    from promote.model.json import FieldPath, Json
    from promote.project.origins.following import Absent, Change
    from promote.project.origins.texts import ValueUse
    from promote.project.project import Project
    from promote.project.units import Unit

RENAME: Final = "rename"


@dataclass(frozen=True, slots=True)
class Setting:
    """A step that set a field.

    Attributes:
        value: what it set; `ABSENT` for a step that took the field away.
        how: in words, what the step is: `written`, a kind of transformer, `rename`, …
        layer: in words, the layer that it belongs to.
        line: the line that says so; None where nothing does.
        place: the same for a person.
        values: the values of the unit that the line prints, for a template.
    """

    value: Json | Absent
    how: str
    layer: str
    line: Line | None
    place: Place | None
    values: tuple[ValueUse, ...] = ()


@dataclass(frozen=True, slots=True)
class Traced:
    """A resource of a unit, and what happened to it on the way, oldest first."""

    unit: Unit
    resource: Resource
    events: tuple[Event, ...]


class Tracer:
    """Explains the fields of a project's resources.

    Args:
        project: the project.
    """

    def __init__(self, project: Project) -> None:
        self._project = project
        self._traced: dict[Unit, list[Traced]] = {}
        self._texts: dict[Unit, Texts] = {}

    def traced(self, unit: Unit) -> list[Traced]:
        """The resources of a unit with their stories, in the order of `Project.render`.

        Raises:
            PromoteError: as `Project.render`.
        """
        if unit not in self._traced:
            environment = self._project.environment(unit.environment)
            by_hand = environment.variant_of is None or is_independent(
                self._project, unit.environment, unit.app
            )
            self._traced[unit] = self._own(unit) if by_hand else self._variant(unit)
        return self._traced[unit]

    def _own(self, unit: Unit) -> list[Traced]:
        trace = Trace()
        resources = self._project.render_own(unit, trace)
        return [Traced(unit, one, tuple(trace.of(one))) for one in resources]

    def _variant(self, unit: Unit) -> list[Traced]:
        before = self.traced(primary_unit(self._project, unit))
        renamed = render_renamed(self._project, unit)
        stories = {
            id(new.doc): (*old.events, Event(Cause(RENAME), new.doc))
            for old, new in zip(before, renamed, strict=True)
        }
        trace = Trace()
        resources = apply_declared(self._project, unit, renamed, trace)
        found = []
        for one in resources:
            events = trace.of(one) or (Event(Cause(GIVEN), one.doc),)
            story = stories.get(id(events[0].doc), ())
            found.append(Traced(unit, one, (*story, *events[bool(story) :])))
        return found

    def last_place(self, traced: Traced, path: FieldPath) -> Place | None:
        """Where a field was set last; as `settings` says, without the rest of the answer."""
        for change in _told(changes_of(traced.events, path)):
            setting = self._setting(traced, change, values=False)
            if setting.place is not None:
                return setting.place
        return None

    def settings(self, traced: Traced, path: FieldPath) -> list[Setting]:
        """Who set a field, the last one first, then what was there before.

        Args:
            traced: the resource.
            path: the field; empty for the whole resource.
        """
        changes = _told(changes_of(traced.events, path))
        return [self._setting(traced, one) for one in changes]

    def place(self, unit: Unit, resource: Resource, path: FieldPath) -> Place | None:
        """Where a field of a resource was set last, or what is nearest around it.

        Args:
            unit: what the resource was rendered for.
            resource: the resource, as `Project.render` gave it.
            path: the field; empty for the whole resource.
        """
        wanted = resource.id
        traced = next((one for one in self.traced(unit) if one.resource.id == wanted), None)
        if traced is None:
            return None
        if not path:
            line = self._first_line(traced)
            return line and line.place
        places = (self.last_place(traced, path[:end]) for end in range(len(path), 0, -1))
        return next((place for place in places if place is not None), None)

    def _first_line(self, traced: Traced) -> Line | None:
        """Where a resource begins."""
        made = changes_of(traced.events[:1], ())
        return self._line(traced, made[0], self._texts_of(traced, made[0])) if made else None

    def _setting(self, traced: Traced, whole: Change, *, values: bool = True) -> Setting:
        change = narrowed(whole)
        texts = self._texts_of(traced, change)
        line = self._line(traced, change, texts)
        if line is None and change.cause.kind == NAMES and change.under is not None:
            # The name that a reference follows was changed elsewhere; the reference stands here.
            done = [index for index, one in enumerate(traced.events) if one.doc is change.doc]
            below = _told(changes_of(traced.events[: done[0]], change.under))
            line = self._line(traced, narrowed(below[0]), texts) if below else None
        place = line.place if line is not None else self._rule_place(traced, change)
        if line is None and place is not None and change.cause.kind == RENAME:
            file = posixpath.join(self._project.root, "promote.yaml")
            line = Line(self._project.tree, file, place.line)
        uses = tuple(texts.values_at(line, change.value)) if values and line is not None else ()
        return Setting(
            whole.value, _how(change), self._layer(traced, change, line), line, place, uses
        )

    def _texts_of(self, traced: Traced, change: Change) -> Texts:
        """The texts of the unit that a step belongs to: of a variant, those of its primary."""
        unit = traced.unit
        renamed = [index for index, one in enumerate(traced.events) if one.cause.kind == RENAME]
        if renamed and any(one.doc is change.doc for one in traced.events[: renamed[0]]):
            unit = primary_unit(self._project, unit)
        if unit not in self._texts:
            self._texts[unit] = Texts(self._project, unit)
        return self._texts[unit]

    def _line(self, traced: Traced, change: Change, texts: Texts) -> Line | None:
        if change.cause.kind == LOADED:
            origin = traced.resource.origin
            if origin is None or origin.generator:
                return None
            if not origin.file.startswith("/"):
                return Line(None, origin.file)
            return texts.find(origin.file, change.path, origin.index)
        return locate_cause(texts, change)

    def _rule_place(self, traced: Traced, change: Change) -> Place | None:
        """The rule of the project file that renamed something in the field."""
        if change.cause.kind != RENAME or change.before is None or change.under is None:
            return None
        variant = traced.unit.environment
        names = rename_map(self._project, variant)
        before = Resource(change.before)
        table = field_table(self._project, variant)
        for mention in (*own_names(before), *references(before, names.inventory, table)):
            rule = names.rule_of(mention.target)
            is_here = mention.path[: len(change.under)] == change.under
            if (
                rule is not None
                and is_here
                and names.new_name(mention.target) != mention.target.name
            ):
                found = rule_locator(self._project, variant)(rule)
                return found and Place(found.file, found.line)
        return None

    def _layer(self, traced: Traced, change: Change, line: Line | None) -> str:
        """The layer that a step belongs to, in words."""
        if change.cause.kind == RENAME:
            return f"variant {traced.unit.environment}"
        file = change.cause.file or (line.file if line is not None else "")
        if not file:
            return ""
        folder = posixpath.dirname(file)
        environments = [traced.unit.environment]
        primary = self._project.environment(traced.unit.environment).variant_of
        environments += [primary] if primary is not None else []
        for environment in environments:
            overlay = self._project.overlay(environment, traced.unit.app)
            if folder == overlay or folder.startswith(f"{overlay}/"):
                return f"overlay of {environment}"
        base = UnitSource(self._project, traced.unit).base
        if folder == base or folder.startswith(f"{base}/"):
            return "base"
        return f"shared {self._shown(folder)}"

    def _shown(self, folder: str) -> str:
        root = self._project.root.rstrip("/")
        return folder.removeprefix(f"{root}/") if folder.startswith(root) else folder


def _told(changes: list[Change]) -> list[Change]:
    """The steps that are one to a reader: not those that only pass a resource on."""
    return [one for one in changes if one.cause.kind not in {FINISH, GIVEN}]


def _how(change: Change) -> str:
    kind = change.cause.kind
    return _WORDS.get(kind, kind)


_WORDS: Final = {
    LOADED: "written",
    NAMES: "follows a name",
    RENAME: "renamed",
    "PatchTransformer": "patch",
    "PatchStrategicMergeTransformer": "patch",
    "PatchJson6902Transformer": "patch",
    "NamespaceTransformer": "namespace",
    "PrefixTransformer": "namePrefix",
    "SuffixTransformer": "nameSuffix",
    "LabelTransformer": "labels",
    "AnnotationsTransformer": "commonAnnotations",
    "ReplicaCountTransformer": "replicas",
    "ImageTagTransformer": "images",
    "ReplacementTransformer": "replacements",
    "ConfigMapGenerator": "configMapGenerator",
    "SecretGenerator": "secretGenerator",
    "HelmChartInflationGenerator": "helmCharts",
}
