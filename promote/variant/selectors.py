"""Selectors of pods by their labels: those of a variant that select nothing any more.

Labels are not renamed, so a selector that selects pods in the primary selects their counterparts in
the variant, unless something changed the one or the other.
"""

from __future__ import annotations

from collections import defaultdict
from functools import cache
from typing import TYPE_CHECKING, Final, NamedTuple

from promote.variant.findings import Finding, Severity
from promote.variant.targets import KindPattern, Named

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from promote.model.json import FieldPath, Json
    from promote.model.resource import Resource
    from promote.variant.findings import Locate
    from promote.variant.rename_map import RenameMap


class _Spot(NamedTuple):
    """Where a kind selects pods: the labels, and the namespace if it need not be the holder's."""

    kind: KindPattern
    labels: FieldPath
    namespace: FieldPath | None = ("metadata", "namespace")


_MATCH: Final = ("spec", "selector", "matchLabels")
# Sources: the API references of Kubernetes, Istio (workload selectors; a Gateway's selector is for
# all namespaces) and Tetrate Service Bridge.
_SPOTS: Final = (
    _Spot(KindPattern("Service", ""), ("spec", "selector")),
    _Spot(KindPattern("PodDisruptionBudget", "policy"), _MATCH),
    _Spot(
        KindPattern("NetworkPolicy", "networking.k8s.io"), ("spec", "podSelector", "matchLabels")
    ),
    _Spot(KindPattern("*", "security.istio.io"), _MATCH),
    _Spot(KindPattern("Telemetry", "telemetry.istio.io"), _MATCH),
    _Spot(KindPattern("WasmPlugin", "extensions.istio.io"), _MATCH),
    _Spot(KindPattern("Gateway", "networking.istio.io"), ("spec", "selector"), None),
    _Spot(KindPattern("*", "networking.istio.io"), ("spec", "workloadSelector", "labels")),
    _Spot(KindPattern("PodMonitor", "monitoring.coreos.com"), _MATCH, None),
    _Spot(
        KindPattern("*", "*.tsb.tetrate.io"),
        ("spec", "workloadSelector", "labels"),
        ("spec", "workloadSelector", "namespace"),
    ),
)
# Their policies hold for the whole mesh.
_EVERYWHERE: Final = frozenset({"istio-system"})
_TEMPLATES: Final = (
    ("spec", "template", "metadata", "labels"),
    ("spec", "jobTemplate", "spec", "template", "metadata", "labels"),
)


@cache
def _spots_of(group: str, kind: str) -> tuple[_Spot, ...]:
    return tuple(spot for spot in _SPOTS if spot.kind.fits(group, kind))


class Pods:
    """The pods that resources make, found by their labels.

    Args:
        resources: what an environment renders.
    """

    def __init__(self, resources: Iterable[Resource]) -> None:
        self._by_label: defaultdict[tuple[str, str], set[int]] = defaultdict(set)
        self._by_namespace: defaultdict[str, set[int]] = defaultdict(set)
        for number, resource in enumerate(resources):
            for labels in _pod_labels(resource):
                self._by_namespace[resource.id.namespace].add(number)
                for key, value in labels.items():
                    self._by_label[key, str(value)].add(number)

    def selected(self, labels: dict[str, Json], namespace: str | None) -> int:
        """How many workloads have all of these labels; in any namespace for None."""
        sets = [self._by_label.get((key, str(value)), set()) for key, value in labels.items()]
        if namespace is not None:
            sets.append(self._by_namespace.get(namespace, set()))
        return len(set.intersection(*sets)) if sets else 0


def selectors_of(resource: Resource) -> Iterator[tuple[FieldPath, dict[str, Json], str | None]]:
    """The selectors of a resource: where, the labels, and the namespace; None for any."""
    gvk = resource.id.gvk
    for spot in _spots_of(gvk.group, gvk.kind):
        labels = _at(resource.doc, spot.labels)
        if isinstance(labels, dict) and labels:
            place = _at(resource.doc, spot.namespace) if spot.namespace is not None else None
            known = isinstance(place, str) and place not in _EVERYWHERE
            yield spot.labels, labels, str(place) if known else None
            return


def selecting_nothing(
    primary: Iterable[Resource],
    variant: Iterable[tuple[Resource, Locate]],
    names: RenameMap,
) -> Iterator[Finding]:
    """The selectors of a variant that select nothing, while those of the primary select pods.

    Args:
        primary: what the primary renders.
        variant: what the variant renders, each with what finds where its fields were written.
        names: the rename from the primary.
    """
    before, after = list(primary), list(variant)
    known = {names.moved(_named(one)): one for one in before}
    there, here = Pods(before), Pods(one for one, _ in after)
    for resource, locate in after:
        for path, labels, place in selectors_of(resource):
            original = known.get(_named(resource))
            if original is None or here.selected(labels, place):
                continue
            if any(there.selected(old, where) for _, old, where in selectors_of(original)):
                shown = ",".join(f"{key}={value}" for key, value in sorted(labels.items()))
                yield Finding(
                    Severity.ERROR,
                    "selects-nothing",
                    f"selects no pods by {shown}; in the primary it selects some",
                    resource.id,
                    path,
                    locate(resource, path),
                )


def _pod_labels(resource: Resource) -> Iterator[dict[str, Json]]:
    paths = (("metadata", "labels"),) if resource.doc.get("kind") == "Pod" else _TEMPLATES
    for path in paths:
        labels = _at(resource.doc, path)
        if isinstance(labels, dict):
            yield labels


def _named(resource: Resource) -> Named:
    identity = resource.id
    return Named(identity.group, identity.kind, identity.namespace, identity.name)


def _at(node: Json, path: FieldPath) -> Json:
    for key in path:
        node = node.get(str(key)) if isinstance(node, dict) else None
    return node
