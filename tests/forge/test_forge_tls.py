"""Servers of one's own, whose certificates come from an authority that only the test knows."""

from __future__ import annotations

import logging
import ssl
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
import trustme
from support.gitea import Certificate, start_gitea
from support.serving import Asked, Said, said, serving

from promote.config import ForgeConfig
from promote.errors import ForgeError, GitError, PromoteError
from promote.forge import Proposal, open_forge
from promote.forge.address import authorities_file
from promote.forge.http import Api
from promote.forge.tokens import Token
from promote.git import RefUpdate, Repository, commit
from promote.git.credentials import authenticate
from promote.promotion.session import open_session

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from git_sandbox import Sandbox
    from support.gitea import GiteaServer
    from support.parts import Part

SECRET = "glpat-0123456789abcdefghij"  # noqa: S105 - nobody's


@dataclass
class Authority:
    """A certificate authority, its file, and a certificate of this machine's that it signed."""

    ca: trustme.CA
    file: Path
    certificate: Certificate

    def context(self, *names: str) -> ssl.SSLContext:
        """What a server of these names needs."""
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        self.ca.issue_cert(*names).configure_cert(context)
        return context


def make_authority(folder: Path) -> Authority:
    ca = trustme.CA()
    ca.cert_pem.write_to_path(str(folder / "ca.pem"))
    issued = ca.issue_cert("127.0.0.1")
    issued.private_key_pem.write_to_path(str(folder / "key.pem"))
    for part in issued.cert_chain_pems:
        part.write_to_path(str(folder / "chain.pem"), append=True)
    return Authority(ca, folder / "ca.pem", Certificate(folder / "chain.pem", folder / "key.pem"))


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return make_authority(tmp_path_factory.mktemp("authority"))


def answer(_asked: Asked) -> Said:
    return said(200, {"it": "works"})


def test_an_authority_that_is_named_is_trusted(authority: Authority) -> None:
    with serving(answer, authority.context("127.0.0.1")) as url:
        assert Api(url, Token(SECRET), ca=str(authority.file)).get("/x") == {"it": "works"}


@pytest.mark.parametrize(
    ("name", "message", "hint"),
    [("127.0.0.1", "unable to get local issuer", "ca-file"), ("10.0.0.1", "mismatch", "url: …")],
)
def test_a_certificate_that_is_not_trusted(
    authority: Authority, name: str, message: str, hint: str
) -> None:
    asked: list[Asked] = []
    slept: list[float] = []

    def recorded(each: Asked) -> Said:
        asked.append(each)
        return answer(each)

    ca = "" if name == "127.0.0.1" else str(authority.file)
    with serving(recorded, authority.context(name)) as url:
        api = Api(url, Token(SECRET), ca=ca, sleep=slept.append)
        with pytest.raises(ForgeError, match=rf"127\.0\.0\.1:\d+ is not trusted: .*{message}") as e:
            api.send("POST", "/x", {})
    assert hint in (e.value.hint or "")
    assert (asked, slept) == ([], []), "nothing is sent, and nothing is tried again"
    assert SECRET not in f"{e.value} {e.value.hint}"


def test_the_file_is_one_of_the_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    assert authorities_file(ForgeConfig(ca_file="~/ca.pem")) == str(tmp_path / "ca.pem")
    with pytest.raises(PromoteError, match=r"ca-file: certs/ca.pem is not a whole path"):
        authorities_file(ForgeConfig(ca_file="certs/ca.pem"))


@pytest.fixture(scope="module")
def server(
    part: Part, authority: Authority, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[GiteaServer]:
    """A Gitea that speaks TLS itself."""
    folder = tmp_path_factory.mktemp("gitea-tls")
    started, process = start_gitea(
        part("gitea"), part("gitea-static"), folder, authority.certificate
    )
    yield started
    process.terminate()
    process.wait(20)


PROJECT = """\
apiVersion: promote/v1
kind: Project
name: shop
forge: {{kind: gitea{ca}}}
environments: {{dev: {{}}}}
"""


@dataclass
class Clone:
    """A clone of a repository on the server; the test's own git trusts it, promote must be told."""

    folder: Path
    name: str
    token: str


@pytest.fixture
def clone(sandbox: Sandbox, server: GiteaServer, authority: Authority) -> Clone:
    token = server.user("ada")
    name = server.repository("ada")
    ca = f", ca-file: {authority.file}"
    work = sandbox.make(files={"a": "1\n", "promote.yaml": PROJECT.format(ca=ca)})
    plain = f"{server.url}/{name}.git"
    sandbox.git(work, "config", "http.sslCAInfo", str(authority.file))
    pushed = plain.replace("://", f"://ada:{token}@")
    sandbox.git(work, "push", "-q", pushed, "main", "main:topic")
    server.wait_until_filled(name)
    sandbox.git(work, "remote", "add", "origin", plain)
    return Clone(work, name, token)


def test_git_and_the_api_trust_what_the_base_branch_names(sandbox: Sandbox, clone: Clone) -> None:
    sandbox.git(clone.folder, "fetch", "-q", "origin")
    program = sandbox.program(GITEA_TOKEN=clone.token)
    with open_session(clone.folder, program=program) as session:
        new = commit(
            session.repository.store, session.tip, {"b": b"1"}, "m", session.repository.identity()
        )
        assert session.remote.push([RefUpdate("refs/heads/p", None, new)]) == "done"
        pull = session.forge.create(Proposal("p", "main", "t", "b", marker="m"))
        merged = session.forge.merge(pull.number, expect=new)
    assert merged.state == "merged"
    assert pull.url.startswith("https://")


def test_who_is_not_named_is_not_trusted(
    sandbox: Sandbox, clone: Clone, caplog: pytest.LogCaptureFixture
) -> None:
    """Neither by git nor by the API, and each says what to do."""
    caplog.set_level(logging.DEBUG)
    program = sandbox.program(GITEA_TOKEN=clone.token)
    sandbox.git(clone.folder, "update-ref", "-d", "refs/remotes/origin/main")
    with (
        pytest.raises(GitError, match="certificate") as by_git,
        open_session(clone.folder, program=program),
    ):
        pass
    assert "sslCAInfo FILE" in (by_git.value.hint or "")
    with Repository.open(clone.folder, program=program) as repository:
        config, remote = ForgeConfig(kind="gitea"), repository.remote()
        forge = open_forge(config, repository.store, remote, repository.identity(), program.environ)
        with pytest.raises(ForgeError, match="is not trusted") as by_api:
            forge.pulls()
    assert "ca-file" in (by_api.value.hint or "")
    for error in (by_git.value, by_api.value):
        assert clone.token not in f"{error} {error.hint} {caplog.text}"


def test_the_users_own_git_settings_do_as_well(
    sandbox: Sandbox, clone: Clone, authority: Authority
) -> None:
    program = sandbox.program(GIT_SSL_CAINFO=str(authority.file))
    with Repository.open(clone.folder, program=program) as repository:
        remote = repository.remote()
        authenticate(repository.store, remote.url, "ada", clone.token)
        assert [*remote.fetch("refs/heads/topic")] == ["refs/heads/topic"]
