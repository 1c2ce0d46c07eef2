"""A tree rendered by kustomize and by promote, and how the two compare."""

from __future__ import annotations

import re
import shutil
import subprocess
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from typing import TYPE_CHECKING

from kusttrees.writing import write_tree
from promote import yamlio
from promote.cli.building import write_files
from promote.errors import PromoteError
from promote.render.files import DiskTree
from promote.render.options import BuildOptions
from promote.render.pipeline import build

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kusttrees.nodes import Tree


TO_FOLDER = "--output=FOLDER"
"""Stands for `--output` with a folder of each program's own."""


@dataclass(frozen=True)
class Answer:
    """What a program made of a tree: its output, or an error.

    Attributes:
        output: the bytes; empty with an error.
        error: the message; None without.
        crash: it was not an error that is meant for a user.
    """

    output: bytes = b""
    error: str | None = None
    crash: bool = False


@dataclass(frozen=True)
class Comparison:
    """Both answers to one tree."""

    kustomize: Answer
    promote: Answer

    @property
    def verdict(self) -> str:
        """`same`, or in which way they differ."""
        if self.promote.crash:
            return f"crash: {self.promote.error}"
        if self.kustomize.error is None and self.promote.error is None:
            if self.kustomize.output == self.promote.output:
                return "same"
            return f"bytes differ: {first_difference(self.kustomize.output, self.promote.output)}"
        if self.kustomize.error is not None and self.promote.error is not None:
            return "same"
        if self.kustomize.error is not None:
            return f"only kustomize refuses: {gist(self.kustomize.error)}"
        return f"only promote refuses: {gist(self.promote.error or '')}"


def first_difference(theirs: bytes, ours: bytes) -> str:
    """The keys of the first lines that differ: what kind of difference it is."""
    for pair in zip_longest(theirs.decode().split("\n"), ours.decode().split("\n"), fillvalue=""):
        if pair[0] != pair[1]:
            return " / ".join(line.strip().partition(":")[0][:40] or "nothing" for line in pair)
    return "nothing"


def gist(error: str) -> str:
    """An error without what differs from tree to tree: its last part, without names and numbers."""
    last = error.strip().splitlines()[0] if error.strip() else ""
    last = re.sub(r"(['\"`]).*?\1|\[[^]]*]|\S*/\S*|\d+", "_", last[-400:])
    return re.sub(r"[^a-z_ ]+", " ", last.lower())[-70:].strip()


@contextmanager
def written(tree: Tree) -> Iterator[Path]:
    """A tree in a temporary folder, in memory where the machine has such a place."""
    memory = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108 - mkdtemp makes its own folder there
    folder = Path(tempfile.mkdtemp(prefix="kusttrees-", dir=memory))
    try:
        write_tree(tree, folder)
        yield folder
    finally:
        shutil.rmtree(folder)


def ask_kustomize(program: Path, tree: Tree, folder: Path) -> Answer:
    """What `kustomize build` answers."""
    directory = folder / tree.root
    flags = [flag for flag in tree.flags if flag != TO_FOLDER]
    made = _folder_beside(folder, "kustomize") if TO_FOLDER in tree.flags else None
    if made is not None:
        flags += ["--output", str(made)]
    # A tree over which kustomize never ends must not take the machine's memory.
    limited = ["/bin/sh", "-c", 'ulimit -v 4000000 2>/dev/null; exec "$@"', "sh"]
    command: list[str | Path] = [*limited, program, "build", *flags, directory]
    try:
        done = subprocess.run(command, capture_output=True, check=False, timeout=60)
    except subprocess.TimeoutExpired:
        return Answer(error="no answer within a minute")
    if done.returncode:
        said = done.stderr.decode(errors="replace").replace(str(directory), "DIR")
        # Warnings about old fields come first, and say nothing about the error.
        return Answer(error=said[max(said.find("Error:"), 0) :])
    return Answer(done.stdout if made is None else _joined(made))


def ask_promote(tree: Tree, folder: Path) -> Answer:
    """What `promote render` answers, asked within this process: starting one takes longer."""
    options = BuildOptions(
        restrict="--load-restrictor=LoadRestrictionsNone" not in tree.flags,
        reorder="none" if "--reorder=none" in tree.flags else "legacy",
        managed_by="--enable-managedby-label" in tree.flags,
    )
    try:
        resources = build(DiskTree(), str(folder / tree.root), options)
        if TO_FOLDER in tree.flags:
            made = _folder_beside(folder, "promote")
            write_files(resources, str(made))
            return Answer(_joined(made))
        return Answer(yamlio.dump_all(resource.doc for resource in resources).encode())
    except PromoteError as error:
        return Answer(error=error.message)
    except Exception as error:  # noqa: BLE001 - a crash is a finding
        return Answer(error=f"{type(error).__name__}: {error}"[:200], crash=True)


def _folder_beside(folder: Path, program: str) -> Path:
    made = folder / f"output of {program}"
    made.mkdir()
    return made


def _joined(folder: Path) -> bytes:
    """The files of a folder as one text."""
    return b"".join(
        f"# {path.name}\n".encode() + path.read_bytes() for path in sorted(folder.iterdir())
    )


def compare(program: Path, tree: Tree) -> Comparison:
    """Both answers to one tree."""
    with written(tree) as folder:
        return Comparison(ask_kustomize(program, tree, folder), ask_promote(tree, folder))
