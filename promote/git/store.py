"""A private git directory that borrows the user's objects; what is written stays in it."""

from __future__ import annotations

import threading
import weakref
from contextlib import suppress
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from promote.errors import GitError
from promote.git.configuration import write_setting
from promote.git.folders import make_folder, remove_folder
from promote.git.names import check_object_id
from promote.git.records import Commit, TreeEntry, parse_commit, parse_tree

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from promote.git.program import Program

LARGEST_OBJECT: Final = 64 * 1024 * 1024
"""Bytes of a file that is still taken for configuration."""


@dataclass(frozen=True, slots=True)
class Borrowed:
    """What a private git directory takes from the user's repository.

    Attributes:
        objects: the user's object directory, which is only read; None to begin with nothing.
        shallow: its list of commits whose parents are not there, if it is a shallow clone.
        object_format: `sha1` or `sha256`.
        settings: the user's own settings that say how to reach remotes.
    """

    objects: Path | None
    shallow: Path | None
    object_format: str = "sha1"
    settings: tuple[tuple[str, str], ...] = ()


class ObjectStore:
    """Objects by id: the user's, and those written or fetched here.

    Everything lives in a temporary folder of mode 0700 that goes away with the store.

    Args:
        program: what starts git.
        borrowed: what is taken from the user's repository.
    """

    def __init__(self, program: Program, borrowed: Borrowed) -> None:
        self.git_dir, lock = make_folder()
        self._finalizer = weakref.finalize(self, remove_folder, self.git_dir, lock)
        self._batch: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()
        self._trees: dict[str, Mapping[str, TreeEntry]] = {}
        self._commits: dict[str, Commit] = {}
        self._remotes: set[str] = set()
        _lay_out(self.git_dir, borrowed)
        self.program = program.with_config(self.git_dir / "user.gitconfig")

    def close(self) -> None:
        """End what runs, and remove the folder."""
        self._end_batch()
        self._finalizer()

    @property
    def shallow(self) -> bool:
        """Whether the history that is here is cut off somewhere."""
        return (self.git_dir / "shallow").is_file()

    def read(self, object_id: str, kind: str) -> bytes:
        """The bytes of one object.

        Raises:
            GitError: it is not there, is of another kind, or is too large for configuration.
        """
        name = check_object_id(object_id).encode()
        with self._lock:
            try:
                found, data = self._ask(name)
            except (OSError, ValueError) as error:
                self._end_batch()
                raise GitError(f"git stopped while {kind} {object_id} was read") from error
        if found != kind:
            hint = "a partial or damaged clone? `git fsck` says; a full clone has it"
            raise GitError(
                f"the repository has no {kind} {object_id}",
                hint=hint if found == "missing" else None,
            )
        return data

    def blob(self, object_id: str) -> bytes:
        """The bytes of a file, as stored: no filter and no change of line ends."""
        return self.read(object_id, "blob")

    def tree(self, object_id: str) -> Mapping[str, TreeEntry]:
        """The entries of a directory by name."""
        known = self._trees.get(object_id)
        if known is None:
            entries = parse_tree(self.read(object_id, "tree"), len(object_id) // 2)
            known = self._trees[object_id] = MappingProxyType(entries)
        return known

    def commit(self, object_id: str) -> Commit:
        """One commit."""
        known = self._commits.get(object_id)
        if known is None:
            known = self._commits[object_id] = parse_commit(
                object_id, self.read(object_id, "commit")
            )
        return known

    def write_blob(self, data: bytes) -> str:
        """Store a file's bytes and return their id."""
        return self._written("write blob", data)

    def write_tree(self, entries: Mapping[str, TreeEntry]) -> str:
        """Store a directory and return its id."""
        lines = (f"{e.mode} {e.kind} {e.object_id}\t{name}\0" for name, e in entries.items())
        return self._written("write tree", "".join(lines).encode(errors="surrogateescape"))

    def write_commit(self, data: bytes) -> str:
        """Store a commit, given as git stores it, and return its id."""
        return self._written("write commit", data)

    def add_remote(self, name: str, url: str, settings: Iterable[tuple[str, str]] = ()) -> None:
        """Name a remote, so that its address, which may hold a token, is never an argument."""
        if name in self._remotes:
            return
        text = "".join(write_setting(f"remote.{name}.{key}", v) for key, v in settings)
        with (self.git_dir / "config").open("a", encoding="utf-8") as file:
            file.write(write_setting(f"remote.{name}.url", url) + text)
        self._remotes.add(name)

    def refs(self, prefix: str) -> dict[str, str]:
        """The refs of the private directory below `prefix`."""
        out = self.program.run("refs", prefix, git_dir=self.git_dir).stdout.decode()
        lines = (line.split(" ", 1) for line in out.splitlines())
        return {name: object_id for object_id, name in lines}

    def _written(self, command: str, data: bytes) -> str:
        out = self.program.run(command, git_dir=self.git_dir, stdin=data).stdout
        return check_object_id(out.decode(errors="replace").strip())

    def _ask(self, name: bytes) -> tuple[str, bytes]:
        if self._batch is None or self._batch.poll() is not None:
            self._batch = self.program.start("read objects", git_dir=self.git_dir)
        stdin, stdout = self._batch.stdin, self._batch.stdout
        if stdin is None or stdout is None:
            raise ValueError
        stdin.write(name + b"\n")
        stdin.flush()
        header = stdout.readline().split()
        if len(header) != 3:  # noqa: PLR2004 - id, kind, size
            if header[-1:] != [b"missing"]:
                raise ValueError
            return "missing", b""
        size = int(header[2])
        if size > LARGEST_OBJECT:
            self._end_batch()
            raise GitError(f"object {name.decode()} has {size} bytes: too large for configuration")
        data = stdout.read(size + 1)
        if len(data) != size + 1:
            raise ValueError
        return header[1].decode(), data[:-1]

    def _end_batch(self) -> None:
        batch, self._batch = self._batch, None
        if batch is None:
            return
        for pipe in (batch.stdin, batch.stdout):
            if pipe is not None:
                with suppress(OSError):
                    pipe.close()
        batch.kill()
        batch.wait()


def _lay_out(git_dir: Path, borrowed: Borrowed) -> None:
    """Write the few files that make a bare repository; no git, so no templates."""
    (git_dir / "objects" / "info").mkdir(parents=True)
    (git_dir / "refs").mkdir()
    (git_dir / "HEAD").write_text("ref: refs/heads/none\n", encoding="utf-8")
    if borrowed.objects is not None:
        path = str(borrowed.objects)
        quoted = path.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
        alternates = git_dir / "objects" / "info" / "alternates"
        alternates.write_text(f'"{quoted}"\n', encoding="utf-8", errors="surrogateescape")
    if borrowed.shallow is not None:
        with suppress(FileNotFoundError):
            (git_dir / "shallow").write_bytes(borrowed.shallow.read_bytes())
    sha256 = borrowed.object_format == "sha256"
    settings = [
        ("core.repositoryformatversion", "1" if sha256 else "0"),
        ("core.bare", "true"),
        *([("extensions.objectformat", "sha256")] if sha256 else []),
        ("http.lowSpeedLimit", "1"),
        ("http.lowSpeedTime", "60"),
    ]
    (git_dir / "config").write_text("".join(write_setting(*s) for s in settings), encoding="utf-8")
    user = "".join(write_setting(*setting) for setting in borrowed.settings)
    (git_dir / "user.gitconfig").write_text(user, encoding="utf-8")
