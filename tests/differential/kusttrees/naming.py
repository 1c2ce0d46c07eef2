"""Fields that name and mark: prefixes, suffixes, namespaces, labels and annotations."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kusttrees.nodes import Raw
from kusttrees.scalars import odd_text
from kusttrees.things import CLUSTER_SCOPED

if TYPE_CHECKING:
    from kusttrees.layer import Layer
    from kusttrees.nodes import Mapping, Node

NEVER_RENAMED = ("CustomResourceDefinition", "APIService", "Namespace")


def prefix(layer: Layer) -> None:
    """`namePrefix`."""
    value = layer.dice.pick(["dev-", "staging-", "a-", "team1-", "x"])
    layer.kustomization["namePrefix"] = value
    rename(layer, prefix=value)


def suffix(layer: Layer) -> None:
    """`nameSuffix`."""
    value = layer.dice.pick(["-v2", "-canary", "-blue", "9"])
    layer.kustomization["nameSuffix"] = value
    rename(layer, suffix=value)


def rename(layer: Layer, *, prefix: str = "", suffix: str = "") -> None:
    """Let the layer's resources have their new names."""
    layer.things = [
        thing
        if thing.kind in NEVER_RENAMED
        else thing.moved(f"{prefix}{thing.name}{suffix}", thing.namespace)
        for thing in layer.things
    ]


def namespace(layer: Layer) -> None:
    """`namespace`, unless two resources of one name would come together."""
    value = layer.dice.pick(["team-a", "team-b", "prod", "default", "kube-system", "prod", "1234"])
    names = [(t.kind, t.name) for t in layer.things if t.kind not in CLUSTER_SCOPED]
    names += [("Namespace", value) for t in layer.things if t.kind == "Namespace"]
    if len(set(names)) < len(names) and not layer.dice.risk(0.2):
        return
    layer.kustomization["namespace"] = value
    move(layer, value)


def move(layer: Layer, value: str) -> None:
    """Let the layer's resources be in a namespace."""
    layer.things = [
        thing if thing.kind in CLUSTER_SCOPED else thing.moved(thing.name, value)
        for thing in layer.things
    ]


def labels(layer: Layer) -> None:
    """`labels` in its forms."""
    for _ in range(layer.dice.number(1, 2)):
        entry: Mapping = {"pairs": _pairs(layer)}
        form = layer.dice.pick(["plain", "selectors", "templates", "fields", "off"])
        layer.note(f"labels: {form}")
        if form == "selectors":
            entry["includeSelectors"] = True
        elif form == "templates":
            entry["includeTemplates"] = True
        elif form == "off":
            entry["includeSelectors"] = False
        elif form == "fields":
            field: Mapping = {"path": "spec/selector/matchLabels", "kind": "ServiceMonitor"}
            field["create"] = layer.dice.chance(0.5)
            entry["fields"] = [field, {"path": "spec/template/labels", "group": "example.com"}]
        layer.append("labels", entry)


def _pairs(layer: Layer) -> Mapping:
    choices: list[tuple[str, Node]] = [
        ("team", "a"),
        ("tier", "backend"),
        ("app.kubernetes.io/part-of", "shop"),
        ("version", Raw('"1.10"')),
        ("enabled", Raw('"true"')),
        ("env", "prod"),
    ]
    return dict(layer.dice.some(choices, 1, 3))


def common_labels(layer: Layer) -> None:
    """`commonLabels`, which reach into selectors."""
    layer.kustomization["commonLabels"] = _pairs(layer)


def common_annotations(layer: Layer) -> None:
    """`commonAnnotations`, with texts that need quotes."""
    notes: Mapping = {"note": odd_text(layer.dice), "team": "a@example.com"}
    if layer.dice.chance(0.3):
        notes["config.example.com/number"] = Raw('"0755"')
    layer.kustomization["commonAnnotations"] = notes
