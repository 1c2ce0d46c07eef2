"""Bases in other repositories, from a real Git server, beside the real kustomize."""

from __future__ import annotations

import shutil
import subprocess
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from promote import yamlio
from promote.cli.main import main
from promote.errors import InputError, OutsideError, PromoteError
from promote.git import CommitCache
from promote.project.remotes import Remotes
from promote.render.files import DiskTree
from promote.render.options import BuildOptions
from promote.render.pipeline import build
from promote.render.remote import parse_remote

if TYPE_CHECKING:
    from pathlib import Path

    from support.githttp import GitServer
    from support.repositories import GitRepo, MakeRepo

FILES = {
    "kustomization.yaml": "resources: [apps/dev]\n",
    "apps/base/kustomization.yaml": "resources: [cm.yaml]\n",
    "apps/base/cm.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\ndata: {a: b}\n",
    "apps/dev/kustomization.yaml": (
        "resources: [../base]\nnamePrefix: dev-\n"
        "configMapGenerator:\n- {name: made, literals: [a=b]}\n"
    ),
    "parts/kustomization.yaml": (
        "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\nnameSuffix: -c\n"
    ),
}
NOTES = "buildMetadata: [originAnnotations, transformerAnnotations]\n"


@pytest.fixture
def source(git_repo: MakeRepo, git_server: GitServer) -> GitRepo:
    """A repository whose branches and tags `publish` puts on the server."""
    repository = git_repo(FILES)
    repository.git("tag", "v1")
    publish(repository, git_server)
    return repository


def publish(repository: GitRepo, server: GitServer) -> None:
    target = server.root / "shop.git"
    if target.exists():
        shutil.rmtree(target)
    repository.git("clone", "--quiet", "--mirror", str(repository.path), str(target))


def rendered(
    folder: Path, hosts: tuple[str, ...] = ("127.0.0.1",), cache: Path | None = None
) -> str:
    remotes = Remotes(hosts, cache or folder.parent / "cache")
    try:
        resources = build(DiskTree(), str(folder), BuildOptions(remotes=remotes))
        return yamlio.dump_all(resource.doc for resource in resources)
    finally:
        remotes.close()


def overlay(folder: Path, text: str) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "kustomization.yaml").write_text(text)
    return folder


@pytest.mark.usefixtures("source")
@pytest.mark.parametrize(
    "text",
    [
        "resources: ['{url}/shop.git//apps/dev?ref=v1']\n",
        "resources: ['{url}/shop.git//apps/dev?ref=main']\n",
        "resources: ['{url}/shop.git//apps/dev']\n",
        "resources: ['{url}/shop.git?ref=v1']\n",
        "resources: ['{url}/shop.git//apps/base', '{url}/shop.git//apps/dev?version=v1']\n",
        "resources: ['{url}/shop.git//apps/dev?ref=v1&timeout=10s&submodules=false']\n",
        "resources: ['git::{url}/shop.git//apps/dev?ref=v1']\n",
        "resources: ['{url}/shop.git//apps/base']\ncomponents: ['{url}/shop.git//parts?ref=v1']\n",
        "resources: ['{url}/cm.yaml']\nnamePrefix: a-\n",
    ],
)
@pytest.mark.parametrize("notes", ["", NOTES])
def test_it_is_what_kustomize_makes_of_it(
    text: str, notes: str, git_server: GitServer, tmp_path: Path, kustomize: Path
) -> None:
    (git_server.root / "cm.yaml").write_text(FILES["apps/base/cm.yaml"])
    folder = overlay(tmp_path / "overlay", text.format(url=git_server.url) + notes)
    done = subprocess.run([kustomize, "build", folder], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert rendered(folder) == done.stdout


def test_a_full_id_is_fetched_once(source: GitRepo, git_server: GitServer, tmp_path: Path) -> None:
    commit = source.git("rev-parse", "v1")
    folder = overlay(
        tmp_path / "overlay", f"resources: ['{git_server.url}/shop.git//apps/dev?ref={commit}']\n"
    )
    first = rendered(folder)
    asked = len(git_server.requests)
    assert asked > 0
    assert rendered(folder) == first
    assert len(git_server.requests) == asked


def test_one_build_asks_once_for_a_repository(
    source: GitRepo, git_server: GitServer, tmp_path: Path
) -> None:
    del source
    one = overlay(tmp_path / "one", f"resources: ['{git_server.url}/shop.git//apps/dev?ref=v1']\n")
    rendered(one, cache=tmp_path / "cache-1")
    alone = len(git_server.requests)
    url = f"{git_server.url}/shop.git//apps"
    two = overlay(tmp_path / "two", f"resources: ['{url}/dev?ref=v1', '{url}/base?ref=v1']\n")
    rendered(two, cache=tmp_path / "cache-2")
    assert len(git_server.requests) == 2 * alone


def test_a_tag_that_moved_is_seen(source: GitRepo, git_server: GitServer, tmp_path: Path) -> None:
    folder = overlay(
        tmp_path / "overlay", f"resources: ['{git_server.url}/shop.git//apps/base?ref=v1']\n"
    )
    assert "a: b" in rendered(folder)
    source.commit({"apps/base/cm.yaml": FILES["apps/base/cm.yaml"].replace("a: b", "a: new")})
    source.git("tag", "--force", "--annotate", "--message", "again", "v1")
    publish(source, git_server)
    assert "a: new" in rendered(folder)


def test_the_commit_is_known(source: GitRepo, git_server: GitServer, tmp_path: Path) -> None:
    remotes = Remotes(["127.0.0.1"], tmp_path / "cache")
    wanted = parse_remote(f"{git_server.url}/shop.git//apps/base?ref=main")
    assert wanted is not None
    assert remotes.base(wanted).commit == source.git("rev-parse", "main")
    remotes.close()


def test_several_at_once_leave_one_copy(
    source: GitRepo, git_server: GitServer, tmp_path: Path
) -> None:
    folder = tmp_path / "cache"

    def fetch(_: int) -> str:
        cache = CommitCache(folder)
        try:
            found = cache.open(f"{git_server.url}/shop.git", "v1")
            return found.tree.read("/apps/base/cm.yaml").decode()
        finally:
            cache.close()

    with ThreadPoolExecutor(6) as pool:
        assert set(pool.map(fetch, range(6))) == {FILES["apps/base/cm.yaml"]}
    kept = [path.name for path in folder.glob("*/*")]
    assert kept == [source.git("rev-parse", "v1")]


@pytest.mark.usefixtures("source")
class TestRefused:
    def test_a_host_that_was_not_named(self, git_server: GitServer, tmp_path: Path) -> None:
        for entry in ("shop.git//apps/dev?ref=v1", "cm.yaml"):
            folder = overlay(tmp_path / "o", f"resources: ['{git_server.url}/{entry}']\n")
            with pytest.raises(OutsideError, match="nothing is fetched here"):
                rendered(folder, ("github.com", "*.example.com"))
        assert git_server.requests == []

    def test_nothing_without_being_told(
        self, git_server: GitServer, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        folder = overlay(tmp_path / "o", f"resources: ['{git_server.url}/shop.git//apps/dev']\n")
        assert main(["render", str(folder)]) == 1
        assert "pass --remote HOST" in capsys.readouterr().err
        assert git_server.requests == []

    def test_a_redirection_to_another_host(self, git_server: GitServer, tmp_path: Path) -> None:
        address = f"{git_server.url}/moved/x.yaml?http://localhost:{git_server.port}/cm.yaml"
        with pytest.raises(OutsideError, match="is on localhost"):
            Remotes(["127.0.0.1"], tmp_path).file(address)

    @pytest.mark.parametrize(
        "entry",
        [
            "ext::sh -c touch% canary//x?ref=v1",
            "git::ext::sh//x",
            "--upload-pack=touch canary//x",
            "ssh://-oProxyCommand=touch/x.git//y",
            "{url}/shop.git//../../etc?ref=v1",
            "{url}/shop.git//apps/dev?ref=--upload-pack=touch",
            "{url}/shop.git//apps/nothing?ref=v1",
            "{url}/shop.git//apps/dev?ref=v9",
            "{url}/nothing.git//apps/dev?ref=v1",
        ],
    )
    def test_what_is_hostile_or_not_there(
        self, entry: str, git_server: GitServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.chdir(tmp_path)
        folder = overlay(tmp_path / "o", f"resources: ['{entry.format(url=git_server.url)}']\n")
        with pytest.raises((OutsideError, InputError)) as caught:
            rendered(folder, ("*",))
        assert len(str(caught.value).splitlines()) <= 2
        assert not (tmp_path / "canary").exists()

    def test_a_base_that_reads_above_its_repository(
        self, git_repo: MakeRepo, git_server: GitServer, tmp_path: Path
    ) -> None:
        hostile = git_repo({"a/kustomization.yaml": "resources: [../../../../etc/hosts.yaml]\n"})
        (hostile.path / "link").symlink_to("/etc")
        hostile.commit()
        publish(hostile, git_server)
        folder = overlay(tmp_path / "o", f"resources: ['{git_server.url}/shop.git//a']\n")
        with pytest.raises(PromoteError):
            rendered(folder)


@pytest.mark.parametrize(
    ("entry", "repository", "path", "ref"),
    [
        ("github.com/org/repo//p?ref=v1", "https://github.com/org/repo", "p", "v1"),
        ("https://github.com/org/repo/p/q?ref=v1", "https://github.com/org/repo", "p/q", "v1"),
        ("git@github.com:org/repo//p", "git@github.com:org/repo", "p", ""),
        (
            "ssh://git@example.com/org/repo.git//p?ref=x",
            "ssh://git@example.com/org/repo.git",
            "p",
            "x",
        ),
        (
            "https://dev.azure.com/o/p/_git/r//a?ref=1",
            "https://dev.azure.com/o/p/_git/r",
            "/a",
            "1",
        ),
        ("file:///srv/repo.git//p?ref=v1", "file:///srv/repo.git", "p", "v1"),
        ("GIT::https://github.com/o/r", "https://github.com/o/r", "", ""),
        ("https://github.com/o/r?ref=a;b", "https://github.com/o/r", "", ""),
        ("https://github.com/o/r?ref=100%", "https://github.com/o/r", "", ""),
    ],
)
def test_addresses(entry: str, repository: str, path: str, ref: str) -> None:
    wanted = parse_remote(entry)
    assert wanted is not None
    assert (wanted.repository, wanted.path.strip("/"), wanted.ref) == (
        repository,
        path.strip("/"),
        ref,
    )
