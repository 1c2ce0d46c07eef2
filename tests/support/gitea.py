"""A real Gitea for tests: one process, SQLite, a temporary folder, a free port."""

from __future__ import annotations

import os
import socket
import subprocess
import time
from dataclasses import dataclass, field
from itertools import count
from typing import TYPE_CHECKING, Any

import httpx
import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from support.parts import Part

_SETTINGS = """\
RUN_MODE = prod
RUN_USER = {user}
[server]
STATIC_ROOT_PATH = {static}
HTTP_ADDR = 127.0.0.1
HTTP_PORT = {port}
ROOT_URL = {scheme}://127.0.0.1:{port}/
{tls}
DISABLE_SSH = true
OFFLINE_MODE = true
[database]
DB_TYPE = sqlite3
PATH = {folder}/gitea.db
SQLITE_JOURNAL_MODE = WAL
SQLITE_TIMEOUT = 20000
[security]
INSTALL_LOCK = true
SECRET_KEY = not-a-secret
[repository]
ROOT = {folder}/repositories
[log]
LEVEL = Error
[cron]
ENABLED = false
[service]
REQUIRE_SIGNIN_VIEW = false
"""
_ADMIN = "root-user"
_PASSWORD = "not-a-secret-1"  # noqa: S105 - of a server that lives for one test run
_SECONDS = 60


@dataclass
class GiteaServer:
    """A server that runs, and what tests need of it besides the forge's own calls.

    Attributes:
        url: its address, without a slash at the end.
        token: the administrator's.
    """

    url: str
    token: str
    _numbers: Iterator[int] = field(default_factory=count)
    # Who asks for a test does not judge the certificate.
    _client: httpx.Client = field(default_factory=lambda: httpx.Client(timeout=30, verify=False))  # noqa: S501 - of this machine

    def call(self, method: str, path: str, body: object = None, *, as_user: str = _ADMIN) -> Any:  # noqa: ANN401 - JSON of any shape
        """Ask the API as the administrator, or with a user's password."""
        response = self._client.request(
            method, f"{self.url}/api/v1{path}", json=body, auth=(as_user, _PASSWORD)
        )
        response.raise_for_status()
        return response.json() if response.content else None

    def answers(self) -> bool:
        """Whether it is up."""
        return self._client.get(f"{self.url}/api/v1/version", timeout=5).is_success

    def user(self, name: str) -> str:
        """Make a user, unless there is one; returns a new token of theirs."""
        there = self._client.get(f"{self.url}/api/v1/users/{name}")
        if there.status_code == httpx.codes.NOT_FOUND:
            self.call(
                "POST",
                "/admin/users",
                {
                    "username": name,
                    "password": _PASSWORD,
                    "email": f"{name}@example.com",
                    "must_change_password": False,
                },
            )
        return self.access(name, ["write:repository", "write:issue", "read:user"])

    def access(self, name: str, scopes: list[str]) -> str:
        """A new token of a user, with these scopes only."""
        body = {"name": f"token-{next(self._numbers)}", "scopes": scopes}
        token = self.call("POST", f"/users/{name}/tokens", body, as_user=name)
        return str(token["sha1"])

    def repository(self, owner: str) -> str:
        """Make an empty repository of a user; returns `owner/name`."""
        name = f"shop-{next(self._numbers)}"
        body = {"name": name, "default_branch": "main", "auto_init": False}
        self.call("POST", "/user/repos", body, as_user=owner)
        return f"{owner}/{name}"

    def wait_until_filled(self, repository: str) -> None:
        """A first push is worked on for a moment after git has ended."""
        for _ in range(100):
            if not self.call("GET", f"/repos/{repository}")["empty"]:
                return
            time.sleep(0.05)
        pytest.fail(f"{repository} stays empty")

    def invite(self, repository: str, name: str, permission: str = "write") -> None:
        """Let a user write to a repository."""
        body = {"permission": permission}
        self.call("PUT", f"/repos/{repository}/collaborators/{name}", body)

    def protect(self, repository: str, **settings: object) -> None:
        """Protect the branch `main`."""
        body = {"rule_name": "main", "enable_push": True, **settings}
        self.call("POST", f"/repos/{repository}/branch_protections", body)


@dataclass(frozen=True)
class Certificate:
    """The files of a server's certificate and of its key."""

    chain: Path
    key: Path

    @property
    def settings(self) -> str:
        """How Gitea is told of it."""
        return f"PROTOCOL = https\nCERT_FILE = {self.chain}\nKEY_FILE = {self.key}"


def start_gitea(
    binary: Path, static: Path, folder: Path, certificate: Certificate | None = None
) -> tuple[GiteaServer, subprocess.Popen[bytes]]:
    """Start a server in an empty folder, and wait until it answers."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    settings = folder / "app.ini"
    user = os.environ.get("USER") or "root"
    scheme, tls = ("https", certificate.settings) if certificate else ("http", "")
    text = _SETTINGS.format(
        user=user, static=static, port=port, folder=folder, scheme=scheme, tls=tls
    )
    settings.write_text(text)
    environ = {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "USER": user,
        "GITEA_WORK_DIR": str(folder),
        "GITEA_I_AM_BEING_UNSAFE_RUNNING_AS_ROOT": "true",
    }

    def run(*arguments: str) -> str:
        done = subprocess.run(
            [binary, *arguments, "-c", settings], env=environ, capture_output=True, check=True
        )
        return done.stdout.decode()

    run("migrate")
    made = run(
        *("admin", "user", "create", "--username", _ADMIN, "--password", _PASSWORD),
        *("--email", "root@example.com", "--admin", "--access-token"),
        *("--must-change-password=false",),
    )
    token = next(line.split()[-1] for line in made.splitlines() if "token" in line.lower())
    log = (folder / "web.log").open("wb")
    process = subprocess.Popen(
        [binary, "web", "-c", settings],
        env=environ,
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=log,
    )
    server = GiteaServer(f"{scheme}://127.0.0.1:{port}", token)
    _wait_for(server, process, folder / "web.log")
    return server, process


def _wait_for(server: GiteaServer, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + _SECONDS
    while time.monotonic() < deadline:
        try:
            if server.answers():
                return
        except httpx.TransportError:
            if process.poll() is not None:
                break
        time.sleep(0.1)
    process.kill()
    pytest.fail(f"Gitea did not start:\n{log.read_text(errors='replace')[-2000:]}")


@pytest.fixture(scope="session")
def gitea_server(part: Part, tmp_path_factory: pytest.TempPathFactory) -> Iterator[GiteaServer]:
    """One server for all tests of a run; each test makes repositories of its own."""
    binary, static = part("gitea"), part("gitea-static")
    server, process = start_gitea(binary, static, tmp_path_factory.mktemp("gitea"))
    yield server
    process.terminate()
    process.wait(20)
