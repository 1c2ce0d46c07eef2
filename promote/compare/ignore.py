"""Ignore rules: what autoscalers and controllers own is kept out of a comparison, but counted.

The rules are those of `ignore:` in `promote.yaml`. A rule that reaches into a field that was added
or removed as a whole takes out only its own part.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, NamedTuple, Protocol

from promote.compare.patterns import Pattern, element
from promote.compare.records import Change, FieldChange, IgnoredChange

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from promote.compare.paths import Step
    from promote.compare.patterns import States
    from promote.model.json import FieldPath, Json
    from promote.model.resource import Resource, ResourceId

REPLICAS = "/spec/replicas"


class IgnoreRule(Protocol):
    """What a rule says; what is empty or None says nothing."""

    @property
    def kind(self) -> str | None:
        """A glob over the kind."""

    @property
    def group(self) -> str | None:
        """A glob over the API group; empty for the core group, which has no name."""

    @property
    def name(self) -> str | None:
        """A glob over the name."""

    @property
    def namespace(self) -> str | None:
        """A glob over the namespace."""

    @property
    def pointer(self) -> str | None:
        """A JSON pointer with globs (`Pattern`); without one the whole resource is meant."""

    @property
    def when(self) -> str | None:
        """`hpa`: only for a workload that an autoscaler of the same rendered set scales."""


class Workload(NamedTuple):
    """What an autoscaler scales; the API version is of no account."""

    group: str
    kind: str
    namespace: str
    name: str


@dataclass(frozen=True, slots=True)
class _Ready:
    rule: IgnoreRule
    pattern: Pattern
    text: str

    def wants(self, resource: ResourceId) -> bool:
        rule = self.rule
        return (
            _glob(rule.kind, resource.kind)
            and (rule.group is None or fnmatchcase(resource.group, rule.group))
            and _glob(rule.name, resource.name)
            and _glob(rule.namespace, resource.namespace)
        )


class Ignorer:
    """The rules of one comparison.

    Args:
        rules: the rules; the first that fits a field is the one that is named.
        resources: those of both sides, among which `when: hpa` finds the autoscalers. A field is
            kept out if either side's is owned by one, so that a comparison reads alike both ways.
    """

    def __init__(self, rules: Sequence[IgnoreRule], resources: Iterable[Resource]) -> None:
        self._rules = [_Ready(rule, Pattern(_pointer(rule)), describe(rule)) for rule in rules]
        self._scaled = (
            set(scaled_workloads(resources)) if any(rule.when for rule in rules) else set()
        )

    def rules_for(self, *identities: ResourceId) -> list[_Ready]:
        """The rules that mean a resource under any of its identities."""
        return [
            ready
            for ready in self._rules
            if any(ready.wants(one) and self._holds(ready.rule, one) for one in identities)
        ]

    def whole(self, identity: ResourceId) -> str | None:
        """The rule that keeps out the whole of a resource, in words."""
        fitting = (ready for ready in self.rules_for(identity) if not ready.pattern.segments)
        return next((ready.text for ready in fitting), None)

    def split(
        self, changes: Iterable[FieldChange], *identities: ResourceId
    ) -> tuple[tuple[FieldChange, ...], tuple[IgnoredChange, ...]]:
        """Part the changes of a resource into those to show and those kept out."""
        rules = self.rules_for(*identities)
        if not rules:
            return tuple(changes), ()
        shown: list[FieldChange] = []
        ignored: list[IgnoredChange] = []
        for change in changes:
            rest, taken = _take_out(change, rules)
            ignored.extend(taken)
            if rest is not None:
                shown.append(rest)
        return tuple(shown), tuple(ignored)

    def _holds(self, rule: IgnoreRule, identity: ResourceId) -> bool:
        if not rule.when:
            return True
        group, _, kind, name, namespace = identity
        return Workload(group, kind, namespace, name) in self._scaled


def describe(rule: IgnoreRule) -> str:
    """A rule in a few words, for the list of what was ignored."""
    kind = f"{rule.kind or '*'}.{rule.group}" if rule.group else rule.kind or "*"
    namespace = f"{rule.namespace}/" if rule.namespace else ""
    when = f" when {rule.when}" if rule.when else ""
    return f"{kind}/{namespace}{rule.name or '*'} {_pointer(rule) or '(all of it)'}{when}"


def scaled_workloads(resources: Iterable[Resource]) -> Iterator[Workload]:
    """The workloads that a HorizontalPodAutoscaler, or a KEDA ScaledObject, scales."""
    for resource in resources:
        doc = resource.doc
        if doc.get("kind") not in ("HorizontalPodAutoscaler", "ScaledObject"):
            continue
        spec = doc.get("spec")
        target = spec.get("scaleTargetRef") if isinstance(spec, dict) else None
        if isinstance(target, dict):
            # KEDA takes a target without a kind as a Deployment.
            api_version = str(target.get("apiVersion") or "apps/v1")
            yield Workload(
                api_version.rpartition("/")[0],
                str(target.get("kind") or "Deployment"),
                resource.id.namespace,
                str(target.get("name")),
            )


def _glob(pattern: str | None, text: str) -> bool:
    return not pattern or fnmatchcase(text, pattern)


def _pointer(rule: IgnoreRule) -> str:
    return rule.pointer or (REPLICAS if rule.when else "")


def _take_out(
    change: FieldChange, rules: Sequence[_Ready]
) -> tuple[FieldChange | None, list[IgnoredChange]]:
    """Give what the rules leave of a change, and what they take."""
    inside: list[tuple[_Ready, States]] = []
    for ready in rules:
        states, matched = ready.pattern.walk(change.path, change.left, change.right)
        reordered = change.kind is Change.REORDERED and ready.pattern.takes_every_child(states)
        if matched or reordered:
            return None, [IgnoredChange(change, ready.text)]
        if states:
            inside.append((ready, states))
    if not inside or change.kind not in (Change.ADDED, Change.REMOVED):
        return change, []
    pruner = _Pruner()
    kept = pruner.prune(change.new if change.kind is Change.ADDED else change.old, inside, ())
    if not pruner.taken:
        return change, []
    if kept is _NOTHING:
        return None, [IgnoredChange(change, pruner.taken[0].rule)]
    ignored = [IgnoredChange(_part(change, part), part.rule) for part in pruner.taken]
    if change.kind is Change.ADDED:
        return replace(change, new=kept), ignored
    spared = tuple((*change.left, *part.path) for part in pruner.taken)
    return replace(change, old=kept, spared=spared), ignored


class _Part(NamedTuple):
    """A part of an added or removed value that a rule keeps out."""

    path: FieldPath
    value: Json
    rule: str


def _part(change: FieldChange, part: _Part) -> FieldChange:
    added = change.kind is Change.ADDED
    return FieldChange(
        change.kind,
        (*change.path, *part.path),
        (*change.left, *part.path),
        (*change.right, *part.path),
        None if added else part.value,
        part.value if added else None,
    )


_NOTHING: Json = {"": "what is left when rules take everything; told apart by identity"}


class _Pruner:
    """Takes out of a value what rules match, and keeps a list of it."""

    def __init__(self) -> None:
        self.taken: list[_Part] = []

    def prune(self, value: Json, inside: Sequence[tuple[_Ready, States]], path: FieldPath) -> Json:
        """Give the value without what is matched, or `_NOTHING`."""
        for ready, states in inside:
            if ready.pattern.is_matched(states):
                self.taken.append(_Part(path, value, ready.text))
                return _NOTHING
        if not inside or not value:
            return value
        if isinstance(value, dict):
            fields = {
                key: self.prune(item, _advance(inside, key, key), (*path, key))
                for key, item in value.items()
            }
            return {k: v for k, v in fields.items() if v is not _NOTHING} or _NOTHING
        if isinstance(value, list):
            items = [
                self.prune(item, _advance(inside, element(item, i), i), (*path, i))
                for i, item in enumerate(value)
            ]
            return [item for item in items if item is not _NOTHING] or _NOTHING
        return value


def _advance(
    inside: Sequence[tuple[_Ready, States]], step: Step, place: str | int
) -> list[tuple[_Ready, States]]:
    after = ((ready, ready.pattern.advance(states, step, place, place)) for ready, states in inside)
    return [(ready, states) for ready, states in after if states]
