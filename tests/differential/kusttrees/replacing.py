"""`replacements`: values of all shapes, from and to fields at any depth."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kusttrees.nodes import Anchor
from kusttrees.scalars import odd_text
from kusttrees.things import STRUCTURED

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kusttrees.dice import Dice
    from kusttrees.layer import Layer
    from kusttrees.nodes import Mapping, Node
    from kusttrees.things import Thing


def replacements(layer: Layer) -> None:
    """`replacements`, inline and in files."""
    for _ in range(layer.dice.number(1, 2)):
        if not layer.unique():
            return
        entry = replacement(layer)
        if layer.dice.chance(0.25):
            layer.note("replacements: file")
            body: Node = [entry] if layer.dice.chance(0.5) else entry
            entry = {"path": layer.file("replacement.yaml", body)}
        layer.append("replacements", entry)


def replacement(layer: Layer) -> Mapping:
    """One replacement. The layer has a resource of a name of its own."""
    dice = layer.dice
    source = _source(layer, dice.pick(layer.unique()))
    targets: list[Node] = [_target(layer)]
    if layer.things and dice.chance(0.5):
        targets.append(_target(layer))
    if dice.chance(0.12):
        layer.note("replacements: sourceValue")
        value = dice.pick(["5", "text", odd_text(dice), "a-b-c", "true"])
        return {"sourceValue": value, "targets": targets}
    return {"source": source, "targets": targets}


def _source(layer: Layer, thing: Thing) -> Mapping:
    dice = layer.dice
    source: Mapping = {"kind": thing.kind, "name": dice.pick([thing.name, thing.first])}
    if dice.chance(0.2):
        group, _, version = thing.api.rpartition("/")
        source |= {"version": version} | ({"group": group} if group else {})
    if thing.namespace and dice.chance(0.3):
        source |= {"name": thing.name, "namespace": thing.namespace}
    forms = ["name", "identity", "part", "scalar", "scalar", "part of scalar"]
    form = "tree" if dice.risk(0.2) else dice.pick(forms)
    layer.note(f"replacements: source {form}")
    if form == "identity":
        source["fieldPath"] = dice.pick(["metadata.name", "kind", "apiVersion"])
    elif form == "part":
        source["fieldPath"] = "metadata.name"
        source["options"] = {
            "delimiter": "-",
            "index": dice.pick([-1, 1, 2]) if dice.risk(0.3) else 0,
        }
    elif form != "name" and not thing.generated and not thing.patched:
        paths = [path for path, node in _paths(thing.doc) if _is_tree(node) == (form == "tree")]
        if paths:
            source["fieldPath"] = dice.pick(paths)
            if form == "part of scalar":
                source["options"] = {"delimiter": dice.pick([":", ".", "/", "-"]), "index": 0}
    return source


def _is_tree(node: Node) -> bool:
    return isinstance(node, dict | list)


def _paths(node: Node, at: str = "") -> Iterator[tuple[str, Node]]:
    """The paths of all that is under a node, each in one of its spellings."""
    if isinstance(node, Anchor):
        node = node.value
    if isinstance(node, dict):
        for key, value in node.items():
            name = key.replace(".", "\\.") if len(key) % 2 else (f"[{key}]" if "." in key else key)
            path = f"{at}.{name}" if at else name
            yield path, value
            yield from _paths(value, path)
    elif isinstance(node, list):
        for index, item in enumerate(node):
            named = isinstance(item, dict) and isinstance(item.get("name"), str)
            step = f"[name={item['name']}]" if named and isinstance(item, dict) else str(index)
            yield f"{at}.{step}", item
            yield from _paths(item, f"{at}.{step}")


def _target(layer: Layer) -> Mapping:
    dice = layer.dice
    thing = dice.pick(layer.things)
    target: Mapping = {"select": _select(layer, thing)}
    if dice.chance(0.25):
        target["reject"] = [_reject(layer) for _ in range(dice.number(1, 2))]
        layer.note("replacements: reject")
    paths, options = _fields(layer, thing)
    for each in layer.things:
        each.patched = each.patched or each.kind == thing.kind
    if "metadata.name" in paths:
        layer.lose(kind=thing.kind)
    if paths:
        target["fieldPaths"] = paths
    if options:
        layer.note(f"replacements: {'+'.join(options)}")
        target["options"] = options
    return target


def _select(layer: Layer, thing: Thing) -> Mapping:
    dice = layer.dice
    select: Mapping = {"kind": thing.kind}
    form = dice.pick(["kind", "name", "name", "regex", "group", "labels", "namespace"])
    layer.note(f"replacements: select {form}")
    if form == "name":
        select["name"] = dice.pick([thing.name, thing.first])
    elif form == "regex":
        select = {"name": dice.pick([".*", f"{thing.name}|x"]), "kind": thing.kind}
    elif form == "group":
        group, _, version = thing.api.rpartition("/")
        select |= {"version": version} | ({"group": group} if group else {})
    elif form == "labels":
        select["labelSelector"] = dice.pick(["team=a", "!nope", "env in (prod)"])
    elif form == "namespace":
        select["namespace"] = thing.namespace or dice.pick(["default", ".*"])
    return select


def _reject(layer: Layer) -> Mapping:
    dice = layer.dice
    thing = dice.pick(layer.things)
    choices: list[Mapping] = [
        {"name": thing.name},
        {"kind": thing.kind, "name": thing.first},
        {"name": "nobody"},
        {"labelSelector": "team=a"},
        {"annotationSelector": "note", "kind": "Nothing"},
        {"namespace": thing.namespace or "x"},
    ]
    return dice.pick(choices)


def _fields(layer: Layer, thing: Thing) -> tuple[list[Node], Mapping]:
    dice = layer.dice
    if dice.chance(0.5) and not thing.generated and not thing.patched:
        return _own_fields(layer, thing)
    created: Mapping = {"create": True}
    places: list[tuple[list[Node], Mapping]] = [
        (["metadata.annotations.copied"], created),
        (["metadata.labels.[example.com/copied]"], created),
        (["metadata.annotations.[a.b/c]", "metadata.labels.x"], created),
        (["metadata.annotations.a\\.b/c"], {"create": True, "delimiter": "/", "index": 0}),
        (["metadata.name"], {"delimiter": "-", "index": dice.pick([0, 1, -1, 5])}),
        (["metadata.name"], {"delimiter": "-"}),
        (["spec.added.list.0"], created),
        (["spec.added.[name=x].value", "spec.more"], created),
    ]
    return dice.pick([*places, *_by_kind(dice, thing)])


def _own_fields(layer: Layer, thing: Thing) -> tuple[list[Node], Mapping]:
    """Fields that the resource has, or whose neighbours it has."""
    dice = layer.dice
    head = ("apiVersion", "kind", "metadata")
    body = {key: value for key, value in thing.doc.items() if key not in head}
    everything = dice.risk(0.5)
    found = {path: node for path, node in _paths(body) if everything or isinstance(node, str)}
    if not found:
        return ["metadata.annotations.copied"], {"create": True}
    chosen: list[Node] = []
    for path in dice.some(sorted(found), 1, 2):
        if dice.risk(0.3):
            head_of, _, _ = path.rpartition(".")
            last = dice.pick(["added", "x.y", "0", "-", "*"])
            chosen.append(f"{head_of}.{last}" if head_of else "added")
        elif dice.chance(0.2):
            parts = ["*" if part.isdigit() else part for part in path.split(".")]
            chosen.append(".".join(parts))
        else:
            chosen.append(path)
    options: Mapping = {}
    if dice.chance(0.4):
        options["create"] = True
    if dice.chance(0.25) and not any(_is_tree(found.get(str(path))) for path in chosen):
        options["delimiter"] = dice.pick([":", ".", "/", "-", ""])
        options["index"] = dice.pick([0, 0, 1, 2, -1])
    return chosen, options


def _in_texts(dice: Dice, thing: Thing) -> list[tuple[list[Node], Mapping]]:
    """Fields within the texts of a ConfigMap, as far as it has those, unless the dice are bold."""
    created: Mapping = {"create": True} if dice.chance(0.5) else {}
    data = thing.doc.get("data")
    found: list[tuple[list[Node], Mapping]] = []
    if dice.risk(0.5) or (isinstance(data, dict) and "config.yaml" in data):
        found.append((["data.[config.yaml].list.0", "data.[config.yaml].server.name"], {}))
    if dice.risk(0.5) or (isinstance(data, dict) and data.get("config.json") in STRUCTURED[:2]):
        found.append((["data.config\\.json.server.port"], created))
        found.append((["data.[config.json].server"], {}))
    return found


def _by_kind(dice: Dice, thing: Thing) -> list[tuple[list[Node], Mapping]]:
    created: Mapping = {"create": True}
    if thing.kind in ("Deployment", "StatefulSet", "DaemonSet"):
        containers = "spec.template.spec.containers"
        return [
            ([f"{containers}.*.image"], {"delimiter": ":", "index": dice.pick([0, 1, 2])}),
            ([f"{containers}.[name=main].image"], {}),
            ([f"{containers}.[name=main].env.[name=LOG_LEVEL].value"], created),
            ([f"{containers}.[name=new].image"], created),
            ([f"{containers}.0.command.0"], created),
            (["spec.template.metadata.labels.copied"], created),
        ]
    if thing.kind == "ConfigMap" and not thing.generated:
        return [
            (["data.host"], {"delimiter": ".", "index": 1}),
            (["data.new"], created),
            *_in_texts(dice, thing),
        ]
    if thing.kind in ("Widget", "Gadget"):
        return [
            (["spec.items.*.value"], created),
            (["spec.items.[name=one].name"], {}),
            (["spec.nested.list.[=2]"], {}),
            (["spec.nested.empty.made", "spec.nested.void.0"], created),
            (["spec.nested.none.made"], created),
        ]
    return [(["spec"], created)] if dice.risk(0.3) else []
