# ruff: noqa: ANN401, SLF001 - what is counted is inside, and handed on as it comes
"""How much work is done, counted: a step that is quadratic, or done twice, cannot come back."""

from __future__ import annotations

import subprocess
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from promote import yamlio
from promote.project.jobs import Job, Recipe
from promote.project.kitchen import close_kitchens, render_batch
from promote.render import fields, pipeline, references
from promote.render.files import DiskTree
from promote.render.loading import ParsedFiles
from promote.render.options import BuildOptions
from promote.render.pipeline import build

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

APP = """\
apiVersion: v1
kind: ConfigMap
metadata: {{name: settings-{n}}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {{name: web-{n}}}
spec:
  template:
    spec:
      containers:
      - name: web
        image: web:1
        envFrom: [{{configMapRef: {{name: settings-{n}}}}}]
"""


@pytest.fixture
def counts(monkeypatch: pytest.MonkeyPatch) -> Iterator[Counter[str]]:
    """How often some functions are called."""
    counted: Counter[str] = Counter()

    def count(module: Any, name: str) -> None:
        original: Callable[..., Any] = getattr(module, name)

        def counting(*args: Any, **kwargs: Any) -> Any:
            counted[name] += 1
            return original(*args, **kwargs)

        monkeypatch.setattr(module, name, counting)

    count(yamlio, "load_all")
    count(yamlio, "load_one")
    count(fields, "_update")
    count(references._Targets, "seen_from")
    count(references._Finder, "_choose")
    count(pipeline, "finish")
    count(subprocess, "Popen")
    yield counted
    close_kitchens()


def large(folder: Path, apps: int) -> Path:
    folder.mkdir()
    (folder / "all.yaml").write_text("---\n".join(APP.format(n=n) for n in range(apps)))
    (folder / "kustomization.yaml").write_text(
        "namePrefix: x-\nnamespace: shop\nresources: [all.yaml]\n"
        "labels: [{pairs: {a: b}, includeSelectors: true}]\nimages: [{name: web, newTag: '2'}]\n"
    )
    return folder


def test_work_grows_with_the_resources_and_no_faster(tmp_path: Path, counts: Counter[str]) -> None:
    build(DiskTree(), str(large(tmp_path / "small", 20)))
    small = counts.copy()
    counts.clear()
    build(DiskTree(), str(large(tmp_path / "big", 200)))
    assert small["_choose"] >= 20, "references are followed"
    for name, count in counts.items():
        assert count <= 10 * small[name], name


def test_a_reference_looks_at_those_that_had_the_name_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked = []
    original = references._Targets.seen_from

    def seen_from(self: Any, name: str, namespaces: Any) -> Any:
        found = original(self, name, namespaces)
        looked.append(len(found))
        return found

    monkeypatch.setattr(references._Targets, "seen_from", seen_from)
    build(DiskTree(), str(large(tmp_path / "big", 200)))
    assert sum(looked) <= 200 * 2


def fleet(folder: Path, apps: int, environments: int) -> list[Job]:
    jobs = []
    for app in range(apps):
        large(folder / f"base-{app}", 1)
        for environment in range(environments):
            overlay = folder / f"overlay-{environment}-{app}"
            overlay.mkdir()
            (overlay / "kustomization.yaml").write_text(
                f"resources: [../base-{app}]\nnameSuffix: -e{environment}\n"
            )
            jobs.append(Job(overlay.name, directory=str(overlay)))
    return jobs


def test_each_file_of_a_fleet_is_parsed_once(tmp_path: Path, counts: Counter[str]) -> None:
    jobs = fleet(tmp_path, 3, 8)
    for job in jobs:
        render_batch(Recipe(str(tmp_path), run="counted"), (job,))
    assert counts["load_all"] == 3, "one file of resources for each app"
    assert counts["load_one"] == 3 + 3 * 8, "one kustomization for each directory"


def test_parsed_files_are_shared_by_all_builds(tmp_path: Path) -> None:
    files = ParsedFiles()
    for job in fleet(tmp_path, 1, 8):
        build(DiskTree(), job.directory, BuildOptions(files=files))
    assert files.parsed == 1


def test_a_schema_that_overlays_share_is_parsed_once(tmp_path: Path) -> None:
    files = ParsedFiles()
    (tmp_path / "schema.json").write_text('{"definitions": {}}')
    for job in fleet(tmp_path, 1, 8):
        with Path(job.directory, "kustomization.yaml").open("a") as file:
            file.write("openapi: {path: ../schema.json}\n")
        build(DiskTree(), job.directory, BuildOptions(files=files, restrict=False))
    assert files.parsed == 2, "the resources and the schema"


def test_rendering_starts_no_process(tmp_path: Path, counts: Counter[str]) -> None:
    render_batch(Recipe(str(tmp_path), run="alone"), fleet(tmp_path, 2, 2))
    assert counts["Popen"] == 0
