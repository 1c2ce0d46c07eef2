"""A branch's own line: what `git log --first-parent -- PATH` says, for all paths at once."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from git_sandbox import Sandbox

from promote.git import Mainline, Repository

if TYPE_CHECKING:
    from pathlib import Path

NAMES = (
    "a/b/c.yaml",
    "a/b/d.yaml",
    "a/e.yaml",
    "top.yaml",
    # Names that look like what git prints around them.
    ":100644 100644 1111111 2222222 M",
    "a/\n:odd",
    'ä/ö "quoted".yaml',
)
PATHS = (
    *(name for name in NAMES if "\n" not in name),
    "a",
    "a/b",
    "/a/b",
    "ä",
    "none",
    "a/b/c",
    "/",
)
START = datetime(2026, 3, 2, tzinfo=UTC)


@pytest.fixture
def work(sandbox: Sandbox) -> Path:
    work = sandbox.folder / "work"
    work.mkdir()
    sandbox.git(work, "init", "-q", "-b", "main")
    return work


def commit(sandbox: Sandbox, work: Path, files: dict[str, str], at: datetime) -> str:
    stamp = f"{int(at.timestamp())} +0000"
    dated = {"GIT_AUTHOR_DATE": stamp, "GIT_COMMITTER_DATE": stamp}
    return Sandbox(sandbox.folder, sandbox.environ | dated).commit(work, {**files}, "change")


@pytest.mark.parametrize("batches", [(1, 2, 3), (2, 100), (100,)], ids=str)
def test_it_says_of_each_path_what_git_says(
    sandbox: Sandbox, work: Path, batches: tuple[int, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    chance = random.Random(7)  # noqa: S311 - not a secret
    for number in range(12):
        side = number % 4 == 3
        if side:
            sandbox.git(work, "checkout", "-q", "-b", f"side{number}")
        for name in chance.sample(NAMES, 2):
            commit(sandbox, work, {name: str(chance.random())}, START + timedelta(hours=number))
        if side:
            sandbox.git(work, "checkout", "-q", "main")
            sandbox.git(work, "merge", "-q", "--no-ff", "-m", "merge", f"side{number}")
    sandbox.git(work, "mv", "top.yaml", "moved.yaml")
    sandbox.git(work, "commit", "-q", "-m", "rename")
    monkeypatch.setattr("promote.git.mainline._BATCHES", batches)
    with Repository.open(work) as repository:
        tip = repository.resolve()
        line = Mainline(repository.store, repository.history, tip)
        for path in (*PATHS, *reversed(PATHS)):
            # Git has no pathspec for the top, where all commits are.
            paths = [path] if path != "/" else []
            expected = repository.history.log(tip, paths=paths, first_parent=True)
            found = [one.object_id for one in line.touching([path])]
            assert found == [one.object_id for one in expected], path
        both = repository.history.log(tip, paths=["a/b", "top.yaml"], first_parent=True)
        found = [one.object_id for one in line.touching(["/a/b/", "top.yaml"])]
        assert found == [one.object_id for one in both]


def test_nothing_landed_before_what_it_builds_on(sandbox: Sandbox, work: Path) -> None:
    now = START + timedelta(days=10)
    dates = [0, 5, 4000, 1]  # days after the start; the third is a clock gone wrong
    ids = [
        commit(sandbox, work, {f"{number}.yaml": "x"}, START + timedelta(days=days))
        for number, days in enumerate(dates)
    ]
    with Repository.open(work) as repository:
        line = Mainline(repository.store, repository.history, ids[-1])
        landed = [line.landed(repository.store.commit(one), now) for one in ids]
    assert [(one - START).days for one in landed] == [0, 5, 4000, 5]


def test_a_date_that_no_calendar_has_is_a_late_one(sandbox: Sandbox, work: Path) -> None:
    good = commit(sandbox, work, {"a.yaml": "x"}, START)
    text = sandbox.git(work, "cat-file", "commit", good)
    file = work / "commit"
    stamp = str(int(START.timestamp()))
    file.write_text(text.replace(stamp, "99999999999999") + "\n", encoding="utf-8")
    odd = sandbox.git(work, "hash-object", "-t", "commit", "-w", "--literally", str(file))
    with Repository.open(work) as repository:
        line = Mainline(repository.store, repository.history, odd)
        (found,) = line.touching(["a.yaml"])
        assert found.time.year == repository.history.log(odd)[0].time.year == 9000
