"""A run like an earlier one that found nothing to do is over before anything is loaded."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from noting import RUN, is_repeat, note_of, written
from shop import ALL, CHANGES, FILES, write

from promote.cli.main import main
from promote.store.runs import keep_note, run_identity

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.fixture(autouse=True)
def settled(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every look counts at once: the tests do not wait until files are old."""
    monkeypatch.setattr("promote.store.inputs._TICK", -(10**12))


def test_the_third_run_is_known_again(project: Path) -> None:
    for known in (False, False, True, True):
        assert is_repeat(RUN) is known
        assert main(RUN) == 0
    assert set(written(project.parent / "out")) == {f"{name}.yaml" for name in ALL}


def test_nothing_is_loaded_for_it(project: Path) -> None:
    for _ in range(3):
        assert main(RUN) == 0
    script = (
        "import sys; import promote.store.inputs; from promote.cli.main import main;"
        f"assert main({RUN!r}) == 0;"
        "print(sorted({'typer', 'jinja2', 'promote.config', 'promote.render'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=project
    )
    assert done.stdout == "[]\n"


def rename(old: str, new: str) -> Callable[[Path], object]:
    return lambda root: (root / old).rename(root / new)


def link(path: str, target: str) -> Callable[[Path], object]:
    def act(root: Path) -> None:
        (root / path).rename(root / target)
        (root / path).symlink_to(root / target)

    return act


def swap(path: str) -> Callable[[Path], object]:
    def act(root: Path) -> None:
        write(root / "new", FILES[path])
        (root / "new").replace(root / path)

    return act


ACTS: dict[str, Callable[[Path], object]] = {name: act for name, (_, act) in CHANGES.items()} | {
    "an output that was edited": lambda root: write(root / "../out/dev/web.yaml", "edited"),
    "an output that is gone": lambda root: (root / "../out/dev/web.yaml").unlink(),
    "all output gone": rename("../out", "../elsewhere"),
    "an app that appears": lambda root: write(
        root / "overlays/dev/web/kustomization.yaml", "resources: [../api]\n"
    ),
    "an overlay that is gone": rename("overlays/dev/web", "overlays/dev/old"),
    "a base that became a link": link("bases/web", "moved"),
    "another top of the work tree": rename(".git", "git"),
    "the same text in another file": swap("overlays/dev/web/a.txt"),
}


@pytest.mark.parametrize("change", ACTS)
def test_every_kind_of_change_is_seen(project: Path, change: str, tmp_path: Path) -> None:
    for _ in range(3):
        assert main(RUN) == 0
    assert is_repeat(RUN)
    ACTS[change](project)
    assert not is_repeat(RUN)
    code = main(RUN)
    # Without a store the same comes out.
    fresh = tmp_path / "fresh"
    assert main(["render", "--all", "--no-cache", "--output", str(fresh)]) == code
    if code == 0:
        assert written(project.parent / "out") == written(fresh)


def test_another_project_file_nearer_by_is_seen(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = ["render", "--all", "--output", str(project.parent / "out")]
    monkeypatch.chdir(project / "overlays/dev")
    for _ in range(3):
        assert main(run) == 0
    assert is_repeat(run)
    write(project / "overlays/promote.yaml", "wrong")
    assert not is_repeat(run)
    assert main(run) == 1


def test_another_command_line_folder_or_program_is_another_run(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(3):
        assert main(RUN) == 0
    assert not is_repeat([*RUN, "--reorder", "none"])
    monkeypatch.chdir(project / "overlays")
    assert not is_repeat(RUN)
    monkeypatch.chdir(project)
    assert is_repeat(RUN)
    monkeypatch.setattr("promote.store.runs.program_text", lambda: "another")
    assert not is_repeat(RUN)


def test_what_was_just_written_is_not_trusted(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("promote.store.inputs._TICK", 10**12)
    for _ in range(3):
        assert main(RUN) == 0
    assert not is_repeat(RUN)
    assert (project.parent / "out/dev/web.yaml").exists()


@pytest.mark.usefixtures("project")
def test_emptying_the_cache_forgets_it() -> None:
    for _ in range(3):
        assert main(RUN) == 0
    assert main(["cache", "prune"]) == 0
    assert not is_repeat(RUN)


@pytest.mark.usefixtures("project")
def test_a_run_that_failed_is_not_known(project: Path) -> None:
    write(project / "overlays/dev/web/kustomization.yaml", "resources: [nothing.yaml]\n")
    for _ in range(3):
        assert main(RUN) == 1
    assert not is_repeat(RUN)


DAMAGES: dict[str, Callable[[bytes], bytes]] = {
    "empty": lambda _: b"",
    "cut": lambda data: data[: len(data) // 2],
    "cut in the numbers": lambda data: data[:-8],
    "more than it says": lambda data: data + b"\0" * 8,
    "of another version": lambda data: data.replace(b"run 2", b"run 0", 1),
    "no numbers": lambda data: data.replace(b"\n", b"\nx", 1),
}


@pytest.mark.usefixtures("project")
@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_note_is_no_note(damage: str) -> None:
    for _ in range(3):
        assert main(RUN) == 0
    note = note_of(RUN)
    note.write_bytes(DAMAGES[damage](note.read_bytes()))
    assert not is_repeat(RUN)
    assert main(RUN) == 0
    assert is_repeat(RUN)


@pytest.mark.usefixtures("project")
def test_only_the_user_may_read_a_note_and_there_are_not_many() -> None:
    for number in range(60):
        keep_note(run_identity([*RUN, str(number)]), b"note")
    notes = list(note_of(RUN).parent.iterdir())
    assert len(notes) == 50
    assert {note.stat().st_mode & 0o777 for note in notes} == {0o600}
    assert note_of([*RUN, "59"]) in notes
