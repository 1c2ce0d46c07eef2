"""Fields that put one value in the place of another: images, replicas and vars."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kusttrees.pods import IMAGES
from kusttrees.things import WORKLOADS

if TYPE_CHECKING:
    from kusttrees.layer import Layer
    from kusttrees.nodes import Mapping


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
