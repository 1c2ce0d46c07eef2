"""A failover of the example and the way back: what is changed, and that all of it is taken back."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from promote.cli.main import main
from promote.project import open_project
from promote.promotion.failover.request import make_failover
from promote.promotion.view import View

if TYPE_CHECKING:
    from collections.abc import Mapping

    from support.repositories import GitRepo, MakeRemote, MakeRepo

    from promote.model.json import Json
    from promote.promotion.failover.planning import Failover

ROOT = Path(__file__).parents[2]


@pytest.fixture
def example(
    git_repo: MakeRepo, bare_remote: MakeRemote, monkeypatch: pytest.MonkeyPatch
) -> GitRepo:
    repository = git_repo()
    for name in ("bases", "components", "overlays"):
        shutil.copytree(ROOT / name, repository.path / name)
    shutil.copy(ROOT / "promote.yaml", repository.path)
    repository.commit(message="the shop")
    bare_remote(repository)
    monkeypatch.chdir(repository.path)
    return repository


def planned(*, back: bool) -> Failover:
    with open_project() as project:
        view = View.open(project.tree, project.root)
        found = make_failover(project, view, "prod-dr", back=back)
        view.close()
    return found


def write(edits: Mapping[str, bytes | None]) -> None:
    for name, content in edits.items():
        path = Path(name)
        if content is None:
            path.unlink()
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)


def field(environment: str, kind: str, *path: str | int) -> list[Json]:
    """A field of every resource of a kind."""
    found = []
    with open_project() as project:
        for one in project.render_all(environment):
            if one.id.kind == kind:
                node: Json = one.doc
                for step in path:
                    node = node[step]
                found.append(node)
    return found


def test_traffic_goes_to_the_variant_and_back(example: GitRepo) -> None:
    forth = planned(back=False)
    sorts = [step.sort for step in forth.steps]
    assert sorts == sorted(sorts, key=["hold", "replicas", "clusters"].index)
    assert {"hold", "replicas", "clusters"} == set(sorts)
    servers = ("spec", "externalServers", 0, "clusters", 0, "name")
    assert field("prod", "Tier1Gateway", *servers) == ["prod-east"]
    write(forth.edits)
    assert field("prod", "Tier1Gateway", *servers) == ["dr-east"]
    assert field("prod-dr", "StatefulSet", "spec", "replicas") == field(
        "prod", "StatefulSet", "spec", "replicas"
    )
    # Nothing else of the primary has changed.
    changed = example.git("status", "--porcelain", "--untracked-files=all").split("\n")
    assert {line[3:].split("/")[0] for line in changed} == {"holds.yaml", "overlays"}
    # A comment that someone writes meanwhile stays.
    overlay = Path("overlays/prod-dr/cart/kustomization.yaml")
    overlay.write_text(overlay.read_text() + "# since Monday\n")
    back = planned(back=True)
    assert [(s.sort, s.old, s.new) for s in back.steps if s.sort == "clusters"] == [
        (s.sort, s.new, s.old) for s in forth.steps if s.sort == "clusters"
    ]
    write(back.edits)
    Path("holds.yaml").unlink()  # an empty list of holds is left
    left = example.git("status", "--porcelain", "--untracked-files=all")
    assert left.strip() == "M overlays/prod-dr/cart/kustomization.yaml"
    assert example.git("diff").count("\n+") == 2  # the file's name, and the comment


def test_each_way_is_gone_once(example: GitRepo, capsys: pytest.CaptureFixture[str]) -> None:
    assert example.path
    assert main(["dr", "failover", "prod-dr", "--plan", "--back"]) == 2
    assert "traffic goes to prod, not to prod-dr" in capsys.readouterr().err
    write(planned(back=False).edits)
    assert main(["dr", "failover", "prod-dr", "--plan"]) == 2
    assert "traffic goes to prod-dr already" in capsys.readouterr().err
    assert main(["dr", "failover", "prod", "--plan"]) == 1


def test_the_plan_is_shown_in_each_format(
    example: GitRepo, capsys: pytest.CaptureFixture[str]
) -> None:
    assert example.path
    for output, word in (
        ("text", "clusters: Tier1Gateway/shop-front"),
        ("markdown", "| clusters |"),
    ):
        assert main(["dr", "failover", "prod-dr", "--plan", "--output", output]) == 0
        assert word in capsys.readouterr().out
    assert main(["dr", "failover", "prod-dr", "--plan", "--output", "json"]) == 0
    steps = json.loads(capsys.readouterr().out)["steps"]
    assert all(step["file"] for step in steps)
    assert example.git("status", "--porcelain") == ""


def test_a_pull_request_is_opened_once_and_its_merge_is_taken_back(
    example: GitRepo, capsys: pytest.CaptureFixture[str]
) -> None:
    for _ in range(2):
        assert main(["dr", "failover", "prod-dr"]) == 0
        assert "pull request 1: Send traffic to prod-dr" in capsys.readouterr().out
    assert example.git("status", "--porcelain") == ""
    assert main(["pull", "merge", "1"]) == 0
    assert main(["dr", "failover", "prod-dr", "--back"]) == 0
    assert "pull request 2: Send traffic back to prod" in capsys.readouterr().out
    assert main(["pull", "merge", "2"]) == 0
    example.git("fetch", "-q", "origin")
    changed = example.git("diff", "--stat", "HEAD", "origin/main", "--", "overlays", "bases")
    assert changed == ""


def test_without_a_gateway_in_front_hosts_are_moved_by_hand(example: GitRepo) -> None:
    gateways = example.path / "bases/bridge/gateways.yaml.j2"
    text = gateways.read_text()
    gateways.write_text(
        text[text.index("# The second tier") :].join(
            ['{% from "components/tsb.j2" import parents %}\n', ""]
        )
    )
    by_hand = [step for step in planned(back=False).steps if step.sort == "by hand"]
    assert any(step.subject.startswith("DNS of www.shop") for step in by_hand)
