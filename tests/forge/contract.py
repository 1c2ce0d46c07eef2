"""Places to run the suite of all forges in: a repository with branches, and two who act."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import pytest
from support.fakeazure import BESIDES as VERSION
from support.fakeazure import FakeAzure
from support.fakebitbucket import BESIDES, OPTIONAL, FakeBitbucket
from support.fakegithub import FakeGitHub
from support.fakegitlab import FakeGitLab
from support.openapi import load
from support.serving import serving

from promote.config import ForgeConfig
from promote.forge import Forge, LocalForge, open_forge
from promote.forge.azure import AzureForge
from promote.forge.bitbucket import BitbucketForge
from promote.forge.github import GitHubForge
from promote.forge.gitlab import GitLabForge
from promote.forge.http import Api
from promote.forge.tokens import Token
from promote.git import Identity, Repository
from promote.git.credentials import authenticate

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from git_sandbox import Sandbox
    from support.fakeforge import Repository as FakeRepository
    from support.gitea import GiteaServer
    from support.parts import Part
    from support.serving import Asked, Said

    from promote.forge.hosted import HostedForge

HEAD = "promote/prod/shop"


@dataclass
class Place(ABC):
    """A repository on a forge; `main` has a file `a`, and HEAD is one commit ahead.

    Attributes:
        name: which forge.
        forge: as its owner, who opens pull requests.
        other: as a second person, who reviews.
    """

    name: str
    forge: Forge
    other: Forge

    @abstractmethod
    def commit(self, branch: str, files: dict[str, str], *, start: str = "main") -> str:
        """Add a commit to a branch, which is made where it is missing."""

    @abstractmethod
    def tip(self, branch: str) -> str | None:
        """Where a branch is."""

    @abstractmethod
    def delete(self, branch: str) -> None:
        """Delete a branch."""

    @abstractmethod
    def again(self) -> Forge:
        """The same forge for a second runner, with nothing in common but the server."""


@dataclass
class GitPlace(Place):
    """A place whose branches are written with git."""

    sandbox: Sandbox
    work: Path
    opened: Callable[[], Forge]

    def commit(self, branch: str, files: dict[str, str], *, start: str = "main") -> str:
        git = self.sandbox.git
        git(self.work, "fetch", "-q", "origin")
        there = self.tip(branch)
        git(self.work, "checkout", "-q", "--detach", there or f"origin/{start}")
        commit = self.sandbox.commit(self.work, {**files}, f"change {branch}")
        git(self.work, "push", "-q", "origin", f"HEAD:refs/heads/{branch}")
        return commit

    def tip(self, branch: str) -> str | None:
        line = self.sandbox.git(self.work, "ls-remote", "origin", f"refs/heads/{branch}")
        return line.split()[0] if line else None

    def delete(self, branch: str) -> None:
        self.sandbox.git(self.work, "push", "-q", "origin", f":refs/heads/{branch}")

    def again(self) -> Forge:
        return self.opened()


def _filled(sandbox: Sandbox, remote: str) -> Path:
    work = sandbox.make(files={"a": "1\n", "b": "1\n"})
    sandbox.git(work, "remote", "add", "origin", remote)
    sandbox.git(work, "push", "-q", "origin", "main")
    sandbox.git(work, "checkout", "-q", "-b", HEAD)
    sandbox.commit(work, {"a": "2\n"}, "promote")
    sandbox.git(work, "push", "-q", "origin", HEAD)
    return work


def local_place(sandbox: Sandbox) -> Iterator[GitPlace]:
    bare = sandbox.folder / "remote.git"
    sandbox.git(sandbox.folder, "init", "-q", "--bare", "-b", "main", str(bare))
    work = _filled(sandbox, str(bare))
    with Repository.open(work, program=sandbox.program()) as repository:
        store, remote = repository.store, repository.remote()

        def opened(identity: Identity | None = None) -> LocalForge:
            return LocalForge(store, remote, identity or repository.identity())

        other = opened(Identity("Bob", "bob@example.com"))
        yield GitPlace("local", opened(), other, sandbox, work, opened)


def gitea_place(sandbox: Sandbox, server: GiteaServer) -> Iterator[GitPlace]:
    token, others = server.user("ada"), server.user("bob")
    name = server.repository("ada")
    server.invite(name, "bob")
    plain = f"{server.url}/{name}.git"
    work = _filled(sandbox, plain.replace("://", f"://ada:{token}@"))
    server.wait_until_filled(name)
    # What promote is given is the address without a token.
    clone = sandbox.folder / "clone"
    sandbox.git(sandbox.folder, "clone", "-q", "--mirror", str(work), str(clone))
    sandbox.git(clone, "remote", "set-url", "origin", plain)
    with Repository.open(clone, program=sandbox.program()) as repository:
        store, remote = repository.store, repository.remote()
        authenticate(store, remote.url, "promote", token)

        def opened(secret: str = token) -> Forge:
            environ = {"GITEA_TOKEN": secret}
            config = ForgeConfig(kind="gitea")
            return open_forge(config, store, remote, repository.identity(), environ)

        yield GitPlace("gitea", opened(), opened(others), sandbox, work, opened)


@dataclass
class FakePlace(Place):
    """A place on a stand-in."""

    repository: FakeRepository
    opened: Callable[[], Forge]

    def commit(self, branch: str, files: dict[str, str], *, start: str = "main") -> str:
        return self.repository.commit(branch, files, start)

    def tip(self, branch: str) -> str | None:
        return self.repository.tip(branch)

    def delete(self, branch: str) -> None:
        del self.repository.branches[branch]

    def again(self) -> Forge:
        return self.opened()


class Fake(Protocol):
    """A stand-in for a forge."""

    repository: FakeRepository
    complaints: list[str]

    def __call__(self, asked: Asked) -> Said: ...


Connect = Callable[[str, str, float], "HostedForge"]
"""Opens a forge: by the server's address, a user's name, and how long it may take to answer."""


def github(url: str, user: str, seconds: float = 20) -> HostedForge:
    token = Token(f"token-of-{user}-0123456789", variable="GITHUB_TOKEN")
    return GitHubForge(Api(url, token, sleep=lambda _: None, seconds=seconds), "ada/shop")


def gitlab(url: str, user: str, seconds: float = 20) -> HostedForge:
    token = Token(f"token-of-{user}-0123456789", variable="GITLAB_TOKEN")
    return GitLabForge(Api(url, token, sleep=lambda _: None, seconds=seconds), "ada/shop")


def bitbucket(url: str, user: str, seconds: float = 20) -> HostedForge:
    token = Token(f"token-of-{user}-0123456789", variable="BITBUCKET_TOKEN")
    return BitbucketForge(Api(url, token, sleep=lambda _: None, seconds=seconds), "ada/shop")


def azure(url: str, user: str, seconds: float = 20) -> HostedForge:
    token = Token(f"token-of-{user}-0123456789", "Basic", "promote", "AZURE_DEVOPS_EXT_PAT")
    api = Api(url, token, sleep=lambda _: None, seconds=seconds)
    return AzureForge(api, "org/project/shop")


def fake(name: str, part: Part) -> tuple[Fake, Connect]:
    """A stand-in and how to speak to it."""
    if name == "gitlab":
        return FakeGitLab(load(part("gitlab-openapi"))), gitlab
    if name == "bitbucket":
        return FakeBitbucket(load(part("bitbucket-openapi"), OPTIONAL, BESIDES)), bitbucket
    if name == "azure":
        judge = load(part("azure-openapi"), besides=VERSION)
        return FakeAzure(judge), azure
    return FakeGitHub(load(part("github-openapi"))), github


def fake_place(name: str, part: Part) -> Iterator[FakePlace]:
    stand_in, connect = fake(name, part)
    stand_in.repository.commit(HEAD, {"a": "2"})
    with serving(stand_in) as url:

        def opened() -> Forge:
            return connect(url, "ada", 20)

        yield FakePlace(name, opened(), connect(url, "bob", 20), stand_in.repository, opened)
    if stand_in.complaints:
        pytest.fail("the forge's description does not allow:\n" + "\n".join(stand_in.complaints))


FAKES = ("github", "gitlab", "bitbucket", "azure")
WITHOUT_LABELS = ("bitbucket",)
WITHOUT_REOPENING = ("bitbucket",)


@pytest.fixture(params=["local", "gitea", *FAKES])
def place(request: pytest.FixtureRequest, sandbox: Sandbox, part: Part) -> Iterator[Place]:
    if request.param == "local":
        yield from local_place(sandbox)
    elif request.param == "gitea":
        yield from gitea_place(sandbox, request.getfixturevalue("gitea_server"))
    else:
        yield from fake_place(request.param, part)
