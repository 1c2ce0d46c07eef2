# ruff: noqa: PLR2004 - a goal stands beside its words
"""Fleets of overlays: cold, after one change, after none, and compared with their upstreams."""

from __future__ import annotations

import os
import shutil
import time
from typing import TYPE_CHECKING

import inputs
from measuring import (
    KUSTOMIZE,
    PROMOTE,
    Measured,
    Run,
    is_quick,
    median,
    report,
    run,
    spread,
    workshop,
)

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

_SETTLE = 2.5  # seconds until a file that was just written is known by its times


def kustomize_calls(overlays: Sequence[Path], sample: int) -> Run:
    """All calls, one by one; of a large fleet a sample that is spread over it, scaled up."""
    chosen = overlays[:: max(1, len(overlays) // sample)][:sample]
    runs = [run([str(KUSTOMIZE), "build", str(path)], path) for path in chosen]
    scale = len(overlays) / len(chosen)
    memory = max(one.memory for one in runs)
    return Run(sum(one.wall for one in runs) * scale, sum(one.cpu for one in runs) * scale, memory)


def cold(folder: Path) -> Run:
    """Everything rendered, with nothing in the store."""
    shutil.rmtree(os.environ["PROMOTE_CACHE_DIR"], ignore_errors=True)
    shutil.rmtree(folder / "out", ignore_errors=True)
    return again(folder)


def again(folder: Path) -> Run:
    """Everything asked for."""
    return run([*PROMOTE, "render", "--all", "--output", "out", "--quiet"], folder)


def changed(folder: Path, overlay: Path, turn: int) -> Run:
    """One overlay's file changed."""
    path = overlay / "size.yaml"
    text = path.read_text(encoding="utf-8")
    head, _, _ = text.rpartition(" ")
    path.write_text(f"{head} {turn + 100}\n", encoding="utf-8")
    return again(folder)


def fleet(  # noqa: PLR0917 - one row of a table
    folder: Path, apps: int, environments: int, goal: int, sample: int, times: int
) -> tuple[list[Path], list[Run], list[Measured]]:
    """One fleet rendered from nothing: its overlays, the runs, and the rows."""
    overlays = inputs.fleet(folder, apps, environments)
    peer, first = [], []
    for _ in range(times):
        peer.append(kustomize_calls(overlays, sample))
        first.append(cold(folder))
    name = f"a fleet of {len(overlays)}"
    ratio = median(peer).wall / median(first).wall
    memory = median(first).memory / max(run_.memory for run_ in peer)
    calls = f"{len(overlays)} calls of kustomize" + (
        f" ({sample} made, scaled)" if sample < len(overlays) else ""
    )
    return overlays, first, [
        Measured(
            f"{name}, cold, one process", f"{goal} times faster", ratio >= goal, calls,
            (spread(peer), spread(first)), ratio,
            note=f"processor: {median(peer).cpu:.1f} s and {median(first).cpu:.2f} s",
        ),
        Measured(
            f"peak memory of {name}", "at most 2 times kustomize's largest", memory <= 2,
            "kustomize", (spread(peer), spread(first)), memory, "times the memory",
            f"{max(one.memory for one in peer):.0f} MB and {median(first).memory:.0f} MB",
        ),
    ]  # fmt: skip


def changes(
    folder: Path, overlays: Sequence[Path], first: Sequence[Run], times: int
) -> list[Measured]:
    """A fleet of which nothing changed, and one file."""
    time.sleep(_SETTLE)
    again(folder)
    still = [again(folder) for _ in range(times * 3)]
    one = []
    for turn in range(times * 2):
        time.sleep(_SETTLE)
        one.append(changed(folder, overlays[0], turn))
    name = f"a fleet of {len(overlays)}"
    of_cold = median(one).wall / median(first).wall * 100
    of_none = median(still).wall / median(first).wall * 100
    return [
        Measured(
            f"{name}, one file changed", "under 5 % of cold", of_cold < 5, "cold",
            (spread(first), spread(one)), of_cold, "% of cold",
        ),
        Measured(
            f"{name}, nothing changed", "under 2 % of cold", of_none < 2, "cold",
            (spread(first), spread(still)), of_none, "% of cold",
        ),
    ]  # fmt: skip


def diffs(folder: Path, apps: int, environments: int, times: int) -> Measured:
    """Every environment against its upstream, and only rendering them; in one process each.

    All have the same names, so that each resource is compared with its counterpart.
    """
    inputs.fleet(folder, apps, environments, own_names=False)
    script = """\
import sys, promote
from promote.compare import diff
project = promote.open_project('.')
names = list(project.config.environments)
rendered = {name: project.render_all(name) for name in names}
for name in names[1:] if sys.argv[1] == 'diff' else ():
    upstream = project.config.environments[name].upstreams[0]
    diff(rendered[upstream], rendered[name])
"""
    render, both = [], []
    for _ in range(times):
        render.append(run([PROMOTE[0], "-c", script, "render"], folder))
        both.append(run([PROMOTE[0], "-c", script, "diff"], folder))
    ratio = median(both).wall / median(render).wall
    return Measured(
        f"a diff of {environments} environments, each against its upstream",
        "at most 1.3 times the rendering", ratio <= 1.3, "rendering alone",
        (spread(render), spread(both)), ratio, "times the rendering",
    )  # fmt: skip


def main() -> None:
    """Measure all of them."""
    quick = is_quick()
    with workshop() as folder:
        small, many, times = (20, (20, 4), 1) if quick else (300, (200, 8), 3)
        _, _, rows = fleet(folder / "some", small, 1, 20, min(small, 60), times)
        overlays, first, more = fleet(folder / "many", *many, 50, 20 if quick else 60, times)
        rows += [*more, *changes(folder / "many", overlays, first, times)]
        rows.append(diffs(folder / "same", *many, 1 if quick else 5))
    report("fleets", rows, quick=quick)


if __name__ == "__main__":
    main()
