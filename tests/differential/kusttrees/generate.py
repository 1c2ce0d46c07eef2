"""A tree from a seed."""

from __future__ import annotations

from kusttrees.breaking import break_tree
from kusttrees.dice import Dice
from kusttrees.mutating import mutate
from kusttrees.nodes import Tree
from kusttrees.running import TO_FOLDER
from kusttrees.shapes import SHAPES

_FLAGS = (
    "--load-restrictor=LoadRestrictionsNone",
    "--reorder=none",
    "--enable-managedby-label",
    TO_FOLDER,
)


def generate(seed: int) -> Tree:
    """The tree of a seed, the same on every machine.

    Most trees are meant to render. One in five is bold, one in ten has a mistake that people make,
    and one in ten a random change somewhere, which may do no harm.
    """
    dice = Dice(seed)
    tree = Tree()
    dice.bold = dice.chance(0.2)
    tree.valid = not dice.bold
    shape = dice.pick([shape for shape, weight in SHAPES for _ in range(weight)])
    tree.features.add(f"shape: {shape.__name__}")
    layer = shape(dice, tree)
    tree.root = layer.directory
    if dice.chance(0.12):
        tree.flags = tuple(dice.some(_FLAGS, 1, 2))
        tree.features |= {f"flag: {flag}" for flag in tree.flags}
    fate = dice.number(0, 9)
    if fate == 0:
        tree.valid = False
        break_tree(dice, tree, layer)
    elif fate == 1:
        tree.valid = False
        mutate(dice, tree)
    return tree
