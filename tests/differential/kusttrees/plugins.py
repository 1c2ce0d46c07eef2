"""The documents of built-in generators, transformers and validators, with fields of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kusttrees import naming
from kusttrees.merging import merge_patch
from kusttrees.patching import json_patch
from kusttrees.replacing import replacement
from kusttrees.scalars import odd_text
from kusttrees.things import Thing
from kusttrees.writing import content

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from kusttrees.layer import Layer
    from kusttrees.nodes import Mapping, Node

    Maker = Callable[[Layer], Mapping | None]


def _config(layer: Layer, kind: str, **fields: Node) -> Mapping:
    name = f"{kind.lower()}-{layer.dice.number(0, 9999)}"
    return {"apiVersion": "builtin", "kind": kind, "metadata": {"name": name}, **fields}


def _specs(layer: Layer, choices: Sequence[Mapping]) -> list[Node]:
    return [dict(each) for each in layer.dice.some(choices, 1, 3)]


def _prefix(layer: Layer) -> Mapping:
    specs: list[Node] = [{"path": "metadata/name"}]
    if layer.dice.chance(0.6):
        naming.rename(layer, prefix="t-")
    else:
        specs = _specs(layer, _NAMES)
    return _config(layer, "PrefixTransformer", prefix="t-", fieldSpecs=specs)


def _suffix(layer: Layer) -> Mapping:
    return _config(layer, "SuffixTransformer", suffix="-t", fieldSpecs=_specs(layer, _NAMES))


def _both(layer: Layer) -> Mapping:
    specs = _specs(layer, _NAMES)
    return _config(layer, "PrefixSuffixTransformer", prefix="p-", suffix="-s", fieldSpecs=specs)


_NAMES: list[Mapping] = [
    {"path": "metadata/name", "kind": "Deployment"},
    {"path": "metadata/name", "kind": "ConfigMap", "version": "v1"},
    {"path": "metadata/name", "group": "networking.istio.io"},
    {"path": "spec/serviceName", "kind": "StatefulSet"},
    {"path": "metadata/labels/app"},
]


def _namespace(layer: Layer) -> Mapping:
    choices: list[Mapping] = [
        {"path": "metadata/namespace", "create": True},
        {"path": "metadata/name", "kind": "Namespace", "create": True},
        {"path": "subjects", "kind": "RoleBinding", "group": "rbac.authorization.k8s.io"},
        {"path": "spec/destination/namespace", "kind": "Application"},
        {"path": "webhooks/clientConfig/service/namespace"},
    ]
    specs = [*_specs(layer, choices[1:]), choices[0]]
    config = _config(layer, "NamespaceTransformer", fieldSpecs=specs)
    config["metadata"] = {"name": f"move-{layer.dice.number(0, 999)}", "namespace": "moved"}
    if layer.dice.chance(0.4):
        config["unsetOnly"] = True
    if layer.dice.chance(0.6):
        subjects = ["none", "defaultOnly", "allServiceAccounts"]
        config["setRoleBindingSubjects"] = layer.dice.pick(subjects)
    return config


def _labels(layer: Layer) -> Mapping:
    choices: list[Mapping] = [
        {"path": "metadata/labels", "create": True},
        {"path": "spec/template/metadata/labels", "create": False},
        {"path": "spec/template/metadata/labels", "create": True, "kind": "Deployment"},
        {"path": "spec/selector", "kind": "Service", "create": True},
        {"path": "spec/subsets/labels", "kind": "DestinationRule"},
        {"path": "spec/volumeClaimTemplates[]/metadata/labels", "create": True, "group": "apps"},
    ]
    return _config(
        layer, "LabelTransformer", labels={"by": "transformer"}, fieldSpecs=_specs(layer, choices)
    )


def _annotations(layer: Layer) -> Mapping:
    choices: list[Mapping] = [
        {"path": "metadata/annotations", "create": True},
        {"path": "spec/template/metadata/annotations", "create": True, "version": "v1"},
        {"path": "spec/template/metadata/annotations", "kind": "Job"},
    ]
    notes: Mapping = {"by": odd_text(layer.dice), "z/y": "1.0"}
    specs = _specs(layer, choices)
    return _config(layer, "AnnotationsTransformer", annotations=notes, fieldSpecs=specs)


def _image(layer: Layer) -> Mapping:
    image: Mapping = {"name": "registry.example:5000/tool", "newTag": "9"}
    if layer.dice.chance(0.5):
        image = {"name": "nginx", "newName": "mirror/nginx", "digest": "sha256:" + "d" * 64}
    choices: list[Mapping] = [
        {"path": "spec/image", "kind": "Widget"},
        {"path": "spec/template/spec/containers[]/image"},
        {"path": "spec/template/spec/containers[]/image", "create": True, "kind": "Rollout"},
        {"path": "spec/source/kustomize/images[]", "kind": "Application"},
        {"path": "spec/template/spec/initContainers/image"},
    ]
    return _config(layer, "ImageTagTransformer", imageTag=image, fieldSpecs=_specs(layer, choices))


def _replicas(layer: Layer) -> Mapping | None:
    found = layer.unique(("Deployment", "StatefulSet", "Rollout"))
    if not found:
        return None
    thing = layer.dice.pick(found)
    specs: list[Node] = [{"path": "spec/replicas", "create": True, "kind": thing.kind}]
    replica: Mapping = {"name": thing.name, "count": 7}
    return _config(layer, "ReplicaCountTransformer", replica=replica, fieldSpecs=specs)


def _merge(layer: Layer) -> Mapping | None:
    """Merge patches, by path, inline or several in one text."""
    found = layer.distinct()
    if not found:
        return None
    patches = [merge_patch(layer.dice, each) for each in layer.dice.some(found, 1, 2)]
    name = layer.file("patch.yaml", *patches)
    if layer.dice.chance(0.5):
        return _config(layer, "PatchStrategicMergeTransformer", paths=[name])
    return _config(layer, "PatchStrategicMergeTransformer", patches=_inlined(layer, name))


def _patch(layer: Layer) -> Mapping | None:
    found = layer.distinct()
    if not found:
        return None
    thing = layer.dice.pick(found)
    name = layer.file("patch.yaml", merge_patch(layer.dice, thing))
    config = _config(layer, "PatchTransformer")
    if layer.dice.chance(0.5):
        config["path"] = name
    else:
        config["patch"] = _inlined(layer, name)
    if layer.dice.chance(0.7):
        config["target"] = {"kind": thing.kind, "name": thing.name}
        if layer.dice.chance(0.3):
            config["options"] = {"allowNameChange": True}
    return config


def _json(layer: Layer) -> Mapping | None:
    found = layer.unique()
    if not found:
        return None
    thing = layer.dice.pick(found)
    target: Mapping = {"kind": thing.kind, "name": thing.name}
    name = layer.file("ops.yaml", json_patch(layer.dice, thing))
    config = _config(layer, "PatchJson6902Transformer", target=target)
    if layer.dice.chance(0.5):
        config["path"] = name
    else:
        config["jsonOp"] = _inlined(layer, name)
    return config


def _inlined(layer: Layer, name: str) -> str:
    """The text of a file that is then no more."""
    file = layer.tree.files.pop(f"{layer.directory}/{name}")
    return content(file).decode().replace("\r\n", "\n")


def _value(layer: Layer) -> Mapping:
    choices: list[Mapping] = [
        {"selector": {"kind": "Service"}, "fieldPath": "metadata/annotations/added"},
        {"fieldPath": "metadata/labels/added"},
        {"selector": {"kind": "ConfigMap"}, "fieldPath": "data/host", "filePathPosition": 1},
        {"selector": {"kind": "Deployment|Job"}, "fieldPath": "metadata/namespace"},
        {
            "selector": {"kind": "Ingress"},
            "fieldPath": "spec/rules/http/paths/path",
            "filePathPosition": 2,
        },
    ]
    config = _config(layer, "ValueAddTransformer", targets=_specs(layer, choices))
    if layer.dice.chance(0.8):
        config["value"] = layer.dice.pick(["added", "5", "true"])
    return config


def _hash(layer: Layer) -> Mapping:
    return _config(layer, "HashTransformer")


def _replacement(layer: Layer) -> Mapping | None:
    if not layer.unique():
        return None
    return _config(layer, "ReplacementTransformer", replacements=[replacement(layer)])


TRANSFORMERS: tuple[Maker, ...] = (
    _prefix, _suffix, _both, _namespace, _labels, _labels, _annotations, _image, _replicas, _merge,
    _patch, _json, _value, _hash, _replacement,
)  # fmt: skip


def _still_prefix(layer: Layer) -> Mapping:
    specs: list[Node] = [{"path": "metadata/nowhere"}]
    return _config(layer, "PrefixTransformer", prefix="v-", fieldSpecs=specs)


def _still_labels(layer: Layer) -> Mapping:
    """Finds nothing to do as a rule; in one case of ten it does, and so fails."""
    specs: list[Node] = [
        {"path": "metadata/labels", "kind": "" if layer.dice.risk(0.3) else "Nothing"}
    ]
    return _config(layer, "LabelTransformer", labels={"v": "v"}, fieldSpecs=specs)


def _still_patch(layer: Layer) -> Mapping:
    target: Mapping = {"kind": "Nothing"}
    patch = '[{"op": "test", "path": "/kind", "value": "Nothing"}]'
    return _config(layer, "PatchTransformer", patch=patch, target=target)


VALIDATORS: tuple[Maker, ...] = (_still_prefix, _still_labels, _still_patch)


def _map_generator(layer: Layer) -> Mapping:
    return _data_generator(layer, "ConfigMapGenerator")


def _secret_generator(layer: Layer) -> Mapping:
    return _data_generator(layer, "SecretGenerator")


def _data_generator(layer: Layer, kind: str) -> Mapping:
    config = _config(layer, kind, literals=["a=1", "b=" + odd_text(layer.dice)])
    meta = config["metadata"]
    assert isinstance(meta, dict)
    made = kind.removesuffix("Generator")
    earlier = [t for t in layer.unique((made,)) if t.generated and t.first not in layer.plugged]
    if earlier and layer.dice.chance(0.3):
        config["behavior"] = layer.dice.pick(["merge", "replace"])
        meta |= {"name": earlier[0].first}
        layer.plugged.add(earlier[0].first)
        if earlier[0].first_namespace:
            meta |= {"namespace": earlier[0].first_namespace}
        return config
    if layer.dice.chance(0.3):
        config["options"] = {"disableNameSuffixHash": True, "labels": {"from": "plugin"}}
    if layer.dice.chance(0.2):
        config["files"] = [layer.text("plugged.txt", b"text\n")]
    if kind == "SecretGenerator" and layer.dice.chance(0.3):
        config["type"] = "custom"
    name = str(meta["name"])
    layer.plugged.add(name)
    doc: Mapping = {"apiVersion": "v1", "kind": made, "metadata": {"name": name}}
    layer.things.append(Thing(doc, name, name, generated=True))
    return config


def _account_generator(layer: Layer) -> Mapping:
    name = f"account-{layer.dice.number(0, 999)}"
    service: Mapping = {"name": name}
    if layer.dice.chance(0.5):
        service["namespace"] = "team-a"
    account: Mapping = {"name": "cloud", "projectId": "project-1"}
    return _config(
        layer, "IAMPolicyGenerator", cloud="gke", kubernetesService=service, serviceAccount=account
    )


GENERATORS: tuple[Maker, ...] = (
    _map_generator, _map_generator, _secret_generator, _account_generator,
)  # fmt: skip
