"""What a small project makes: prefixes, charts, removed fields, secrets; and bad questions."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from promote.cli.main import main
from promote.project import open_project
from promote.project.origins import ABSENT, Tracer
from promote.project.origins.following import changes_of
from promote.project.origins.locators import locate_cause
from promote.project.origins.texts import FileTexts
from promote.registry.helm import HelmProgram
from promote.render.files import DiskTree
from promote.render.options import BuildOptions
from promote.render.pipeline import build
from promote.render.trace import Trace

if TYPE_CHECKING:
    from pathlib import Path

    from support.repositories import GitRepo, MakeRepo

    from promote.model.json import FieldPath
    from promote.render.helm import Chart
    from promote.render.loading import Directory

FILES = {
    "promote.yaml": """\
apiVersion: promote/v1
kind: Project
name: demo
apps: {web: {}}
environments:
  prod: {}
  dr: {variant-of: prod, rename: {names: [{kind: Service, name: my-web, to: web-dr}]}}
""",
    "bases/web/kustomization.yaml": "resources: [web.yaml]\nnamePrefix: my-\n",
    "bases/web/web.yaml": """\
apiVersion: v1
kind: Service
metadata:
  name: web
  annotations: {a: b}
spec:
  type: NodePort
  ports:
  - {name: http, port: 80}
  - {name: admin, port: 81}
""",
    "overlays/prod/web/kustomization.yaml": """\
resources: [../../../bases/web]
commonAnnotations: {team: shop}
secretGenerator:
- name: token
  literals: [password=hunter2]
  options: {disableNameSuffixHash: true}
patchesStrategicMerge:
- |-
  apiVersion: v1
  kind: Service
  metadata: {name: web}
  spec:
    type: null
    ports:
    - port: 80
      targetPort: 8080
replacements:
- path: replacement.yaml
transformers:
- labels.yaml
""",
    "overlays/prod/web/labels.yaml": """\
apiVersion: builtin
kind: LabelTransformer
metadata: {name: labels}
labels: {tier: front}
fieldSpecs: [{path: metadata/labels, create: true}]
""",
    "overlays/prod/web/replacement.yaml": """\
source: {kind: Service, fieldPath: 'spec.ports.[name=http].targetPort'}
targets:
- select: {kind: Service}
  fieldPaths:
  - spec.ports.[name=admin].targetPort
  options: {create: true}
""",
    "CODEOWNERS": "* @all\n/bases/ @base\noverlays/prod/ @prod @ops\n*.md @docs\n",
}


@pytest.fixture
def repository(git_repo: MakeRepo, monkeypatch: pytest.MonkeyPatch) -> GitRepo:
    made = git_repo(FILES)
    monkeypatch.chdir(made.path)
    return made


def ask(
    capsys: pytest.CaptureFixture[str], resource: str, field: str = "", env: str = "prod"
) -> dict[str, Any]:
    assert main(["explain", resource, field, "--env", env, "--output", "json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert isinstance(found, dict)
    return found


def trail(found: dict[str, Any]) -> list[tuple[str, str, int]]:
    return [(step["how"], step["file"], step["line"]) for step in found["steps"]]


OVERLAY, BASE = "overlays/prod/web/kustomization.yaml", "bases/web/web.yaml"


@pytest.mark.parametrize(
    ("field", "wanted"),
    [
        (
            "metadata.name",
            [("namePrefix", "bases/web/kustomization.yaml", 2), ("written", BASE, 4)],
        ),
        ("metadata.annotations.team", [("commonAnnotations", OVERLAY, 2)]),
        ("spec.ports[http].targetPort", [("patch", OVERLAY, 16)]),
        ("spec.ports[http].port", [("written", BASE, 9)]),
        ("/spec/ports/1/targetPort", [("replacements", "overlays/prod/web/replacement.yaml", 5)]),
        ("metadata.labels.tier", [("labels", "overlays/prod/web/labels.yaml", 1)]),
        ("metadata.annotations[a]", [("written", BASE, 5)]),
    ],
)
def test_each_step_of_a_build_names_its_line(
    field: str,
    wanted: list[tuple[str, str, int]],
    repository: GitRepo,  # noqa: ARG001 - the project that is asked
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert trail(ask(capsys, "Service/my-web", field)) == wanted


def test_a_field_that_was_taken_away_is_explained(repository: GitRepo) -> None:
    with open_project(repository.path) as project:
        (unit,) = project.units("prod")
        tracer = Tracer(project)
        service = next(one for one in tracer.traced(unit) if one.resource.id.kind == "Service")
        path: FieldPath = ("spec", "type")
        gone, before = tracer.settings(service, path)
    assert gone.value is ABSENT
    assert gone.place is not None
    assert gone.place.line == 13
    assert before.value == "NodePort"


def test_no_secret_is_shown(repository: GitRepo, capsys: pytest.CaptureFixture[str]) -> None:
    assert repository.path
    for field in ("data.password", "data", ""):
        for output in ("text", "json"):
            command = ["explain", "Secret/token", field, "--env", "prod", "--output", output]
            assert main(command) == 0
            shown = capsys.readouterr().out
            assert "aHVudGVyMg" not in shown
            assert "hunter2" not in shown
    assert trail(ask(capsys, "Secret/token", "data.password")) == [("secretGenerator", OVERLAY, 5)]


def test_a_chart_is_traced_to_its_entry(tmp_path: Path) -> None:
    class Fake:
        def inflate(self, chart: Chart, directory: Directory) -> bytes:
            assert (chart.name, directory.root) == ("web", str(tmp_path))
            return b"apiVersion: v1\nkind: ConfigMap\nmetadata: {name: web}\ndata: {mode: fast}\n"

    (tmp_path / "kustomization.yaml").write_text(
        "helmCharts:\n- name: web\n  valuesInline:\n    speed: {mode: fast}\n"
    )
    trace = Trace()
    options = BuildOptions(helm=Fake(), trace=trace)
    (made,) = build(DiskTree(), str(tmp_path), options)
    (event,) = trace.of(made)
    assert event.cause.kind == "HelmChartInflationGenerator"
    texts = FileTexts(DiskTree())
    lines = [
        locate_cause(texts, changes_of([event], path)[0])
        for path in ((), ("metadata", "name"), ("data", "mode"))
    ]
    assert [line and line.line for line in lines] == [2, 2, 4]


def test_what_a_chart_made_is_explained(
    repository: GitRepo, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def inflate(self: HelmProgram, chart: Chart, directory: Directory) -> bytes:  # noqa: ARG001 - its signature
        return f"apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: {chart.release}}}\n".encode()

    monkeypatch.setattr(HelmProgram, "inflate", inflate)
    charts = "helmCharts:\n- name: thing\n  releaseName: it\n"
    repository.write({OVERLAY: FILES[OVERLAY] + charts})
    line = FILES[OVERLAY].count("\n") + 2
    assert main(["explain", "ConfigMap/it", "--env", "prod"]) == 1
    assert "--enable-helm" in capsys.readouterr().err
    command = ["explain", "ConfigMap/it", "kind", "--env", "prod", "--enable-helm"]
    assert main([*command, "--output", "json"]) == 0
    assert trail(json.loads(capsys.readouterr().out)) == [("helmCharts", OVERLAY, line)]


# Who, and through which pull request


def test_the_last_change_and_its_pull_request_are_named(
    repository: GitRepo, capsys: pytest.CaptureFixture[str]
) -> None:
    repository.git("checkout", "-q", "-b", "feature")
    text = FILES[OVERLAY].replace("targetPort: 8080", "targetPort: 9090")
    made = repository.commit({OVERLAY: text}, "Another port")
    repository.git("checkout", "-q", "main")
    repository.commit({"README.md": "x\n"}, "Words (#6)")
    merge = "Merge pull request #7 from acme/feature"
    repository.git("merge", "-q", "--no-ff", "-m", merge, "feature")
    repository.commit({"README.md": "y\n"}, "More words (#8)")
    (step,) = ask(capsys, "Service/my-web", "spec.ports[http].targetPort")["steps"]
    assert step["value"] == 9090
    change = step["change"]
    assert (change["commit"], change["subject"], change["pull_request"]) == (
        made,
        "Another port",
        7,
    )
    assert change["email"] == "ada@example.com"
    assert step["owners"] == ["@prod", "@ops"]
    assert main(["explain", "Service/my-web", "spec.ports[http].targetPort", "--env", "prod"]) == 0
    shown = capsys.readouterr().out
    assert f"{made[:12]} " in shown
    assert "pull request 7: Another port" in shown
    assert "owned by @prod @ops  (CODEOWNERS:3)" in shown


def test_a_squashed_commit_names_its_own_pull_request(
    repository: GitRepo, capsys: pytest.CaptureFixture[str]
) -> None:
    repository.commit({OVERLAY: FILES[OVERLAY].replace("8080", "9090")}, "Port (#31)")
    repository.commit({"README.md": "y\n"}, "Merge pull request #32 from x/y")
    (step,) = ask(capsys, "Service/my-web", "spec.ports[http].targetPort")["steps"]
    assert step["change"]["pull_request"] == 31


def test_lines_of_an_edited_file_are_told_from_new_ones(
    repository: GitRepo, capsys: pytest.CaptureFixture[str]
) -> None:
    edited = FILES[OVERLAY].replace("patchesStrategic", "# a word\npatchesStrategic")
    edited = edited.replace("targetPort: 8080", "targetPort: 1")
    repository.write({OVERLAY: edited})
    (step,) = ask(capsys, "Service/my-web", "spec.ports[http].targetPort")["steps"]
    assert (step["line"], step["change"]) == (17, None)
    (step,) = ask(capsys, "Service/my-web", "metadata.annotations.team")["steps"]
    assert step["change"]["subject"] == "first"


# Bad questions


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (("Service/my-wbe",), 1, "there is Service/my-web"),
        (("Sevice/my-web",), 1, "there is Service/my-web"),
        (("Service",), 2, "write KIND/NAME"),
        (("Service/my-web", "spec.prots"), 1, "there is spec.ports"),
        (("Service/my-web", "spec.ports[https]"), 1, "spec.ports[name=http]"),
        (("Service/my-web", "/spec/ports/5"), 1, "there are 0, 1"),
        (("Service/my-web", "spec.[["), 2, "cannot read the field path"),
    ],
)
def test_a_bad_question_gets_the_nearest_name(
    arguments: tuple[str, ...],
    code: int,
    message: str,
    repository: GitRepo,  # noqa: ARG001 - the project that is asked
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["explain", *arguments, "--env", "prod"]) == code
    error = capsys.readouterr().err
    assert message in error
    said = [line for line in error.splitlines() if "deprecated" not in line]
    assert len(said) <= 2


def test_outside_of_a_repository_nobody_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, text in FILES.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    monkeypatch.chdir(tmp_path)
    found = ask(capsys, "Service/web-dr", "metadata.name", env="dr")
    assert trail(found)[0] == ("renamed", "promote.yaml", 7)
    assert [step["change"] for step in found["steps"]] == [None] * 3
    assert found["steps"][1]["owners"] == ["@base"]
