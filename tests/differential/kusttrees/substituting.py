"""Fields that put one value in the place of another: images, replicas, replacements and vars."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kusttrees.pods import IMAGES
from kusttrees.things import WORKLOADS

if TYPE_CHECKING:
    from kusttrees.layer import Layer
    from kusttrees.nodes import Mapping, Node
    from kusttrees.things import Thing


def images(layer: Layer) -> None:
    """`images` in their forms."""
    for _ in range(layer.dice.number(1, 3)):
        name = layer.dice.pick(IMAGES).partition("@")[0]
        head, _, last = name.rpartition("/")
        bare = f"{head}/{last.partition(':')[0]}" if head else last.partition(":")[0]
        entry: Mapping = {"name": layer.dice.pick([bare, bare, bare, name, "nginx", ".*"])}
        form = layer.dice.pick(["tag", "tag", "name", "digest", "both", "suffix"])
        layer.note(f"images: {form}")
        if form in ("tag", "both"):
            entry["newTag"] = layer.dice.pick(["1.26", "v2", "latest", "0755", "1.10"])
        if form in ("name", "both"):
            entry["newName"] = layer.dice.pick(["mirror.example:5000/n/nginx", "other", "a/b"])
        if form == "digest":
            entry["digest"] = "sha256:" + "c" * 64
        if form == "suffix":
            entry["tagSuffix"] = "-alpine"
        layer.append("images", entry)


def replicas(layer: Layer) -> None:
    """`replicas` of what can be scaled."""
    found = layer.unique(("Deployment", "StatefulSet", "ReplicaSet"))
    for thing in layer.dice.some(found, 1, 2):
        name = layer.dice.pick([thing.name, thing.first])
        layer.append("replicas", {"name": name, "count": layer.dice.number(0, 9)})


def replacements(layer: Layer) -> None:
    """`replacements`, inline and in files."""
    sources = layer.unique()
    if not sources:
        return
    for _ in range(layer.dice.number(1, 2)):
        entry = _replacement(layer, layer.dice.pick(sources))
        if layer.dice.chance(0.25):
            layer.note("replacements: file")
            body: Node = [entry] if layer.dice.chance(0.5) else entry
            entry = {"path": layer.file("replacement.yaml", body)}
        layer.append("replacements", entry)


def _replacement(layer: Layer, thing: Thing) -> Mapping:
    dice = layer.dice
    source: Mapping = {"kind": thing.kind, "name": dice.pick([thing.name, thing.first])}
    form = dice.pick(["whole", "path", "part", "data"])
    if form == "path":
        source["fieldPath"] = dice.pick(["metadata.name", "kind", "apiVersion"])
    elif form == "part":
        source["fieldPath"] = "metadata.name"
        source["options"] = {"delimiter": "-", "index": 0}
    elif form == "data" and thing.kind == "ConfigMap" and not thing.generated:
        source["fieldPath"] = "data.host"
    return {"source": source, "targets": [_target(layer) for _ in range(dice.number(1, 2))]}


def _target(layer: Layer) -> Mapping:
    dice = layer.dice
    thing = dice.pick(layer.things)
    select: Mapping = {"kind": thing.kind}
    if dice.chance(0.5):
        select["name"] = dice.pick([thing.name, thing.first])
    target: Mapping = {"select": select}
    if dice.chance(0.2):
        target["reject"] = [{"name": dice.pick([layer.dice.pick(layer.things).name, "nobody"])}]
        layer.note("replacements: reject")
    paths, options = _paths(layer, thing)
    if paths:
        target["fieldPaths"] = paths
    if options:
        layer.note(f"replacements: {'+'.join(options)}")
        target["options"] = options
    return target


def _paths(layer: Layer, thing: Thing) -> tuple[list[Node], Mapping]:
    dice = layer.dice
    created: Mapping = {"create": True}
    places: list[tuple[list[Node], Mapping]] = [
        (["metadata.annotations.copied"], created),
        (["metadata.labels.[example.com/copied]"], created),
        (["metadata.annotations.[a.b/c]", "metadata.labels.x"], created),
        (["metadata.name"], {"delimiter": "-", "index": dice.pick([0, 1, -1])}),
        (["metadata.name"], {"delimiter": "-"}),
    ]
    if thing.kind in ("Deployment", "StatefulSet", "DaemonSet"):
        containers = "spec.template.spec.containers"
        places += [
            ([f"{containers}.*.image"], {"delimiter": ":", "index": 0}),
            ([f"{containers}.[name=main].image"], {}),
            ([f"{containers}.[name=main].env.[name=LOG_LEVEL].value"], created),
            ([f"{containers}.0.command.0"], created),
            (["spec.template.metadata.labels.copied"], created),
        ]
    if thing.kind == "ConfigMap" and not thing.generated:
        places += [(["data.host"], {"delimiter": ".", "index": 1}), (["data.new"], created)]
    if thing.kind in ("Widget", "Gadget"):
        places += [(["spec.items.*.value"], created), (["spec.items.[name=one].name"], {})]
    return dice.pick(places)


def variables(layer: Layer) -> None:
    """`vars`, and what mentions them."""
    if "diamond" in layer.tree.features or "vars" in layer.tree.features:
        return  # a variable may be declared once
    found = layer.unique(("Service", "ConfigMap", "Deployment", "ServiceAccount"))
    for number, thing in enumerate(layer.dice.some(found, 1, 2)):
        variable = ["TARGET_NAME", "HOST"][number]
        reference: Mapping = {"kind": thing.kind, "name": thing.first, "apiVersion": thing.api}
        entry: Mapping = {"name": variable, "objref": reference}
        if layer.dice.chance(0.4):
            path = layer.dice.pick(["metadata.name", "kind"])
            entry["fieldref"] = {"fieldpath": path}
        layer.append("vars", entry)
    layer.note("vars: mentioned" if layer.unique(WORKLOADS) else "vars: unused")
