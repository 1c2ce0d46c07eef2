"""What bad input gets: one message of one or two lines, exit 1, and nothing written."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from support.golden import Golden
    from support.repositories import GitRepo, MakeRemote, MakeRepo

HERE = Path(__file__).parent
CASES = HERE / "cases"
PATH = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])


def project_of(case: Path, make: MakeRepo) -> GitRepo:
    """The small project, with the files of a case laid over it."""
    repository = make()
    shutil.copytree(HERE / "project", repository.path, dirs_exist_ok=True)
    if (case / "files").exists():
        shutil.copytree(case / "files", repository.path, dirs_exist_ok=True)
    repository.commit(message="the project")
    return repository


def state(*repositories: GitRepo) -> list[str]:
    """Everything that a command could have written."""
    return [
        repository.git(*command)
        for repository in repositories
        for command in (["for-each-ref"], ["count-objects"])
    ]


@pytest.mark.parametrize("name", sorted(path.name for path in CASES.iterdir()))
def test_bad_input(
    name: str, git_repo: MakeRepo, bare_remote: MakeRemote, golden: Golden, tmp_path: Path
) -> None:
    case = CASES / name
    repository = project_of(case, git_repo)
    remote = bare_remote(repository)
    prepare = (case / "prepare").read_text() if (case / "prepare").exists() else ""
    files = sorted(tmp_path.rglob("*"))
    refs = state(remote)
    done = subprocess.run(
        ["bash", "-c", prepare + (case / "command").read_text()],
        cwd=repository.path,
        env={**os.environ, "PATH": PATH, "COLUMNS": "200"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    # How long git tried is its own affair.
    message = re.sub(r"after \d+ ms", "after N ms", done.stderr.replace(str(tmp_path), "TMP"))
    assert (done.returncode, done.stdout) == (1, ""), done.stderr
    assert message.startswith("promote: ")
    assert len(message.splitlines()) <= 2, message
    golden(case / "error.txt", message)
    if not prepare:
        assert sorted(tmp_path.rglob("*")) == files
        assert state(remote) == refs
        assert repository.git("status", "--porcelain") == ""


def test_no_message_shows_where_the_program_is() -> None:
    texts = [path.read_text() for path in CASES.glob("*/error.txt")]
    assert texts
    assert not [text for text in texts if re.search(r"Traceback|site-packages|\.py\b", text)]


def test_output_is_utf_8_whatever_the_locale_says(git_repo: MakeRepo) -> None:
    repository = project_of(CASES / "unknown-environment", git_repo)
    environment = {"PATH": PATH, "LC_ALL": "C", "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}
    done = subprocess.run(
        ["promote", "diff", "dev", "prod"],
        cwd=repository.path,
        env=environment,
        capture_output=True,
        check=False,
    )
    assert done.returncode == 10, done.stderr
    assert "shop/web:2 → shop/web:1" in done.stdout.decode()
