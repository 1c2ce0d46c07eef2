"""Finding what two sequences have in common, without ever taking the square of their length.

Elements that are unique on both sides anchor the rest (Bram Cohen's patience difference); what lies
between two anchors is compared exactly when it is small and otherwise anchored again, a bounded
number of times. What is still unpaired then is left so, and the caller pairs it by position.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator, Sequence

    Sequences: TypeAlias = tuple[Sequence[Hashable], Sequence[Hashable]]

MAX_CELLS = 4096
"""The largest table for an exact comparison: 64 elements beside 64."""

MAX_DEPTH = 12
"""How often what lies between two anchors may be anchored again."""

Pairs: TypeAlias = list[tuple[int, int]]


class Window(NamedTuple):
    """A range on the left beside a range on the right; the ends are not part of it."""

    start: int
    end: int
    other: int
    other_end: int

    @property
    def cells(self) -> int:
        """How many pairs of elements there could be."""
        return (self.end - self.start) * (self.other_end - self.other)


def align(left: Sequence[Hashable], right: Sequence[Hashable]) -> Pairs:
    """Pair equal elements, in rising order on both sides.

    Returns:
        Pairs of an index on the left and an index on the right.
    """
    pairs: Pairs = []
    _align((left, right), Window(0, len(left), 0, len(right)), 0, pairs)
    return pairs


def gaps(pairs: Pairs, window: Window) -> Iterator[Window]:
    """The windows before, between and after pairs, empty ones too: one more than the pairs."""
    start, other = window.start, window.other
    for i, j in pairs:
        yield Window(start, i, other, j)
        start, other = i + 1, j + 1
    yield Window(start, window.end, other, window.other_end)


def _align(both: Sequences, window: Window, depth: int, pairs: Pairs) -> None:
    left, right = both
    start, end, other, other_end = window
    while start < end and other < other_end and left[start] == right[other]:
        pairs.append((start, other))
        start, other = start + 1, other + 1
    tail: Pairs = []
    while start < end and other < other_end and left[end - 1] == right[other_end - 1]:
        end, other_end = end - 1, other_end - 1
        tail.append((end, other_end))
    inner = Window(start, end, other, other_end)
    if inner.cells <= MAX_CELLS:
        pairs.extend(_exact(both, inner))
    elif depth < MAX_DEPTH and (anchors := _anchors(both, inner)):
        for gap, anchor in zip(gaps(anchors, inner), [*anchors, None], strict=True):
            _align(both, gap, depth + 1, pairs)
            if anchor is not None:
                pairs.append(anchor)
    pairs.extend(reversed(tail))


def _exact(both: Sequences, window: Window) -> Pairs:
    """The longest common subsequence, by the usual table."""
    left, right = both
    start, end, other, other_end = window
    width = other_end - other
    rows = [[0] * (width + 1)]
    for i in range(end - 1, start - 1, -1):
        below, row = rows[-1], [0] * (width + 1)
        for j in range(width - 1, -1, -1):
            row[j] = below[j + 1] + 1 if left[i] == right[other + j] else max(below[j], row[j + 1])
        rows.append(row)
    rows.reverse()
    pairs: Pairs = []
    i, j = 0, 0
    while i < end - start and j < width:
        if left[start + i] == right[other + j]:
            pairs.append((start + i, other + j))
            i, j = i + 1, j + 1
        elif rows[i + 1][j] >= rows[i][j + 1]:
            i += 1
        else:
            j += 1
    return pairs


def _anchors(both: Sequences, window: Window) -> Pairs:
    """The longest rising run of elements that each side has exactly once."""
    left, right = both
    lefts = Counter(left[window.start : window.end])
    rights = Counter(right[window.other : window.other_end])
    places = {right[j]: j for j in range(window.other, window.other_end) if rights[right[j]] == 1}
    unique = [
        (i, places[left[i]])
        for i in range(window.start, window.end)
        if lefts[left[i]] == 1 and left[i] in places
    ]
    return _rising(unique)


def _rising(pairs: Pairs) -> Pairs:
    """The longest subsequence whose second numbers rise (patience sorting)."""
    tops: list[int] = []
    chosen: list[int] = []  # the pair on top of each pile
    previous: list[int] = []  # for each pair, the pair on top of the pile to its left
    for n, (_, j) in enumerate(pairs):
        pile = bisect_left(tops, j)
        previous.append(chosen[pile - 1] if pile else -1)
        if pile == len(tops):
            tops.append(j)
            chosen.append(n)
        else:
            tops[pile] = j
            chosen[pile] = n
    run: Pairs = []
    n = chosen[-1] if chosen else -1
    while n >= 0:
        run.append(pairs[n])
        n = previous[n]
    return run[::-1]
