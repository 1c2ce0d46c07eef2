"""Real temporary repositories, with a home folder of their own."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from promote.git import Program, Repository

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True)
class Sandbox:
    """A folder, a home, and a way to run the real git as a user would."""

    folder: Path
    environ: dict[str, str] = field(default_factory=dict)

    def git(self, where: Path, *arguments: str, stdin: bytes = b"") -> str:
        done = subprocess.run(
            ["git", *arguments],
            cwd=where,
            env=self.environ,
            input=stdin,
            capture_output=True,
            check=True,
        )
        return done.stdout.decode(errors="surrogateescape").strip()

    def make(self, name: str = "work", files: dict[str, str | bytes] | None = None) -> Path:
        """A work tree with one commit on main."""
        work = self.folder / name
        work.mkdir()
        self.git(work, "init", "-q", "-b", "main")
        if files is None:
            files = {"README": "hello\n", "overlays/dev/kustomization.yaml": "a: 1\n"}
        self.commit(work, files, "first")
        return work

    def commit(self, work: Path, files: dict[str, str | bytes], message: str) -> str:
        for path, text in files.items():
            file = work / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(text.encode() if isinstance(text, str) else text)
        self.git(work, "add", "-A")
        self.git(work, "commit", "-q", "--allow-empty", "-m", message)
        return self.git(work, "rev-parse", "HEAD")

    def bare(self, work: Path, name: str = "remote.git") -> Path:
        """A bare clone that becomes `origin` of the work tree."""
        self.git(self.folder, "clone", "-q", "--bare", str(work), name)
        self.git(work, "remote", "add", "origin", str(self.folder / name))
        return self.folder / name

    def program(self, **changes: str) -> Program:
        return Program({**self.environ, **changes})

    def open(self, path: Path) -> Repository:
        return Repository.open(path, program=self.program())


@pytest.fixture
def sandbox(tmp_path: Path) -> Sandbox:
    home = tmp_path / "home"
    home.mkdir()
    (home / ".gitconfig").write_text("[user]\n\tname = Ada\n\temail = ada@example.com\n")
    environ = {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "GIT_CONFIG_NOSYSTEM": "1",
        "TMPDIR": str(tmp_path),
    }
    return Sandbox(tmp_path, environ)


def snapshot(folder: Path) -> dict[str, tuple[int, bytes]]:
    """Every file below a folder, its mode and bytes: also those of `.git`."""
    return {
        str(path.relative_to(folder)): (path.lstat().st_mode, path.read_bytes())
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.is_symlink()
    }
