"""How the directories of a tree stand on each other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kusttrees import naming
from kusttrees.stacking import base, over, overlay
from kusttrees.things import CLUSTER_SCOPED

if TYPE_CHECKING:
    from kusttrees.dice import Dice
    from kusttrees.layer import Layer
    from kusttrees.nodes import Tree


def chain(dice: Dice, tree: Tree) -> Layer:
    """Overlays one above the other; one or two bases."""
    tops = [
        base(dice, tree, f"base-{number}" if number else "base")
        for number in range(dice.pick([1, 1, 1, 2]))
    ]
    layer = tops[0] if len(tops) == 1 else overlay(dice, tree, "joined", tops)
    return _climb(dice, tree, layer, dice.pick([0, 1, 1, 2, 2, 3, 3, 4, 5]))


def _climb(dice: Dice, tree: Tree, layer: Layer, depth: int) -> Layer:
    tree.features.add(f"depth: {depth}")
    for level in range(depth):
        layer = overlay(dice, tree, f"overlays/{'abcde'[level]}", [layer])
    return layer


def diamond(dice: Dice, tree: Tree) -> Layer:
    """Several ways to one base, each of which gives the names something of its own."""
    bottom = base(dice, tree, "base", shared=True)
    ways = []
    for number in range(dice.pick([2, 2, 2, 3])):
        way = over(dice, tree, f"ways/{'pqr'[number]}", [bottom])
        _set_apart(dice, way, number)
        way.finish()
        ways.append(
            way if dice.chance(0.7) else overlay(dice, tree, f"ways/{'uvw'[number]}", [way])
        )
    if dice.chance(0.2):
        ways[0] = bottom
    return _climb(dice, tree, overlay(dice, tree, "joined", ways), dice.pick([0, 0, 1, 2]))


def _set_apart(dice: Dice, way: Layer, number: int) -> None:
    form = dice.pick(["prefix", "suffix", "namespace", "both"])
    way.note(f"diamond: {form}")
    if form == "namespace" and any(t.kind in CLUSTER_SCOPED for t in way.things):
        form = "both"
    if form in ("namespace", "both"):
        way.kustomization["namespace"] = f"team-{'abc'[number]}"
        naming.move(way, f"team-{'abc'[number]}")
    if form in ("prefix", "both"):
        way.kustomization["namePrefix"] = f"{'pqr'[number]}-"
        naming.rename(way, prefix=f"{'pqr'[number]}-")
    if form == "suffix":
        way.kustomization["nameSuffix"] = f"-{'pqr'[number]}"
        naming.rename(way, suffix=f"-{'pqr'[number]}")


def apps(dice: Dice, tree: Tree) -> Layer:
    """Several apps, each with an overlay of its own, and an environment that joins them."""
    tops = []
    for number in range(dice.number(2, 3)):
        directory = f"apps/app{number}"
        layer = base(dice, tree, f"{directory}/base-{number}")
        tops.append(overlay(dice, tree, f"{directory}/{'jkl'[number]}", [layer]))
    return _climb(dice, tree, overlay(dice, tree, "environments/e", tops), dice.pick([0, 0, 1, 2]))


SHAPES = ((chain, 6), (diamond, 2), (apps, 2))
"""Each with how often it is taken."""
