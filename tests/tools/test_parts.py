"""`tools/parts`: what is there is not made again, what fails leaves nothing behind."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from partskit.cache import Cache
from partskit.cli import install, main, path_of
from partskit.golang import GoBuild
from partskit.records import Part, PartError
from partskit.table import PARTS

if TYPE_CHECKING:
    from collections.abc import Callable

SCRIPT = Path(__file__).parents[2] / "tools" / "parts"


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Cache:
    monkeypatch.setenv("PROMOTE_PARTS", str(tmp_path / "parts"))
    return Cache(tmp_path / "parts")


class Maker:
    """Makes a program and a folder, and counts how often."""

    def __init__(self, before: Callable[[], None] = lambda: None) -> None:
        self.count = 0
        self.before = before

    def __call__(self, made: Path) -> None:
        self.count += 1
        self.before()
        for name in ("bin/tool", "share/tool/a.txt"):
            (made / name).parent.mkdir(parents=True, exist_ok=True)
            (made / name).write_text(f"made {self.count}")


def tool(make: Callable[[Path], None], version: str = "v1") -> Part:
    return Part("tool", version, make, {"tool": "bin/tool", "tool-static": "share/tool"})


class TestInstalling:
    def test_once_is_enough(self, cache: Cache) -> None:
        make = Maker()
        for _ in range(2):
            install(cache, tool(make))
        assert make.count == 1

    def test_another_version_is_made_anew(self, cache: Cache) -> None:
        make = Maker()
        install(cache, tool(make))
        install(cache, tool(make, "v2"))
        assert make.count == 2
        assert path_of(cache, {"tool": tool(make, "v2")}, "tool").read_text() == "made 2"
        assert (cache.folder / "share/tool/a.txt").read_text() == "made 2"

    def test_what_was_deleted_is_made_again(self, cache: Cache) -> None:
        make = Maker()
        install(cache, tool(make))
        (cache.folder / "bin" / "tool").unlink()
        install(cache, tool(make))
        assert make.count == 2

    def test_of_several_at_once_one_makes_it(self, cache: Cache) -> None:
        started = threading.Barrier(4)
        make = Maker()

        def run() -> None:
            started.wait()
            install(cache, tool(make))

        threads = [threading.Thread(target=run) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert make.count == 1

    def test_a_failure_keeps_what_was_there(self, cache: Cache) -> None:
        def fail() -> None:
            message = "no network"
            raise PartError(message)

        install(cache, tool(Maker()))
        with pytest.raises(PartError, match=r"^tool: no network$"):
            install(cache, tool(Maker(before=fail), "v2"))
        assert (cache.folder / "bin" / "tool").read_text() == "made 1"
        assert not list((cache.folder / "making").iterdir())

    def test_what_a_killed_run_left_is_not_taken_over(self, cache: Cache) -> None:
        left = cache.folder / "making" / "tool" / "share" / "tool" / "half.txt"
        left.parent.mkdir(parents=True)
        left.touch()
        install(cache, tool(Maker()))
        assert [path.name for path in (cache.folder / "share/tool").iterdir()] == ["a.txt"]

    def test_a_part_cut_off_while_it_is_put_in_place_is_not_there(
        self, cache: Cache, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        install(cache, tool(Maker()))

        def killed(*_: object) -> None:
            raise KeyboardInterrupt

        with monkeypatch.context() as patch:
            patch.setattr(Path, "replace", killed)
            with pytest.raises(KeyboardInterrupt):
                install(cache, tool(Maker(), "v2"))
        assert not cache.has(tool(Maker()))
        assert not cache.has(tool(Maker(), "v2"))

    def test_a_program_of_the_machine_serves_as_well(self, cache: Cache) -> None:
        make = Maker()
        part = Part("tool", "v1", make, {"tool": "bin/tool"}, machine=("no-such-tool", "git"))
        install(cache, part)
        assert make.count == 0
        assert path_of(cache, {"tool": part}, "tool").name == "git"


@pytest.mark.usefixtures("cache")
class TestTheCommand:
    def test_a_path_that_is_not_there_fails_in_one_line(
        self, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert main(["path", "gitea-static"]) == 1
        out, err = capsys.readouterr()
        assert out == ""
        assert re.fullmatch(r"tools/parts: .*'tools/parts install gitea'\n", err)

    def test_an_unknown_part_is_answered_with_the_nearest(
        self, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert main(["install", "kustomise"]) == 1
        assert capsys.readouterr().err == "tools/parts: no part 'kustomise': is it 'kustomize'?\n"

    def test_the_list_names_every_part(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["list"]) == 0
        rows = [line.split("\t") for line in capsys.readouterr().out.splitlines()]
        assert [name for name, _, _ in rows] == list(PARTS)

    def test_without_go_it_says_so_in_one_line(self, tmp_path: Path) -> None:
        empty = {**os.environ, "PATH": str(tmp_path)}
        done = subprocess.run(
            [sys.executable, SCRIPT, "install", "kustomize"],
            env=empty,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 1
        said = [line for line in done.stderr.splitlines() if "making" not in line]
        assert len(said) == 1
        assert said[0].startswith("tools/parts: kustomize: needs Go")


def test_every_go_version_is_an_exact_one() -> None:
    built = [part.make for part in PARTS.values() if isinstance(part.make, GoBuild)]
    assert len(built) > 5
    assert all(re.fullmatch(r"v\d+\.\d+\.\d+", make.version) for make in built)


def test_no_two_parts_share_a_place() -> None:
    places = [path for part in PARTS.values() for path in part.outputs.values()]
    assert len(set(places)) == len(places)


def test_kustomize_is_the_one_that_the_conformance_cases_were_made_with(kustomize: Path) -> None:
    done = subprocess.run([kustomize, "version"], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == PARTS["kustomize"].version == "v5.8.1"
