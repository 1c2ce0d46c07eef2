from __future__ import annotations

import pytest

from promote.compare import Change, diff, format_path
from promote.compare.fields import compare_fields
from promote.compare.keys import no_merge_keys
from promote.compare.kubernetes import kubernetes_merge_keys
from promote.compare.scalars import quantity
from promote.model.json import Document, Json
from promote.model.resource import Gvk, Resource


def changed(left: Json, right: Json, kind: str = "Thing") -> list[tuple[str, str]]:
    gvk = Gvk("", "v1", kind)
    found = compare_fields({"spec": left}, {"spec": right}, gvk, kubernetes_merge_keys())
    return [(change.kind.value, format_path(change.path)) for change in found]


@pytest.mark.parametrize(
    ("left", "right"),
    [(1, "1"), (1, 1.0), (1, True), (0, False), (None, ""), ([], {}), ({}, None), ("a", "b")],
)
def test_values_are_the_same_only_in_type_and_text(left: Json, right: Json) -> None:
    assert changed(left, right) == [("changed", "spec")]
    assert changed([left], [right]) == [("changed", "spec[0]")]


def test_nan_is_the_same_as_itself() -> None:
    assert changed(float("nan"), float("nan")) == []


def test_null_and_absent_are_two_things() -> None:
    assert changed({"a": None}, {}) == [("removed", "spec.a")]


@pytest.mark.parametrize(
    ("left", "right", "found"),
    [
        (["a", "b", "c"], ["a", "c"], [("removed", "spec[1]")]),
        (["a", "c"], ["a", "b", "c"], [("added", "spec[1]")]),
        (["a", "b", "c"], ["a", "x", "c"], [("changed", "spec[1]")]),
        ([[1], [2]], [[2]], [("removed", "spec[0]")]),
        ([{"a": 1}, {"a": 2}], [{"a": 1}, {"a": 3}], [("changed", "spec[1].a")]),
        # A key that an element lacks, or that two share, tells nothing apart.
        ([{"name": "a"}, {}], [{}], [("removed", "spec[0]")]),
        ([{"name": "a"}, {"name": "a", "b": 1}], [{"name": "a"}], [("removed", "spec[1]")]),
        ([{"host": "a"}, {"host": "b"}], [{"host": "b"}], [("removed", "spec[host=a]")]),
        (
            [{"name": "a", "v": 1}, {"name": "b"}],
            [{"name": "b"}, {"name": "a", "v": 2}],
            [("changed", "spec[name=a].v"), ("reordered", "spec")],
        ),
        ([], [{"name": "a"}], [("added", "spec[name=a]")]),
    ],
)
def test_lists(left: Json, right: Json, found: list[tuple[str, str]]) -> None:
    assert changed(left, right) == found


def test_kubernetes_lists_go_by_their_merge_keys() -> None:
    left: Json = {"ports": [{"port": 80, "name": "a"}, {"port": 81}]}
    right: Json = {"ports": [{"port": 81, "name": "b"}, {"port": 80, "name": "a"}]}
    assert changed(left, right, "Service") == [
        ("added", "spec.ports[port=81].name"),
        ("reordered", "spec.ports"),
    ]


def test_kubernetes_lists_with_two_keys_use_both_when_one_is_not_enough() -> None:
    left: Json = {"ports": [{"port": 53, "protocol": "UDP"}, {"port": 53, "protocol": "TCP"}]}
    right: Json = {"ports": [{"port": 53, "protocol": "TCP"}]}
    assert changed(left, right, "Service") == [("removed", "spec.ports[port=53,protocol=UDP]")]


@pytest.mark.parametrize(
    ("left", "right", "same"),
    [
        ("1000m", "1", True),
        ("1Gi", 1024**3, True),
        ("1e3", "1k", True),
        ("0.1", "100m", True),
        ("1", "2", False),
        ("1G", "1Gi", False),
        ("a", "b", False),
        (True, 1, False),
    ],
)
def test_quantities_compare_by_meaning_when_asked(left: Json, right: Json, same: bool) -> None:
    def limited(value: Json) -> list[Resource]:
        return [Resource({"kind": "Pod", "resources": {"limits": {"cpu": value}}})]

    assert diff(limited(left), limited(right), quantities=True).is_empty is same
    assert not diff(limited(left), limited(right)).is_empty


def test_what_only_looks_like_a_quantity_is_exact() -> None:
    left, right = Resource({"tag": "1.0"}), Resource({"tag": "1"})
    assert not diff([left], [right], quantities=True).is_empty


@pytest.mark.parametrize("value", ["", "1 Gi", "Gi", "--1", "1ki", None, "٣"])
def test_what_is_no_quantity(value: Json) -> None:
    assert quantity(value) is None


def test_shared_documents_are_not_looked_into() -> None:
    class Untouchable(dict[str, Json]):
        def items(self) -> object:  # type: ignore[override]
            raise AssertionError("a shared part was walked")

    shared = Untouchable(a=1)
    left: Document = {"kind": "A", "spec": shared}
    right: Document = {"kind": "A", "spec": shared, "more": 1}
    found = compare_fields(left, right, Gvk("", "v1", "A"), no_merge_keys)
    assert [change.kind for change in found] == [Change.ADDED]
