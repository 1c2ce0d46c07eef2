"""The lines in which two texts differ, with some around them."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from promote.compare.align import Window, align, gaps

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

CONTEXT = 3
"""How many lines that do not differ are shown on either side of those that do."""


class Hunk(NamedTuple):
    """A run of lines of a unified diff.

    Attributes:
        header: `@@ -1,2 +1,3 @@`.
        lines: each with a first character that says whose it is: `-`, `+` or a space.
    """

    header: str
    lines: list[str]


def hunks(left: Sequence[str], right: Sequence[str], context: int = CONTEXT) -> Iterator[Hunk]:
    """Compare lines and give the places where they differ."""
    pairs = align(left, right)
    changed = [
        gap
        for gap in gaps(pairs, Window(0, len(left), 0, len(right)))
        if gap.start < gap.end or gap.other < gap.other_end
    ]
    group: list[Window] = []
    for gap in changed:
        if group and gap.start - group[-1].end > 2 * context:
            yield _hunk(left, right, group, context)
            group = []
        group.append(gap)
    if group:
        yield _hunk(left, right, group, context)


def _hunk(left: Sequence[str], right: Sequence[str], group: list[Window], context: int) -> Hunk:
    before = min(context, group[0].start)
    after = min(context, len(left) - group[-1].end)
    lines: list[str] = []
    at = group[0].start - before
    for gap in group:
        lines += [f" {line}" for line in left[at : gap.start]]
        lines += [f"-{line}" for line in left[gap.start : gap.end]]
        lines += [f"+{line}" for line in right[gap.other : gap.other_end]]
        at = gap.end
    lines += [f" {line}" for line in left[at : at + after]]
    old = _range(group[0].start - before, group[-1].end + after)
    new = _range(group[0].other - before, group[-1].other_end + after)
    return Hunk(f"@@ -{old} +{new} @@", lines)


def _range(start: int, end: int) -> str:
    """A range of lines as diff writes it: from 1, and with no lines named by the one before."""
    length = end - start
    return f"{start + 1 if length else start},{length}" if length != 1 else str(start + 1)
