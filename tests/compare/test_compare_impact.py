from __future__ import annotations

import pytest

from promote.compare import Reference, impact
from promote.errors import InputError
from promote.model.resource import Resource, ResourceId


def one(kind: str, name: str, version: str = "v1") -> ResourceId:
    return ResourceId("", version, kind, name, "shop")


def resource(identity: ResourceId) -> Resource:
    metadata = {"name": identity.name, "namespace": identity.namespace}
    return Resource(
        {"apiVersion": identity.version, "kind": identity.kind, "metadata": {**metadata}}
    )


SETTINGS, WEB, ROUTE, GATEWAY = (
    one("ConfigMap", "settings"),
    one("Deployment", "web"),
    one("Route", "web"),
    one("Gateway", "edge"),
)
REFERENCES = [
    Reference(ROUTE, ("spec", "backend"), one("Deployment", "web", version="")),
    Reference(ROUTE, ("spec", "parent"), GATEWAY),
    Reference(WEB, ("spec", "env", 0), SETTINGS),
    Reference(GATEWAY, ("spec", "route"), ROUTE),  # a circle
    Reference(one("Pod", "elsewhere"), ("spec",), SETTINGS),  # not rendered
]
RESOURCES = [resource(identity) for identity in (SETTINGS, WEB, ROUTE, GATEWAY)]


def test_dependents_come_nearest_first_and_once() -> None:
    found = impact(RESOURCES, one("ConfigMap", "settings", version=""), REFERENCES)
    assert [(each.id, each.distance) for each in found] == [(WEB, 1), (ROUTE, 2), (GATEWAY, 3)]
    assert found[0].through.path == ("spec", "env", 0)


def test_nothing_may_depend_on_a_resource() -> None:
    assert impact(RESOURCES, SETTINGS, []) == []


def test_an_unknown_resource_names_the_nearest() -> None:
    with pytest.raises(InputError) as caught:
        impact(RESOURCES, one("ConfigMap", "setings"), REFERENCES)
    assert str(caught.value) == (
        "there is no ConfigMap/shop/setings\n  did you mean ConfigMap/shop/settings?"
    )
