"""Running the peer and `promote` in turn, and what is said of it: a table and a plot."""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

ROOT = Path(__file__).resolve().parents[1]
RESULTS = ROOT / "build" / "benchmarks"
KUSTOMIZE = Path.home() / ".cache" / "promote-parts" / "bin" / "kustomize"
PROMOTE = [sys.executable, "-c", "from promote.cli.main import run; run()"]


@dataclass(frozen=True, slots=True)
class Run:
    """One run: seconds on the clock and of the processor, and the largest process in megabytes."""

    wall: float
    cpu: float
    memory: float


@dataclass(frozen=True, slots=True)
class Measured:
    """One row of the table.

    Attributes:
        work: what was done.
        goal: what it is measured against, in words.
        met: whether the goal is met.
        peer: what the peer was, with how many runs.
        runs: minimum, median and maximum of seconds on the clock, for the peer and for us.
        ratio: of the two medians, or what the goal is about.
        unit: of the ratio.
        note: what else was measured.
    """

    work: str
    goal: str
    met: bool
    peer: str
    runs: tuple[tuple[float, float, float], tuple[float, float, float]]
    ratio: float
    unit: str = "times faster"
    note: str = ""

    def line(self) -> str:
        """As text for a terminal."""
        theirs, ours = ("/".join(f"{value:.3f}" for value in values) for values in self.runs)
        met = "met" if self.met else "NOT MET"
        return (
            f"{self.work}\n  {self.peer}: {theirs} s (min/median/max)   promote: {ours} s\n"
            f"  {self.ratio:.2f} {self.unit}; goal: {self.goal}: {met}"
            + (f"; {self.note}" if self.note else "")
        )


def run(command: Sequence[str], folder: Path, **environment: str) -> Run:
    """Run a command that must succeed; what it prints is dropped."""
    started = time.perf_counter()
    process = subprocess.Popen(
        command, cwd=folder, stdout=subprocess.DEVNULL, env={**os.environ, **environment}
    )
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{' '.join(command)} failed in {folder}")
    return Run(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def alternate(
    times: int, peer: Callable[[], Run], ours: Callable[[], Run], peer_times: int | None = None
) -> tuple[list[Run], list[Run]]:
    """Run both in turn, so that what else the machine does hits both alike."""
    theirs, mine = [], []
    for turn in range(times):
        if turn < (peer_times or times):
            theirs.append(peer())
        mine.append(ours())
    return theirs, mine


def spread(runs: Sequence[Run]) -> tuple[float, float, float]:
    """Minimum, median and maximum of the seconds on the clock."""
    walls = [one.wall for one in runs]
    return min(walls), statistics.median(walls), max(walls)


def median(runs: Sequence[Run]) -> Run:
    """The median of each figure."""
    return Run(
        *(
            statistics.median(values)
            for values in zip(*(asdict(one).values() for one in runs), strict=True)
        )
    )


@contextmanager
def workshop() -> Iterator[Path]:
    """A folder for inputs, and a store of results of its own."""
    with tempfile.TemporaryDirectory(prefix="promote-bench-") as folder:
        os.environ["PROMOTE_CACHE_DIR"] = f"{folder}/cache"
        os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # what is installed has been compiled
        run([*PROMOTE, "--version"], Path(folder))
        yield Path(folder)


def is_quick() -> bool:
    """Whether `--quick` was asked for: small inputs, the peer once."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--quick", action="store_true", help="small inputs, the peer once")
    if not KUSTOMIZE.exists():
        raise SystemExit("kustomize is not there: run 'make parts PARTS=kustomize'")
    return bool(parser.parse_args().quick)


def report(name: str, rows: Sequence[Measured], *, quick: bool) -> None:
    """Print rows, and keep them for the table of `docs/performance.md` if they are full ones."""
    for row in rows:
        print(row.line(), flush=True)
    if not quick:
        RESULTS.mkdir(parents=True, exist_ok=True)
        text = json.dumps([asdict(row) for row in rows], indent=1)
        (RESULTS / f"{name}.json").write_text(text, encoding="utf-8")
