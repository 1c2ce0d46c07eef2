from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from promote.errors import KustomizationError
from promote.model.resource import Gvk
from promote.render.merge.schema import builtin_schema, schema_from_openapi

if TYPE_CHECKING:
    from promote.model.json import Document
    from promote.render.merge.schema import Schema, Type

CUSTOM = {
    "definitions": {
        "shop": {
            "properties": {
                "parts": {
                    "type": "array",
                    "items": {"$ref": "#/definitions/part"},
                    "x-kubernetes-patch-strategy": "merge",
                    "x-kubernetes-patch-merge-key": "id",
                },
                "tree": {"$ref": "#/definitions/shop"},
                "loop": {"$ref": "#/definitions/loop"},
                "lost": {"$ref": "#/definitions/nowhere"},
                "map": {"type": "object", "additionalProperties": {"$ref": "#/definitions/part"}},
            },
            "x-kubernetes-group-version-kind": [
                {"group": "example.com", "version": "v1", "kind": "Shop"}
            ],
        },
        "part": {"properties": {"name": {"type": "string"}}},
        "loop": {"$ref": "#/definitions/loop"},
    },
    "paths": {
        "/apis/example.com/v1/shops": {
            "get": {
                "x-kubernetes-group-version-kind": {
                    "group": "example.com", "version": "v1", "kind": "Shop",
                }
            }
        },
        "/apis/example.com/v1/namespaces/{namespace}/carts": {
            "get": {
                "x-kubernetes-group-version-kind": {
                    "group": "example.com", "version": "v1", "kind": "Cart",
                }
            }
        },
    },
}  # fmt: skip


def at(schema: Schema, api_version: str, kind: str, *names: str) -> Type | None:
    found = schema.type_of(api_version, kind)
    for part in names:
        found = found.elements() if part == "[]" else found.field(part)
    return found


@pytest.mark.parametrize(
    ("names", "keys"),
    [
        (("containers",), ("name",)),
        (("volumes",), ("name",)),
        (("containers", "[]", "env"), ("name",)),
        (("containers", "[]", "volumeMounts"), ("mountPath",)),
        (("containers", "[]", "ports"), ("containerPort", "protocol")),
        (("topologySpreadConstraints",), ("topologyKey", "whenUnsatisfiable")),
    ],
)
def test_keys_of_built_in_lists(names: tuple[str, ...], keys: tuple[str, ...]) -> None:
    found = at(builtin_schema(), "apps/v1", "Deployment", "spec", "template", "spec", *names)
    assert found.merges
    assert found.merge_keys == keys


def test_lists_that_are_replaced_and_scalars_that_merge() -> None:
    schema = builtin_schema()
    pod = at(schema, "v1", "Pod", "spec")
    assert not pod.field("tolerations").merges
    finalizers = at(schema, "v1", "Pod", "metadata", "finalizers")
    assert finalizers.merges
    assert finalizers.merge_keys == ()


def test_which_types_hold_lists_that_merge() -> None:
    schema = builtin_schema()
    assert at(schema, "v1", "Pod", "spec").has_lists
    definition = "apiextensions.k8s.io/v1", "CustomResourceDefinition"
    assert not at(schema, *definition, "spec").has_lists


@pytest.mark.parametrize(
    ("gvk", "namespaced"),
    [
        (Gvk("", "v1", "Namespace"), False),
        (Gvk("", "v1", "Pod"), True),
        (Gvk("rbac.authorization.k8s.io", "v1", "ClusterRole"), False),
        (Gvk("rbac.authorization.k8s.io", "v1", "Role"), True),
        (Gvk("example.com", "v1", "Namespace"), None),
        (Gvk("", "v2", "Pod"), None),
    ],
)
def test_scopes(gvk: Gvk, namespaced: bool | None) -> None:
    assert builtin_schema().namespaced(gvk) is namespaced


def test_a_custom_schema_stands_alone() -> None:
    schema = schema_from_openapi(CUSTOM)
    parts = at(schema, "example.com/v1", "Shop", "tree", "tree", "parts")
    assert parts.merge_keys == ("id",)
    assert parts.elements().field("name") is not None
    assert at(schema, "example.com/v1", "Shop", "map", "any", "name") is not None
    assert at(schema, "example.com/v1", "Shop", "loop") is None
    assert at(schema, "example.com/v1", "Shop", "lost") is None
    assert schema.type_of("v1", "Pod") is None


def test_a_custom_schema_shows_scopes_and_leaves_those_of_kubernetes() -> None:
    schema = schema_from_openapi(CUSTOM)
    assert schema.namespaced(Gvk("example.com", "v1", "Shop")) is False
    assert schema.namespaced(Gvk("example.com", "v1", "Cart")) is True
    assert schema.namespaced(Gvk("", "v1", "Node")) is False


def test_a_custom_schema_joins_a_built_in_one_that_was_asked() -> None:
    asked = builtin_schema()
    asked.namespaced(Gvk("example.com", "v1", "Shop"))
    assert asked.replaced(CUSTOM).type_of("v1", "Pod") is not None
    assert builtin_schema().replaced(CUSTOM).type_of("v1", "Pod") is None


def test_only_the_first_choice_counts() -> None:
    chosen = builtin_schema().replaced(None, "v1.21.2")
    assert chosen.replaced(CUSTOM) is chosen
    assert chosen.type_of("v1", "Pod") is not None
    assert builtin_schema().replaced(None).replaced(CUSTOM).type_of("v1", "Pod") is None


@pytest.mark.parametrize(
    ("document", "version", "error"),
    [
        (CUSTOM, "v1.21.2", "both a version and a path"),
        (None, "v1.2.3", "not built in"),
        (["definitions"], None, "not a mapping"),
        ({"definitions": []}, None, "not a mapping"),
        ({"definitions": {"a": {"x-kubernetes-group-version-kind": [{}]}}}, None, "without its"),
    ],
)
def test_refuses(document: Document, version: str | None, error: str) -> None:
    with pytest.raises(KustomizationError, match=error):
        builtin_schema().replaced(document, version)
