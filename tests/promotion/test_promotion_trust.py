"""What a promotion's rendering may use besides the repository is said on the base branch."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from promote.errors import KustomizationError
from promote.promotion import make_plan

if TYPE_CHECKING:
    from pathlib import Path

    from stage import Stage

CHART = {
    "overlays/prod/cart/charts/extra/Chart.yaml": "apiVersion: v2\nname: extra\nversion: 1.0.0\n",
    "overlays/prod/cart/charts/extra/values.yaml": "{}\n",
    "overlays/prod/cart/charts/extra/templates/a.yaml": (
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: from-a-chart}\n"
    ),
}


def with_chart(stage: Stage, trust: str) -> None:
    path = "overlays/prod/cart/kustomization.yaml"
    overlay = stage.show(path) + "helmCharts: [{name: extra, releaseName: x}]\n"
    project = stage.show("promote.yaml") + trust
    stage.push({**CHART, path: overlay, "promote.yaml": project}, "a chart")
    stage.release("cart", "2.0", "staging")


def test_charts_are_inflated_where_the_base_branch_trusts_helm(
    stage: Stage, helm: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", f"{helm.parent}{os.pathsep}{os.environ['PATH']}")
    with_chart(stage, "trust: {helm: true}\n")
    with stage.session() as session:
        plan = make_plan(session, "prod", ["cart"])
    assert [app.state for app in plan.apps] == ["moves"]


def test_and_nowhere_else(stage: Stage) -> None:
    with_chart(stage, "")
    with (
        stage.session() as session,
        pytest.raises(KustomizationError, match="needs helm, which is off"),
    ):
        make_plan(session, "prod", ["cart"])
