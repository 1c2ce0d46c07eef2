"""Running a command of the project's own: its files from the base branch, and no secrets.

It sees a fresh copy of the base branch's tree, the plan on its standard input, and an environment
that holds where programs are and nothing of ours: no token, no home folder, no Git settings. It is
no sandbox: it may use the network and read what the user may. So the base branch has to allow it.
"""

from __future__ import annotations

import json
import os
import selectors
import shutil
import signal
import subprocess
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

from promote.errors import GitError, ProjectError
from promote.git.records import DIRECTORY, LINK, SUBMODULE
from promote.promotion.gates.base import Ran

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import IO

    from promote.git import ObjectStore
    from promote.model.json import Document

_MOST_OUTPUT: Final = 65_536
_MOST_BYTES: Final = 512 * 1024 * 1024
_MOST_FILES: Final = 100_000
_EXECUTABLE: Final = "100755"
_CHUNK: Final = 8_192


def run_command(
    store: ObjectStore,
    tree: str,
    folder: str,
    argv: Sequence[str],
    document: Document,
    *,
    seconds: float,
    path: str,
) -> Ran:
    """Run a program in a copy of a tree, and say how it ended.

    Args:
        store: where the tree is.
        tree: its id.
        folder: the project's folder in it, in which the program starts.
        argv: the program and its arguments. A program with a `/` is one of the tree.
        document: the plan, which it gets as JSON on its standard input.
        seconds: how long it may take, before it and all that it started are killed.
        path: where programs are.

    Raises:
        ProjectError: there is no such program, or it cannot be started.
    """
    with tempfile.TemporaryDirectory(prefix="promote-command-") as scratch:
        top = Path(scratch) / "tree"
        home = Path(scratch) / "home"
        top.mkdir()
        home.mkdir()
        _Export(store).write(tree, top)
        work = top / folder.strip("/")
        program = _program(argv[0], work, path)
        environment = {
            "PATH": path,
            "HOME": str(home),
            "TMPDIR": str(home),
            "LC_ALL": "C.UTF-8",
            "PROMOTE_APP": str(document["app"]),
            "PROMOTE_TARGET": str(document["target"]),
        }
        stdin = Path(scratch) / "plan.json"
        stdin.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")
        try:
            with stdin.open("rb") as plan:
                return _run([program, *argv[1:]], work, environment, plan, seconds)
        except OSError as error:
            raise ProjectError(
                f"the command {argv[0]} cannot be started: {error.strerror}",
                hint="is it executable, and what its first line names installed?",
            ) from None


def _program(name: str, work: Path, path: str) -> str:
    if "/" in name:
        found = (work / name).resolve()
        if not found.is_relative_to(work.resolve()) or not found.is_file():
            raise ProjectError(f"the base branch has no file {name} to run")
        return str(found)
    installed = shutil.which(name, path=path)
    if installed is None:
        raise ProjectError(
            f"there is no program {name} on PATH", hint=f"./{name} is one of the project's own"
        )
    return installed


def _run(
    argv: Sequence[str], work: Path, environment: Mapping[str, str], plan: IO[bytes], seconds: float
) -> Ran:
    with subprocess.Popen(  # noqa: S603 - what the base branch allows, without a shell
        argv,
        stdin=plan,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env=dict(environment),
        cwd=work,
        start_new_session=True,
    ) as process:
        try:
            output, problem = _output(process, seconds)
            return Ran(None, problem) if problem else Ran(process.wait(), _last_line(output))
        finally:
            # What it left running in its session goes with it.
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(process.pid, signal.SIGKILL)


def _output(process: subprocess.Popen[bytes], seconds: float) -> tuple[bytes, str]:
    """What a process said until it ended, and why it was not waited for any longer."""
    if process.stdout is None:
        raise GitError("the command has no output to read")
    deadline = time.monotonic() + seconds
    output = b""
    with selectors.DefaultSelector() as selector:
        selector.register(process.stdout, selectors.EVENT_READ)
        while (left := deadline - time.monotonic()) > 0:
            if process.poll() is not None and not selector.select(0):
                return output, ""
            if not selector.select(min(left, 0.1)):
                continue
            chunk = os.read(process.stdout.fileno(), _CHUNK)
            output += chunk
            if len(output) > _MOST_OUTPUT:
                return output, f"said more than {_MOST_OUTPUT // 1024} KiB"
            if not chunk:
                with suppress(subprocess.TimeoutExpired):
                    process.wait(max(0.0, deadline - time.monotonic()))
                    return output, ""
                break
    return output, f"did not end within {seconds:g} s"


def _last_line(output: bytes) -> str:
    lines = [line.strip() for line in output.decode(errors="replace").splitlines()]
    return next((line for line in reversed(lines) if line), "")


class _Export:
    """Writes a tree as files. Links and submodules are left out: they lead elsewhere."""

    def __init__(self, store: ObjectStore) -> None:
        self._store = store
        self._bytes = 0
        self._files = 0

    def write(self, tree: str, folder: Path) -> None:
        for name, entry in self._store.tree(tree).items():
            if entry.mode in {LINK, SUBMODULE} or name in {"", ".", ".."} or "/" in name:
                continue
            path = folder / name
            if entry.mode == DIRECTORY:
                path.mkdir()
                self.write(entry.object_id, path)
                continue
            data = self._store.blob(entry.object_id)
            self._bytes += len(data)
            self._files += 1
            if self._bytes > _MOST_BYTES or self._files > _MOST_FILES:
                raise ProjectError("the base branch is too large for a gate that runs a command")
            path.write_bytes(data)
            if entry.mode == _EXECUTABLE:
                path.chmod(0o755)
