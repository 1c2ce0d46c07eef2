# ruff: noqa: ANN401 - stand-ins take what they are given
"""Fleets: the same bytes as one by one, and only what changed is rendered."""

from __future__ import annotations

import os
import sqlite3
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from shop import ALL, API, CHANGES, FILES, write

from promote import yamlio
from promote.cli.main import main
from promote.project import open_project
from promote.project.fleet import Fleet, Outcome
from promote.project.jobs import Job, Recipe, digest_of
from promote.render.files import DiskTree
from promote.render.pipeline import build
from promote.render.remote import FetchedBase
from promote.store.database import ResultStore
from promote.store.runs import files_of

RUNS = iter(range(1_000_000))


def planned(root: Path, **changes: Any) -> tuple[Recipe, list[Job]]:
    with open_project(root) as opened:
        jobs = [
            Job(
                "/".join(part for part in (name, unit.cluster, unit.app) if part),
                unit.app,
                "",
                unit,
            )
            for name in opened.config.environments
            for unit in opened.units(name)
        ]
        recipe = Recipe(str(root), str(root), digest_of(opened.config), run=str(next(RUNS)))
    return replace(recipe, **changes), jobs


def run(root: Path, **changes: Any) -> tuple[set[str], dict[str, bytes]]:
    """The names of what was rendered, and all texts."""
    recipe, jobs = planned(root, **changes)
    with ResultStore() as store:
        fleet = Fleet(recipe, store)
        outcomes = list(fleet.render(jobs))
        rendered = set(fleet.work.rendered)
        return rendered, {one.job.name: fleet.text(one) for one in outcomes if not one.error}


def alone(root: Path) -> dict[str, bytes]:
    """Each unit rendered by itself, with nothing kept."""
    _, jobs = planned(root)
    texts = {}
    for job in jobs:
        with open_project(root) as opened:
            docs = [resource.doc for resource in opened.render(job.unit)]
        texts[job.name] = yamlio.dump_all(docs).encode()
    return texts


def test_a_fleet_renders_as_each_does_alone(project: Path) -> None:
    rendered, texts = run(project)
    assert rendered == ALL == set(texts)
    assert texts == alone(project)


def test_nothing_is_rendered_twice(project: Path) -> None:
    _, first = run(project)
    rendered, second = run(project)
    assert rendered == set()
    assert first == second


@pytest.mark.parametrize("change", CHANGES)
def test_every_kind_of_change_is_seen(project: Path, change: str) -> None:
    _, before = run(project)
    affected, act = CHANGES[change]
    act(project)
    rendered, after = run(project)
    assert after == alone(project)
    changed = {name for name in after if after[name] != before.get(name)}
    assert changed <= rendered <= affected
    assert run(project) == (set(), after)


def test_two_changes_in_one_tick_of_the_clock_are_both_seen(project: Path) -> None:
    path = project / "overlays/dev/web/a.txt"
    for text in ("one", "two", "six"):
        write(path, text)
        os.utime(path, (1, 1))
        assert run(project)[1] == alone(project)


def test_a_partial_run_does_not_hide_a_change_from_the_rest(project: Path) -> None:
    """Two apps share a file; one is rendered after it changed, the other only later."""
    run(project)
    write(project / "bases/web/all.yaml", FILES["bases/web/all.yaml"].replace("web", "new"))
    recipe, jobs = planned(project)
    with ResultStore() as store:
        list(Fleet(recipe, store).render([job for job in jobs if job.name == "dev/web"]))
    assert run(project)[1] == alone(project)


def directories(root: Path, **changes: Any) -> tuple[list[str], list[Outcome]]:
    recipe = replace(Recipe(str(root), run=str(next(RUNS))), **changes)
    paths = [str(root / "overlays" / name / "web") for name in ("dev", "prod")]
    with ResultStore() as store:
        fleet = Fleet(recipe, store)
        outcomes = list(fleet.render([Job(path, directory=path) for path in paths]))
        return fleet.work.rendered, outcomes


@pytest.mark.parametrize(
    "option", [{"reorder": "none"}, {"restrict": False}, {"managed_by": True}], ids=str
)
def test_another_option_is_another_result(project: Path, option: dict[str, Any]) -> None:
    directories(project)
    assert directories(project)[0] == []
    assert len(directories(project, **option)[0]) == 2


def test_another_program_is_another_result(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    directories(project)
    monkeypatch.setattr("promote.project.fleet.program_identity", lambda: "another")
    assert len(directories(project)[0]) == 2


def test_the_program_is_known_by_its_files(tmp_path: Path) -> None:
    before = files_of(str(tmp_path))
    write(tmp_path / "data.json", "{}")
    assert files_of(str(tmp_path)) != before


class FakeHelm:
    """Says what a chart's file says, as the program would."""

    made = 0

    def __init__(self, *_: object) -> None:
        pass

    def inflate(self, chart: Any, directory: Any) -> bytes:
        type(self).made += 1
        path = directory.join(f"{chart.folder}/Chart.yaml")
        name = directory.tree.read(path).decode() if directory.tree.kind(path) else "pulled"
        return f"apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: {name}}}\n".encode()


def test_a_chart_is_an_input_and_a_pulled_one_is_not_kept(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("promote.registry.helm.HelmProgram", FakeHelm)
    helm = ("helm", (), "")
    chart = project / "overlays/dev/web/charts/c/Chart.yaml"
    write(chart, "one")
    write(chart.parents[2] / "kustomization.yaml", "helmCharts: [{name: c}]\n")
    first = directories(project, helm=helm)[1]
    assert directories(project, helm=helm)[0] == []
    write(chart, "two")
    second = directories(project, helm=helm)[1]
    assert b"name: one" in (first[0].text or b"")
    assert any(b"name: two" in (one.text or b"") for one in second)
    chart.unlink()
    chart.parent.rmdir()
    assert len(directories(project, helm=helm)[0]) == 1
    assert len(directories(project, helm=helm)[0]) == 1, "a pulled chart is asked for each time"
    assert len(directories(project, helm=("other", (), ""))[0]) == 2


def test_a_remote_base_is_asked_for_each_time(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    commits = {"now": "1" * 40}

    class FakeRemotes:
        def __init__(self, _: object) -> None:
            pass

        def close(self) -> None:
            pass

        def base(self, _: object) -> FetchedBase:
            write(
                tmp_path / commits["now"] / "kustomization.yaml",
                f"configMapGenerator: [{{name: c, literals: [a={commits['now']}]}}]\n",
            )
            return FetchedBase(_Below(str(tmp_path / commits["now"])), commits["now"])

    monkeypatch.setattr("promote.project.remotes.Remotes", FakeRemotes)
    write(
        project / "overlays/dev/web/kustomization.yaml",
        "resources: ['https://example.com/o/r//?ref=main']\n",
    )
    hosts = ("example.com",)
    first = directories(project, remote_hosts=hosts)[1][0].text or b""
    commits["now"] = "2" * 40
    second = directories(project, remote_hosts=hosts)[1]
    assert b"1" * 40 in first
    assert any(b"2" * 40 in (one.text or b"") for one in second)


class _Below(DiskTree):
    """A folder as the top of a repository."""

    def __init__(self, top: str) -> None:
        super().__init__()
        self.top = top

    def read(self, path: str) -> bytes:
        return Path(self.top + path).read_bytes()

    def kind(self, path: str) -> Any:
        full = Path(self.top + path)
        return "directory" if full.is_dir() else "file" if full.is_file() else None

    def resolve(self, path: str) -> str:
        return path


def test_a_lost_result_is_rendered_again(project: Path) -> None:
    _, before = run(project)
    with ResultStore() as store:
        path = store.path
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE result SET data = x'00' WHERE name = 'dev/web'")
        connection.execute("DELETE FROM result WHERE name = 'dev/api'")
    connection.close()
    recipe, jobs = planned(project)
    with ResultStore() as store:
        fleet = Fleet(recipe, store)
        outcomes = list(fleet.render(jobs))
        assert {one.job.name: fleet.text(one) for one in outcomes} == before
        assert set(fleet.work.rendered) == {"dev/web", "dev/api"}


# Executors


def test_processes_give_the_same_bytes(project: Path) -> None:
    _, expected = run(project)
    recipe, jobs = planned(project)
    with ProcessPoolExecutor(2) as executor:
        outcomes = list(Fleet(recipe, None, executor, 2).render(jobs))
    assert {one.job.name: one.text for one in outcomes} == expected


class Breaking(Executor):
    """Loses its worker with the second batch."""

    def __init__(self) -> None:
        self.batches = 0

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        self.batches += 1
        future: Future[Any] = Future()
        if self.batches > 1:
            future.set_exception(BrokenProcessPool("gone"))
        else:
            future.set_result(fn(*args, **kwargs))
        return future


def test_a_lost_worker_loses_nothing(project: Path) -> None:
    recipe, jobs = planned(project)
    fleet = Fleet(recipe, None, Breaking(), 1)
    assert {one.job.name: one.text for one in fleet.render(jobs)} == alone(project)
    assert sorted(fleet.work.rendered) == sorted(ALL), "each once"


# The command


def test_all_into_a_folder(project: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert main(["render", "--all", "--output", str(out)]) == 0
    files = {str(path.relative_to(out)): path.read_bytes() for path in out.rglob("*.yaml")}
    assert files == {f"{name}.yaml": text for name, text in alone(project).items()}


def test_only_what_changed_is_written_and_what_is_gone_is_removed(
    project: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    assert main(["render", "--all", "--output", str(out)]) == 0
    write(out / "dev/mine.yaml", "not ours")
    (out / "dr/web.yaml").write_text("edited")
    before = {path: path.stat().st_mtime_ns for path in out.rglob("*.yaml")}
    write(project / "overlays/dev/web/a.txt", "new")
    for environment in ("dev", "prod"):
        (project / f"overlays/{environment}/api/values.yaml").unlink()
        (project / f"overlays/{environment}/api").rmdir()
    assert main(["render", "--all", "--output", str(out)]) == 0
    after = {path: path.stat().st_mtime_ns for path in out.rglob("*.yaml")}
    assert set(before) - set(after) == {out / f"{name}.yaml" for name in API}
    written = {path for path, when in after.items() if when != before.get(path)}
    assert {out / "dev/web.yaml", out / "dr/web.yaml"} <= written
    assert out / "prod/web.yaml" not in written
    assert (out / "dev/mine.yaml").read_text() == "not ours"


def test_what_we_wrote_and_someone_edited_is_not_removed(project: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert main(["render", "--all", "--output", str(out)]) == 0
    (out / "dev/api.yaml").write_text("mine now")
    (project / "overlays/dev/api/values.yaml").unlink()
    (project / "overlays/dev/api").rmdir()
    assert main(["render", "--all", "--output", str(out)]) == 0
    assert (out / "dev/api.yaml").read_text() == "mine now"


def test_a_failing_app_does_not_stop_the_others(
    project: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(project / "overlays/dev/web/kustomization.yaml", "resources: [nothing.yaml]\n")
    write(project / "overlays/prod/api/values.yaml", "size: [\n")
    out = tmp_path / "out"
    arguments = ["render", "--env", "dev", "--env", "prod", "--output", str(out)]
    assert main(arguments) == 1
    said = capsys.readouterr().err
    assert "dev/web: " in said
    assert "prod/api: " in said
    assert "2 of 7 could not be rendered" in said
    assert {str(path.relative_to(out)) for path in out.rglob("*.yaml")} == {
        "dev/api.yaml", "dev/dev-1/mesh.yaml", "prod/web.yaml", "prod/east/mesh.yaml",
        "prod/west/mesh.yaml",
    }  # fmt: skip
    assert main(arguments) == 1, "an error is not forgotten"


@pytest.mark.usefixtures("project")
def test_without_a_store_nothing_is_kept(tmp_path: Path) -> None:
    assert main(["render", "--all", "--no-cache", "--output", str(tmp_path / "out")]) == 0
    assert not (tmp_path / "cache").exists()


def test_plain_overlays_are_found(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "promote.yaml").unlink()
    for name in ("api", "mesh"):
        for path in project.rglob(f"*/{name}/*"):
            path.unlink()
    assert main(["render", "--all"]) == 0
    printed = capsys.readouterr().out
    paths = [str(project / f"overlays/{name}/web") for name in ("dev", "prod")]
    docs = [resource.doc for path in paths for resource in build(DiskTree(), path)]
    assert printed == yamlio.dump_all(docs)
    assert main(["render", *paths]) == 0
    assert capsys.readouterr().out == printed


@pytest.mark.usefixtures("project")
def test_the_cache_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["render", "--all"]) == 0
    capsys.readouterr()
    assert main(["cache", "info"]) == 0
    assert f"{len(ALL)} results" in capsys.readouterr().out
    assert main(["cache", "prune"]) == 0
    assert "0 results" in capsys.readouterr().out
    assert main(["render", "--all"]) == 0
