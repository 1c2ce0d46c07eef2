"""Fields of the example of every origin: each is traced to the line that sets it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest

from promote.explain import Explanation, LineHistory, explain, find_resource, find_units
from promote.project import open_project

if TYPE_CHECKING:
    from collections.abc import Iterator

    from promote.explain import Source, Step
    from promote.project import Project

ROOT = Path(__file__).parents[2]


class Case(NamedTuple):
    """A question, and for each step of its answer: how, the file, and a word of its line."""

    environment: str
    resource: str
    field: str
    steps: tuple[tuple[str, str, str], ...]


APP = "spec.template.spec.containers[app]"
MESH = "components/mesh-identity/kustomization.yaml"
ENVIRONMENT = "components/environments/prod/kustomization.yaml"
IMAGE = f"{APP}.image"
CASES = {
    "base": Case(
        "prod", "Deployment/storefront", f"{APP}.ports[0].containerPort",
        (("written", "bases/storefront/deployment.yaml", "containerPort: "),),
    ),
    "template": Case(
        "prod", "Deployment/checkout", f"{APP}.ports[0].name",
        (("written", "bases/checkout/deployment.yaml.j2", "- name: http"),),
    ),
    "macro of another template": Case(
        "prod", "Workspace/webshop-prod", 'metadata.annotations["tsb.tetrate.io/tenant"]',
        (("written", "components/tsb.j2", "tsb.tetrate.io/tenant"),),
    ),
    "strategic patch in a file": Case(
        "prod", "Deployment/storefront",
        f"{APP}.securityContext.readOnlyRootFilesystem",
        (("patch", "components/hardened/unprivileged.yaml", "readOnlyRootFilesystem: true"),),
    ),
    "strategic patch within a kustomization": Case(
        "prod", "Deployment/catalog", f"{APP}.resources.limits.memory",
        (
            ("patch", "overlays/prod/catalog/kustomization.yaml", "memory: 1Gi"),
            ("written", "bases/catalog/deployment.yaml", "memory: "),
        ),
    ),
    "JSON patch": Case(
        "prod", "HorizontalPodAutoscaler/storefront", "spec.maxReplicas",
        (
            ("patch", "overlays/prod/storefront/kustomization.yaml", "value: 24"),
            ("written", "bases/storefront/availability.yaml", "maxReplicas: "),
        ),
    ),
    "images": Case(
        "prod", "Deployment/storefront", IMAGE,
        (
            ("images", "overlays/prod/storefront/kustomization.yaml", "newTag: 3.7.2"),
            ("written", "bases/storefront/deployment.yaml", "image: "),
        ),
    ),
    "images by digest": Case(
        "prod", "Deployment/payments", IMAGE,
        (
            ("images", "overlays/prod/payments/kustomization.yaml", "digest: sha256:"),
            ("written", "bases/payments/deployment.yaml", "image: "),
        ),
    ),
    "replicas": Case(
        "prod", "StatefulSet/cart-store", "spec.replicas",
        (
            ("replicas", "overlays/prod/cart/kustomization.yaml", "count: 3"),
            ("written", "bases/cart/store.yaml", "replicas: 1"),
        ),
    ),
    "namespace": Case(
        "prod", "Service/orders", "metadata.namespace", (("namespace", ENVIRONMENT, "namespace:"),)
    ),
    "label": Case(
        "prod", "Deployment/storefront",
        'spec.template.metadata.labels["app.kubernetes.io/part-of"]',
        (("labels", "bases/storefront/kustomization.yaml", "app.kubernetes.io/part-of: shop"),),
    ),
    "literal of a generator": Case(
        "prod", "ConfigMap/storefront-settings", "data.PUBLIC_URL",
        (("configMapGenerator", "overlays/prod/storefront/kustomization.yaml", "- PUBLIC_URL="),),
    ),
    "literal of a merged generator": Case(
        "prod", "ConfigMap/storefront-settings", "data.LOG_LEVEL",
        (("configMapGenerator", "bases/storefront/kustomization.yaml", "- LOG_LEVEL=info"),),
    ),
    "file of a generator": Case(
        "prod", "ConfigMap/storefront-pages", 'data["robots.txt"]',
        (("configMapGenerator", "bases/storefront/robots.txt", "User-agent"),),
    ),
    "name of what a generator made": Case(
        "prod", "Deployment/storefront", f"{APP}.envFrom[0].configMapRef.name",
        (
            ("follows a name", "bases/storefront/deployment.yaml", "name: storefront-settings"),
            ("written", "bases/storefront/deployment.yaml", "name: storefront-settings"),
        ),
    ),
    "replacement": Case(
        "prod", "VirtualService/orders", "spec.http[0].route[0].destination.host",
        (
            ("replacements", MESH, "route.*.destination.host"),
            ("written", "bases/orders/traffic.yaml", "host: orders.shop.svc"),
        ),
    ),
    "rename of a namespace": Case(
        "prod-dr", "VirtualService/orders", "/spec/http/0/route/0/destination/host",
        (
            ("renamed", "promote.yaml", "shop-prod: shop-dr"),
            ("replacements", MESH, "route.*.destination.host"),
            ("written", "bases/orders/traffic.yaml", "host: orders.shop.svc"),
        ),
    ),
    "rename of a kind": Case(
        "prod-dr", "Workspace/webshop-prod-dr", "metadata.name",
        (
            ("renamed", "promote.yaml", "kind: Workspace, suffix: -dr"),
            ("written", "bases/bridge/workspace.yaml.j2", "name: {{ values.tsb.workspace }}"),
        ),
    ),
    "declared difference of a variant": Case(
        "prod-dr", "HorizontalPodAutoscaler/storefront", "spec.minReplicas",
        (
            ("patch", "overlays/prod-dr/storefront/kustomization.yaml", "value: 2"),
            ("patch", "overlays/prod/storefront/kustomization.yaml", "value: 4"),
            ("written", "bases/storefront/availability.yaml", "minReplicas: "),
        ),
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def project() -> Iterator[Project]:
    with open_project(ROOT) as opened:
        yield opened


def ask(project: Project, environment: str, resource: str, field: str) -> Explanation:
    units = find_units(project, environment)
    unit, found = find_resource(project, units, resource)
    with LineHistory(str(ROOT)) as history:
        return explain(project, unit, found, field, history)


def seen(source: Source | None) -> tuple[str, str]:
    """The file of a source, and the text of its line."""
    assert source is not None
    assert source.place.line is not None
    path = Path(source.place.file)
    text = (ROOT / path).read_text().split("\n")[source.place.line - 1]
    return path.resolve().relative_to(ROOT).as_posix(), text


@pytest.fixture(autouse=True)
def at_the_top(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)


@pytest.mark.parametrize("name", CASES)
def test_a_field_is_traced_to_its_line(name: str, project: Project) -> None:
    case = CASES[name]
    found = ask(project, case.environment, case.resource, case.field)
    assert [step.how for step in found.steps] == [how for how, _, _ in case.steps]
    for step, (_, file, word) in zip(found.steps, case.steps, strict=True):
        path, text = seen(step.source)
        assert path == file
        assert word in text


def test_a_template_names_the_values_that_it_prints(project: Project) -> None:
    found = ask(project, "prod", "Deployment/checkout", IMAGE)
    (step,) = found.steps
    assert seen(step.source)[1].strip().startswith("image: ")
    values = {value.path: value for value in step.values}
    tag = values["values.image.tag"]
    assert tag.layer == "app"
    assert seen(tag.source) == ("overlays/prod/checkout/values.yaml", f"  tag: {tag.value}")
    assert [layer for layer, _, _ in tag.under] == ["base"]
    assert found.value == f"{values['values.image.repository'].value}:{tag.value}"


def test_values_of_a_loop_are_found_by_their_item(project: Project) -> None:
    found = ask(project, "prod", "Workspace/webshop-prod", "spec.namespaceSelector.names[2]")
    (step,) = found.steps
    names = {value.path: value.value for value in step.values}
    assert names["values.clusters[1].name"] == "prod-west"
    assert found.value == "prod-west/shop-prod"


def test_a_variant_asks_the_values_of_its_primary(project: Project) -> None:
    found = ask(project, "prod-dr", "Deployment/checkout", IMAGE)
    assert seen(found.steps[0].values[-1].source)[0].startswith("overlays/prod/")


def hows(steps: tuple[Step, ...]) -> list[str]:
    return [step.how for step in steps]


def test_a_whole_resource_lists_what_touched_it(project: Project) -> None:
    found = ask(project, "prod-dr", "Deployment/storefront", "")
    assert hows(found.steps)[-1] == "written"
    assert {"patch", "renamed", "images", "labels", "namespace"} <= set(hows(found.steps))
    layers = {step.layer for step in found.steps}
    assert {"base", "overlay of prod", "variant prod-dr", "overlay of prod-dr"} <= layers
