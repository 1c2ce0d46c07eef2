"""A tree from a seed."""

from __future__ import annotations

import posixpath
from collections import Counter
from typing import TYPE_CHECKING

from kusttrees import generating, naming, patching, plugging, substituting
from kusttrees.breaking import break_tree
from kusttrees.dice import Dice
from kusttrees.kinds import KINDS
from kusttrees.layer import Layer
from kusttrees.layouts import lay_out
from kusttrees.nodes import Tree
from kusttrees.things import CLUSTER_SCOPED, Names, Thing

if TYPE_CHECKING:
    from collections.abc import Callable

    from kusttrees.nodes import Mapping

INVALID = 0.12
_POOL = ("web", "api", "db", "cache", "worker", "auth", "cart", "mail")

# Each feature with how often a layer uses it. The order is that in which kustomize applies them, as
# far as names go: what comes later sees the names that what came earlier has made. Components come
# between those that make resources and those that change them.
_Features = list[tuple[str, float, "Callable[[Layer], None]"]]
_MAKING: _Features = [
    ("configurations", 0.06, plugging.configurations),
    ("crds", 0.04, plugging.definitions),
    ("openapi", 0.03, plugging.schema),
    ("generators", 0.05, plugging.generators),
    ("configMapGenerator", 0.3, generating.config_maps),
    ("secretGenerator", 0.15, generating.secrets),
    ("generatorOptions", 0.1, generating.options),
]
_CHANGING: _Features = [
    ("vars", 0.06, substituting.variables),
    ("patchesStrategicMerge", 0.08, patching.strategic),
    ("patches", 0.4, patching.patches),
    ("patchesJson6902", 0.08, patching.json6902),
    ("namespace", 0.35, naming.namespace),
    ("namePrefix", 0.3, naming.prefix),
    ("nameSuffix", 0.2, naming.suffix),
    ("labels", 0.25, naming.labels),
    ("commonLabels", 0.15, naming.common_labels),
    ("commonAnnotations", 0.15, naming.common_annotations),
    ("replicas", 0.15, substituting.replicas),
    ("images", 0.25, substituting.images),
    ("replacements", 0.2, substituting.replacements),
    ("transformers", 0.12, plugging.transformers),
    ("sortOptions", 0.1, plugging.order),
    ("buildMetadata", 0.08, plugging.metadata),
]


def generate(seed: int) -> Tree:
    """The tree of a seed, the same on every machine. One in eight is broken on purpose."""
    dice = Dice(seed)
    tree = Tree()
    diamond = dice.chance(0.15)
    if diamond:
        tree.features.add("diamond")
    tops = [
        _base(dice, tree, f"base-{number}" if number else "base")
        for number in range(dice.pick([1, 1, 1, 2]))
    ]
    if diamond:
        tops.append(_diamond(dice, tree, tops[0]))
    depth = dice.pick([0, 1, 1, 1, 2, 2, 3, 4])
    tree.features.add(f"depth: {depth}")
    layer = tops[0] if len(tops) == 1 else _overlay(dice, tree, "joined", tops)
    for level in range(depth):
        layer = _overlay(dice, tree, f"overlays/{'abcd'[level]}", [layer])
    tree.root = layer.directory
    if dice.chance(INVALID):
        tree.valid = False
        break_tree(dice, tree, layer)
    return tree


def _base(dice: Dice, tree: Tree, directory: str) -> Layer:
    layer = Layer(dice, tree, directory)
    documents = _documents(dice, offset=layer.tag)
    if "diamond" in tree.features:
        documents = [each for each in documents if each["kind"] not in naming.NEVER_RENAMED]
    lay_out(layer, documents)
    layer.things = [_thing(document) for document in documents]
    _apply(layer, _MAKING + _CHANGING, scale=0.6)
    layer.finish()
    return layer


def _thing(document: Mapping) -> Thing:
    meta = document["metadata"]
    assert isinstance(meta, dict)
    name, namespace = str(meta["name"]), str(meta.get("namespace") or "")
    return Thing(document, name, name, namespace, namespace)


def _documents(dice: Dice, *, offset: str) -> list[Mapping]:
    """Resources that refer to each other, of kinds chosen by their weight."""
    weighted = [number for number, (_, weight) in enumerate(KINDS) for _ in range(weight)]
    chosen = Counter(dice.pick(weighted) for _ in range(dice.number(1, 9)))
    names = Names(dice)
    documents: list[Mapping] = []
    spread = dice.chance(0.15)
    for number in sorted(chosen):
        for name in dice.some(_POOL, chosen[number], chosen[number]):
            document = KINDS[number][0](dice, names, f"{name}{offset}")
            kind, meta = str(document["kind"]), document["metadata"]
            assert isinstance(meta, dict)
            if meta["name"] in names.known.get(kind, []):
                continue
            names.known.setdefault(kind, []).append(str(meta["name"]))
            if spread and kind not in CLUSTER_SCOPED and dice.chance(0.6):
                meta["namespace"] = dice.pick(["team-a", "team-b", "default"])
            documents.append(document)
    return documents


def _overlay(dice: Dice, tree: Tree, directory: str, below: list[Layer]) -> Layer:
    layer = Layer(dice, tree, directory)
    for each in below:
        path = posixpath.relpath(each.directory, directory)
        layer.append(dice.pick(["resources"] * 9 + ["bases"]), path)
        layer.things += each.things
    if dice.chance(0.2):
        documents = _documents(dice, offset=layer.tag)[:2]
        lay_out(layer, documents)
        layer.things += [_thing(document) for document in documents]
        tree.features.add("overlay with resources")
    _apply(layer, _MAKING, scale=1.0)
    if dice.chance(0.25):
        _component(layer)
    _apply(layer, _CHANGING, scale=1.0)
    layer.finish()
    return layer


def _diamond(dice: Dice, tree: Tree, base: Layer) -> Layer:
    """A second way to the first base, under names of its own."""
    layer = Layer(dice, tree, "other")
    layer.append("resources", posixpath.relpath(base.directory, "other"))
    layer.things = list(base.things)
    layer.kustomization["nameSuffix"] = "-other"
    naming.rename(layer, suffix="-other")
    layer.finish()
    return layer


def _component(user: Layer) -> None:
    """A component that acts on what its user holds by now."""
    directory = f"components/{user.directory.replace('/', '-')}"
    layer = Layer(user.dice, user.tree, directory, things=user.things, component=True)
    user.append("components", posixpath.relpath(directory, user.directory))
    _apply(layer, _MAKING + _CHANGING, scale=0.7)
    layer.finish()
    user.things = layer.things
    user.note("components")


def _apply(layer: Layer, features: _Features, *, scale: float) -> None:
    for name, probability, apply in features:
        if layer.things and layer.dice.chance(probability * scale):
            layer.note(name)
            apply(layer)
