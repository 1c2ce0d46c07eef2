"""The schemas for kubeconform take what the API server takes, and nothing else."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from partskit.schemas import file_name, of_definitions, of_openapi

if TYPE_CHECKING:
    from support.parts import Part

OPENAPI: dict[str, Any] = {
    "definitions": {
        "v1.Thing": {
            "type": "object",
            "description": "A thing.",
            "required": ["spec"],
            "properties": {
                "apiVersion": {"type": "string"},
                "kind": {"type": "string"},
                "spec": {"$ref": "#/definitions/v1.Spec"},
            },
            "x-kubernetes-group-version-kind": [
                {"group": "shop.example.com", "version": "v1", "kind": "Thing"}
            ],
        },
        "v1.Spec": {
            "properties": {
                "port": {"type": "string", "format": "int-or-string"},
                "inner": {"$ref": "#/definitions/v1.Spec"},
            }
        },
        "v1.Other": {"properties": {"unused": {"type": "string"}}},
        "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta": {
            "properties": {"name": {"type": "string"}}
        },
    }
}

DEFINITION = """\
kind: CustomResourceDefinition
spec:
  group: networking.example.com
  names: {kind: Route}
  versions:
  - name: v2
    schema:
      openAPIV3Schema:
        type: object
        properties:
          spec:
            type: object
            properties:
              a: {type: string, nullable: true}
              free:
                type: object
                x-kubernetes-preserve-unknown-fields: true
                properties: {b: {type: string}}
            oneOf:
            - required: [a]
            - properties: {free: {type: object}}
              required: [free]
"""


def test_files_are_named_as_kubeconform_looks_for_them() -> None:
    assert file_name("", "v1", "ConfigMap") == "configmap-v1.json"
    assert file_name("apps", "v1", "Deployment") == "deployment-apps-v1.json"
    assert file_name("networking.istio.io", "v1", "Gateway") == "gateway-networking-v1.json"


def test_a_schema_holds_what_it_refers_to_and_no_more() -> None:
    ((name, schema),) = of_openapi(OPENAPI)
    assert name == "thing-shop-v1.json"
    assert set(schema["definitions"]) == {"v1.Spec"}
    assert schema["properties"]["spec"] == {"$ref": "#/definitions/v1.Spec"}
    assert "description" not in schema


def test_a_schema_takes_its_own_kind_only() -> None:
    ((_, schema),) = of_openapi(OPENAPI)
    assert schema["properties"]["apiVersion"]["enum"] == ["shop.example.com/v1"]
    assert schema["properties"]["kind"]["enum"] == ["Thing"]
    assert schema["required"] == ["apiVersion", "kind", "spec"]
    assert schema["additionalProperties"] is False


def test_what_a_definition_leaves_open_stays_open() -> None:
    ((name, schema),) = of_definitions([yaml.safe_load(DEFINITION), None], OPENAPI)
    assert name == "route-networking-v2.json"
    spec = schema["properties"]["spec"]["anyOf"][0]
    assert spec["additionalProperties"] is False
    assert "additionalProperties" not in spec["properties"]["free"]["anyOf"][0]
    # A choice between fields is not a list of them.
    assert spec["oneOf"][1] == {"properties": {"free": {"type": "object"}}, "required": ["free"]}


DEPLOYMENT = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, creationTimestamp: null}
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
      - name: web
        image: web:1
        resources: {requests: {cpu: 1, memory: 64Mi}}
        livenessProbe: {httpGet: {path: /, port: http}}
        readinessProbe: {httpGet: {path: /, port: 80}}
"""
CRD = """\
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: things.shop.example.com}
spec:
  group: shop.example.com
  names: {kind: Thing, plural: things}
  scope: Namespaced
  versions:
  - name: v1
    served: true
    storage: true
    schema:
      openAPIV3Schema: {type: object, properties: {a: {type: object}}}
"""
ROUTE = """\
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: web, labels: {app: web}}
spec:
  hosts: [web]
  http:
  - match: [{uri: {prefix: /}}]
    timeout: 2s
    route: [{destination: {host: web, port: {number: 80}}, weight: 100}]
"""
VALID = (DEPLOYMENT, CRD, ROUTE)
INVALID = (
    DEPLOYMENT.replace("replicas: 2", "replica: 2"),
    DEPLOYMENT.replace("replicas: 2", "replicas: two"),
    DEPLOYMENT.replace("image: web:1", "imag: web:1"),
    DEPLOYMENT.replace("selector: {matchLabels: {app: web}}", ""),
    DEPLOYMENT.replace("labels: {app: web}", "labels: {app: 1}"),
    DEPLOYMENT.replace("{name: web, creationTimestamp: null}", "{naem: web}"),
    CRD.replace("scope: Namespaced", "Scope: Namespaced"),
    ROUTE.replace("timeout: 2s", "timeOut: 2s"),
    ROUTE.replace("prefix: /", "prefix: /, exact: /"),
    ROUTE.replace("labels:", "label:"),
    ROUTE.replace("number: 80", "number: http"),
)


def kubeconform(part: Part, manifest: str) -> subprocess.CompletedProcess[str]:
    schemas = f"{part('kubeconform-schemas')}/{{{{.ResourceKind}}}}{{{{.KindSuffix}}}}.json"
    return subprocess.run(
        [part("kubeconform"), "-strict", "-schema-location", schemas, "-"],
        input=manifest,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("manifest", VALID)
def test_real_kinds_are_taken(part: Part, manifest: str) -> None:
    done = kubeconform(part, manifest)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("manifest", INVALID)
def test_mistakes_in_real_kinds_are_found(part: Part, manifest: str) -> None:
    assert manifest not in VALID
    done = kubeconform(part, manifest)
    assert done.returncode == 1
    assert "is invalid" in done.stdout, done.stdout + done.stderr
