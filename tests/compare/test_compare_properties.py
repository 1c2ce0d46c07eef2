"""What holds of every comparison, on random documents."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING

import jsonpatch
from compare_strategies import documents, resource_sets, values
from hypothesis import given
from hypothesis import strategies as st

from promote.compare import diff, json_patch
from promote.compare.patch import apply, edits
from promote.compare.scalars import same, token
from promote.config.model import IgnoreRule
from promote.model.resource import Resource

if TYPE_CHECKING:
    from promote.model.json import Document, Json


segments = st.sampled_from(
    ["spec", "data", "a", "b", "name", "*", "**", "0", "1", "[name=a]", "x~1y"]
)
rules = st.lists(
    st.builds(
        IgnoreRule,
        kind=st.sampled_from([None, "Thing", "S*"]),
        name=st.sampled_from([None, "a", "[ab]"]),
        pointer=st.lists(segments, max_size=4).map(lambda parts: "".join(f"/{p}" for p in parts)),
    ),
    max_size=3,
)


@given(resource_sets())
def test_a_set_does_not_differ_from_a_copy_of_itself(resources: list[Resource]) -> None:
    copies = [Resource(copy.deepcopy(resource.doc)) for resource in reversed(resources)]
    found = diff(resources, copies)
    assert found.is_empty
    assert found.resources == ()
    assert found.unchanged == len(resources)


@given(documents, documents)
def test_the_patch_turns_left_into_right(left: Document, right: Document) -> None:
    before = copy.deepcopy(left), copy.deepcopy(right)
    found = diff([Resource(left)], [Resource(right)])
    for change in found.resources:
        patched = jsonpatch.apply_patch(left, json_patch(left, change.changes))
        assert same(patched, right)
        assert same(apply(left, edits(left, change.changes)), right)
    assert found.is_empty == same(left, right)
    assert same([left, right], list(before)), "a document was changed in place"


@given(resource_sets(), resource_sets(), rules)
def test_counts_are_the_same_both_ways(
    left: list[Resource], right: list[Resource], ignore: list[IgnoreRule]
) -> None:
    there = diff(left, right, ignore=ignore).summary
    back = diff(right, left, ignore=ignore).summary
    assert (there.added, there.removed) == (back.removed, back.added)
    assert (there.changed, there.unchanged) == (back.changed, back.unchanged)
    assert (there.fields, there.ignored) == (back.fields, back.ignored)


@given(resource_sets(), resource_sets(), rules, rules)
def test_more_rules_never_show_more(
    left: list[Resource], right: list[Resource], fewer: list[IgnoreRule], more: list[IgnoreRule]
) -> None:
    some = diff(left, right, ignore=fewer)
    fewest = diff(left, right, ignore=[*fewer, *more])
    assert fewest.summary.fields <= some.summary.fields
    assert {change.id for change in fewest.shown} <= {change.id for change in some.shown}
    assert fewest.unchanged == some.unchanged, "what is ignored is still known to differ"


@given(documents, documents, rules)
def test_nothing_ignored_is_lost_and_the_patch_still_applies(
    left: Document, right: Document, ignore: list[IgnoreRule]
) -> None:
    for change in diff([Resource(left)], [Resource(right)], ignore=ignore).resources:
        assert change.changes or change.ignored
        patched = apply(left, edits(left, change.changes))
        again = diff([Resource(patched)], [Resource(right)], ignore=ignore)
        # A whole element of a list that is kept out shifts the others, which is then a difference.
        shifted = any(isinstance(one.change.left[-1], int) for one in change.ignored)
        assert again.is_empty or shifted


@given(values, values)
def test_tokens_are_equal_for_the_same_values_only(left: Json, right: Json) -> None:
    assert same(left, right) == (token(left) == token(right))
