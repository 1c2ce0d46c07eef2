"""The check of the example's variant, as it is and with one thing edited by hand."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from promote import yamlio
from promote.cli.main import main
from promote.project import open_project

if TYPE_CHECKING:
    from support.golden import Golden

ROOT = Path(__file__).parents[2]
COMPONENT = "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\npatches:\n"


@pytest.fixture
def example(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("bases", "components", "overlays"):
        shutil.copytree(ROOT / name, tmp_path / name)
    shutil.copy(ROOT / "promote.yaml", tmp_path)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def check(capsys: pytest.CaptureFixture[str], code: int) -> dict[str, Any]:
    """Run the command; the only variant's part of its answer."""
    assert main(["dr", "check", "prod-dr", "--output", "json"]) == code
    (variant,) = json.loads(capsys.readouterr().out)
    assert isinstance(variant, dict)
    return variant


def keep_by_hand(example: Path, app: str) -> Path:
    """Make a variant's app a full copy, which passes the check; give its manifests."""
    with open_project(example) as project:
        text = yamlio.dump_all(one.doc for one in project.render_all("prod-dr", [app]))
    folder = example / "overlays/prod-dr" / app
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    (folder / "kustomization.yaml").write_text("resources: [manifests.yaml]\n")
    (folder / "manifests.yaml").write_text(text)
    return folder / "manifests.yaml"


def edit(path: Path, old: str, new: str) -> int:
    """Replace the first use of a text, and give its line."""
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))
    return text[: text.index(old)].count("\n") + 1


def places(findings: list[dict[str, Any]]) -> set[tuple[str, int]]:
    return {(one["file"], one["line"]) for one in findings}


@pytest.mark.usefixtures("example")
def test_the_variant_is_its_primary_but_for_what_it_declares(
    capsys: pytest.CaptureFixture[str], golden: Golden
) -> None:
    cases = Path(__file__).parent / "parity_reports"
    for output in ("text", "markdown", "json"):
        assert main(["dr", "check", "prod-dr", "--output", output]) == 0
        golden(cases / f"example.{output}", capsys.readouterr().out)
    found = check(capsys, 0)
    assert found["holds"] is True
    assert len(found["declared"]) == 10
    assert {one["file"].split("/")[1] for one in found["declared"]} == {"prod-dr"}


HAND_KEPT = {
    "host": ("orders", "host: orders.shop-dr.svc", "host: orders.shop-prod.svc"),
    "host of nothing": ("orders", "host: orders.shop-dr.svc", "host: order.shop-dr.svc"),
    "principal": ("orders", "ns/edge-dr/sa/shop-gateway", "ns/edge-prod/sa/shop-gateway"),
    "selector": ("bridge", "- dr-east/shop-dr", "- dr-east/shop-prod"),
    "cluster list": ("bridge", "- name: dr-west", "- name: prod-west"),
}


@pytest.mark.parametrize("case", HAND_KEPT)
def test_one_edit_of_a_copy_kept_by_hand_is_found(
    case: str, example: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    app, old, new = HAND_KEPT[case]
    copy = keep_by_hand(example, app)
    clean = check(capsys, 0 if app != "bridge" else 10)
    # The regions of failover really differ, which only an overlay of differences can declare.
    known = [one for one in clean["unexplained"] if "regionalFailover" not in one["field"]]
    assert known == []
    assert clean["dangling"] == []
    line = edit(copy, old, new)
    found = check(capsys, 10)
    assert places(found["dangling"]) == {(f"overlays/prod-dr/{app}/manifests.yaml", line)}


def test_a_field_that_differs_in_a_copy_kept_by_hand_is_unexplained(
    example: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    copy = keep_by_hand(example, "orders")
    line = edit(copy, "maxReplicas: 12", "maxReplicas: 3")
    found = check(capsys, 10)
    assert places(found["unexplained"]) == {("overlays/prod-dr/orders/manifests.yaml", line)}
    (one,) = found["unexplained"]
    assert (one["field"], one["primary"], one["variant"]) == ("spec.maxReplicas", 12, 3)


PATCHES = {
    "host": (
        "orders",
        "kind: VirtualService, name: orders",
        "/spec/http/0/route/0/destination/host",
        "orders.shop-prod.svc.cluster.local",
    ),
    "principal": (
        "orders",
        "kind: AuthorizationPolicy, name: orders-partners",
        "/spec/rules/0/from/0/source/principals/0",
        "cluster.local/ns/edge-prod/sa/shop-gateway",
    ),
    "selector": (
        "bridge",
        "kind: Workspace",
        "/spec/namespaceSelector/names/0",
        "prod-east/shop-dr",
    ),
    "cluster list": (
        "bridge",
        "kind: Tier1Gateway",
        "/spec/externalServers/0/clusters/0/name",
        "prod-east",
    ),
    "selector of pods": (
        "orders",
        "kind: Service, name: orders",
        "/spec/selector",
        "{app.kubernetes.io/name: odrers}",
    ),
    "selector of a policy": (
        "orders",
        "kind: AuthorizationPolicy, name: orders",
        "/spec/selector/matchLabels",
        "{app.kubernetes.io/name: other}",
    ),
    "service of neither side": (
        "orders",
        "kind: VirtualService, name: orders",
        "/spec/http/0/route/0/destination/host",
        "odrers.shop-dr.svc.cluster.local",
    ),
}


@pytest.mark.parametrize("case", PATCHES)
def test_a_declared_difference_must_not_lead_out_of_the_variant(
    case: str, example: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    app, target, path, value = PATCHES[case]
    overlay = example / "overlays/prod-dr" / app / "kustomization.yaml"
    overlay.parent.mkdir(exist_ok=True)
    overlay.write_text(
        f"{COMPONENT}- target: {{{target}}}\n  patch: |-\n"
        f"    - op: replace\n      path: {path}\n      value: {value}\n"
    )
    found = check(capsys, 10)
    assert found["unexplained"] == []
    assert places(found["dangling"]) == {(f"overlays/prod-dr/{app}/kustomization.yaml", 8)}
    assert main(["dr", "check"]) == 10
    assert f"dangling: overlays/prod-dr/{app}/kustomization.yaml:8: " in capsys.readouterr().out


def test_what_only_one_side_has_is_unexplained_in_a_copy_kept_by_hand(
    example: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    copy = keep_by_hand(example, "orders")
    text = copy.read_text()
    one, *rest = text.split("---\n")
    kind = yamlio.load_one(one, "manifests.yaml")
    assert isinstance(kind, dict)
    copy.write_text("---\n".join(rest) + "---\n" + one.replace("name: orders", "name: extra"))
    found = check(capsys, 10)
    fields = {(one["resource"], one["variant"], one["primary"]) for one in found["unexplained"]}
    assert len(fields) == 2
    assert {one["field"] for one in found["unexplained"]} == {""}


def test_a_reference_to_what_is_shared_is_let_be(
    example: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    overlay = example / "overlays/prod-dr/orders/kustomization.yaml"
    overlay.parent.mkdir()
    overlay.write_text(
        f"{COMPONENT}- target: {{kind: VirtualService, name: orders}}\n  patch: |-\n"
        "    - op: replace\n      path: /spec/http/0/route/0/destination/host\n"
        "      value: ledger.bank.svc.cluster.local\n"
    )
    assert check(capsys, 10)["dangling"]
    edit(example / "promote.yaml", "    rename:\n", "    rename:\n      shared: [bank]\n")
    assert check(capsys, 0)["dangling"] == []


def test_a_rule_that_matches_nothing_is_a_warning_with_its_line(
    example: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    line = edit(
        example / "promote.yaml",
        "        - {kind: Workspace, suffix: -dr}\n",
        "        - {kind: Widget, suffix: -dr}\n        - {kind: Workspace, suffix: -dr}\n",
    )
    warnings = check(capsys, 0)["warnings"]
    (warning,) = [one for one in warnings if one["code"] == "rule-matches-nothing"]
    assert (warning["file"], warning["line"]) == ("promote.yaml", line)


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        ("{shop-prod: both, edge-prod: both}", "would both be called 'both'"),
        ("{shop-prod: " + "x" * 64 + "}", "has 64 characters; Kubernetes allows 63"),
        ("{shop-prod: Shop}", "is not a name that Kubernetes allows"),
    ],
)
def test_a_rename_that_cannot_be_is_an_error_with_its_line(
    rule: str, message: str, example: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    line = edit(example / "promote.yaml", "{shop-prod: shop-dr, edge-prod: edge-dr}", rule)
    assert main(["dr", "check"]) == 1
    error = capsys.readouterr().err
    assert message in error
    assert f"promote.yaml:{line}" in error


def test_names_in_text_are_found_with_their_line_and_follow_a_rule(
    example: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    base = example / "bases/orders"
    (base / "dashboard.yaml").write_text(
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: dashboard}\ndata:\n"
        '  queries: |\n    up\n    sum(rate(x{namespace="shop-prod"}[5m]))\n'
    )
    edit(base / "kustomization.yaml", "resources:\n", "resources:\n  - dashboard.yaml\n")
    found = [one for one in check(capsys, 0)["warnings"] if one["code"] == "free-text"]
    assert places(found) == {("bases/orders/dashboard.yaml", 7)}
    rule = "      text: [{kind: ConfigMap, name: dashboard, field: data, action: %s}]\n"
    edit(example / "promote.yaml", "    rename:\n", "    rename:\n" + rule % "leave")
    left = check(capsys, 0)
    assert [one for one in left["warnings"] if one["code"] == "free-text"] == []
    edit(example / "promote.yaml", "action: leave", "action: rewrite")
    assert [one for one in check(capsys, 0)["warnings"] if one["code"] == "free-text"] == []
    with open_project(example) as project:
        (dashboard,) = [
            one.doc
            for one in project.render_all("prod-dr", ["orders"])
            if one.id.name == "dashboard"
        ]
    assert dashboard["data"] == {"queries": 'up\nsum(rate(x{namespace="shop-dr"}[5m]))\n'}


@pytest.mark.parametrize("clusters", ["{prod-east: dr-east, prod-west: dr-west}", "{}"])
def test_a_mirror_has_the_names_of_its_primary(
    clusters: str, example: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = (example / "promote.yaml").read_text()
    start, end = text.index("    rename:\n"), text.index("\n# The fields that make a release")
    mirrored = f"{text[:start]}    rename: {{clusters: {clusters}}}\n{text[end:]}"
    if clusters == "{}":
        mirrored = mirrored.replace(
            "clusters: [dr-east, dr-west]", "clusters: [prod-east, prod-west]"
        )
    (example / "promote.yaml").write_text(mirrored)
    found = check(capsys, 0)
    assert (found["unexplained"], found["dangling"]) == ([], [])
    assert len(found["declared"]) == 10
