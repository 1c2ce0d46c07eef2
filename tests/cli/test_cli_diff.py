"""The command, on a small project of its own."""

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING

import pytest

from promote.cli.main import main

if TYPE_CHECKING:
    from pathlib import Path

PROJECT = """\
apiVersion: promote/v1
kind: Project
name: demo
clusters: {east: {}, dr: {}}
apps: {web: {}, extra: {}}
environments:
  dev: {}
  prod: {from: dev, clusters: [east]}
  prod-dr:
    variant-of: prod
    clusters: [dr]
    rename: {namespaces: {prod: dr}}
ignore:
- {kind: Deployment, pointer: /spec/replicas}
"""

DEPLOYMENT = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 1
  template: {spec: {containers: [{name: main, image: web}]}}
"""

SERVICE = "apiVersion: v1\nkind: Service\nmetadata: {name: extra}\n"


def overlay(namespace: str, tag: str, replicas: int) -> str:
    return (
        f"resources: [../../../bases/web]\nnamespace: {namespace}\n"
        f"images: [{{name: web, newTag: {tag}}}]\nreplicas: [{{name: web, count: {replicas}}}]\n"
    )


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    files = {
        "promote.yaml": PROJECT,
        "bases/web/kustomization.yaml": "resources: [web.yaml]\n",
        "bases/web/web.yaml": DEPLOYMENT,
        "overlays/dev/web/kustomization.yaml": overlay("dev", '"2"', 1),
        "overlays/prod/web/kustomization.yaml": overlay("prod", '"1"', 3),
        "overlays/prod/extra/kustomization.yaml": "resources: [extra.yaml]\n",
        "overlays/prod/extra/extra.yaml": SERVICE,
    }
    for name, text in files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def commit(project: Path) -> None:
    for command in (
        ["init", "-q", "-b", "main"],
        ["add", "-A"],
        ["-c", "user.name=a", "-c", "user.email=a@b.c", "commit", "-q", "-m", "first"],
    ):
        subprocess.run(["git", *command], cwd=project, check=True)


@pytest.mark.usefixtures("project")
def test_two_environments(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["diff", "dev", "prod"]) == 10
    said = capsys.readouterr()
    assert said.out == (
        "+ Service extra\n"
        "~ Deployment.apps prod/web\n"
        "  ~ spec.template.spec.containers[name=main].image: web:2 → web:1\n"
        "1 added, 0 removed, 1 changed (1 field), 0 unchanged; 1 difference ignored\n"
    )
    assert said.err == "promote: taking namespace dev as prod; --exact does not\n"


@pytest.mark.usefixtures("project")
def test_exact_names(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["diff", "dev", "prod", "--exact"]) == 10
    said = capsys.readouterr()
    assert said.out.endswith("2 added, 1 removed, 0 changed, 0 unchanged; 0 differences ignored\n")
    assert said.err == ""
    assert main(["diff", "prod", "prod-dr", "--exact"]) == 10


@pytest.mark.usefixtures("project")
def test_an_environment_and_itself(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["diff", "prod", "prod"]) == 0
    assert capsys.readouterr().out == (
        "0 added, 0 removed, 0 changed, 2 unchanged; 0 differences ignored\n"
    )


@pytest.mark.usefixtures("project")
def test_ignore_rules_are_listed_or_left_aside(capsys: pytest.CaptureFixture[str]) -> None:
    main(["diff", "dev", "prod", "--show-ignored"])
    assert "  . spec.replicas: 1 → 3 (ignored: Deployment/* /spec/replicas)" in (
        capsys.readouterr().out
    )
    main(["diff", "dev", "prod", "--no-ignore"])
    assert "  ~ spec.replicas: 1 → 3\n" in capsys.readouterr().out


@pytest.mark.usefixtures("project")
def test_one_app_also_where_one_side_lacks_it(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["diff", "dev", "prod", "--app", "extra"]) == 10
    assert capsys.readouterr().out.startswith("+ Service extra\n1 added, 0 removed, 0 changed, 0")


@pytest.mark.usefixtures("project")
@pytest.mark.parametrize("sides", [("prod", "prod-dr"), ("prod-dr", "prod")])
def test_a_variant_is_compared_under_its_rename(
    sides: tuple[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["diff", *sides]) == 0
    assert "2 unchanged" in capsys.readouterr().out


@pytest.mark.parametrize("before", ["prod@HEAD", "main:prod"])
def test_an_environment_at_a_revision(
    project: Path, before: str, capsys: pytest.CaptureFixture[str]
) -> None:
    commit(project)
    (project / "overlays/prod/web/kustomization.yaml").write_text(overlay("prod", "new", 3))
    assert main(["diff", before, "prod"]) == 10
    assert "image: web:1 → web:new\n" in capsys.readouterr().out


def test_directories_and_files(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "live.yaml").write_text(DEPLOYMENT.replace("image: web", "image: old"))
    assert main(["diff", "bases/web", "live.yaml"]) == 10
    assert "image: web → old\n" in capsys.readouterr().out
    assert main(["diff", "bases/web", "bases/web/web.yaml"]) == 0


@pytest.mark.usefixtures("project")
@pytest.mark.parametrize("output", ["text", "unified", "markdown", "json"])
def test_every_output(output: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["diff", "dev", "prod", "--output", output]) == 10
    out = capsys.readouterr().out
    assert "extra" in out
    assert "\x1b" not in out
    if output == "json":
        assert json.loads(out)["summary"]["added"] == 1


@pytest.mark.usefixtures("project")
@pytest.mark.parametrize("output", ["text", "unified"])
def test_colour_is_for_terminals_unless_told(
    output: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def coloured(*options: str) -> bool:
        main(["diff", "dev", "prod", "--output", output, *options])
        return "\x1b[" in capsys.readouterr().out

    assert coloured("--color", "always")
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    monkeypatch.delenv("NO_COLOR", raising=False)
    assert coloured()
    assert not coloured("--color", "never")
    monkeypatch.setenv("NO_COLOR", "1")
    assert not coloured()
    assert coloured("--color", "always")


@pytest.mark.usefixtures("project")
@pytest.mark.parametrize(
    ("argv", "code", "message"),
    [
        (
            ["prd", "dev"],
            1,
            "'prd' is neither an environment nor a directory nor a file\n  did you mean 'prod'?",
        ),
        (
            ["zzz", "dev"],
            1,
            (
                "'zzz' is neither an environment nor a directory nor a file\n"
                "  the environments are dev, prod, prod-dr"
            ),
        ),
        (["bases/web", "bases/web", "--app", "web"], 2, "--app is for environments"),
        (["dev", "prod", "--app", "wbe"], 1, "there is no app 'wbe'"),
        (["prod@nothing", "prod"], 1, "Git"),
    ],
)
def test_bad_input_gets_two_lines(
    argv: list[str], code: int, message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["diff", *argv]) == code
    said = capsys.readouterr()
    assert said.out == ""
    assert message in said.err
    assert len(said.err.splitlines()) <= 2
