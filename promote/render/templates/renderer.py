"""Rendering templates in a worker process: with limits, and away from tokens and the network.

A template may come from anyone who can propose a change. The worker has an empty environment and a
bound on memory and time; what it asks for is read here, through the tree, so that it reads nothing
else. One worker serves all templates of a project, and one that was killed is replaced.
"""

from __future__ import annotations

import posixpath
import selectors
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Self

import orjson

from promote.errors import BugError, FileMissingError, Place, TemplateError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import TracebackType

    from promote.model.json import Json
    from promote.model.tree import Tree

_HEADER = 8


@dataclass(frozen=True, slots=True)
class Limits:
    """What one template may use.

    Attributes:
        seconds: of the processor.
        output: bytes that it may make.
        memory: bytes that the worker may take.
    """

    seconds: float = 5.0
    output: int = 10_000_000
    memory: int = 1_000_000_000


class TemplateRenderer:
    """Renders the templates of one tree. Use it as a context manager, or `close` it.

    Args:
        tree: where templates, and what they include, are read from.
        root: the folder that they may include from.
        limits: what each may use.
    """

    def __init__(self, tree: Tree, root: str, limits: Limits | None = None) -> None:
        self._tree = tree
        self._root = root
        self._limits = limits or Limits()
        self._worker: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the worker."""
        worker, self._worker = self._worker, None
        if worker is None:
            return
        worker.kill()
        for pipe in (worker.stdin, worker.stdout):
            if pipe is not None:
                pipe.close()
        worker.wait()

    def render(self, path: str, context: Mapping[str, Json]) -> bytes:
        """The text that a template makes.

        Args:
            path: the template, absolute in its tree.
            context: the names that it sees.

        Raises:
            FileMissingError: there is no such file.
            TemplateError: it cannot be rendered, or takes more than it may; with file and line.
        """
        source = self._read(path)
        deadline = time.monotonic() + self._limits.seconds * 2 + 5
        self._send({"render": path, "source": source, "context": dict(context)})
        while True:
            answer = self._receive(deadline, path)
            if "text" in answer:
                return str(answer["text"]).encode()
            if "need" in answer:
                self._send(self._included(str(answer["need"])))
                continue
            raise self._error(answer)

    def _read(self, path: str) -> str:
        try:
            return self._tree.read(path).decode("utf-8")
        except UnicodeDecodeError:
            shown = self._tree.display(path)
            raise TemplateError("the template is not UTF-8", place=Place(shown)) from None

    def _included(self, name: str) -> dict[str, Json]:
        """A template that another one includes or imports, if it lies in the project."""
        path = posixpath.normpath(posixpath.join(self._root, name))
        within = path.startswith(self._root.rstrip("/") + "/")
        if not within or self._tree.kind(path) != "file":
            return {"missing": name}
        try:
            return {"path": path, "source": self._read(path)}
        except FileMissingError:
            return {"missing": name}

    def _error(self, answer: Mapping[str, Json]) -> TemplateError:
        file, line, hint = answer.get("file"), answer.get("line"), answer.get("hint")
        place = Place(self._tree.display(str(file)), line if isinstance(line, int) else None)
        return TemplateError(
            str(answer.get("error")), place=place, hint=hint if isinstance(hint, str) else None
        )

    def _send(self, message: Mapping[str, Json]) -> None:
        worker = self._worker
        if worker is None or worker.poll() is not None:
            worker = self._worker = self._start()
        data = orjson.dumps(message)
        if worker.stdin is None:
            raise BugError("the template worker has no standard input")
        try:
            worker.stdin.write(len(data).to_bytes(_HEADER, "big") + data)
            worker.stdin.flush()
        except BrokenPipeError:
            pass  # what became of the worker shows when its answer is read

    def _start(self) -> subprocess.Popen[bytes]:
        worker = subprocess.Popen(
            [sys.executable, "-I", "-m", "promote.render.templates.worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={},
            cwd="/",
        )
        self._worker = worker
        self._send({"limits": asdict(self._limits)})
        return worker

    def _receive(self, deadline: float, path: str) -> dict[str, Json]:
        header = self._bytes(_HEADER, deadline, path)
        answer: dict[str, Json] = orjson.loads(
            self._bytes(int.from_bytes(header, "big"), deadline, path)
        )
        return answer

    def _bytes(self, count: int, deadline: float, path: str) -> bytes:
        worker = self._worker
        if worker is None or worker.stdout is None:
            raise BugError("the template worker is not there")
        data = b""
        with selectors.DefaultSelector() as selector:
            selector.register(worker.stdout, selectors.EVENT_READ)
            while len(data) < count:
                ready = selector.select(max(0.0, deadline - time.monotonic()))
                chunk = worker.stdout.read1(count - len(data)) if ready else b""  # type: ignore[attr-defined]  # a buffered reader
                if not chunk:
                    self.close()
                    what = "took too long" if not ready else "took more memory than it may"
                    place = Place(self._tree.display(path))
                    raise TemplateError(f"the template {what}, and was stopped", place=place)
                data += chunk
        return data
