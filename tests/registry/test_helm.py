"""Charts: what `promote render --enable-helm` prints beside `kustomize build --enable-helm`."""

from __future__ import annotations

import shutil
import subprocess
import time
from typing import TYPE_CHECKING

import pytest

from promote.cli.main import main

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from support.githttp import GitServer

CHART = {
    "Chart.yaml": "apiVersion: v2\nname: web\nversion: 1.2.3\nappVersion: '9'\n",
    "values.yaml": "replicas: 1\nimage: {name: web, tag: '1.0'}\nextra: {}\nlist: [a, b]\n",
    "crds/crd.yaml": (
        "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\n"
        "metadata: {name: things.example.com}\nspec: {group: example.com}\n"
    ),
    "templates/deployment.yaml": """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ .Release.Name }}-web
  namespace: {{ .Release.Namespace }}
  labels: {chart: "{{ .Chart.Name }}-{{ .Chart.Version }}"}
spec:
  replicas: {{ .Values.replicas }}
  template:
    spec:
      containers:
      - name: web
        image: "{{ .Values.image.name }}:{{ .Values.image.tag }}"
        args: {{ toJson .Values.list }}
{{- if .Values.extra }}
        env:
{{- range $key, $value := .Values.extra }}
        - {name: {{ $key }}, value: {{ $value | quote }}}
{{- end }}
{{- end }}
""",
    "templates/capabilities.yaml": """\
apiVersion: v1
kind: ConfigMap
metadata: {name: capabilities}
data:
  kube: {{ .Capabilities.KubeVersion.Version | quote }}
  monitors: {{ .Capabilities.APIVersions.Has "monitoring.coreos.com/v1" | quote }}
""",
    "templates/hook.yaml": """\
apiVersion: batch/v1
kind: Job
metadata: {name: migrate, annotations: {helm.sh/hook: pre-install}}
""",
    "templates/tests/test.yaml": """\
apiVersion: v1
kind: Pod
metadata: {name: test, annotations: {helm.sh/hook: test}}
""",
}


def write(folder: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


@pytest.fixture
def overlay(tmp_path: Path) -> Path:
    folder = tmp_path / "overlay"
    write(folder / "charts" / "web", CHART)
    write(
        folder,
        {
            "more.yaml": "replicas: 5\nextra: {FROM: more}\nlist: [c]\n",
            "most.yaml": "extra: {MOST: 'yes'}\n",
            "nulls.yaml": "replicas:\nlist: null\nextra: {A: x, B: null, C: 010}\n",
            "alias.yaml": (
                "replicas: '5'\none: &one {A: x, B: y}\nextra: {<<: *one, C: z}\n"
                "two: &two {name: n}\nlist: [*one]\nimage: *two\nmore: *one\n"
            ),
        },
    )
    return folder


@pytest.fixture
def both(
    kustomize: Path, helm: Path, capsys: pytest.CaptureFixture[str]
) -> Callable[..., tuple[str, str]]:
    """What kustomize and promote print for a folder; each works on a copy of its own."""

    def run(folder: Path, *flags: str) -> tuple[str, str]:
        shared = ["--enable-helm", "--helm-command", str(helm), *flags]
        copy = folder.with_name("for-kustomize")
        shutil.copytree(folder, copy)
        done = subprocess.run(
            [kustomize, "build", copy, *shared], capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        before = sorted(folder.rglob("*"))
        code = main(["render", str(folder), *shared])
        said = capsys.readouterr()
        assert code == 0, said.err
        assert sorted(folder.rglob("*")) == before
        return done.stdout, said.out

    return run


@pytest.mark.parametrize(
    "chart",
    [
        "releaseName: x",
        "releaseName: x\n  namespace: shop",
        "releaseName: x\n  valuesFile: more.yaml",
        "releaseName: x\n  valuesFile: more.yaml\n  additionalValuesFiles: [most.yaml]",
        "releaseName: x\n  valuesInline: {replicas: 7, extra: {A: '1', B: true}, list: []}",
        "releaseName: x\n  valuesFile: more.yaml\n  valuesInline: {replicas: 7, extra: {A: b}}",
        (
            "releaseName: x\n  valuesFile: more.yaml\n  valuesMerge: merge\n"
            "  valuesInline: {replicas: 7, extra: {A: b}, list: [z]}"
        ),
        (
            "releaseName: x\n  valuesFile: more.yaml\n  valuesMerge: override\n"
            "  valuesInline: {replicas: 7, extra: {A: b}, list: [z]}"
        ),
        (
            "releaseName: x\n  valuesFile: more.yaml\n  valuesMerge: replace\n"
            "  valuesInline: {replicas: 7, extra: {A: b}, image: {name: n, tag: t}, list: [z]}"
        ),
        # A null goes away in a merge, so that helm finds what the chart says by itself.
        "releaseName: x\n  valuesFile: nulls.yaml",
        "releaseName: x\n  valuesFile: nulls.yaml\n  valuesInline: {extra: {A: null, D: e}}",
        "releaseName: x\n  valuesFile: nulls.yaml\n  valuesInline: {a: b}\n  valuesMerge: merge",
        # Of a file with aliases, kustomize merges none; a list in it stays as it is.
        "releaseName: x\n  valuesFile: alias.yaml",
        "releaseName: x\n  valuesFile: alias.yaml\n  valuesInline: {replicas: 0x1f, more: a}",
        (
            "releaseName: x\n  valuesFile: alias.yaml\n  valuesMerge: merge\n"
            "  valuesInline: {replicas: 7}"
        ),
        "releaseName: x\n  includeCRDs: true",
        "releaseName: x\n  skipHooks: true",
        "releaseName: x\n  skipTests: true",
        "releaseName: x\n  apiVersions: [monitoring.coreos.com/v1]\n  kubeVersion: 1.29.0",
        'nameTemplate: release-of-{{ lower "X" }}',
    ],
)
def test_fields(chart: str, overlay: Path, both: Callable[..., tuple[str, str]]) -> None:
    text = f"helmCharts:\n- name: web\n  {chart}\n"
    write(
        overlay, {"kustomization.yaml": text + "namePrefix: p-\nimages: [{name: web, newTag: z}]\n"}
    )
    expected, found = both(overlay)
    assert found == expected


def test_flags_count_where_a_chart_says_nothing(
    overlay: Path, both: Callable[..., tuple[str, str]]
) -> None:
    charts = (
        "helmCharts:\n- {name: web, releaseName: x}\n"
        "- {name: web, releaseName: two, kubeVersion: 1.20.0}\n"
    )
    write(overlay, {"kustomization.yaml": charts})
    (overlay / "charts/web/templates/capabilities.yaml").write_text(
        CHART["templates/capabilities.yaml"].replace(
            "name: capabilities", "name: {{ .Release.Name }}"
        )
    )
    (overlay / "charts/web/templates/hook.yaml").unlink()
    shutil.rmtree(overlay / "charts/web/templates/tests")
    flags = ["--helm-kube-version", "1.31.0", "--helm-api-versions", "monitoring.coreos.com/v1"]
    expected, found = both(overlay, *flags)
    assert found == expected
    assert "kube: v1.31.0" in found


def test_a_namespace_from_above(overlay: Path, both: Callable[..., tuple[str, str]]) -> None:
    write(
        overlay,
        {
            "kustomization.yaml": "namespace: shop\nresources: [inner]\n",
            "inner/kustomization.yaml": (
                "helmGlobals: {chartHome: ../charts}\nhelmCharts: [{name: web, releaseName: x}]\n"
            ),
        },
    )
    (overlay / "charts").rename(overlay / "inner" / "charts")
    write(
        overlay,
        {"inner/kustomization.yaml": "helmCharts: [{name: web, releaseName: x}]\n"},
    )
    expected, found = both(overlay)
    assert found == expected


def test_charts_in_another_folder(overlay: Path, both: Callable[..., tuple[str, str]]) -> None:
    (overlay / "charts").rename(overlay / "elsewhere")
    write(
        overlay,
        {
            "kustomization.yaml": (
                "helmGlobals: {chartHome: elsewhere}\nhelmCharts: [{name: web, releaseName: x}]\n"
            )
        },
    )
    expected, found = both(overlay)
    assert found == expected


def test_a_generator_of_its_own(overlay: Path, both: Callable[..., tuple[str, str]]) -> None:
    write(
        overlay,
        {
            "kustomization.yaml": "generators: [chart.yaml]\n",
            "chart.yaml": (
                "apiVersion: builtin\nkind: HelmChartInflationGenerator\nmetadata: {name: g}\n"
                "name: web\nreleaseName: x\nvaluesInline: {replicas: 3}\n"
            ),
        },
    )
    expected, found = both(overlay)
    assert found == expected


def test_the_field_that_is_deprecated(overlay: Path, both: Callable[..., tuple[str, str]]) -> None:
    write(
        overlay,
        {
            "kustomization.yaml": (
                "helmChartInflationGenerator:\n"
                "- {chartName: web, releaseName: x, releaseNamespace: shop}\n"
            )
        },
    )
    expected, found = both(overlay)
    assert found == expected


def test_a_chart_from_a_repository_over_http(
    tmp_path: Path, git_server: GitServer, helm: Path, both: Callable[..., tuple[str, str]]
) -> None:
    write(tmp_path / "web", CHART)
    index = git_server.root
    subprocess.run(
        [helm, "package", tmp_path / "web", "-d", index], check=True, capture_output=True
    )
    subprocess.run(
        [helm, "repo", "index", index, "--url", git_server.url], check=True, capture_output=True
    )
    folder = tmp_path / "overlay"
    entry = f"{{name: web, version: 1.2.3, repo: '{git_server.url}', releaseName: x}}"
    write(folder, {"kustomization.yaml": f"helmCharts: [{entry}]\n"})
    expected, found = both(folder)
    assert found == expected


@pytest.fixture
def oci_registry(crane: Path, tmp_path: Path) -> Iterator[str]:
    """A real registry on the loopback."""
    port_file = tmp_path / "registry.log"
    with port_file.open("w") as log:
        process = subprocess.Popen(
            [crane, "registry", "serve", "--address", "127.0.0.1:0"], stderr=log, stdout=log
        )
    try:
        for _ in range(200):
            said = port_file.read_text()
            if "serving on port " in said:
                yield "127.0.0.1:" + said.split("serving on port ")[1].split()[0]
                break
            time.sleep(0.05)
        else:
            pytest.fail(f"the registry did not start: {port_file.read_text()}")
    finally:
        process.kill()
        process.wait()


def test_a_chart_from_an_oci_registry(
    tmp_path: Path, oci_registry: str, helm: Path, both: Callable[..., tuple[str, str]]
) -> None:
    write(tmp_path / "web", CHART)
    subprocess.run(
        [helm, "package", tmp_path / "web", "-d", tmp_path], check=True, capture_output=True
    )
    subprocess.run(
        [helm, "push", tmp_path / "web-1.2.3.tgz", f"oci://{oci_registry}/charts", "--plain-http"],
        check=True,
        capture_output=True,
    )
    folder = tmp_path / "overlay"
    entry = f"{{name: web, version: 1.2.3, repo: 'oci://{oci_registry}/charts', releaseName: x}}"
    write(folder, {"kustomization.yaml": f"helmCharts: [{entry}]\n"})
    expected, found = both(folder)
    assert found == expected


class TestErrors:
    @pytest.mark.parametrize(
        ("text", "flags", "message"),
        [
            ("{name: web, releaseName: x}", [], "--enable-helm"),
            ("{name: wep, releaseName: x}", ["--enable-helm"], "no chart 'wep'"),
            ("{releaseName: x}", ["--enable-helm"], "name"),
            (
                "{name: web, releaseName: x}",
                ["--enable-helm", "--helm-command", "no-such-helm"],
                "not installed",
            ),
            ("{name: web, releaseName: x, valuesMerge: both}", ["--enable-helm"], "valuesMerge"),
            ("{name: web, releaseName: x, valuesFile: no.yaml}", ["--enable-helm"], "no.yaml"),
            ("{name: web, releaseName: x, valuesInline: {image: x}}", ["--enable-helm"], "image"),
            ("{name: bare, releaseName: x}", ["--enable-helm"], "values.yaml"),
            (
                "{name: web, valuesMerge: merge, valuesFile: alias.yaml, valuesInline: {more: x}}",
                ["--enable-helm"],
                "'more' is an alias",
            ),
            ("{name: web, releaseName: x, colour: red}", ["--enable-helm"], "colour"),
        ],
    )
    def test_two_lines(  # noqa: PLR0917 - fixtures
        self,
        text: str,
        flags: list[str],
        message: str,
        overlay: Path,
        helm: Path,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        write(overlay, {"kustomization.yaml": f"helmCharts: [{text}]\n"})
        write(overlay / "charts/bare", {"Chart.yaml": CHART["Chart.yaml"]})
        command = [] if "--helm-command" in flags or not flags else ["--helm-command", str(helm)]
        assert main(["render", str(overlay), *flags, *command]) == 1
        said = capsys.readouterr()
        assert message in said.err
        assert len(said.err.splitlines()) <= 2
        assert said.out == ""

    def test_a_template_that_fails(
        self, overlay: Path, helm: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        broken = {"charts/web/templates/broken.yaml": "{{ .Values.a.b.c }}\n"}
        write(
            overlay, {"kustomization.yaml": "helmCharts: [{name: web, releaseName: x}]\n", **broken}
        )
        code = main(["render", str(overlay), "--enable-helm", "--helm-command", str(helm)])
        said = capsys.readouterr()
        assert (code, said.out) == (1, "")
        assert "broken.yaml" in said.err
        assert len(said.err.splitlines()) <= 2


def test_helm_sees_nothing_of_the_users(
    overlay: Path, helm: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = tmp_path / "seen"
    spy = tmp_path / "spy"
    spy.write_text(f'#!/bin/sh\nenv > {seen}\nexec {helm} "$@"\n')
    spy.chmod(0o755)
    monkeypatch.setenv("GITHUB_TOKEN", "canary-token")
    monkeypatch.setenv("HELM_PLUGINS", "/nonexistent")
    write(overlay, {"kustomization.yaml": "helmCharts: [{name: web, releaseName: x}]\n"})
    assert main(["render", str(overlay), "--enable-helm", "--helm-command", str(spy)]) == 0
    environment = seen.read_text()
    assert "canary-token" not in environment
    assert "HELM_PLUGINS=/nonexistent" not in environment


def test_a_project_with_a_chart(
    tmp_path: Path, helm: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path / "overlays/prod/web/charts/web", CHART)
    write(
        tmp_path,
        {
            "promote.yaml": (
                "apiVersion: promote/v1\nkind: Project\nname: shop\napps: {web: {}}\n"
                "environments:\n  prod: {}\n"
                "  dr: {variant-of: prod, rename: {namespaces: {shop: shop-dr}}}\n"
            ),
            "overlays/prod/web/kustomization.yaml": (
                "namespace: shop\nhelmCharts: [{name: web, releaseName: x}]\n"
            ),
        },
    )
    monkeypatch.chdir(tmp_path)
    with_helm = ["--enable-helm", "--helm-command", str(helm)]
    for command, ends in (
        (["render", "--env", "prod"], 0),
        (["render", "--all", "--no-cache"], 0),
        (["diff", "prod", "dr"], 0),
        (["diff", "prod", "dr", "--exact"], 10),
        (["dr", "check"], 0),
        (["explain", "Deployment/x-web", "--env", "prod"], 0),
        (["impact", "Deployment/x-web", "--env", "prod"], 0),
    ):
        code = main([*command, *with_helm])
        said = capsys.readouterr()
        assert code == ends, said.err
        assert main(command) == 1
        assert "--enable-helm" in capsys.readouterr().err
