"""Patches of both kinds, in every place where a kustomization may hold one."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from kusttrees.merging import merge_patch
from kusttrees.nodes import Raw
from kusttrees.scalars import odd_scalar, odd_text
from kusttrees.writing import content

if TYPE_CHECKING:
    from kusttrees.dice import Dice
    from kusttrees.layer import Layer
    from kusttrees.nodes import Mapping, Node
    from kusttrees.things import Thing


def patches(layer: Layer) -> None:
    """`patches`: with and without target, inline and in files."""
    for _ in range(layer.dice.number(1, 3)):
        entry = _entry(layer)
        if entry:
            layer.append("patches", entry)


def _entry(layer: Layer) -> Mapping | None:
    named = layer.distinct()
    if not named:
        return None
    thing = layer.dice.pick(named)
    form = layer.dice.pick(
        [
            "merge",
            "merge",
            "merge",
            "several",
            "merge to target",
            "json to target",
            "json to target",
        ]
    )
    layer.note(f"patches: {form}")
    if form in ("merge", "several"):
        chosen = layer.dice.some(named, 1, 3) if form == "several" else [thing]
        return _place(layer, _merges(layer, chosen))
    target = _target(layer, thing)
    if form == "merge to target":
        patch = merge_patch(layer.dice, thing)
        if layer.dice.chance(0.5):
            patch["metadata"] = {"name": "any", **_without_name(patch["metadata"])}
        entry = _place(layer, [patch])
        for each in layer.things:
            each.patched = each.patched or each.kind == thing.kind or "kind" not in target
        if "$patch" in patch:
            layer.lose(kind=str(target.get("kind", "")))
    else:
        alone = set(target) == {"kind", "name"} and target["name"] in (thing.name, thing.first)
        alone = alone and thing in layer.unique()
        entry = _place(layer, json_patch(layer.dice, thing, alone=alone), documents=False)
    entry["target"] = target
    if layer.dice.chance(0.25):
        options = ["allowNameChange", "allowKindChange"]
        entry["options"] = {each: layer.dice.chance(0.8) for each in layer.dice.some(options, 1, 2)}
        layer.note("patches: options")
        if form == "merge to target":
            layer.lose(kind=str(target.get("kind", "")))
    return entry


def _merges(layer: Layer, chosen: list[Thing]) -> list[Node]:
    """Merge patches of these things; what they delete, the layer sees no more."""
    patches: list[Node] = []
    for thing in chosen:
        patch = merge_patch(layer.dice, thing)
        patches.append(patch)
        if "$patch" in patch:
            layer.lose(kind=thing.kind, name=thing.name)
    return patches


def _without_name(meta: Node) -> Mapping:
    assert isinstance(meta, dict)
    return {key: value for key, value in meta.items() if key != "name"}


def _place(layer: Layer, body: list[Node], *, documents: bool = True) -> Mapping:
    """Put a patch into a file, or into the entry itself."""
    nodes = body if documents else [body]
    as_json = len(nodes) == 1 and layer.dice.chance(0.15)
    if layer.dice.chance(0.5):
        layer.note("patches: file")
        return {"path": layer.file(f"patch.{'json' if as_json else 'yaml'}", *nodes, json=as_json)}
    layer.note("patches: inline")
    name = layer.file("inline.yaml", *nodes, json=as_json)
    file = layer.tree.files.pop(f"{layer.directory}/{name}")
    return {"patch": content(file).decode().replace("\r\n", "\n")}


def _target(layer: Layer, thing: Thing) -> Mapping:
    """A selector that finds the thing, and perhaps others."""
    dice = layer.dice
    form = dice.pick(
        ["name", "name", "regex", "kind", "labels", "group", "namespace", "annotations", "mixed"]
    )
    layer.note(f"patch target: {form}")
    if form == "name":
        return {"kind": thing.kind, "name": dice.pick([thing.name, thing.first])}
    if form == "regex":
        half = len(thing.name) // 2
        name = thing.name
        names = [name[:2] + ".*", ".*", f"{name}|other", "[a-z].+", f"^{name}$", name[:half], ""]
        kinds = [thing.kind, f"{thing.kind}|Nothing", ".*Set|Deployment", ".*"]
        return {"kind": dice.pick(kinds), "name": dice.pick(names)}
    target: Mapping = {"kind": thing.kind} if dice.chance(0.7) else {}
    if form in ("labels", "mixed"):
        target["labelSelector"] = dice.pick(
            [
                "team=a",
                "env in (prod,dev)",
                "team",
                "!nope",
                "a!=b",
                "app==web,team",
                "version=1.10",
            ]
        )
    if form == "annotations":
        target["annotationSelector"] = dice.pick(["note", "team!=b", "!x"])
    if form in ("group", "mixed"):
        group, _, version = thing.api.rpartition("/")
        target |= {"group": group, "version": version} if group else {"version": version}
    if form in ("namespace", "mixed"):
        target["namespace"] = dice.pick([thing.namespace or "default", ".*", "team-.", "default"])
    return target or {"kind": thing.kind}


def json_patch(dice: Dice, thing: Thing, *, alone: bool = True) -> list[Node]:
    """An RFC 6902 patch.

    Args:
        dice: the choices.
        thing: what it is for. Unless an earlier patch has changed it, the patch may go anywhere.
        alone: the patch meets this thing and no other.
    """
    leaves = [path for path in _leaves(thing.doc) if path.startswith(("/spec", "/data"))]
    if not alone or not leaves or thing.patched:
        return [_marking(dice)]
    thing.patched = True
    operations = [_operation(dice, path) for path in dice.some(leaves, 1, 2)]
    operations.sort(key=lambda each: each["op"] in ("remove", "move"))
    if dice.chance(0.2):
        operations.insert(0, {"op": "test", "path": "/kind", "value": thing.kind})
    return [*operations, *[_marking(dice) for _ in range(dice.number(0, 1))]]


def _marking(dice: Dice) -> Mapping:
    """An operation that fits every resource."""
    if dice.chance(0.5):
        return {"op": "add", "path": "/metadata/labels", "value": {"by": "json", "n": "1"}}
    return {"op": "add", "path": "/metadata/annotations", "value": {"a~b/c": odd_text(dice)}}


def _operation(dice: Dice, path: str) -> Mapping:
    form = dice.pick(["replace", "replace", "remove", "append", "copy", "whole"])
    if form == "remove":
        return {"op": "remove", "path": path}
    if form == "append":
        head, _, last = path.rpartition("/")
        path = f"{head}/{dice.pick(['-', '0'])}" if last.isdigit() else f"{head}/added~1key"
        return {"op": "add", "path": path, "value": odd_scalar(dice)}
    if form == "copy":
        return {"op": dice.pick(["copy", "move"]), "from": path, "path": "/metadata/copied"}
    if form == "whole":
        wholes: list[Node] = [{"a": odd_scalar(dice), "b": []}, [1, odd_text(dice)], {}, None]
        operation = dice.pick(["replace", "add"])
        return {"op": operation, "path": path, "value": dice.pick(wholes)}
    return {"op": "replace", "path": path, "value": odd_scalar(dice)}


def _leaves(node: Node, at: str = "") -> list[str]:
    """The JSON pointers of all scalars under a node."""
    if isinstance(node, dict):
        pairs = [(key.replace("~", "~0").replace("/", "~1"), value) for key, value in node.items()]
    elif isinstance(node, list):
        pairs = [(str(index), value) for index, value in enumerate(node)]
    else:
        return [at]
    return [path for key, value in pairs for path in _leaves(value, f"{at}/{key}")]


def strategic(layer: Layer) -> None:
    """The older `patchesStrategicMerge`."""
    for thing in layer.dice.some(layer.distinct(), 1, 2):
        (patch,) = _merges(layer, [thing])
        if layer.dice.chance(0.5):
            layer.append("patchesStrategicMerge", layer.file("merge.yaml", patch))
        else:
            entry = _place(layer, [patch])
            layer.append("patchesStrategicMerge", entry.get("patch") or entry["path"])


def json6902(layer: Layer) -> None:
    """The older `patchesJson6902`."""
    for thing in layer.dice.some(layer.unique(), 1, 2):
        group, _, version = thing.api.rpartition("/")
        target: Mapping = {"version": version, "kind": thing.kind, "name": thing.name}
        if group:
            target["group"] = group
        if thing.namespace and layer.dice.chance(0.5):
            target["namespace"] = thing.namespace
        body = json_patch(layer.dice, thing)
        if layer.dice.chance(0.3):
            entry: Mapping = {"target": target, "patch": json.dumps(_jsonable(body))}
        elif layer.dice.chance(0.4):
            entry = {"target": target, **_place(layer, body, documents=False)}
        else:
            entry = {"target": target, "path": layer.file("ops.yaml", body)}
        layer.append("patchesJson6902", entry)


def _jsonable(node: Node) -> Node:
    if isinstance(node, dict):
        return {key: _jsonable(value) for key, value in node.items()}
    if isinstance(node, list):
        return [_jsonable(item) for item in node]
    return node.text if isinstance(node, Raw) else node
