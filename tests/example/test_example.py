"""The example is true: it renders, it is valid, and its parts find each other."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from mesh_references import dangling, pod_template

from promote import yamlio
from promote.project import open_project
from promote.render.files import DiskTree
from promote.render.options import BuildOptions
from promote.render.pipeline import build

if TYPE_CHECKING:
    from collections.abc import Iterator

    from support.parts import Part

    from promote.project import Project

ROOT = Path(__file__).parents[2]
ENVIRONMENTS = ("dev", "staging", "prod", "prod-dr")
PLAIN = ("storefront", "catalog", "cart", "payments", "orders", "mesh")
OVERLAYS = [f"overlays/{env}/{app}" for env in ENVIRONMENTS[:3] for app in PLAIN]


@pytest.fixture(scope="module")
def project() -> Iterator[Project]:
    with open_project(ROOT) as opened:
        yield opened


@pytest.fixture(scope="module")
def rendered(project: Project) -> dict[str, list[dict[str, Any]]]:
    return {
        environment: [resource.doc for resource in project.render_all(environment)]
        for environment in ENVIRONMENTS
    }


@pytest.mark.parametrize("overlay", OVERLAYS)
@pytest.mark.parametrize("program", ["kubectl", "kustomize"])
def test_a_plain_overlay_is_printed_as_kustomize_prints_it(
    overlay: str, program: str, part: Part
) -> None:
    verb = "kustomize" if program == "kubectl" else "build"
    reference = subprocess.run(
        [part(program), verb, overlay], cwd=ROOT, capture_output=True, check=True
    )
    resources = build(DiskTree(), str(ROOT / overlay), BuildOptions())
    assert yamlio.dump_all(r.doc for r in resources).encode() == reference.stdout


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_every_app_renders_in_every_environment(project: Project, environment: str) -> None:
    units = project.units(environment)
    assert {unit.app for unit in units} == set(project.config.apps)
    for unit in units:
        assert project.render(unit), unit


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_every_reference_leads_somewhere(
    project: Project, rendered: dict[str, list[dict[str, Any]]], environment: str
) -> None:
    clusters = project.config.environments[environment].clusters
    assert dangling(rendered[environment], clusters) == []


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("/sa/checkout", "/sa/check-out"),
        ("prod-east/shop-prod", "prod-north/shop-prod"),
        ("catalog.shop-prod.svc", "katalog.shop-prod.svc"),
        ('io/workspace": "webshop-prod"', 'io/workspace": "shop"'),
        ('"trafficGroup": "routes"', '"trafficGroup": "roots"'),
        ('"shop-prod/partners"', '"shop-prod/partner"'),
        ('"secretName": "shop-tls"', '"secretName": "tls"'),
    ],
)
def test_a_reference_that_leads_nowhere_is_found(
    rendered: dict[str, list[dict[str, Any]]], right: str, wrong: str
) -> None:
    text = json.dumps(rendered["prod"]).replace("tsb.tetrate.io/trafficGroup", "trafficGroup")
    assert right in text
    # Only its first use is changed, so that what is referred to keeps its name.
    broken = text.replace(right, wrong, 1).replace('"trafficGroup', '"tsb.tetrate.io/trafficGroup')
    assert dangling(json.loads(broken), ["prod-east", "prod-west"])


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_manifests_are_valid(
    rendered: dict[str, list[dict[str, Any]]], environment: str, part: Part
) -> None:
    schemas = part("kubeconform-schemas")
    location = f"{schemas}/{{{{.ResourceKind}}}}{{{{.KindSuffix}}}}.json"
    done = subprocess.run(
        [
            part("kubeconform"),
            "-strict",
            "-summary",
            "-ignore-missing-schemas",
            "-schema-location",
            location,
        ],
        input=yamlio.dump_all(rendered[environment]),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert " 0 resources" not in done.stdout


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_workloads_are_fit_for_production(
    rendered: dict[str, list[dict[str, Any]]], environment: str
) -> None:
    for doc in rendered[environment]:
        template = pod_template(doc)
        if template is None:
            continue
        name, pod = doc["metadata"]["name"], template["spec"]
        assert pod["securityContext"]["runAsNonRoot"] is True, name
        for container in pod["containers"]:
            assert ":" in container["image"], f"{name} has an image without tag or digest"
            assert container["resources"]["requests"], name
            assert container["securityContext"]["capabilities"] == {"drop": ["ALL"]}, name
            if doc["kind"] != "CronJob" and container["name"] == "app" and "ports" in container:
                assert "readinessProbe" in container, name


def test_names_stay_within_the_limits(rendered: dict[str, list[dict[str, Any]]]) -> None:
    for docs in rendered.values():
        for doc in docs:
            limit = 52 if doc["kind"] == "CronJob" else 63
            assert len(doc["metadata"]["name"]) <= limit
            for value in doc["metadata"].get("labels", {}).values():
                assert len(value) <= 63
