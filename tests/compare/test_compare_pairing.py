from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from promote.compare import Change, diff
from promote.model.resource import Resource

if TYPE_CHECKING:
    from promote.model.json import Document


def resource(
    name: str, kind: str = "ConfigMap", api: str = "v1", namespace: str = "", mark: int = 0
) -> Resource:
    metadata = {"name": name, "namespace": namespace}
    return Resource({"apiVersion": api, "kind": kind, "metadata": {**metadata}, "mark": mark})


def statuses(left: list[Resource], right: list[Resource]) -> list[str]:
    return [change.kind.value for change in diff(left, right).resources]


def test_a_version_is_a_field_and_a_group_is_not() -> None:
    old, new = resource("a", "Ingress", "x/v1"), resource("a", "Ingress", "x/v2")
    assert statuses([old], [new]) == ["changed"]
    assert statuses([old], [resource("a", "Ingress", "y/v1")]) == ["removed", "added"]


def test_of_two_versions_each_finds_its_own() -> None:
    v1, v2 = resource("a", api="x/v1", mark=1), resource("a", api="x/v2", mark=2)
    assert statuses([v1, v2], [v2, v1]) == []


def test_namespaces_keep_apart() -> None:
    assert statuses([resource("a")], [resource("a", namespace="b")]) == ["removed", "added"]


@pytest.mark.parametrize("kind", ["ConfigMap", "Secret"])
def test_a_content_hash_does_not_keep_apart(kind: str) -> None:
    left, right = resource("a-b-2222244444", kind), resource("a-b-5555566666", kind)
    (change,) = diff([left], [right]).resources
    assert [field.path for field in change.changes] == [("metadata", "name")]


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (resource("a-2222244444"), resource("b-2222244444")),
        (resource("a-2222244444"), resource("a")),
        (resource("a-1111111111"), resource("a-3333333333")),
        (resource("a-2222244444", "Pod"), resource("a-5555566666", "Pod")),
        (resource("a-2222244444", api="x/v1"), resource("a-5555566666", api="x/v1")),
        (resource("a-2222244444"), resource("a-5555566666", namespace="b")),
    ],
)
def test_other_names_do(left: Resource, right: Resource) -> None:
    assert sorted(statuses([left], [right])) == ["added", "removed"]


def test_an_exact_partner_comes_before_one_by_stem() -> None:
    kept, gone, new = (resource(f"a-{d * 10}") for d in "245")
    found = diff([gone, kept], [kept, new])
    assert found.unchanged == 1
    assert found.resources[0].left is gone


def test_what_stands_twice_is_paired_in_order() -> None:
    left = [resource("a", mark=1), resource("a", mark=2)]
    right = [resource("a", mark=1), resource("a", mark=3), resource("a", mark=4)]
    assert statuses(left, right) == ["changed", "added"]


def test_the_left_is_carried_through_the_rename() -> None:
    def rename(resources: object) -> list[Resource]:
        assert resources == [primary]
        return [resource("a-dr", mark=1)]

    primary = resource("a", mark=1)
    assert diff([primary], [resource("a-dr", mark=1)], rename=rename).is_empty


def test_the_order_of_the_result_is_that_of_the_names() -> None:
    left = [resource(name) for name in "dbca"]
    ids = [change.id.name for change in diff(left, []).resources]
    assert ids == sorted(ids)
    assert all(change.kind is Change.REMOVED for change in diff(left, []).resources)


def test_what_is_empty_or_odd_is_no_reason_to_fail() -> None:
    documents: list[Document] = [{}, {"metadata": None, "kind": 1}, {"metadata": {"name": 3}}]
    odd = [Resource(doc) for doc in documents]
    assert diff(odd, odd).unchanged == 3
    assert diff(odd, []).summary.removed == 3


class CountedName(str):
    """A name that counts how often it is compared."""

    __slots__ = ()
    compared = 0
    __hash__ = str.__hash__

    def __eq__(self, other: object) -> bool:
        CountedName.compared += 1
        return str.__eq__(self, other)


def test_pairing_grows_with_the_resources_and_not_with_their_square() -> None:
    def work(count: int) -> int:
        # A third are the same, a third has another content hash, a third has no partner.
        left = [resource(CountedName(f"a{n}-222222222{n % 3 * 2 + 4}")) for n in range(count)]
        right = [resource(CountedName(f"a{n}-2222222224")) for n in range(0, count * 2, 2)]
        CountedName.compared = 0
        diff(left, right)
        return CountedName.compared

    assert work(5000) < 5.5 * work(1000)
