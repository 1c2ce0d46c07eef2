from __future__ import annotations

import pytest

from promote.compare import diff
from promote.compare.carrying import (
    MOST_NAMESPACES,
    corresponding_namespaces,
    namespace_carry,
)
from promote.model.resource import Resource


def resource(namespace: str, name: str, kind: str = "Service") -> Resource:
    metadata = {"name": name, "namespace": namespace}
    return Resource({"apiVersion": "v1", "kind": kind, "metadata": {**metadata}})


def fill(namespace: str, *names: str) -> list[Resource]:
    return [resource(namespace, name) for name in names]


@pytest.mark.parametrize(
    ("left", "right", "found"),
    [
        (fill("shop-dev", "a", "b"), fill("shop-prod", "a", "b", "c"), {"shop-dev": "shop-prod"}),
        (fill("x", "a", "b", "c"), fill("y", "a", "d", "e"), {}),
        (fill("x", "a") + fill("shared", "b"), fill("y", "b") + fill("shared", "a"), {}),
        (
            fill("edge-dev", "gate") + fill("dev", "a", "b"),
            fill("prod", "a", "b", "gate") + fill("edge-prod", "gate"),
            {"dev": "prod", "edge-dev": "edge-prod"},
        ),
        (fill("", "a"), fill("y", "a"), {}),
        ([], fill("y", "a"), {}),
    ],
)
def test_which_namespaces_correspond(
    left: list[Resource], right: list[Resource], found: dict[str, str]
) -> None:
    assert corresponding_namespaces(left, right) == found
    back = {new: old for old, new in found.items()}
    assert corresponding_namespaces(right, left) == back


def test_what_every_namespace_has_tells_none_apart() -> None:
    count = MOST_NAMESPACES + 1
    left = [resource(f"old{n}", "default", "ServiceAccount") for n in range(count)]
    right = [resource(f"new{n}", "default", "ServiceAccount") for n in range(count)]
    assert corresponding_namespaces(left, right) == {}


def test_references_follow_the_namespaces() -> None:
    def mesh(namespace: str) -> list[Resource]:
        route = {
            "apiVersion": "networking.istio.io/v1",
            "kind": "DestinationRule",
            "metadata": {"name": "web", "namespace": namespace},
            "spec": {"host": f"web.{namespace}.svc.cluster.local"},
        }
        return [Resource(route), resource(namespace, "web")]

    assert diff(mesh("dev"), mesh("prod")).summary.added == 2
    assert diff(mesh("dev"), mesh("prod"), rename=namespace_carry({"dev": "prod"})).is_empty
