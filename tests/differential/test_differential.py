"""kustomize and promote agree about some hundreds of random trees."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kusttrees.campaign import run
from kusttrees.generate import generate
from kusttrees.known import known_seeds
from kusttrees.nodes import Tree, YamlFile
from kusttrees.shrinking import shrink
from kusttrees.writing import content

if TYPE_CHECKING:
    from pathlib import Path

SEEDS = sorted(set(range(300)) - known_seeds())


def test_random_trees_render_alike(kustomize: Path) -> None:
    tally = run(kustomize, SEEDS)
    differing = "\n".join(f"seed {seed}: {found.verdict}" for seed, found in tally.findings)
    assert not tally.findings, differing
    # A generator that only makes what both refuse would prove nothing.
    assert tally.rendered > 0.8 * tally.valid
    assert tally.valid > 0.6 * len(SEEDS)


def test_a_seed_always_gives_the_same_tree() -> None:
    once, again = (
        {name: content(file) for name, file in generate(7).files.items()} for _ in range(2)
    )
    assert once == again


def test_shrinking_keeps_what_matters_and_nothing_else() -> None:
    tree = Tree(
        {
            "a.yaml": YamlFile([{"spec": {"keep": "this", "drop": [1, 2]}, "more": {}}]),
            "b.yaml": YamlFile([{"x": 1}]),
        }
    )

    def fails(smaller: Tree) -> bool:
        file = smaller.files.get("a.yaml")
        return file is not None and b"keep: this" in content(file)

    assert {name: content(file) for name, file in shrink(tree, fails).files.items()} == {
        "a.yaml": b"spec:\n  keep: this\n"
    }
