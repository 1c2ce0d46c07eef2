"""Directories of each sort: bases, overlays and components."""

from __future__ import annotations

import posixpath
from collections import Counter
from copy import deepcopy
from typing import TYPE_CHECKING

from kusttrees import naming
from kusttrees.features import CHANGING, MAKING, apply
from kusttrees.kinds import KINDS
from kusttrees.layer import Layer
from kusttrees.layouts import lay_out
from kusttrees.things import CLUSTER_SCOPED, Names, Thing

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kusttrees.dice import Dice
    from kusttrees.nodes import Mapping, Tree

_POOL = ("web", "api", "db", "cache", "worker", "auth", "cart", "mail")
# Names that YAML takes for something else unless they are quoted.
_ODD = ("true", "0755", "1e3", "on", "null", "2001-01-01", "x.y", "a1")


def base(dice: Dice, tree: Tree, directory: str, *, shared: bool = False) -> Layer:
    """A directory with resources of its own.

    Args:
        dice: the choices.
        tree: takes the files.
        directory: where it is.
        shared: several directories will use it, so that nothing in it may keep its name.
    """
    layer = Layer(dice, tree, directory)
    documents = _documents(layer)
    if shared:
        documents = [each for each in documents if each["kind"] not in naming.NEVER_RENAMED]
    _hold(layer, documents)
    apply(layer, MAKING + CHANGING, scale=0.6)
    layer.finish()
    return layer


def overlay(dice: Dice, tree: Tree, directory: str, below: Sequence[Layer]) -> Layer:
    """A directory over others."""
    layer = over(dice, tree, directory, below)
    if dice.chance(0.2):
        _hold(layer, _documents(layer)[:2])
        tree.features.add("overlay with resources")
    apply(layer, MAKING, scale=1.0)
    if dice.chance(0.3):
        for number in range(dice.pick([1, 1, 2])):
            component(layer, number)
    apply(layer, CHANGING, scale=1.0)
    layer.finish()
    return layer


def over(dice: Dice, tree: Tree, directory: str, below: Sequence[Layer]) -> Layer:
    """A directory that names others as resources, and nothing else yet."""
    layer = Layer(dice, tree, directory)
    for each in below:
        path = posixpath.relpath(each.directory, directory)
        layer.append(dice.pick(["resources"] * 9 + ["bases"]), dice.pick([path, path, path + "/"]))
        layer.things += [thing.moved(thing.name, thing.namespace) for thing in each.things]
    return layer


def component(user: Layer, number: int, depth: int = 0) -> None:
    """A component that acts on what its user holds by now; it may use another one."""
    dice = user.dice
    name = user.directory.replace("/", "-").removeprefix("components-")
    directory = f"components/{name}-{'xyz'[number]}"
    layer = Layer(dice, user.tree, directory, things=user.things, component=True)
    user.append("components", posixpath.relpath(directory, user.directory))
    if dice.chance(0.25):
        _hold(layer, _documents(layer)[:2])
        layer.note("component with resources")
    apply(layer, MAKING, scale=0.6)
    if depth < 2 and dice.chance(0.25):
        component(layer, 2, depth + 1)
        layer.note("component in component")
    apply(layer, CHANGING, scale=0.6)
    layer.finish()
    user.things = layer.things
    user.note("components")


def _hold(layer: Layer, documents: list[Mapping]) -> None:
    """Write documents into the layer's files, and let it see them as its resources."""
    lay_out(layer, documents)
    layer.things += [_thing(document) for document in documents]


def _thing(document: Mapping) -> Thing:
    meta = document["metadata"]
    assert isinstance(meta, dict)
    name, namespace = str(meta["name"]), str(meta.get("namespace") or "")
    return Thing(document, name, name, namespace, namespace)


def _documents(layer: Layer) -> list[Mapping]:
    """Resources that refer to each other, of kinds chosen by their weight."""
    dice = layer.dice
    weighted = [number for number, (_, weight) in enumerate(KINDS) for _ in range(weight)]
    chosen = Counter(dice.pick(weighted) for _ in range(dice.number(1, 9)))
    names = Names(dice)
    if dice.chance(0.4):
        # Some references mean what a generator of this layer or of a later one will make.
        names.known = {"ConfigMap": ["settings", "app-config"], "Secret": ["creds", "settings"]}
        names.known = {kind: [n + layer.tag for n in those] for kind, those in names.known.items()}
    documents: list[Mapping] = []
    pool = (*_POOL, *_ODD) if dice.chance(0.1) else _POOL
    for number in sorted(chosen):
        for name in dice.some(pool, chosen[number], chosen[number]):
            document = KINDS[number][0](dice, names, f"{name}{layer.tag}")
            kind, meta = str(document["kind"]), document["metadata"]
            assert isinstance(meta, dict)
            if meta["name"] in names.made.get(kind, []):
                continue
            names.add(kind, str(meta["name"]))
            documents.append(document)
    return _spread(dice, documents)


def _spread(dice: Dice, documents: list[Mapping]) -> list[Mapping]:
    """The documents, now and then in namespaces, and some of them in several at once."""
    if not dice.chance(0.2):
        return documents
    spread: list[Mapping] = []
    for document in documents:
        spread.append(document)
        meta = document["metadata"]
        assert isinstance(meta, dict)
        if document["kind"] in CLUSTER_SCOPED or dice.chance(0.4):
            continue
        first, second = dice.some(["team-a", "team-b", "default"], 2, 2)
        meta["namespace"] = first
        if dice.chance(0.3):
            twin = deepcopy(document)
            assert isinstance(twin["metadata"], dict)
            twin["metadata"]["namespace"] = second
            spread.append(twin)
    return spread
