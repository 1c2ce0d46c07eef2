"""Many trees in one run."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from kusttrees.generate import generate
from kusttrees.running import Comparison, ask_kustomize, ask_promote, compare, written
from kusttrees.shrinking import shrink
from kusttrees.writing import write_tree

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from kusttrees.nodes import Tree


@dataclass
class Tally:
    """What came of a run.

    Attributes:
        verdicts: how many trees ended in which way.
        features: how many trees had which feature.
        rendered: how many of the trees that were meant to be valid kustomize renders.
        valid: how many were meant to be valid.
        findings: the seeds of trees that differ, with the comparison.
    """

    verdicts: Counter[str] = field(default_factory=Counter)
    features: Counter[str] = field(default_factory=Counter)
    rendered: int = 0
    valid: int = 0
    findings: list[tuple[int, Comparison]] = field(default_factory=list)


def run(
    program: Path,
    seeds: Sequence[int],
    *,
    jobs: int = 2,
    report: Callable[[int, Comparison], None] | None = None,
) -> Tally:
    """Render the trees of some seeds with both programs.

    kustomize runs in threads beside this process, which renders with promote in the meantime.

    Args:
        program: kustomize.
        seeds: which trees.
        jobs: how many kustomize may run at once.
        report: is told of each tree that differs, as soon as it does.
    """
    tally = Tally()
    with ThreadPoolExecutor(jobs) as pool:
        for start in range(0, len(seeds), 64):
            batch = [(seed, generate(seed)) for seed in seeds[start : start + 64]]
            for seed, tree, comparison in _batch(program, batch, pool):
                _count(tally, tree, comparison)
                if comparison.verdict != "same":
                    tally.findings.append((seed, comparison))
                    if report is not None:
                        report(seed, comparison)
    return tally


def _batch(
    program: Path, batch: Sequence[tuple[int, Tree]], pool: ThreadPoolExecutor
) -> list[tuple[int, Tree, Comparison]]:
    with ExitStack() as stack:
        folders = [stack.enter_context(written(tree)) for _, tree in batch]
        asked = [
            pool.submit(ask_kustomize, program, tree, folder)
            for (_, tree), folder in zip(batch, folders, strict=True)
        ]
        ours = [ask_promote(tree, folder) for (_, tree), folder in zip(batch, folders, strict=True)]
        return [
            (seed, tree, Comparison(theirs.result(), mine))
            for (seed, tree), theirs, mine in zip(batch, asked, ours, strict=True)
        ]


def _count(tally: Tally, tree: Tree, comparison: Comparison) -> None:
    tally.verdicts[comparison.verdict] += 1
    tally.features.update(tree.features)
    tally.valid += tree.valid
    tally.rendered += tree.valid and comparison.kustomize.error is None


def minimal(program: Path, seed: int) -> tuple[Tree, Comparison]:
    """The least of a tree that differs in the same way as the whole does."""
    tree = generate(seed)
    verdict = compare(program, tree).verdict
    smallest = shrink(tree, lambda smaller: compare(program, smaller).verdict == verdict)
    return smallest, compare(program, smallest)


def save(program: Path, seed: int, folder: Path) -> Path:
    """Write the least that differs as a case: its files, and what both programs answer."""
    tree, comparison = minimal(program, seed)
    case = folder / f"seed-{seed}"
    write_tree(tree, case / "input")
    (case / "directory").write_text(" ".join((*tree.flags, tree.root)) + "\n")
    for name, answer in (("kustomize", comparison.kustomize), ("promote", comparison.promote)):
        if answer.error is None:
            (case / f"{name}.yaml").write_bytes(answer.output)
        else:
            (case / f"{name}.error").write_text(answer.error + "\n")
    return case
