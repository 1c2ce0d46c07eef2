"""Strategic merge patches: what people change in a resource, and the directives."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kusttrees.nodes import Anchor, Raw
from kusttrees.partials import partial_body
from kusttrees.scalars import odd_scalar, odd_text
from kusttrees.things import WORKLOADS

if TYPE_CHECKING:
    from kusttrees.dice import Dice
    from kusttrees.nodes import Mapping, Node
    from kusttrees.things import Thing


def merge_patch(dice: Dice, thing: Thing) -> Mapping:
    """A strategic merge patch that names the thing."""
    thing.patched = True
    original = dice.chance(0.4)
    meta: Mapping = {"name": thing.first if original else thing.name}
    namespace = thing.first_namespace if original else thing.namespace
    if namespace:
        meta["namespace"] = namespace
    if dice.chance(0.3):
        meta["labels"] = dict(
            dice.some([("patched", "true"), ("team", None), ("app", "new")], 1, 2)
        )
    if dice.chance(0.3):
        meta["annotations"] = {"patched": odd_text(dice)}
    patch: Mapping = {"apiVersion": thing.api, "kind": thing.kind, "metadata": meta}
    patch |= partial_body(dice, thing.doc) if dice.chance(0.5) else _body(dice, thing)
    if dice.chance(0.03):
        patch = {k: patch[k] for k in ("apiVersion", "kind", "metadata")} | {"$patch": "delete"}
    return patch


def _body(dice: Dice, thing: Thing) -> Mapping:
    if thing.kind in WORKLOADS:
        return _workload_body(dice, thing)
    items: list[Node] = [{"name": "one", "value": odd_scalar(dice)}]
    ports: list[Node] = [{"port": 80, "name": "web"}, {"port": 8443, "protocol": "TCP"}]
    if dice.chance(0.2):
        ports.append({"$patch": "replace"})
    rule: Mapping = {"apiGroups": ["apps"], "resources": ["deployments"], "verbs": ["*"]}
    custom: Mapping = {"items": items, "nested": {"replicas": None, "added": odd_scalar(dice)}}
    bodies: dict[str, Mapping] = {
        "ConfigMap": {"data": {"host": None, "added": odd_text(dice)}},
        "Secret": {"stringData": {"added": odd_text(dice)}},
        "Service": {"spec": {"ports": ports, "selector": {"extra": "yes-please"}}},
        "Widget": {"spec": {**custom, "odd0": odd_scalar(dice)}},
        "Gadget": {"spec": custom},
        "Role": {"rules": [rule]},
        "ServiceAccount": {"imagePullSecrets": [{"name": "more"}]},
    }
    return bodies.get(thing.kind, {})


def _workload_body(dice: Dice, thing: Thing) -> Mapping:
    pod = dice.pick(POD_PATCHES)(dice)
    if thing.kind == "Pod":
        return {"spec": pod}
    if thing.kind == "CronJob":
        return {"spec": {"jobTemplate": {"spec": {"template": {"spec": pod}}}}}
    spec: Mapping = {"template": {"spec": pod}}
    if thing.kind in ("Deployment", "StatefulSet") and dice.chance(0.4):
        spec["replicas"] = dice.pick([3, 0, None, 10])
    if thing.kind == "Deployment" and dice.chance(0.2):
        spec["strategy"] = {"$retainKeys": ["type"], "type": "Recreate"}
    if dice.chance(0.2):
        spec["template"] = {"metadata": {"annotations": {"x": odd_text(dice)}}, "spec": pod}
    return {"spec": spec}


def _container(dice: Dice) -> Mapping:
    env: list[Node] = [{"name": "LOG_LEVEL", "value": odd_text(dice)}]
    if dice.chance(0.4):
        env.append({"name": "HOST", "$patch": "delete"})
    if dice.chance(0.4):
        env.insert(0, {"name": "NEW", "value": Raw('"1"')})
    return {"containers": [{"name": "main", "env": env}]}


def _image(dice: Dice) -> Mapping:
    return {"containers": [{"name": "main", "image": dice.pick(["nginx:2", "other/app"])}]}


def _added_container(dice: Dice) -> Mapping:
    added: Mapping = {"name": "added", "image": "busybox", "command": ["sleep", odd_text(dice)]}
    return {"containers": [added], "initContainers": [{"name": "init", "image": "setup"}]}


def _deleted_container(dice: Dice) -> Mapping:
    name = dice.pick(["sidecar", "main", "nobody"])
    kept: Mapping = {"name": "kept", "image": "kept"}
    return {"containers": [kept, {"name": name, "$patch": "delete"}]}


def _replaced_list(dice: Dice) -> Mapping:
    only: Mapping = {"name": "only", "image": odd_text(dice) or "x"}
    return {"containers": [{"$patch": "replace"}, only]}


def _ports(dice: Dice) -> Mapping:
    ports: list[Node] = [{"containerPort": 8080, "name": "changed"}, {"containerPort": 9999}]
    if dice.chance(0.3):
        ports[0] = {"containerPort": 8080, "protocol": "UDP", "hostPort": 1}
    return {"containers": [{"name": "main", "ports": ports}]}


def _volumes(dice: Dice) -> Mapping:
    changed: Mapping = {
        "name": "config",
        "configMap": {"defaultMode": dice.pick([Raw("0400"), 420])},
    }
    swapped: Mapping = {"name": "tmp", "emptyDir": {"medium": "Memory"}}
    return {"volumes": [changed, swapped], "containers": [{"name": "main", "volumeMounts": None}]}


def _lists(dice: Dice) -> Mapping:
    args: list[Node] = [odd_text(dice), "--flag"]
    tolerations: list[Node] = [{"key": "spot", "operator": "Equal", "value": "x"}]
    return {"containers": [{"name": "main", "args": args}], "tolerations": tolerations}


def _resources(dice: Dice) -> Mapping:
    shared: Node = {"cpu": 2, "memory": "4Gi"}
    if dice.chance(0.3):
        shared = Anchor("res", shared)
    return {"containers": [{"name": "main", "resources": {"limits": shared}}], "hostNetwork": True}


def _ordered(dice: Dice) -> Mapping:
    order: list[Node] = [{"name": "sidecar"}, {"name": "main"}]
    return {
        "$setElementOrder/containers": dice.shuffled(order),
        "containers": [{"name": "main", "tty": True}],
    }


POD_PATCHES = (
    _container, _container, _image, _added_container, _deleted_container, _replaced_list, _ports,
    _volumes, _lists, _resources, _ordered,
)  # fmt: skip
