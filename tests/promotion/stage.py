"""A small shop in dev, staging, prod and prod-dr, in a clone with a bare remote or one on Gitea."""

from __future__ import annotations

import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from git_sandbox import Sandbox

from promote.git import Program
from promote.git.program import Runner, run_process
from promote.promotion import Outcome, Session, open_session, promote

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from support.gitea import GiteaServer

START = datetime(2026, 3, 2, 9, tzinfo=UTC)  # a Monday
_SECONDS = 60

PROJECT = """\
apiVersion: promote/v1
kind: Project
name: shop
forge: {kind: local, remote: origin, branch: main}
apps: {cart: {}, web: {}}
bundles: {both: [cart, web]}
environments:
  dev: {clusters: [dev-1]}
  staging: {from: dev, clusters: [staging-1]}
  prod: {from: staging, clusters: [prod-1]}
  prod-dr: {variant-of: prod, clusters: [dr-1], rename: {namespaces: {shop-prod: shop-dr}}}
promotable: {values: []}
"""

DEPLOYMENT = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: APP}
spec:
  replicas: 1
  selector: {matchLabels: {app: APP}}
  template:
    metadata: {labels: {app: APP}}
    spec:
      containers:
        - {name: main, image: shop/APP}
"""

OVERLAY = """\
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
namespace: shop-ENV   # where it runs
resources:
  - ../../../bases/APP
replicas:
  - {name: APP, count: COUNT}
images:
  - name: shop/APP
    newTag: "TAG"   # moved by promotions
"""


def overlay(environment: str, app: str, tag: str) -> str:
    count = {"dev": "1", "staging": "2", "prod": "3"}[environment]
    text = OVERLAY.replace("ENV", environment).replace("APP", app)
    return text.replace("COUNT", count).replace("TAG", tag)


def shop() -> dict[str, str]:
    files = {"promote.yaml": PROJECT}
    for app in ("cart", "web"):
        files[f"bases/{app}/deployment.yaml"] = DEPLOYMENT.replace("APP", app)
        files[f"bases/{app}/kustomization.yaml"] = "resources: [deployment.yaml]\n"
        for environment in ("dev", "staging", "prod"):
            path = f"overlays/{environment}/{app}/kustomization.yaml"
            files[path] = overlay(environment, app, "1.0")
    return files


@dataclass
class Stage:
    """The shop, and what people do with it.

    Attributes:
        bare: the remote's repository, to look into; on Gitea a copy that is fetched for each look.
        remote: the address that people push to.
    """

    sandbox: Sandbox
    work: Path
    bare: Path
    now: datetime = field(default=START)
    remote: str = ""

    def git(self, *arguments: str, where: Path | None = None) -> str:
        if self.remote and where == self.bare:
            self.sandbox.git(self.bare, "fetch", "-q", "--prune", self.remote, "+refs/*:refs/*")
        return self.sandbox.git(where or self.work, *arguments)

    @property
    def address(self) -> str:
        return self.remote or str(self.bare)

    @property
    def origin(self) -> str:
        """The address that promote is given."""
        return self.git("remote", "get-url", "origin")

    @property
    def name(self) -> str:
        """What Gitea calls the repository."""
        return self.origin.split("/", 3)[3].removesuffix(".git")

    def wait(self, **span: float) -> None:
        self.now += timedelta(**span)

    def push(self, files: dict[str, str | None], message: str = "change") -> str:
        """Someone else's commit on the remote's main, made in a clone of their own, now."""
        other = self.sandbox.folder / "colleague"
        if not other.exists():
            self.git("clone", "-q", self.address, str(other), where=self.sandbox.folder)
        self.git("fetch", "-q", "origin", where=other)
        self.git("checkout", "-q", "-B", "main", "origin/main", where=other)
        for path, text in files.items():
            if text is None:
                (other / path).unlink()
        self._dated(other, {k: v for k, v in files.items() if v is not None}, message)
        self.git("push", "-q", "origin", "main", where=other)
        return self.git("rev-parse", "HEAD", where=other)

    def push_to(self, branch: str, files: dict[str, str], message: str = "hand edit") -> str:
        """Someone's commit on another branch of the remote."""
        other = self.sandbox.folder / "helper"
        if not other.exists():
            self.git("clone", "-q", self.address, str(other), where=self.sandbox.folder)
        self.git("fetch", "-q", "origin", where=other)
        self.git("checkout", "-q", "-B", "topic", f"origin/{branch}", where=other)
        self._dated(other, dict(files), message)
        self.git("push", "-q", "origin", f"topic:{branch}", where=other)
        return self.git("rev-parse", "HEAD", where=other)

    def rename(self, environment: str, name: str) -> None:
        """Someone gives an environment and its overlays another name."""
        moved: dict[str, str | None] = {"promote.yaml": self.show("promote.yaml")}
        moved["promote.yaml"] = str(moved["promote.yaml"]).replace(
            f"{environment}: {{", f"{name}: {{"
        )
        for word in ("from", "variant-of"):
            moved["promote.yaml"] = str(moved["promote.yaml"]).replace(
                f"{word}: {environment}", f"{word}: {name}"
            )
        out = self.git("ls-tree", "-r", "--name-only", "main", "overlays", where=self.bare)
        for path in out.splitlines():
            if path.startswith(f"overlays/{environment}/"):
                moved[path] = None
                moved[path.replace(f"/{environment}/", f"/{name}/")] = self.show(path)
        self.push(moved, f"{environment} is called {name}")

    def release(self, app: str, tag: str, environment: str = "dev") -> None:
        path = f"overlays/{environment}/{app}/kustomization.yaml"
        self.push({path: overlay(environment, app, tag)}, f"{app} {tag}")

    def gates(self, environment: str, text: str) -> None:
        """Give an environment gates, in the project on main."""
        old = self.show("promote.yaml")
        head, _, tail = old.partition(f"  {environment}: {{")
        self.push({"promote.yaml": f"{head}  {environment}: {{gates: {text}, {tail}"}, "gates")

    def show(self, path: str, ref: str = "main") -> str:
        out = self.git("show", f"{ref}:{path}", where=self.bare)
        return out + "\n"

    def tag(self, environment: str, app: str, ref: str = "main") -> str:
        text = self.show(f"overlays/{environment}/{app}/kustomization.yaml", ref)
        return text.split('newTag: "')[1].split('"')[0]

    def delete(self, branch: str) -> None:
        """Someone deletes a branch at the remote; Gitea closes its pull request a moment later."""
        self.git("push", "-q", self.address, f":refs/heads/{branch}")
        if not self.remote:
            return
        deadline = time.monotonic() + _SECONDS
        with self.session() as session:
            while session.forge.find(branch, "main") is not None:
                assert time.monotonic() < deadline, f"Gitea keeps the request of {branch} open"
                time.sleep(0.1)

    def branches(self) -> list[str]:
        out = self.git("for-each-ref", "--format=%(refname:short)", "refs/heads", where=self.bare)
        return out.splitlines()

    @contextmanager
    def session(
        self, folder: Path | None = None, runner: Runner = run_process
    ) -> Iterator[Session]:
        program = Program(self.sandbox.environ, runner=runner)
        with open_session(folder or self.work, program=program, clock=lambda: self.now) as session:
            yield session

    def promote(self, target: str, *apps: str, **overrides: str) -> Outcome:
        with self.session() as session:
            return promote(session, target, apps, overrides=overrides)

    def merge(self, number: int) -> None:
        with self.session() as session:
            session.forge.merge(number)

    def _dated(self, where: Path, files: dict[str, str], message: str) -> None:
        stamp = f"{int(self.now.timestamp())} +0000"
        dated = {"GIT_AUTHOR_DATE": stamp, "GIT_COMMITTER_DATE": stamp}
        Sandbox(self.sandbox.folder, self.sandbox.environ | dated).commit(where, {**files}, message)


def _work(sandbox: Sandbox, files: dict[str, str]) -> Path:
    work = sandbox.folder / "shop"
    work.mkdir()
    sandbox.git(work, "init", "-q", "-b", "main")
    stamp = f"{int(START.timestamp())} +0000"
    dated = {"GIT_AUTHOR_DATE": stamp, "GIT_COMMITTER_DATE": stamp}
    Sandbox(sandbox.folder, sandbox.environ | dated).commit(work, {**files}, "the shop")
    return work


@pytest.fixture
def stage(sandbox: Sandbox) -> Stage:
    return local_stage(sandbox, shop())


def local_stage(sandbox: Sandbox, files: dict[str, str]) -> Stage:
    work = _work(sandbox, files)
    return Stage(sandbox, work, sandbox.bare(work))


def gitea_stage(sandbox: Sandbox, files: dict[str, str], server: GiteaServer) -> Stage:
    """The shop in a repository of Gitea's, whose owner promotes."""
    project = files["promote.yaml"].replace("kind: local", "kind: gitea")
    work = _work(sandbox, files | {"promote.yaml": project})
    token, name = server.user("ada"), server.repository("ada")
    plain = f"{server.url}/{name}.git"
    remote = plain.replace("://", f"://ada:{token}@")
    # promote is given the address without the token, which it gets from its environment.
    sandbox.git(work, "remote", "add", "origin", plain)
    sandbox.git(work, "push", "-q", remote, "main")
    server.wait_until_filled(name)
    bare = sandbox.folder / "copy.git"
    sandbox.git(sandbox.folder, "init", "-q", "--bare", "-b", "main", str(bare))
    knowing = Sandbox(sandbox.folder, sandbox.environ | {"GITEA_TOKEN": token})
    return Stage(knowing, work, bare, remote=remote)


@pytest.fixture(params=["local", "gitea"])
def any_stage(request: pytest.FixtureRequest, sandbox: Sandbox) -> Stage:
    """The shop on the local forge, and on Gitea."""
    if request.param == "local":
        return local_stage(sandbox, shop())
    return gitea_stage(sandbox, shop(), request.getfixturevalue("gitea_server"))
