from __future__ import annotations

import difflib
import itertools

from hypothesis import given
from hypothesis import strategies as st

from promote.compare.align import MAX_CELLS, Window, align, gaps
from promote.compare.hunks import hunks


class Counted:
    """A value that counts how often it is compared or hashed."""

    work = 0

    def __init__(self, value: int) -> None:
        self.value = value

    def __eq__(self, other: object) -> bool:
        Counted.work += 1
        return isinstance(other, Counted) and self.value == other.value

    def __hash__(self) -> int:
        Counted.work += 1
        return hash(self.value)


@given(st.lists(st.integers(0, 5)), st.lists(st.integers(0, 5)))
def test_pairs_are_equal_and_rise_and_are_as_many_as_can_be(
    left: list[int], right: list[int]
) -> None:
    pairs = align(left, right)
    assert all(left[i] == right[j] for i, j in pairs)
    assert all(a[0] < b[0] and a[1] < b[1] for a, b in itertools.pairwise(pairs))
    blocks = difflib.SequenceMatcher(None, left, right, autojunk=False).get_matching_blocks()
    assert len(pairs) >= sum(block.size for block in blocks)


def test_a_line_that_moved_far_is_all_that_is_not_paired() -> None:
    left = list(range(1000))
    right = [*left[1:], left[0]]
    assert len(align(left, right)) == 999


def test_the_work_grows_with_the_length_and_not_with_its_square() -> None:
    def work(length: int) -> int:
        # Every third element is changed, every fifth stands twice: many anchors, many gaps.
        left = [Counted(n - n % 5 % 2) for n in range(length)]
        right = [Counted(-n if n % 3 == 0 else n - n % 5 % 2) for n in range(length)]
        Counted.work = 0
        align(left, right)
        return Counted.work

    assert work(8000) < 4.5 * work(2000)


def test_what_cannot_be_anchored_is_given_up_instead_of_compared_with_all() -> None:
    length = MAX_CELLS
    left = [Counted(n % 2) for n in range(length)]
    right = [Counted(1 - n % 2 if n % 7 else 2) for n in range(length)]
    Counted.work = 0
    align(left, right)
    assert Counted.work < 50 * length


def test_gaps_cover_what_pairs_leave() -> None:
    assert list(gaps([(1, 0)], Window(0, 3, 0, 2))) == [Window(0, 1, 0, 0), Window(2, 3, 1, 2)]


@given(st.lists(st.sampled_from("abc")), st.lists(st.sampled_from("abc")), st.integers(0, 3))
def test_hunks_rebuild_the_right_text(left: list[str], right: list[str], context: int) -> None:
    rebuilt: list[str] = []
    at = 0
    for hunk in hunks(left, right, context):
        old, new = (part[1:].split(",") for part in hunk.header[3:-3].split(" "))
        length = int(old[1]) if len(old) > 1 else 1
        start = int(old[0]) - (1 if length else 0)
        rebuilt += left[at:start]
        assert [line[1:] for line in hunk.lines if line[0] != "+"] == left[start : start + length]
        kept = [line[1:] for line in hunk.lines if line[0] != "-"]
        assert len(kept) == (int(new[1]) if len(new) > 1 else 1)
        assert len(rebuilt) == int(new[0]) - (1 if kept else 0)
        rebuilt += kept
        at = start + length
    assert rebuilt + left[at:] == right
