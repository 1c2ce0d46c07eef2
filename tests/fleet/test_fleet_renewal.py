"""Where only the content of some files changed, only what was made of them is rendered again."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from noting import RUN, is_repeat, note_of, written
from shop import CHANGES, FILES, write

import promote.cli.renewal
from promote.cli import performing
from promote.cli.main import main
from promote.store.runs import look_again

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

FILE = "overlays/dev/web/a.txt"


@pytest.fixture
def settled(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every look counts at once: the tests do not wait until files are old."""
    monkeypatch.setattr("promote.store.inputs._TICK", -(10**12))


@pytest.fixture
def noted(project: Path, settled: None) -> Path:  # noqa: ARG001 - the order of fixtures
    """The shop, rendered, and a note of that."""
    for _ in range(3):
        assert main(RUN) == 0
    assert is_repeat(RUN)
    return project


@pytest.fixture
def whole_runs(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """The command lines for which the whole run was made."""
    runs: list[list[str]] = []
    perform = performing._perform  # noqa: SLF001 - the seam between both

    def note(arguments: list[str]) -> int:
        if "--no-cache" not in arguments:
            runs.append(arguments)
        return perform(arguments)

    monkeypatch.setattr(performing, "_perform", note)
    return runs


def check(project: Path, fresh: Path) -> None:
    """What was written is what is written without a store."""
    assert main(["render", "--all", "--no-cache", "--output", str(fresh)]) == 0
    assert written(project.parent / "out") == written(fresh)


def by_rename(path: Path, text: str) -> None:
    """Save as many editors do."""
    write(path.with_name("draft"), text)
    path.with_name("draft").replace(path)


SAVES: dict[str, Callable[[Path, str], None]] = {"in place": write, "by a rename": by_rename}


@pytest.mark.parametrize("save", SAVES)
def test_one_overlay_is_rendered_and_nothing_else_is_looked_at(
    noted: Path, tmp_path: Path, whole_runs: list[list[str]], save: str
) -> None:
    for text in ("new", "newer", "newest", "dev"):
        SAVES[save](noted / FILE, text)
        assert not is_repeat(RUN)
        assert main(RUN) == 0
        assert text in (noted.parent / "out/dev/web.yaml").read_text()
        check(noted, tmp_path / "fresh")
    assert main(RUN) == 0  # which renews how the last file looks
    assert is_repeat(RUN)
    assert whole_runs == []


def test_neither_project_nor_store_is_loaded_for_it(noted: Path) -> None:
    write(noted / FILE, "new")
    script = (
        "import sys; import promote.store.inputs; from promote.cli.main import main;"
        f"assert main({RUN!r}) == 0;"
        "names = {'typer', 'sqlite3', 'promote.config', 'promote.project'};"
        "print(sorted(names & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=noted
    )
    assert done.stdout == "[]\n"
    assert "new" in (noted.parent / "out/dev/web.yaml").read_text()


def test_a_file_that_was_only_touched_is_read_and_nothing_rendered(
    noted: Path, whole_runs: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(promote.cli.renewal, "_render", None)
    os.utime(noted / FILE, (1, 1))
    assert not is_repeat(RUN)
    assert main(RUN) == 0
    assert is_repeat(RUN)
    assert whole_runs == []


def test_two_changes_in_one_tick_of_the_clock_are_both_seen(
    noted: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, whole_runs: list[list[str]]
) -> None:
    monkeypatch.setattr("promote.store.inputs._TICK", 10**18)  # no look is old enough from here on
    for text in ("one", "two", "six"):
        write(noted / FILE, text)
        assert main(RUN) == 0
        check(noted, tmp_path / "fresh")
        assert not is_repeat(RUN)
        assert main(RUN) == 0
    assert whole_runs == []


def to_link(root: Path) -> None:
    (root / FILE).rename(root / "elsewhere")
    (root / FILE).symlink_to(root / "elsewhere")


def to_folder(root: Path) -> None:
    (root / FILE).unlink()
    write(root / FILE / "x", "")


LEFT: dict[str, Callable[[Path], object]] = {
    name: act
    for name, (_, act) in CHANGES.items()
    if name != "an overlay's file"
} | {
    "a file that is read for the first time": lambda root: write(
        root / "overlays/dev/web/kustomization.yaml",
        "resources: [../../../bases/web]\nconfigMapGenerator: [{name: n, files: [b.txt]}]\n",
    ),
    "a name that comes": lambda root: write(root / "overlays/dev/web/kustomization.yml", ""),
    "a file that became a link": to_link,
    "a file that became a folder": to_folder,
    "an output that was edited": lambda root: write(root / "../out/dev/web.yaml", "edited"),
}  # fmt: skip


@pytest.mark.parametrize("change", LEFT)
def test_all_else_is_left_to_the_whole_run(
    noted: Path, tmp_path: Path, whole_runs: list[list[str]], change: str
) -> None:
    write(noted / "overlays/dev/web/b.txt", "b")
    for _ in range(3):
        assert main(RUN) == 0
    whole_runs.clear()
    LEFT[change](noted)
    code = main(RUN)
    assert whole_runs == [RUN]
    assert main(["render", "--all", "--no-cache", "--output", str(tmp_path / "fresh")]) == code
    if code == 0:
        assert written(noted.parent / "out") == written(tmp_path / "fresh")


def test_a_mistake_is_said_by_the_whole_run_and_the_old_file_stays(
    noted: Path, whole_runs: list[list[str]], capsys: pytest.CaptureFixture[str]
) -> None:
    before = written(noted.parent / "out")
    name = "overlays/dev/web/kustomization.yaml"
    write(noted / name, "resources: [../../../bases/web]\nimages: wrong\n")
    assert main(RUN) == 1
    assert whole_runs == [RUN]
    assert "images" in capsys.readouterr().err
    assert written(noted.parent / "out") == before
    write(noted / name, FILES[name])
    assert main(RUN) == 0
    assert written(noted.parent / "out") == before


def test_a_file_that_changes_meanwhile_is_not_taken_for_known(
    noted: Path, tmp_path: Path, whole_runs: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    look_closer = promote.cli.renewal._look_closer  # noqa: SLF001 - to come in between

    def interrupted(*args: object) -> object:
        seen = look_closer(*args)  # type: ignore[arg-type]
        write(noted / "overlays/dev/web/kustomization.yaml", "resources: [../../../bases/web]\n")
        return seen

    monkeypatch.setattr(promote.cli.renewal, "_look_closer", interrupted)
    write(noted / FILE, "new")
    assert main(RUN) == 0
    assert whole_runs == [RUN]
    check(noted, tmp_path / "fresh")


DAMAGES: dict[str, Callable[[bytes], bytes]] = {
    "a digest": lambda data: data.replace(b'{"confine"', b'!"confine"'),
    "the inputs of a result": lambda data: data[:-3] + b"9" + data[-2:],
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_note_is_not_renewed(
    noted: Path, whole_runs: list[list[str]], damage: str
) -> None:
    note = note_of(RUN)
    note.write_bytes(DAMAGES[damage](note.read_bytes()))
    assert look_again(RUN) is not None
    write(noted / FILE, "new")
    assert main(RUN) == 0
    assert whole_runs == [RUN]


@pytest.mark.parametrize("seed", range(4))
def test_any_changes_in_any_order_give_what_a_whole_run_gives(
    noted: Path, tmp_path: Path, seed: int
) -> None:
    chance = random.Random(seed)  # noqa: S311 - no secret
    names = [*CHANGES, *[FILE] * len(CHANGES)]
    for turn in range(12):
        for name in chance.sample(names, chance.choice([0, 1, 1, 2])):
            if name == FILE:
                chance.choice(list(SAVES.values()))(noted / FILE, f"text {turn % 3}")
            elif chance.random() < 0.5:  # or back to what it was
                CHANGES[name][1](noted)
            else:
                for path in chance.sample(list(FILES), 3):
                    write(noted / path, FILES[path])
        code = main(RUN)
        fresh = tmp_path / f"fresh{turn}"
        assert main(["render", "--all", "--no-cache", "--output", str(fresh)]) == code
        if code == 0:
            assert written(noted.parent / "out") == written(fresh)


@pytest.mark.usefixtures("settled")
def test_plain_overlays_are_renewed_with_the_same_options(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, whole_runs: list[list[str]]
) -> None:
    monkeypatch.setenv("PROMOTE_CACHE_DIR", str(tmp_path / "cache"))
    root = tmp_path / "plain"
    for name in ("a", "b"):
        write(root / name / "kustomization.yaml", "resources: [../all.yaml, z.yaml]\n")
        write(root / name / "z.yaml", "apiVersion: v1\nkind: Namespace\nmetadata: {name: z}\n")
    write(root / "all.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\n")
    monkeypatch.chdir(root)
    options = ["--load-restrictor", "LoadRestrictionsNone", "--reorder", "none"]
    run = ["render", "--all", *options, "--enable-managedby-label", "--output", "../out"]
    for _ in range(3):
        assert main(run) == 0
    whole_runs.clear()
    text = (root / "all.yaml").read_text()
    write(root / "all.yaml", f"{text}data: {{a: b}}\n")
    assert main(run) == 0
    assert whole_runs == []
    assert main([*run[:-2], "--no-cache", "--output", "../fresh"]) == 0
    assert written(tmp_path / "out") == written(tmp_path / "fresh")
    assert b"a: b" in (tmp_path / "out/a.yaml").read_bytes()
