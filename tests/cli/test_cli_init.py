"""`promote init`: what it says and writes, wherever it is run."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import yaml

if TYPE_CHECKING:
    from support.repositories import GitRepo, MakeRepo

PATH = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
BASE = "resources: []\n"
OVERLAYS = {
    "bases/web/kustomization.yaml": BASE,
    "overlays/dev/web/kustomization.yaml": "resources: [../../../bases/web]\n",
    "overlays/prod/web/kustomization.yaml": "resources: [../../../bases/web]\n",
}


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["promote", "init", *arguments],
        cwd=folder,
        env={**os.environ, "PATH": PATH, "COLUMNS": "200"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


def forge(folder: Path) -> dict[str, str]:
    proposed = yaml.safe_load((folder / "promote.yaml").read_text())["forge"]
    assert isinstance(proposed, dict)
    return proposed


@pytest.fixture
def repository(git_repo: MakeRepo) -> GitRepo:
    return git_repo({**OVERLAYS})


def test_a_repository_with_overlays(repository: GitRepo) -> None:
    repository.git("remote", "add", "origin", "git@github.com:ada/shop.git")
    done = run(repository.path)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines() == [
        "wrote promote.yaml: 1 app in dev, prod, at overlays/{environment}/{app}",
        "pull requests: github",
        "next: read it, try 'promote render --all', push it, and see 'promote status'",
    ]
    assert repository.git("status", "--porcelain") == "?? promote.yaml"
    text = (repository.path / "promote.yaml").read_text()
    assert "forge: {kind: github, remote: origin, branch: main}" in text


def test_what_is_there_is_not_overwritten(repository: GitRepo) -> None:
    repository.write({"promote.yaml": "mine\n"})
    done = run(repository.path)
    assert (done.returncode, done.stdout) == (1, "")
    assert "promote.yaml is there already" in done.stderr
    assert "promote init --dry-run" in done.stderr
    assert (repository.path / "promote.yaml").read_text() == "mine\n"
    shown = run(repository.path, "--dry-run")
    assert shown.returncode == 0
    assert yaml.safe_load(shown.stdout)["environments"] == {"dev": {}, "prod": {"from": "dev"}}
    assert (repository.path / "promote.yaml").read_text() == "mine\n"


def test_an_empty_folder_gets_an_example(tmp_path: Path) -> None:
    folder = tmp_path / "My Shop"
    folder.mkdir()
    done = run(folder)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines()[0] == (
        "wrote promote.yaml: no overlays of environments were found, so it is an example to edit"
    )
    assert "git init" in done.stdout
    assert "promote schema" in done.stdout
    assert yaml.safe_load((folder / "promote.yaml").read_text())["name"] == "My-Shop"


def test_a_repository_without_overlays_hears_what_was_seen(git_repo: MakeRepo) -> None:
    repository = git_repo(
        {"bases/web/kustomization.yaml": BASE, "charts/x/Chart.yaml": "name: x\n"}
    )
    done = run(repository.path)
    assert done.returncode == 0
    assert "left out: 1 directory, listed at its end" in done.stdout
    text = (repository.path / "promote.yaml").read_text()
    assert text.endswith("#   bases/web: no part of its path names an environment\n")


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    done = run(tmp_path, "nowhere")
    assert (done.returncode, done.stdout) == (1, "")
    assert len(done.stderr.splitlines()) <= 2
    assert "nowhere" in done.stderr


@pytest.mark.parametrize(
    ("url", "kind", "said"),
    [
        ("https://github.com/o/r.git", "github", ""),
        ("ssh://git@ssh.github.com:443/o/r.git", "github", ""),
        ("git@gitlab.com:g/s/r.git", "gitlab", ""),
        ("https://bitbucket.org/w/r.git", "bitbucket", ""),
        ("https://org@dev.azure.com/org/project/_git/r", "azure", ""),
        ("git@ssh.dev.azure.com:v3/org/project/r", "azure", ""),
        ("https://org.visualstudio.com/project/_git/r", "azure", ""),
        ("https://codeberg.org/o/r.git", "forgejo", ""),
        ("https://user:secret-1@git.corp/o/r.git", "local", "github, gitlab, gitea, forgejo"),
        ("git@gitlab.corp.com:o/r.git", "local", "If it is gitlab, say so as `kind`"),
        ("https://notgithub.com/o/r.git", "local", "What notgithub.com is does not follow"),
        ("ext::sh -c x", "local", "not one that promote uses"),
        ("../remote.git", "local", "The remote is a folder"),
    ],
)
def test_the_forge_follows_from_the_remote(
    repository: GitRepo, url: str, kind: str, said: str
) -> None:
    repository.git("config", "remote.origin.url", url)
    done = run(repository.path)
    assert done.returncode == 0, done.stderr
    assert forge(repository.path) == {"kind": kind, "remote": "origin", "branch": "main"}
    assert said in done.stdout
    text = (repository.path / "promote.yaml").read_text()
    assert said in text
    assert "secret-1" not in text + done.stdout + done.stderr


@pytest.mark.parametrize("branch", ["master", "trunk", "release"])
def test_the_branch_is_the_one_that_the_remote_has(
    repository: GitRepo, tmp_path: Path, branch: str
) -> None:
    remote = tmp_path / "remote.git"
    repository.git("branch", "-m", branch)
    repository.git("clone", "-q", "--bare", ".", str(remote))
    repository.git("--git-dir", str(remote), "branch", "feature")
    repository.git("clone", "-q", str(remote), str(tmp_path / "clone"))
    assert run(tmp_path / "clone").returncode == 0
    assert forge(tmp_path / "clone")["branch"] == branch


def test_several_remotes_and_none_called_origin(repository: GitRepo) -> None:
    repository.git("remote", "add", "upstream", "https://gitlab.com/o/r.git")
    repository.git("remote", "add", "zoe", "https://gitlab.com/zoe/r.git")
    done = run(repository.path)
    assert forge(repository.path) == {"kind": "gitlab", "remote": "upstream", "branch": "main"}
    assert "There are more remotes: upstream, zoe." in done.stdout
