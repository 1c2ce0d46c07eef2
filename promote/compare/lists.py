"""Which element of a list is which on the other side, when no key tells them apart."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, TypeAlias

from promote.compare.align import Window, align, gaps
from promote.compare.scalars import same, token
from promote.model.json_types import json_type

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterator

    from promote.compare.align import Pairs
    from promote.model.json import Json

Match: TypeAlias = tuple[int | None, int | None]


def match(old: list[Json], new: list[Json]) -> Iterator[Match]:
    """Pair the elements that are not the same, in order.

    Elements that are the same are found first. Between them those that are alike are paired
    (`--region=east` and `--region=west`, mappings with the same keys), and then what is left, by
    its place.

    Yields:
        An index on either side; None for what has no partner.
    """
    # Often there are several pairings that are equally good. Aligning the same list of the two
    # first, whichever side it is on, finds as many differences one way as the other.
    if _comes_first(old, new):
        yield from _match(old, new)
    else:
        yield from ((i, j) for j, i in _match(new, old))


def _match(old: list[Json], new: list[Json]) -> Iterator[Match]:
    whole = Window(0, len(old), 0, len(new))
    for gap in gaps(_align(old, new, whole, token), whole):
        if gap.cells == 0:
            yield from _by_place(gap)
            continue
        alike = _align(old, new, gap, _likeness)
        for inner, pair in zip(gaps(alike, gap), [*alike, None], strict=True):
            yield from _by_place(inner)
            if pair is not None:
                yield pair


def _align(
    old: list[Json], new: list[Json], window: Window, key: Callable[[Json], Hashable]
) -> Pairs:
    start, end, other, other_end = window
    numbers: dict[Hashable, int] = {}  # comparing numbers is cheaper than comparing trees
    before = [numbers.setdefault(key(item), len(numbers)) for item in old[start:end]]
    after = [numbers.setdefault(key(item), len(numbers)) for item in new[other:other_end]]
    return [(start + i, other + j) for i, j in align(before, after)]


def _by_place(gap: Window) -> Iterator[Match]:
    both = min(gap.end - gap.start, gap.other_end - gap.other)
    yield from ((gap.start + n, gap.other + n) for n in range(both))
    yield from ((i, None) for i in range(gap.start + both, gap.end))
    yield from ((None, j) for j in range(gap.other + both, gap.other_end))


def _likeness(value: Json) -> Hashable:
    """What two versions of one element have in common."""
    if isinstance(value, dict):
        return frozenset(value)
    if isinstance(value, str):
        return value.partition("=")[0]
    return (json_type(value).__name__,)


def _comes_first(one: list[Json], other: list[Json]) -> bool:
    if len(one) != len(other):
        return len(one) < len(other)
    differing = ((a, b) for a, b in zip(one, other, strict=True) if not same(a, b))
    a, b = next(differing, (None, None))
    return json.dumps(a, sort_keys=True) <= json.dumps(b, sort_keys=True)
