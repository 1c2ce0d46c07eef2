"""The worker as it is seen from outside: started, asked, and its end explained."""

from __future__ import annotations

import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from selectors import EVENT_READ, DefaultSelector
from typing import TYPE_CHECKING, Final

from promote.errors import BugError
from promote.render.templates.channel import HEADER, length, pack, unpack
from promote.render.templates.failures import LastWords

if TYPE_CHECKING:
    from collections.abc import Mapping

    from promote.model.json import Document, Json

# Isolated, and without `site`: no variable, no file of the user's and no start-up hook has a say.
# The module path is handed over, since the folder of a project must not be on it.
_FLAGS: Final = ("-I", "-S", "-B", "-X", "utf8")
_START: Final = (
    "import sys; sys.path[:0] = sys.argv[1:]; "
    "from promote.render.templates.worker import main; main()"
)
_SPARE: Final = 1_000_000
_ESCAPED: Final = 6
_LAST_WORDS: Final = 2.0
"""Seconds to say where it is, for a worker that has to be killed."""


class WorkerEndedError(Exception):
    """The worker is no more.

    Args:
        message: why, as said of the template that it worked on.
        where: the number of that template, or of one that it includes, and the line.
    """

    def __init__(self, message: str, where: tuple[str, int] | None) -> None:
        super().__init__(message)
        self.where = where


class Worker:
    """A worker process.

    Args:
        limits: what each template may use, for the worker.
        patience: how many seconds of the wall clock an answer may take.
        output: how many characters an answer may have.
    """

    def __init__(self, limits: Mapping[str, Json], patience: float, output: int) -> None:
        self._patience = patience
        self._longest = output * _ESCAPED + _SPARE
        self._words = tempfile.TemporaryFile()  # noqa: SIM115 - it lives as long as the worker
        home = Path(__file__).resolve().parents[3]
        self._process = subprocess.Popen(  # noqa: S603 - our own module, in this interpreter
            [sys.executable, *_FLAGS, "-c", _START, str(home), *filter(None, sys.path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._words,
            bufsize=0,
            env={},
            cwd="/",
        )
        self._selector = DefaultSelector()
        self._selector.register(self._stdout, EVENT_READ)
        self._write({"limits": dict(limits)})

    def ask(self, message: Mapping[str, Json]) -> Document:
        """Send a message and wait for what comes back.

        Raises:
            WorkerEndedError: nothing comes back, since the worker was killed or had to be.
            BugError: the worker could not start.
        """
        self._write(message)
        deadline = time.monotonic() + self._patience
        size = length(self._read(HEADER, deadline))
        if size > self._longest:
            raise self._ended("makes more than it may")
        return unpack(self._read(size, deadline))

    def close(self) -> None:
        """End the worker, whatever it does."""
        self._process.kill()
        self._process.wait()
        self._selector.close()
        for file in (self._process.stdin, self._process.stdout, self._words):
            if file is not None:
                file.close()

    @property
    def _stdout(self) -> int:
        if self._process.stdout is None:
            raise BugError("the template worker has no standard output")
        return self._process.stdout.fileno()

    def _write(self, message: Mapping[str, Json]) -> None:
        if self._process.stdin is None:
            raise BugError("the template worker has no standard input")
        left = memoryview(pack(message))
        try:
            while left:
                left = left[self._process.stdin.write(left) :]
        except BrokenPipeError:
            pass  # why the worker is no more is found out when its answer is read

    def _read(self, count: int, deadline: float) -> bytes:
        chunks, left = [], count
        while left:
            if not self._selector.select(max(0.0, deadline - time.monotonic())):
                raise self._ended("takes too long")
            chunk = self._process.stdout.read(min(left, 1 << 20))  # type: ignore[union-attr]  # registered above
            if not chunk:
                raise self._ended(None)
            chunks.append(chunk)
            left -= len(chunk)
        return b"".join(chunks)

    def _ended(self, why: str | None) -> WorkerEndedError:
        """What is to be said when the worker has to be killed (with a reason), or is dead."""
        code = self._process.wait() if why is None else self._kill()
        self._words.seek(0)
        words = self._words.read().decode(errors="replace")
        if code > 0:
            last = words.strip().rpartition("\n")[2]
            raise BugError(f"the worker that renders templates failed: {last}")
        if code == -signal.SIGXCPU:
            why = why or "takes too long"
        return WorkerEndedError(
            f"the template {why or 'takes more memory than it may'}, and was stopped",
            LastWords.read(words),
        )

    def _kill(self) -> int:
        """End the worker by the signal at which it says where it is, or by force."""
        self._process.send_signal(signal.SIGXCPU)
        try:
            return self._process.wait(_LAST_WORDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            return self._process.wait()
