"""How resources are laid out in files: alone, many in one, as lists, as JSON, with anchors."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kusttrees.nodes import Alias, Anchor

if TYPE_CHECKING:
    from kusttrees.layer import Layer
    from kusttrees.nodes import Mapping, Node


def lay_out(layer: Layer, documents: list[Mapping]) -> None:
    """Write a layer's own resources into files, and name them under `resources`."""
    rest = layer.dice.shuffled(documents)
    while rest:
        count = layer.dice.pick([1, 1, 1, 2, 3, 5])
        taken, rest = rest[:count], rest[count:]
        layer.append("resources", _file(layer, taken))


def _file(layer: Layer, documents: list[Mapping]) -> str:
    dice = layer.dice
    kind = str(documents[0]["kind"]).lower()
    folder = dice.pick(["", "", "", "manifests/", "deep/er/"])
    form = dice.pick(["plain"] * 8 + ["json", "list", "typed list", "anchors", "empty documents"])
    if form == "json":
        if len(documents) == 1:
            layer.note("layout: json")
            return layer.file(f"{folder}{kind}.json", *documents, json=True)
        form = "list"
    nodes: list[Node] = list(documents)
    if form == "list":
        nodes = [{"apiVersion": "v1", "kind": "List", "items": nodes}]
    elif form == "typed list" and len({d["kind"] for d in documents}) == 1:
        list_kind = f"{documents[0]['kind']}List"
        nodes = [{"apiVersion": documents[0]["apiVersion"], "kind": list_kind, "items": nodes}]
    elif form == "anchors":
        nodes = [_anchored(document) for document in documents]
    elif form == "empty documents":
        nodes = [None, *nodes, None]
    layer.note(f"layout: {form}")
    return layer.file(f"{folder}{kind}.yaml", *nodes)


def _anchored(document: Mapping) -> Node:
    """The same document with its labels written once and repeated by an alias."""
    meta = document["metadata"]
    assert isinstance(meta, dict)
    labels: Node = meta.get("labels") or {"app": "anchored"}
    marked: Mapping = {**meta, "labels": Anchor("labels", labels), "annotations": Alias("labels")}
    return {**document, "metadata": marked}
