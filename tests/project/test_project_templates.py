"""Templates and values in a project: where they may stand, what they see, and who set what."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from promote.cli.main import main

if TYPE_CHECKING:
    from pathlib import Path

FILES = {
    "promote.yaml": """\
apiVersion: promote/v1
kind: Project
name: demo
clusters: {east: {region: eu-1}, west: {region: eu-2}, dr: {}}
apps:
  web: {}
  door: {scope: cluster}
environments:
  prod: {clusters: [east, west]}
  prod-dr: {variant-of: prod, clusters: [dr], rename: {namespaces: {shop: shop-dr}}}
""",
    "macros/labels.j2": """\
{% macro labels(app) %}
app: {{ app }}
{% endmacro %}
""",
    "bases/web/kustomization.yaml": """\
namespace: shop
resources: [web.yaml.j2]
configMapGenerator:
- name: page
  files: [page.html=page.html.j2]
  options: {disableNameSuffixHash: true}
patches:
- path: patch.yaml.j2
""",
    "bases/web/web.yaml.j2": """\
{% from "macros/labels.j2" import labels %}
apiVersion: v1
kind: Service
metadata:
  name: {{ app }}
  labels:
    {{ labels(app) | indent(4) }}
  annotations:
    version: {{ values.version | quote }}
    ports: {{ values.ports | to_json | quote }}
    extras: {{ values.extras | join(",") | quote }}
    debug: {{ ("debug" in values) | to_json | quote }}
{% include "./spec.j2" %}
""",
    "bases/web/spec.j2": "spec:\n  type: {{ values.type }}\n",
    "bases/web/page.html.j2": "<h1>{{ environment.name }}</h1>\n",
    "bases/web/patch.yaml.j2": """\
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {clusterIP: {{ values.ip }}}
""",
    "bases/web/values.yaml": """\
version: "1.10"
type: ClusterIP
ip: None
debug: true
extras: [a]
ports:
- {name: http, port: 80}
- {name: admin, port: 81}
""",
    "bases/web/values.schema.json": json.dumps(
        {
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "type": "object",
            "properties": {
                "type": {"enum": ["ClusterIP", "NodePort"]},
                "extras": {"type": "array", "x-merge": "append"},
                "ports": {"type": "array", "x-merge": "by:name"},
            },
        }
    ),
    "overlays/prod/values.yaml": "extras: [b]\n",
    "overlays/prod/web/values.yaml": """\
debug: {$remove: true}
ports:
- {name: http, port: 8080}
""",
    "bases/door/door.yaml.j2": """\
apiVersion: v1
kind: ConfigMap
metadata: {name: "door-{{ cluster.name }}"}
data: {region: {{ cluster.region }}, wide: "{{ values.wide }}"}
""",
    "bases/door/values.yaml": "wide: 1\n",
    "overlays/prod/door/values.yaml": "{}\n",
    "overlays/prod/clusters/west/values.yaml": "wide: 2\n",
    "overlays/prod-dr/web/kustomization.yaml": """\
apiVersion: kustomize.config.k8s.io/v1alpha1
kind: Component
patches:
- path: differs.yaml.j2
""",
    "overlays/prod-dr/web/differs.yaml.j2": """\
apiVersion: v1
kind: Service
metadata: {name: web, namespace: shop-dr, annotations: {of: "{{ environment.name }}"}}
""",
}


ENDLESS = "{% for a in range(99999) %}{% for b in range(99999) %}x{% endfor %}{% endfor %}"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name, text in FILES.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(capsys: pytest.CaptureFixture[str], *arguments: str, code: int = 0) -> str:
    assert main(list(arguments)) == code
    captured = capsys.readouterr()
    return captured.err if code else captured.out


def edit(project: Path, name: str, old: str, new: str) -> None:
    text = (project / name).read_text()
    assert old in text
    (project / name).write_text(text.replace(old, new, 1))


def test_templates_stand_among_resources_patches_and_files(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert project
    shown = run(capsys, "render", "--env", "prod", "--app", "web")
    assert "page.html: |\n    <h1>prod</h1>" in shown
    assert "clusterIP: None" in shown
    assert "type: ClusterIP" in shown  # from an include
    assert "    app: web\n" in shown  # from a macro of another file
    assert 'version: "1.10"' in shown
    assert """ports: '[{"name": "http", "port": 8080}, {"name": "admin", "port": 81}]'""" in shown
    assert "extras: a,b" in shown
    assert 'debug: "false"' in shown


def test_an_app_of_each_cluster_sees_its_cluster(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert project
    shown = run(capsys, "render", "--env", "prod", "--app", "door")
    assert 'region: eu-1\n  wide: "1"' in shown
    assert 'region: eu-2\n  wide: "2"' in shown


def test_what_a_variant_declares_may_be_a_template(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert project
    shown = run(capsys, "render", "--env", "prod-dr", "--app", "web")
    assert "of: prod-dr\n" in shown
    assert "namespace: shop-dr\n" in shown


def test_values_are_shown_with_who_set_them(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert project
    rows = json.loads(run(capsys, "values", "web", "--env", "prod", "--output", "json"))
    found = {one["path"]: (one["value"], one["layer"], one["file"], one["line"]) for one in rows}
    assert found == {
        "version": ("1.10", "base", "bases/web/values.yaml", 1),
        "type": ("ClusterIP", "base", "bases/web/values.yaml", 2),
        "ip": ("None", "base", "bases/web/values.yaml", 3),
        "extras[0]": ("a", "base", "bases/web/values.yaml", 5),
        "extras[1]": ("b", "environment", "overlays/prod/values.yaml", 1),
        "ports[0].name": ("http", "app", "overlays/prod/web/values.yaml", 3),
        "ports[0].port": (8080, "app", "overlays/prod/web/values.yaml", 3),
        "ports[1].name": ("admin", "base", "bases/web/values.yaml", 8),
        "ports[1].port": (81, "base", "bases/web/values.yaml", 8),
    }


def test_a_cluster_is_the_highest_layer(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert project
    shown = run(capsys, "values", "door", "--env", "prod", "--cluster", "west")
    wide = shown.splitlines()[-1].split()
    assert wide == ["wide", "2", "cluster", "overlays/prod/clusters/west/values.yaml:1"]


def test_a_value_that_lives_elsewhere_is_shown_and_not_read(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    line = "token: {$secret: {vault: kv/web, key: token}}\n"
    edit(project, "overlays/prod/web/values.yaml", "ports:", f"{line}ports:")
    shown = run(capsys, "values", "web", "--env", "prod")
    assert '{"$secret": {"vault": "kv/web", "key": "token"}}' in shown
    assert "overlays/prod/web/values.yaml:2\n" in shown
    error = run(capsys, "render", "--env", "prod", "--app", "web", code=1)
    assert error.startswith("promote: overlays/prod/web/values.yaml:2:")


@pytest.mark.parametrize(
    ("case", "message"),
    [
        (
            ("overlays/prod/web/values.yaml", "ports:", "type: NodePrt\nports:"),
            "overlays/prod/web/values.yaml:2:7: ",
        ),
        (
            ("bases/web/web.yaml.j2", "values.version", "values.versoin"),
            "bases/web/web.yaml.j2:9: ",
        ),
        (("bases/web/spec.j2", "values.type", "values.tpye"), "bases/web/spec.j2:2: "),
        (("macros/labels.j2", "{{ app }}", "{{ ap }}"), "macros/labels.j2:2: "),
        (
            ("bases/web/patch.yaml.j2", "{{ values.ip }}", "{% for %}"),
            "bases/web/patch.yaml.j2:4: ",
        ),
        (
            ("bases/web/patch.yaml.j2", "{{ values.ip }}", ENDLESS),
            "bases/web/patch.yaml.j2:4: ",
        ),
        (
            ("bases/web/spec.j2", "{{ values.type }}", "{{ values.__class__.__mro__ }}"),
            "bases/web/spec.j2:2: ",
        ),
        (
            ("bases/web/web.yaml.j2", "./spec.j2", "../../../x.j2"),
            "bases/web/web.yaml.j2:13: ",
        ),
    ],
)
def test_a_mistake_is_said_with_its_file_and_line(
    case: tuple[str, str, str], message: str, project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    edit(project, *case)
    error = run(capsys, "render", "--env", "prod", "--app", "web", code=1)
    assert error.startswith(f"promote: {message}")
    assert len(error.splitlines()) <= 2


@pytest.mark.parametrize(
    ("new", "hint"), [("values.versoin", "version"), ("enviroment.name", "environment")]
)
def test_an_undefined_name_gets_the_nearest_known_one(
    new: str, hint: str, project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    edit(project, "bases/web/web.yaml.j2", "values.version", new)
    assert f"did you mean '{hint}'?" in run(capsys, "render", "--env", "prod", code=1)
