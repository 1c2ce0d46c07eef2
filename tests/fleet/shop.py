"""A small shop with every kind of input, and changes to each of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

PROJECT = """\
apiVersion: promote/v1
kind: Project
name: shop
apps: {web: {}, api: {}, mesh: {scope: cluster}}
environments:
  dev: {clusters: [dev-1]}
  prod: {from: dev, clusters: [east, west]}
  dr: {variant-of: prod, clusters: [dr-east, dr-west],
       rename: {clusters: {east: dr-east, west: dr-west}, namespaces: {shop-prod: shop-dr}}}
"""

FILES = {
    "promote.yaml": PROJECT,
    "bases/web/kustomization.yaml": "resources: [all.yaml]\n",
    "bases/web/all.yaml": """\
apiVersion: v1
kind: Service
metadata: {name: web}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec: {template: {spec: {containers: [{name: web, image: web}]}}}
""",
    "bases/api/settings.yaml.j2": """\
{% import 'shared/words.txt' as words %}
apiVersion: v1
kind: ConfigMap
metadata: {name: api}
data: {size: "{{ values.size }}", word: "{{ words.hello }}"}
""",
    "bases/api/values.yaml": "size: 1\n",
    "bases/api/values.schema.json": '{"type": "object", "properties": {"size": {}, "more": {}}}',
    "bases/mesh/kustomization.yaml": "resources: [all.yaml.j2]\n",
    "bases/mesh/all.yaml.j2": """\
apiVersion: v1
kind: ConfigMap
metadata: {name: mesh, namespace: shop-prod}
data: {cluster: "{{ cluster.name }}"}
""",
    "shared/words.txt": "{% set hello = 'hello' %}",
}
for environment in ("dev", "prod"):
    FILES |= {
        f"overlays/{environment}/web/kustomization.yaml": (
            f"resources: [../../../bases/web]\nnamespace: shop-{environment}\n"
            "images: [{name: web, newTag: '1'}]\n"
            "configMapGenerator: [{name: files, files: [a.txt]}]\n"
        ),
        f"overlays/{environment}/web/a.txt": environment,
        f"overlays/{environment}/api/values.yaml": "size: 2\n",
        f"overlays/{environment}/mesh/kustomization.yaml": "resources: [../../../bases/mesh]\n",
    }

WEB = {"dev/web", "prod/web", "dr/web"}
API = {"dev/api", "prod/api", "dr/api"}
MESH = {"dev/dev-1/mesh", "prod/east/mesh", "prod/west/mesh", "dr/dr-east/mesh", "dr/dr-west/mesh"}
DR = {"dr/web", "dr/api", "dr/dr-east/mesh", "dr/dr-west/mesh"}
ALL = WEB | API | MESH


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


CHANGES: dict[str, tuple[set[str], Callable[[Path], object]]] = {
    "an overlay's file": (
        {"dev/web"},
        lambda root: write(root / "overlays/dev/web/a.txt", "new"),
    ),
    "a primary's file": (
        {"prod/web", *DR},
        lambda root: write(root / "overlays/prod/web/a.txt", "new"),
    ),
    "a base's file": (
        {*WEB, *DR},
        lambda root: write(root / "bases/web/all.yaml", FILES["bases/web/all.yaml"] + "---\n"),
    ),
    "a base's kustomization": (
        {*WEB, *DR},
        lambda root: write(
            root / "bases/web/kustomization.yaml", "resources: [all.yaml]\nnamePrefix: x-\n"
        ),
    ),
    "values of an overlay": (
        {"dev/api"},
        lambda root: write(root / "overlays/dev/api/values.yaml", "size: 3\n"),
    ),
    "values of a base": (
        {*API, *DR},
        lambda root: write(root / "bases/api/values.yaml", "size: 9\nmore: 1\n"),
    ),
    "values where there were none": (
        {"dev/api", "dev/web", "dev/dev-1/mesh"},
        lambda root: write(root / "overlays/dev/values.yaml", "size: 7\n"),
    ),
    "a schema": (
        {*API, *DR},
        lambda root: write(root / "bases/api/values.schema.json", '{"type": "object"}'),
    ),
    "a template": (
        {*API, *DR},
        lambda root: write(
            root / "bases/api/settings.yaml.j2",
            FILES["bases/api/settings.yaml.j2"].replace("word:", "words:"),
        ),
    ),
    "what a template imports": (
        {*API, *DR},
        lambda root: write(root / "shared/words.txt", "{% set hello = 'hi' %}"),
    ),
    "a manifest that appears in a base without kustomization": (
        {*API, *DR},
        lambda root: write(
            root / "bases/api/more.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: m}\n"
        ),
    ),
    "a component for a variant": (
        {"dr/web"},
        lambda root: write(
            root / "overlays/dr/web/kustomization.yaml",
            "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\n"
            "commonAnnotations: {a: b}\n",
        ),
    ),
    "the project file": (
        ALL,
        lambda root: write(root / "promote.yaml", PROJECT.replace("shop-dr", "shop-other")),
    ),
}
