"""A Git server on the loopback: bare repositories over HTTP, and plain files beside them."""

from __future__ import annotations

import os
import subprocess
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@dataclass
class GitServer:
    """Where it listens, what it serves, and what it was asked."""

    root: Path
    port: int = 0
    requests: list[str] = field(default_factory=list)

    @property
    def url(self) -> str:
        """Its address, without a slash at the end."""
        return f"http://127.0.0.1:{self.port}"


class _Handler(BaseHTTPRequestHandler):
    served: GitServer

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        path, _, query = self.path.partition("?")
        self.served.requests.append(path)
        file = self.served.root / path.lstrip("/")
        if file.suffix in {".yaml", ".json", ".tgz"} and file.is_file():
            self._answer(200, "text/plain", file.read_bytes())
        elif path.startswith("/moved/"):
            self.send_response(302)
            self.send_header("Location", query)
            self.end_headers()
        else:
            self._backend(path, query, b"")

    def do_POST(self) -> None:
        path, _, query = self.path.partition("?")
        self.served.requests.append(path)
        length = int(self.headers.get("Content-Length") or 0)
        self._backend(path, query, self.rfile.read(length))

    def _backend(self, path: str, query: str, body: bytes) -> None:
        environment = {
            **os.environ,
            "GIT_PROJECT_ROOT": str(self.served.root),
            "GIT_HTTP_EXPORT_ALL": "1",
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "REQUEST_METHOD": self.command,
            "CONTENT_TYPE": self.headers.get("Content-Type", ""),
            "CONTENT_LENGTH": str(len(body)),
            "HTTP_CONTENT_ENCODING": self.headers.get("Content-Encoding", ""),
            "GIT_PROTOCOL": self.headers.get("Git-Protocol", ""),
        }
        done = subprocess.run(
            ["git", "http-backend"], env=environment, input=body, capture_output=True, check=False
        )
        head, _, content = done.stdout.partition(b"\r\n\r\n")
        headers = dict(line.split(": ", 1) for line in head.decode().split("\r\n") if ": " in line)
        status = int(headers.pop("Status", "200").split()[0])
        self._answer(status, headers.get("Content-Type", "text/plain"), content)

    def _answer(self, status: int, kind: str, content: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


@pytest.fixture
def git_server(tmp_path: Path) -> Iterator[GitServer]:
    """A server that serves what is put into its root."""
    served = GitServer(tmp_path / "served")
    served.root.mkdir()
    handler = type("Handler", (_Handler,), {"served": served})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    served.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield served
    server.shutdown()
    thread.join()
    server.server_close()
