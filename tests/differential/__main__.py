"""Compare kustomize and promote on random trees: `python -m tests.differential --count 10000`."""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

# As pytest does for the tests here and for `support`.
sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[1])]

from kusttrees.campaign import Tally, run, save  # noqa: E402 - the path is needed first
from kusttrees.known import known_seeds  # noqa: E402 - as above
from support.parts import find  # noqa: E402 - as above

if TYPE_CHECKING:
    from kusttrees.running import Comparison


def main() -> int:
    """Run the comparison, write what differs as cases, and say how it went."""
    options = _options().parse_args()
    program = find("kustomize")
    if not isinstance(program, Path):
        print(program, file=sys.stderr)
        return 2
    begun = time.monotonic()
    wanted = range(options.seed, options.seed + options.count)
    known = known_seeds()
    seeds = [seed for seed in wanted if seed not in known]
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
    """The first finding of each verdict."""
    chosen: dict[str, tuple[int, Comparison]] = {}
    for seed, comparison in tally.findings:
        chosen.setdefault(comparison.verdict, (seed, comparison))
    return list(chosen.values())


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
