"""What depends on the example's resources, found through the table of fields that hold names."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from promote.cli.main import main

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def at_the_top(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)


def dependents(capsys: pytest.CaptureFixture[str], resource: str) -> set[tuple[str, str, int]]:
    assert main(["impact", resource, "--env", "prod", "--output", "json"]) == 0
    found = json.loads(capsys.readouterr().out)["dependents"]
    return {(one["resource"]["kind"], one["resource"]["name"], one["distance"]) for one in found}


def test_what_names_a_resource_depends_on_it(capsys: pytest.CaptureFixture[str]) -> None:
    found = dependents(capsys, "Service/orders")
    assert {("DestinationRule", "orders", 1), ("VirtualService", "orders", 1)} <= found


def test_dependents_of_dependents_are_further_away(capsys: pytest.CaptureFixture[str]) -> None:
    found = dependents(capsys, "ServiceAccount/cart")
    assert ("Deployment", "cart", 1) in found
    assert ("HorizontalPodAutoscaler", "cart", 2) in found
    assert ("AuthorizationPolicy", "cart-store", 1) in found


def test_text_names_the_field(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["impact", "ServiceAccount/cart", "--env", "prod"]) == 0
    shown = capsys.readouterr().out
    assert "Deployment.apps shop-prod/cart  spec.template.spec.serviceAccountName\n" in shown
    assert "spec.scaleTargetRef.name → Deployment.apps shop-prod/cart\n" in shown


def test_nothing_may_depend_on_a_resource(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["impact", "PodDisruptionBudget/cart", "--env", "prod"]) == 0
    assert capsys.readouterr().out == "nothing depends on it\n"
