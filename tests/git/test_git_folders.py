"""What killed runs left behind goes away, and nothing else in the temporary folder does."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

import pytest

from promote.git.folders import PREFIX, make_folder, remove_folder, sweep

if TYPE_CHECKING:
    from pathlib import Path

NOW = time.time()
OLD = NOW - 2 * 24 * 3600
NAME = f"{PREFIX}abc_1234"


def left_behind(parent: Path, name: str = NAME, age: float = OLD, mode: int = 0o700) -> Path:
    folder = parent / name
    (folder / "objects" / "aa").mkdir(parents=True)
    (folder / "objects" / "aa" / "x").write_text("x")
    (folder / "alive").write_text("")
    folder.chmod(mode)
    os.utime(folder, (age, age))
    return folder


def test_an_old_folder_of_a_killed_run_is_removed(tmp_path: Path) -> None:
    folder = left_behind(tmp_path)
    assert sweep(str(tmp_path), NOW) == [NAME]
    assert not folder.exists()


@pytest.mark.parametrize(
    ("name", "age", "mode"),
    [
        (NAME, NOW - 3600, 0o700),
        (NAME, OLD, 0o755),
        (f"{PREFIX}..", OLD, 0o700),
        (f"{PREFIX}abc_1234.keep", OLD, 0o700),
        ("promote-other-abc_1234", OLD, 0o700),
    ],
    ids=["young", "open to others", "odd name", "longer name", "another prefix"],
)
def test_what_may_be_of_others_stays(tmp_path: Path, name: str, age: float, mode: int) -> None:
    folder = left_behind(tmp_path, name, age, mode)
    assert sweep(str(tmp_path), NOW) == []
    assert folder.exists()


def test_a_folder_that_a_living_process_holds_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    folder, lock = make_folder()
    os.utime(folder, (OLD, OLD))
    assert sweep(str(tmp_path), NOW) == []
    os.close(lock)  # as the kernel does when a process is killed
    assert sweep(str(tmp_path), NOW) == [folder.name]


def test_links_lead_nowhere(tmp_path: Path) -> None:
    precious = tmp_path / "precious"
    precious.mkdir(mode=0o700)
    (precious / "file").write_text("x")
    os.utime(precious, (OLD, OLD))
    parent = tmp_path / "tmp"
    parent.mkdir()
    (parent / NAME).symlink_to(precious)
    folder = left_behind(parent, f"{PREFIX}abc_5678")
    (folder / "link").symlink_to(precious)
    os.utime(folder, (OLD, OLD))
    assert sweep(str(parent), NOW) == [f"{PREFIX}abc_5678"]
    assert (precious / "file").read_text() == "x"


def test_a_pipe_or_a_link_in_place_of_the_lock_stops_nothing(tmp_path: Path) -> None:
    for number in range(2):
        folder = left_behind(tmp_path, f"{PREFIX}abc_000{number}")
        lock = folder / "alive"
        lock.unlink()
        if number:
            lock.symlink_to("/dev/null")
        else:
            os.mkfifo(lock)
        os.utime(folder, (OLD, OLD))
    began = time.monotonic()
    sweep(str(tmp_path), NOW)
    assert time.monotonic() - began < 5


def test_a_folder_goes_away_with_its_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    folder, lock = make_folder()
    (folder / "objects").mkdir()
    remove_folder(folder, lock)
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(lock)
