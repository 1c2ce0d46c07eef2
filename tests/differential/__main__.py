"""Compare kustomize and promote on random trees: `python -m tests.differential --count 10000`."""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from kusttrees.campaign import Tally, run, save
from kusttrees.running import Comparison, find_kustomize


def main() -> int:
    """Run the comparison, write what differs as cases, and say how it went."""
    options = _options().parse_args()
    program = find_kustomize()
    if program is None:
        print("no kustomize found: set PROMOTE_KUSTOMIZE", file=sys.stderr)
        return 2
    begun = time.monotonic()
    seeds = range(options.seed, options.seed + options.count)
    tally = run(program, seeds, jobs=options.jobs, report=_tell)
    for seed, _ in _one_of_each(tally)[: options.shrink]:
        print("least:", save(program, seed, options.cases))
    _summary(tally, time.monotonic() - begun, verbose=options.features)
    return 1 if tally.findings else 0


def _options() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.differential", description=__doc__)
    parser.add_argument("--count", type=int, default=500, help="how many trees")
    parser.add_argument("--seed", type=int, default=0, help="the first seed")
    parser.add_argument("--jobs", type=int, default=2, help="how many kustomize at once")
    parser.add_argument(
        "--shrink", type=int, default=5, help="how many kinds of finding to cut down"
    )
    parser.add_argument(
        "--cases", type=Path, default=Path("build/differential"), help="where they go"
    )
    parser.add_argument("--features", action="store_true", help="count what the trees held")
    return parser


def _tell(seed: int, comparison: Comparison) -> None:
    print(f"seed {seed}: {comparison.verdict}", flush=True)


def _one_of_each(tally: Tally) -> list[tuple[int, Comparison]]:
    """The first finding of each verdict; of differing bytes, all."""
    seen: set[str] = set()
    chosen = []
    for seed, comparison in tally.findings:
        if comparison.verdict not in seen:
            chosen.append((seed, comparison))
        if comparison.verdict != "bytes differ":
            seen.add(comparison.verdict)
    return chosen


def _summary(tally: Tally, seconds: float, *, verbose: bool) -> None:
    if verbose:
        for feature, count in sorted(tally.features.items()):
            print(f"{count:7}  {feature}")
    for verdict, count in tally.verdicts.most_common():
        print(f"{count:7}  {verdict}")
    share = 100 * tally.rendered / max(tally.valid, 1)
    print(f"kustomize renders {share:.0f} % of the trees meant to be valid; {seconds:.0f} s")


if __name__ == "__main__":
    sys.exit(main())
