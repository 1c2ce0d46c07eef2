"""Real Git repositories in temporary folders."""

from __future__ import annotations

import itertools
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import pytest

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


@dataclass(frozen=True)
class GitRepo:
    """A repository and the real git; a bare one has no files to write."""

    path: Path

    def git(self, *arguments: str, stdin: bytes | None = None) -> str:
        """Run git here, and give what it prints, without the last line's end."""
        done = subprocess.run(
            ["git", *arguments], cwd=self.path, input=stdin, capture_output=True, check=True
        )
        return done.stdout.decode().rstrip("\n")

    def write(self, files: Mapping[str, str | bytes]) -> None:
        """Write files below the work tree's top."""
        for name, content in files.items():
            path = self.path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content.encode() if isinstance(content, str) else content)

    def commit(
        self, files: Mapping[str, str | bytes] | None = None, message: str = "change"
    ) -> str:
        """Commit everything, after writing some files, and give the commit's id."""
        self.write(files or {})
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "--message", message)
        return self.git("rev-parse", "HEAD")

    def read(self, path: str, revision: str = "HEAD") -> str:
        """A file's text as it was committed."""
        return self.git("cat-file", "-p", f"{revision}:{path}")


class MakeRepo(Protocol):
    """Makes a work tree with one commit on `main`, of the files given."""

    def __call__(self, files: Mapping[str, str | bytes] | None = None) -> GitRepo: ...


class MakeRemote(Protocol):
    """Makes a bare repository that is `origin` of the one given, and has its branches."""

    def __call__(self, of: GitRepo) -> GitRepo: ...


@pytest.fixture
def git_repo(tmp_path: Path) -> MakeRepo:
    numbers = itertools.count(1)

    def make(files: Mapping[str, str | bytes] | None = None) -> GitRepo:
        repository = GitRepo(tmp_path / f"repository-{next(numbers)}")
        repository.path.mkdir()
        repository.git("init", "--quiet", "--initial-branch=main")
        repository.commit(files, "first")
        return repository

    return make


@pytest.fixture
def bare_remote(tmp_path: Path) -> MakeRemote:
    numbers = itertools.count(1)

    def make(of: GitRepo) -> GitRepo:
        remote = GitRepo(tmp_path / f"remote-{next(numbers)}.git")
        of.git("clone", "--quiet", "--bare", str(of.path), str(remote.path))
        remote.git("remote", "remove", "origin")
        of.git("remote", "add", "origin", str(remote.path))
        of.git("fetch", "--quiet", "origin")
        return remote

    return make
