"""Where output goes: a stream that nobody reads, a disk that is full, a file that cannot be."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from support.repositories import MakeRepo

HERE = Path(__file__).parent
PATH = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
WRITERS = ["render --env dev", "render --all", "diff dev dev", "schema", "--version", "--help"]

needs_full = pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")


@pytest.fixture
def project(git_repo: MakeRepo) -> Path:
    path = git_repo().path
    shutil.copytree(HERE / "project", path, dirs_exist_ok=True)
    return path


def run(folder: Path, command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["bash", "-c", command],
        cwd=folder,
        env={**os.environ, "PATH": PATH},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


@needs_full
@pytest.mark.parametrize("command", WRITERS)
def test_a_full_disk_is_an_error_and_no_bug(project: Path, command: str) -> None:
    done = run(project, f"promote {command} >/dev/full")
    message = "promote: cannot write the output: No space left on device\n"
    assert (done.returncode, done.stderr) == (1, message)


@pytest.mark.parametrize("command", WRITERS)
def test_a_closed_stdout_takes_nothing_and_ends_nothing(project: Path, command: str) -> None:
    done = run(project, f"promote {command} >&-")
    assert (done.returncode, done.stderr) == (0, "")


def test_the_verdict_stays_when_nobody_reads_on(project: Path) -> None:
    done = run(project, "promote diff dev prod | true; exit ${PIPESTATUS[0]}")
    assert (done.returncode, done.stderr.count("\n")) == (10, done.stderr.count("taking namespace"))


@needs_full
@pytest.mark.parametrize("where", ["/dev/full", "&-"])
def test_an_error_that_cannot_be_said_keeps_its_code(project: Path, where: str) -> None:
    assert run(project, f"promote render --env nope 2>{where}").returncode == 1
    assert run(project, f"promote nope 2>{where}").returncode == 2


def test_what_is_printed_goes_to_no_file_that_is_opened_later(project: Path) -> None:
    # With stdout closed, the file would be given the number of stdout.
    done = run(project, "promote render --env dev -o out.yaml >&- 2>&-; promote render --env dev")
    assert (project / "out.yaml").read_text() == done.stdout


@needs_full
@pytest.mark.parametrize(
    ("command", "message"),
    [
        ("render --env dev -o no/x.yaml", "cannot write no/x.yaml: No such file or directory"),
        ("render --env dev -o /dev/full", "cannot write /dev/full: No space left on device"),
        (
            "render overlays/dev/web -o promote.yaml/x",
            "cannot write promote.yaml/x: Not a directory",
        ),
        (
            "render --all -o promote.yaml",
            "cannot make the folder promote.yaml/dev: Not a directory",
        ),
    ],
)
def test_a_file_that_cannot_be_written_is_named(project: Path, command: str, message: str) -> None:
    before = sorted(project.rglob("*"))
    done = run(project, f"promote {command}")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.splitlines()[0] == f"promote: {message}"
    assert sorted(project.rglob("*")) == before


def test_a_project_file_that_leads_nowhere_is_there_already(project: Path) -> None:
    (project / "promote.yaml").unlink()
    for target in ("nowhere", "promote.yaml"):
        (project / "promote.yaml").symlink_to(target)
        done = run(project, "promote init")
        assert (done.returncode, "is there already" in done.stderr) == (1, True)
        (project / "promote.yaml").unlink()
    assert not (project / "nowhere").exists()


def test_a_folder_that_is_gone_is_said_to_be(tmp_path: Path) -> None:
    done = run(tmp_path, "mkdir gone && cd gone && rmdir ../gone && promote render --all")
    assert (done.returncode, done.stderr) == (
        1,
        "promote: the current folder is there no more\n  go to another one\n",
    )


def test_values_of_others_do_not_act_on_the_terminal(project: Path) -> None:
    (project / "bases/api/values.schema.json").unlink()
    evil = 'port: 8080\nimage: {tag: "1.0"}\nnote: "a\\u202eb"\n"k\\e[31m": 1\n'
    (project / "bases/api/values.yaml").write_text(evil)
    for output in ("text", "json"):
        done = run(project, f"promote values api --env dev --output {output}")
        assert done.returncode == 0, done.stderr
        assert not {"\u202e", "\x1b"} & {*done.stdout}
        assert "a\\u202eb" in done.stdout


def test_an_app_without_values_is_said_to_have_none(project: Path) -> None:
    done = run(project, "promote values web --env dev")
    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr == "promote: web has no values in dev\n"
