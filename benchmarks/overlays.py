# ruff: noqa: PLR2004 - a goal stands beside its words
"""Single overlays as whole processes: thousands of resources, large CRDs, and a tiny one."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import inputs
from measuring import (
    KUSTOMIZE,
    PROMOTE,
    Measured,
    Run,
    alternate,
    is_quick,
    median,
    report,
    run,
    spread,
    workshop,
)

if TYPE_CHECKING:
    from pathlib import Path


def large(folder: Path, *, quick: bool) -> list[Measured]:
    """Many resources, with references between them."""
    sizes = (250, 1000) if quick else (1000, 4000)
    small, big = (inputs.large_overlay(folder / str(size), size) for size in sizes)
    _, less = alternate(3 if quick else 7, lambda: build(small), lambda: render(small), 1)
    theirs, ours = alternate(3 if quick else 7, lambda: build(big), lambda: render(big), 1)
    ratio = median(theirs).wall / median(ours).wall
    growth = median(ours).wall / median(less).wall
    memory = median(ours).memory / median(theirs).memory
    return [
        Measured(
            f"one overlay of {sizes[1]} resources", "200 times faster", ratio >= 200,
            "kustomize, 1 run", (spread(theirs), spread(ours)), ratio,
            note=f"processor: {median(theirs).cpu:.1f} s and {median(ours).cpu:.2f} s",
        ),
        Measured(
            f"the same against {sizes[0]} resources", "at most 4.5 times", growth <= 4.5,
            f"promote, {sizes[0]}", (spread(less), spread(ours)), growth, "times as long",
        ),
        Measured(
            f"peak memory of {sizes[1]} resources", "at most 2 times kustomize's", memory <= 2,
            "kustomize", (spread(theirs), spread(ours)), memory, "times the memory",
            f"{median(theirs).memory:.0f} MB and {median(ours).memory:.0f} MB",
        ),
    ]  # fmt: skip


def crds(folder: Path, *, quick: bool) -> list[Measured]:
    """Large definitions."""
    made = inputs.large_crds(folder / "crds", 500 if quick else 3500)
    theirs, ours = alternate(3 if quick else 9, lambda: build(made), lambda: render(made))
    ratio = median(theirs).wall / median(ours).wall
    return [
        Measured(
            "one overlay of large CRDs, 3.5 MB", "6 times faster", ratio >= 6,
            "kustomize", (spread(theirs), spread(ours)), ratio,
            note=f"processor: {median(theirs).cpu:.2f} s and {median(ours).cpu:.2f} s",
        )
    ]  # fmt: skip


def tiny(folder: Path, *, quick: bool) -> list[Measured]:
    """Four resources: little more than the start of the program."""
    made = inputs.tiny_overlay(folder / "tiny")
    typer = [sys.executable, "-c", "import typer"]
    theirs, ours = alternate(5 if quick else 25, lambda: run(typer, folder), lambda: render(made))
    over = (median(ours).wall - median(theirs).wall) * 1000
    kustomize, beside = alternate(5 if quick else 25, lambda: build(made), lambda: render(made))
    return [
        Measured(
            "one tiny overlay", "at most 60 ms over `import typer`", over <= 60,
            "python -c 'import typer'", (spread(theirs), spread(ours)), over, "ms over it",
        ),
        Measured(
            "one tiny overlay", "none: most of it is the start of Python", True,
            "kustomize", (spread(kustomize), spread(beside)),
            median(kustomize).wall / median(beside).wall, "times as fast",
        ),
    ]  # fmt: skip


def build(folder: Path) -> Run:
    """Kustomize's run."""
    return run([str(KUSTOMIZE), "build", str(folder)], folder)


def render(folder: Path) -> Run:
    """Ours."""
    return run([*PROMOTE, "render", str(folder)], folder)


def main() -> None:
    """Measure all of them."""
    quick = is_quick()
    with workshop() as folder:
        rows = [row for each in (tiny, crds, large) for row in each(folder, quick=quick)]
    report("overlays", rows, quick=quick)


if __name__ == "__main__":
    main()
