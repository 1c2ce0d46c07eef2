"""Trees that must not render: one mistake each."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

from kusttrees.nodes import Raw, TextFile, YamlFile

if TYPE_CHECKING:
    from collections.abc import Callable

    from kusttrees.dice import Dice
    from kusttrees.layer import Layer
    from kusttrees.nodes import Mapping, Node, Tree


def break_tree(dice: Dice, tree: Tree, layer: Layer) -> None:
    """Put one mistake into a tree."""
    mistake = dice.pick(_MISTAKES)
    tree.features.add(f"broken: {mistake.__name__.lstrip('_')}")
    mistake(dice, tree, layer)


def _kustomization(tree: Tree, directory: str) -> Mapping:
    for name in ("kustomization.yaml", "kustomization.yml", "Kustomization"):
        file = tree.files.get(f"{directory}/{name}")
        if isinstance(file, YamlFile):
            fields = file.documents[0]
            assert isinstance(fields, dict)
            return fields
    raise AssertionError(directory)


def _base(tree: Tree) -> str:
    """The first of the bases."""
    folders = {posixpath.dirname(path) for path in tree.files}
    return min(folder for folder in folders if posixpath.basename(folder) in ("base", "base-0"))


def _add(tree: Tree, layer: Layer, key: str, item: Node) -> None:
    fields = _kustomization(tree, layer.directory)
    items = fields.setdefault(key, [])
    assert isinstance(items, list)
    items.append(item)


def _resource_file(dice: Dice, tree: Tree) -> tuple[str, YamlFile] | None:
    """A file of resources, if the tree has one that is not JSON."""
    found = [
        (path, file)
        for path, file in sorted(tree.files.items())
        if isinstance(file, YamlFile)
        and not file.style.json
        and isinstance(file.documents[0], dict)
        and "metadata" in file.documents[0]
    ]
    return dice.pick(found) if found else None


def _missing_resource(dice: Dice, tree: Tree, layer: Layer) -> None:  # noqa: ARG001 - one signature
    _add(tree, layer, "resources", "not-there.yaml")


def _missing_base(dice: Dice, tree: Tree, layer: Layer) -> None:  # noqa: ARG001 - one signature
    _add(tree, layer, "resources", "../not-there")


def _missing_patch(dice: Dice, tree: Tree, layer: Layer) -> None:  # noqa: ARG001 - one signature
    _add(tree, layer, "patches", {"path": "not-there.yaml"})


def _missing_file(dice: Dice, tree: Tree, layer: Layer) -> None:  # noqa: ARG001 - one signature
    _add(tree, layer, "configMapGenerator", {"name": "lost", "files": ["not-there.txt"]})


def _unknown_field(dice: Dice, tree: Tree, layer: Layer) -> None:
    name = dice.pick(["nameprefix", "resource", "patchs", "Namespace", "commonlabels"])
    _kustomization(tree, layer.directory)[name] = "x"


def _wrong_type(dice: Dice, tree: Tree, layer: Layer) -> None:
    choices: list[tuple[str, Node]] = [
        ("namePrefix", ["x"]),
        ("namespace", {"a": "b"}),
        ("resources", "base"),
        ("commonLabels", "a=b"),
        ("images", {"name": "x"}),
        ("replicas", [{"name": "x", "count": "many"}]),
        ("commonLabels", {"a": 1}),
        ("commonAnnotations", {"a": True}),
        ("configMapGenerator", [{"name": "x", "literals": "a=b"}]),
        ("labels", [{"pairs": {"a": "b"}, "unknown": True}]),
    ]
    key, value = dice.pick(choices)
    _kustomization(tree, layer.directory)[key] = value


def _same_resource_twice(dice: Dice, tree: Tree, layer: Layer) -> None:
    found = _resource_file(dice, tree)
    if found is None:
        _missing_resource(dice, tree, layer)
        return
    _, file = found
    tree.files[f"{layer.directory}/again.yaml"] = file
    _add(tree, layer, "resources", "again.yaml")


def _patch_without_target(dice: Dice, tree: Tree, layer: Layer) -> None:
    kind = dice.pick(["Deployment", "Widget", "Nothing"])
    patch = f'{{"apiVersion": "apps/v1", "kind": "{kind}", "metadata": {{"name": "nobody"}}}}'
    _add(tree, layer, "patches", {"patch": patch})


def _bad_patch(dice: Dice, tree: Tree, layer: Layer) -> None:
    patch = dice.pick(
        [
            "- op: replace\n  path: /spec/not/there\n  value: 1\n",
            "- op: remove\n  path: /nowhere\n",
            "- op: jump\n  path: /spec\n",
            "- op: test\n  path: /kind\n  value: Other\n",
            "just text",
            "a: [",
            "",
            "- op: add\n  path: spec\n  value: 1\n",
        ]
    )
    _add(tree, layer, "patches", {"target": {"name": ".*"}, "patch": patch})


def _cycle(dice: Dice, tree: Tree, layer: Layer) -> None:  # noqa: ARG001 - one signature
    base = _base(tree)
    items = _kustomization(tree, base).setdefault("resources", [])
    assert isinstance(items, list)
    items.append(posixpath.relpath(layer.directory, base))


def _base_twice(dice: Dice, tree: Tree, layer: Layer) -> None:  # noqa: ARG001 - one signature
    fields = _kustomization(tree, layer.directory)
    resources = fields.setdefault("resources", ["../base"])
    assert isinstance(resources, list)
    resources.append(resources[0])


def _malformed(dice: Dice, tree: Tree, layer: Layer) -> None:
    found = _resource_file(dice, tree)
    if found is None:
        _missing_resource(dice, tree, layer)
        return
    path, _ = found
    body = dice.pick(
        [
            b"apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n data: x\n",
            b"apiVersion: v1\nkind: [ConfigMap\n",
            b"\tapiVersion: v1\n",
            b"apiVersion: v1\nkind: ConfigMap\nkind: ConfigMap\nmetadata: {name: a}\n",
            b"kind: ConfigMap\nmetadata: {name: a}\ndata: {1: x}\n",
            b"apiVersion: v1\nmetadata: {name: a}\n",
            b"apiVersion: v1\nkind: ConfigMap\n",
            b"apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: *nothing\n",
            b"- apiVersion: v1\n  kind: ConfigMap\n  metadata: {name: a}\n",
            b"just a text\n",
            b"apiVersion: v1\nkind: ConfigMap\nmetadata: {name: 5}\n",
            b"apiVersion: example.com/v1\nkind: W\nmetadata: {name: a}\nspec: {v: .inf}\n",
            b"\xff\xfe\x00",
            b'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {a: "b}\n',
            b"apiVersion: v1\nkind: List\nitems:\n- {a: b}\n",
        ]
    )
    tree.files[path] = TextFile(body)


def _bad_replacement(dice: Dice, tree: Tree, layer: Layer) -> None:
    source: Mapping = {"kind": "Deployment", "name": "nobody"}
    target: Mapping = {"select": {"kind": "Service"}, "fieldPaths": ["metadata.name"]}
    entry: Mapping = {"source": source, "targets": [target]}
    if layer.things and dice.chance(0.6):
        thing = dice.pick(layer.things)
        entry["source"] = {"kind": thing.kind, "name": thing.name, "fieldPath": "spec.not.there"}
        target["select"] = {"kind": thing.kind}
    if dice.chance(0.3):
        entry = dice.pick(
            [{"source": source}, {"targets": [target]}, {"source": source, "targets": []}]
        )
    _add(tree, layer, "replacements", entry)


def _bad_generator(dice: Dice, tree: Tree, layer: Layer) -> None:
    entries: list[Mapping] = [
        {"name": "settings", "behavior": "merge", "literals": ["a=1"]},
        {"name": "nobody", "behavior": "replace", "literals": ["a=1"]},
        {"name": "odd", "behavior": "sometimes", "literals": ["a=1"]},
        {"name": "odd", "literals": ["no equals sign"]},
        {"name": "twice", "literals": ["a=1", "a=2"]},
        {"literals": ["a=1"]},
        {"name": "keys", "literals": ["bad key!=1"]},
        {"name": "../x", "files": ["../outside.txt"]},
    ]
    key = dice.pick(["configMapGenerator", "secretGenerator"])
    _add(tree, layer, key, dice.pick(entries))


def _outside(dice: Dice, tree: Tree, layer: Layer) -> None:
    tree.files["outside.yaml"] = TextFile(b"apiVersion: v1\nkind: Secret\nmetadata: {name: out}\n")
    up = "../" * (1 + layer.directory.count("/"))
    key = dice.pick(["resources", "patchesStrategicMerge", "configurations", "crds"])
    _add(tree, layer, key, f"{up}outside.yaml")


def _component_as_resource(dice: Dice, tree: Tree, layer: Layer) -> None:
    body: Mapping = {"apiVersion": "kustomize.config.k8s.io/v1alpha1", "kind": "Component"}
    tree.files[f"{layer.directory}/part/kustomization.yaml"] = YamlFile([body])
    plain: Mapping = {"namePrefix": "x-"}
    tree.files[f"{layer.directory}/whole/kustomization.yaml"] = YamlFile([plain])
    if dice.chance(0.5):
        _add(tree, layer, "resources", "part")
    else:
        _add(tree, layer, "components", "whole")


def _bad_count(dice: Dice, tree: Tree, layer: Layer) -> None:  # noqa: ARG001 - one signature
    _add(tree, layer, "replicas", {"name": "nobody", "count": 3})


def _bad_variable(dice: Dice, tree: Tree, layer: Layer) -> None:  # noqa: ARG001 - one signature
    reference: Mapping = {"kind": "Service", "name": "nobody", "apiVersion": "v1"}
    _add(tree, layer, "vars", {"name": "LOST", "objref": reference})


def _bad_configuration(dice: Dice, tree: Tree, layer: Layer) -> None:
    body = dice.pick([b"nonsense: true\n", b"[\n", b"nameReference: x\n"])
    tree.files[f"{layer.directory}/bad-configuration.yaml"] = TextFile(body)
    _add(tree, layer, "configurations", "bad-configuration.yaml")


def _bad_transformer(dice: Dice, tree: Tree, layer: Layer) -> None:
    kind = dice.pick(["NoSuchTransformer", "PatchTransformer", "ImageTagTransformer"])
    config: Mapping = {"apiVersion": "builtin", "kind": kind, "metadata": {"name": "bad"}}
    config["fieldSpecs"] = Raw("[{path: a, kind: }]")
    tree.files[f"{layer.directory}/bad-transformer.yaml"] = YamlFile([config])
    _add(tree, layer, "transformers", "bad-transformer.yaml")


def _empty(dice: Dice, tree: Tree, layer: Layer) -> None:
    fields = _kustomization(tree, layer.directory)
    keep = dice.pick([(), ("apiVersion", "kind")])
    for key in [key for key in fields if key not in keep]:
        del fields[key]


_MISTAKES: tuple[Callable[[Dice, Tree, Layer], None], ...] = (
    _missing_resource, _missing_base, _missing_patch, _missing_file, _unknown_field, _wrong_type,
    _same_resource_twice, _patch_without_target, _bad_patch, _bad_patch, _cycle, _base_twice,
    _malformed, _malformed, _bad_replacement, _bad_replacement, _bad_generator, _bad_generator,
    _outside, _component_as_resource, _bad_count, _bad_variable, _bad_configuration,
    _bad_transformer, _empty,
)  # fmt: skip
