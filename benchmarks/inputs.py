"""Inputs of the benchmarks: made anew in a folder, the same each time."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

_SERVICE = """\
apiVersion: v1
kind: ConfigMap
metadata:
  name: settings-{n}
data:
  mode: "on"
  peer: web-{n}
---
apiVersion: v1
kind: ServiceAccount
metadata:
  name: runner-{n}
---
apiVersion: v1
kind: Service
metadata:
  name: web-{n}
spec:
  ports:
  - name: http
    port: 80
    targetPort: 8080
  selector:
    app: web-{n}
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web-{n}
spec:
  replicas: 2
  selector:
    matchLabels:
      app: web-{n}
  template:
    metadata:
      labels:
        app: web-{n}
    spec:
      serviceAccountName: runner-{n}
      containers:
      - name: web
        image: registry.example/web:1.0
        env:
        - name: MODE
          valueFrom:
            configMapKeyRef:
              name: settings-{n}
              key: mode
        ports:
        - containerPort: 8080
      volumes:
      - name: settings
        configMap:
          name: settings-{n}
"""

_LARGE = """\
namePrefix: big-
namespace: shop
resources:
- all.yaml
labels:
- pairs:
    team: shop
  includeSelectors: true
images:
- name: registry.example/web
  newTag: "2.0"
"""

_OVERLAY = """\
namePrefix: {environment}-
namespace: {environment}
resources:
- ../../../bases/{app}
labels:
- pairs:
    environment: {environment}
  includeSelectors: true
images:
- name: registry.example/web
  newTag: "2.{step}"
patches:
- path: size.yaml
configMapGenerator:
- name: place
  literals:
  - environment={environment}
"""

_PATCH = """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web-{n}
spec:
  replicas: {replicas}
"""


def large_overlay(folder: Path, resources: int) -> Path:
    """One overlay with a prefix, a namespace, labels, an image and references.

    Args:
        folder: where to make it.
        resources: how many; a multiple of four.
    """
    _write(folder / "all.yaml", "---\n".join(_SERVICE.format(n=n) for n in range(resources // 4)))
    _write(folder / "kustomization.yaml", _LARGE)
    return folder


def tiny_overlay(folder: Path) -> Path:
    """One overlay of four resources."""
    return large_overlay(folder, 4)


def large_crds(folder: Path, kilobytes: int) -> Path:
    """Definitions as large as those of service meshes: deep schemas with long descriptions."""
    size, number = 0, 0
    while size < kilobytes * 1024:
        text = _definition(number)
        _write(folder / f"crd-{number}.yaml", text)
        size += len(text)
        number += 1
    files = "".join(f"- crd-{index}.yaml\n" for index in range(number))
    labels = "labels:\n- pairs:\n    team: mesh\n"
    _write(folder / "kustomization.yaml", f"resources:\n{files}{labels}")
    return folder


def _definition(number: int) -> str:
    head = f"""\
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata:
  name: routes{number}.mesh.example
  annotations:
    made-by: benchmark
spec:
  group: mesh.example
  names:
    kind: Route{number}
    listKind: Route{number}List
    plural: routes{number}
    singular: route{number}
  scope: Namespaced
  versions:
"""
    versions = []
    for version in ("v1", "v1beta1"):
        versions.append(f"  - name: {version}\n    served: true\n")
        versions.append(f"    storage: {'true' if version == 'v1' else 'false'}\n")
        versions.append("    schema:\n      openAPIV3Schema:\n        type: object\n")
        versions.append("        properties:\n          spec:\n            type: object\n")
        versions.append("            properties:\n")
        versions += [_properties(index, 14) for index in range(60)]
    return head + "".join(versions)


def _properties(index: int, indent: int) -> str:
    lines = [
        f"field{index}:",
        "  description: |-",
        "    How requests are matched before they reach the workload.",
        "    A list of conditions, of which any one is enough; see: the reference.",
        "  type: object",
        "  properties:",
    ]
    for inner in range(6):
        lines += [
            f"    inner{inner}:",
            "      description: 'The part of the match that this states, for instance: a prefix or",
            "        a regular expression. Empty means that everything matches.'",
            "      oneOf:",
            "      - required:",
            "        - exact",
            "      - required:",
            "        - prefix",
            "      type: object",
            "      maxLength: 253",
            "      x-kubernetes-preserve-unknown-fields: true",
            "      enum:",
            '      - ""',
            '      - "ON"',
            "      - AUTO",
        ]
    return "".join(f"{' ' * indent}{line}\n" for line in lines)


def fleet(folder: Path, apps: int, environments: int, *, own_names: bool = True) -> list[Path]:
    """Overlays of many apps in many environments; the environments of an app share its base.

    Args:
        folder: where to.
        apps: how many.
        environments: how many.
        own_names: give each environment a namespace and a prefix of its own.

    Returns:
        The directories of the overlays.
    """
    overlays = []
    for number in range(apps):
        app = f"app-{number}"
        _write(folder / f"bases/{app}/all.yaml", _SERVICE.format(n=number))
        _write(folder / f"bases/{app}/kustomization.yaml", "resources:\n- all.yaml\n")
        for step in range(environments):
            environment = f"env-{step}"
            overlay = folder / f"overlays/{environment}/{app}"
            text = _OVERLAY.format(environment=environment, app=app, step=step)
            if not own_names:
                text = text[text.index("resources:") :]
            _write(overlay / "kustomization.yaml", text)
            _write(overlay / "size.yaml", _PATCH.format(n=number, replicas=step + 1))
            overlays.append(overlay)
    names = [f"env-{step}" for step in range(environments)]
    lines = ["apiVersion: promote/v1", "kind: Project", "name: fleet", "apps:"]
    lines += [f"  app-{number}: {{}}" for number in range(apps)]
    lines += ["environments:"]
    for step, name in enumerate(names):
        upstream = f"from: {names[step - 1]}, " if step else ""
        lines.append(f"  {name}: {{{upstream}clusters: [{name}-east]}}")
    _write(folder / "promote.yaml", "\n".join(lines) + "\n")
    return overlays


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
