"""Transformers and generators in files, configurations, schemas, and the order of the output."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kusttrees import naming
from kusttrees.merging import merge_patch
from kusttrees.patching import json_patch
from kusttrees.scalars import odd_text
from kusttrees.writing import content

if TYPE_CHECKING:
    from kusttrees.layer import Layer
    from kusttrees.nodes import Mapping, Node


def transformers(layer: Layer) -> None:
    """`transformers`: built-in ones, in files, inline, or a directory of them."""
    for _ in range(layer.dice.number(1, 2)):
        maker = layer.dice.pick(_TRANSFORMERS)
        config = maker(layer)
        if config is None:
            continue
        layer.note(f"transformers: {config['kind']}")
        _plug(layer, "transformers", config)


def generators(layer: Layer) -> None:
    """`generators`: the built-in ones in files."""
    kind = layer.dice.pick(["ConfigMapGenerator", "SecretGenerator"])
    config = _config(layer, kind, literals=["a=1", "b=" + odd_text(layer.dice)])
    _plug(layer, "generators", config)


def _plug(layer: Layer, key: str, config: Mapping) -> None:
    form = layer.dice.pick(["file", "file", "inline", "directory"])
    layer.note(f"{key}: {form}")
    name = layer.file(f"{key}.yaml", config)
    if form == "inline":
        file = layer.tree.files.pop(f"{layer.directory}/{name}")
        layer.append(key, content(file).decode().replace("\r\n", "\n"))
    elif form == "directory":
        file = layer.tree.files.pop(f"{layer.directory}/{name}")
        folder = f"{key}-{len(layer.tree.files)}"
        layer.tree.files[f"{layer.directory}/{folder}/{name}"] = file
        inner = layer.file(f"{folder}/kustomization.yaml", {"resources": [name]})
        layer.append(key, inner.rpartition("/")[0])
    else:
        layer.append(key, name)


def _config(layer: Layer, kind: str, **fields: Node) -> Mapping:
    name = f"{kind.lower()}-{layer.dice.number(0, 999)}"
    return {"apiVersion": "builtin", "kind": kind, "metadata": {"name": name}, **fields}


def _prefix(layer: Layer) -> Mapping:
    naming.rename(layer, prefix="t-")
    return _config(layer, "PrefixTransformer", prefix="t-", fieldSpecs=[{"path": "metadata/name"}])


def _suffix(layer: Layer) -> Mapping:
    specs: list[Node] = [{"path": "metadata/name", "kind": "Deployment"}]
    return _config(layer, "SuffixTransformer", suffix="-t", fieldSpecs=specs)


def _namespace(layer: Layer) -> Mapping:
    spec: Mapping = {"path": "metadata/namespace", "create": True}
    config = _config(layer, "NamespaceTransformer", fieldSpecs=[spec])
    config["metadata"] = {"name": f"move-{layer.dice.number(0, 999)}", "namespace": "moved"}
    if layer.dice.chance(0.4):
        config["unsetOnly"] = True
    if layer.dice.chance(0.4):
        config["setRoleBindingSubjects"] = layer.dice.pick(
            ["none", "defaultOnly", "allServiceAccounts"]
        )
    return config


def _labels(layer: Layer) -> Mapping:
    specs: list[Node] = [{"path": "metadata/labels", "create": True}]
    if layer.dice.chance(0.5):
        specs.append({"path": "spec/template/metadata/labels", "create": False})
    return _config(layer, "LabelTransformer", labels={"by": "transformer"}, fieldSpecs=specs)


def _annotations(layer: Layer) -> Mapping:
    specs: list[Node] = [{"path": "metadata/annotations", "create": True}]
    notes: Mapping = {"by": odd_text(layer.dice)}
    return _config(layer, "AnnotationsTransformer", annotations=notes, fieldSpecs=specs)


def _image(layer: Layer) -> Mapping:
    image: Mapping = {"name": "registry.example:5000/tool", "newTag": "9"}
    specs: list[Node] = [{"path": "spec/image", "kind": "Widget"}]
    if layer.dice.chance(0.5):
        specs.append({"path": "spec/template/spec/containers[]/image"})
    return _config(layer, "ImageTagTransformer", imageTag=image, fieldSpecs=specs)


def _replicas(layer: Layer) -> Mapping | None:
    found = layer.unique(("Deployment", "StatefulSet"))
    if not found:
        return None
    thing = layer.dice.pick(found)
    specs: list[Node] = [{"path": "spec/replicas", "create": True, "kind": thing.kind}]
    replica: Mapping = {"name": thing.name, "count": 7}
    return _config(layer, "ReplicaCountTransformer", replica=replica, fieldSpecs=specs)


def _patch(layer: Layer) -> Mapping | None:
    found = layer.unique()
    if not found:
        return None
    thing = layer.dice.pick(found)
    target: Mapping = {"kind": thing.kind, "name": thing.name}
    name = layer.file("patch.yaml", merge_patch(layer.dice, thing))
    if layer.dice.chance(0.4):
        return _config(layer, "PatchStrategicMergeTransformer", paths=[name])
    if layer.dice.chance(0.4):
        return _config(layer, "PatchTransformer", path=name, target=target)
    layer.tree.files.pop(f"{layer.directory}/{name}")
    name = layer.file("ops.yaml", json_patch(layer.dice, thing))
    return _config(layer, "PatchJson6902Transformer", path=name, target=target)


def _value(layer: Layer) -> Mapping:
    place: Mapping = {"selector": {"kind": "Service"}, "fieldPath": "metadata/annotations/added"}
    target: Mapping = {**place, "filePathPosition": 1} if layer.dice.chance(0.1) else place
    return _config(layer, "ValueAddTransformer", value="added", targets=[target])


def _hash(layer: Layer) -> Mapping:
    return _config(layer, "HashTransformer")


def _replacement(layer: Layer) -> Mapping | None:
    found = layer.unique()
    if not found:
        return None
    source: Mapping = {"kind": found[0].kind, "name": found[0].name}
    target: Mapping = {"select": {"kind": "Deployment"}, "options": {"create": True}}
    target["fieldPaths"] = ["metadata.annotations.replaced"]
    entry: Mapping = {"source": source, "targets": [target]}
    return _config(layer, "ReplacementTransformer", replacements=[entry])


_TRANSFORMERS = (
    _prefix, _suffix, _namespace, _labels, _annotations, _image, _replicas, _patch, _patch, _value,
    _hash, _replacement,
)  # fmt: skip


def configurations(layer: Layer) -> None:
    """`configurations`: more places for names, labels and images."""
    reference: Mapping = {"path": "spec/configRef/name", "kind": "Widget"}
    choices: list[tuple[str, Node]] = [
        ("nameReference", [{"kind": "ConfigMap", "fieldSpecs": [reference]}]),
        ("commonLabels", [{"path": "spec/selector/matchLabels", "create": True, "kind": "Widget"}]),
        ("commonAnnotations", [{"path": "spec/notes", "create": True, "group": "example.com"}]),
        ("images", [{"path": "spec/image", "kind": "Gadget"}]),
        ("replicas", [{"path": "spec/nested/replicas", "kind": "Widget", "create": True}]),
        ("namePrefix", [{"path": "spec/prefixed", "kind": "Widget"}]),
        ("varReference", [{"path": "spec/odd0", "kind": "Widget"}]),
        ("namespace", [{"path": "spec/namespace", "kind": "Gadget", "create": True}]),
    ]
    chosen = layer.dice.some(choices, 1, 4)
    for name, _ in chosen:
        layer.note(f"configurations: {name}")
    layer.append("configurations", layer.file("configuration.yaml", dict(chosen)))


def definitions(layer: Layer) -> None:
    """`crds`: an OpenAPI file that says which field holds a name."""
    spec: Mapping = {"properties": {"configRef": {"$ref": "example.com/v1.ConfigRef"}}}
    reference: Mapping = {
        "x-kubernetes-object-ref-api-version": "v1",
        "x-kubernetes-object-ref-kind": "ConfigMap",
        "x-kubernetes-object-ref-name-key": "name",
        "properties": {"name": {"type": "string"}},
    }
    top: Mapping = {"properties": {"spec": {"$ref": "example.com/v1.WidgetSpec"}}}
    top["properties"] |= {"apiVersion": {"type": "string"}, "kind": {"type": "string"}}  # type: ignore[operator]
    top["properties"] |= {"metadata": {"$ref": "k8s.io/ObjectMeta"}}  # type: ignore[operator]
    schemas: Mapping = {
        "example.com/v1.Widget": {"Schema": top},
        "example.com/v1.WidgetSpec": {"Schema": spec},
        "example.com/v1.ConfigRef": {"Schema": reference},
    }
    layer.append("crds", layer.file("crd.json", schemas, json=True))


def schema(layer: Layer) -> None:
    """`openapi`: a version by name, or a schema of one's own with merge keys."""
    if layer.dice.chance(0.5):
        layer.kustomization["openapi"] = {"version": "v1.21.2"}
        return
    items: Mapping = {"type": "array", "items": {"type": "object"}}
    items |= {"x-kubernetes-patch-merge-key": "name", "x-kubernetes-patch-strategy": "merge"}
    spec: Mapping = {"type": "object", "properties": {"items": items}}
    kind: Mapping = {"group": "example.com", "kind": "Widget", "version": "v1"}
    widget: Mapping = {"type": "object", "properties": {"spec": spec}}
    widget["x-kubernetes-group-version-kind"] = [kind]
    body: Mapping = {"definitions": {"com.example.v1.Widget": widget}}
    layer.kustomization["openapi"] = {"path": layer.file("schema.json", body, json=True)}
    layer.note("openapi: own schema")


def order(layer: Layer) -> None:
    """`sortOptions`."""
    options: Mapping = {"order": layer.dice.pick(["legacy", "fifo"])}
    if options["order"] == "legacy" and layer.dice.chance(0.5):
        sort: Mapping = {"orderFirst": layer.dice.some(["Service", "Widget", "Namespace"], 1, 3)}
        sort["orderLast"] = layer.dice.some(["Deployment", "Secret"], 0, 2)
        options["legacySortOptions"] = sort
    layer.kustomization["sortOptions"] = options


def metadata(layer: Layer) -> None:
    """`buildMetadata`."""
    choices = ["originAnnotations", "transformerAnnotations", "managedByLabel"]
    chosen = layer.dice.some(choices, 1, 3)
    for each in chosen:
        layer.note(f"buildMetadata: {each}")
    layer.kustomization["buildMetadata"] = list(chosen)
