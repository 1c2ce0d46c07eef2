"""A fleet on a Dask cluster: several workers, one of which is killed on the way."""

from __future__ import annotations

import os
import signal
import time
from typing import TYPE_CHECKING

import pytest

from promote.cli.main import main
from promote.errors import OutsideError
from promote.project.distant import dask_executor
from promote.project.fleet import Fleet
from promote.project.jobs import Batch, Job, Recipe
from promote.project.kitchen import render_batch
from promote.store.inputs import Found

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from distributed import LocalCluster

distributed = pytest.importorskip("distributed")

OVERLAYS = 40


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[LocalCluster]:
    with distributed.LocalCluster(
        n_workers=3,
        threads_per_worker=1,
        processes=True,
        dashboard_address=None,
        local_directory=str(tmp_path / "dask"),
    ) as running:
        yield running


@pytest.fixture
def overlays(tmp_path: Path) -> list[Job]:
    jobs = []
    for number in range(OVERLAYS):
        folder = tmp_path / "overlays" / str(number)
        folder.mkdir(parents=True)
        (folder / "kustomization.yaml").write_text(
            f"namePrefix: x{number}-\nconfigMapGenerator: [{{name: c, literals: [a={number}]}}]\n"
        )
        jobs.append(Job(str(number), directory=str(folder)))
    return jobs


def slowly(recipe: Recipe, jobs: Sequence[Job]) -> Batch:
    """As a large fleet is rendered: long enough to be killed on the way."""
    time.sleep(0.2)
    return render_batch(recipe, jobs)


def test_a_killed_worker_loses_nothing(
    tmp_path: Path,
    cluster: LocalCluster,
    overlays: list[Job],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    recipe = Recipe(str(tmp_path), run="dask")
    expected = {one.job.name: one.text for one in Fleet(recipe).render(overlays)}
    monkeypatch.setattr("promote.project.fleet.render_batch", slowly)
    with dask_executor(cluster.scheduler_address) as (executor, workers):
        assert workers == 3
        fleet = Fleet(recipe, None, executor, workers, distant=True)
        outcomes = fleet.render(overlays)
        texts = {}
        for count, one in enumerate(outcomes):
            texts[one.job.name] = one.text
            if count == 0:
                victim = next(iter(cluster.workers.values()))
                os.kill(victim.pid, signal.SIGKILL)
    assert texts == expected
    assert sorted(fleet.work.rendered) == sorted(job.name for job in overlays)


def test_the_command_uses_the_workers(
    tmp_path: Path,
    cluster: LocalCluster,
    overlays: list[Job],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PROMOTE_CACHE_DIR", str(tmp_path / "cache"))
    paths = [f"overlays/{job.name}" for job in overlays]
    assert main(["render", *paths, "--output", "alone", "--no-cache"]) == 0
    address = ["--scheduler", cluster.scheduler_address]
    assert main(["render", *paths, "--output", "spread", *address]) == 0
    alone, spread = (
        {path.name: path.read_bytes() for path in (tmp_path / name / "overlays").iterdir()}
        for name in ("alone", "spread")
    )
    assert alone == spread


def test_a_worker_with_other_files_is_found_out(
    tmp_path: Path, overlays: list[Job], monkeypatch: pytest.MonkeyPatch
) -> None:
    def elsewhere(recipe: Recipe, jobs: Sequence[Job]) -> Batch:
        made, found = render_batch(recipe, jobs)
        other = {
            path: then._replace(digest="0" * 64) if then.digest else then
            for path, then in found.items()
        }
        assert all(isinstance(then, Found) for then in other.values())
        return Batch(made, other)

    monkeypatch.setattr("promote.project.fleet.render_batch", elsewhere)
    fleet = Fleet(Recipe(str(tmp_path), run="other"), distant=True)
    with pytest.raises(OutsideError, match="a worker has another"):
        list(fleet.render(overlays))


def test_no_scheduler_is_said(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("promote.project.distant._SECONDS", 1)
    assert main(["render", "a", "b", "--scheduler", "tcp://127.0.0.1:9", "--no-cache"]) == 1
    assert "no Dask scheduler at tcp://127.0.0.1:9" in capsys.readouterr().err
