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
from promote.errors import PromoteError
from promote.render.files import DiskTree
from promote.render.options import BuildOptions
from promote.render.pipeline import build

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kusttrees.nodes import Tree


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


def ask_kustomize(program: Path, directory: Path) -> Answer:
    """What `kustomize build` answers."""
    done = subprocess.run(
        [program, "build", directory], capture_output=True, check=False, timeout=60
    )
    if done.returncode:
        said = done.stderr.decode(errors="replace").replace(str(directory), "DIR")
        # Warnings about old fields come first, and say nothing about the error.
        return Answer(error=said[max(said.find("Error:"), 0) :])
    return Answer(done.stdout)


def ask_promote(directory: Path) -> Answer:
    """What `promote render` answers, asked within this process: starting one takes longer."""
    try:
        resources = build(DiskTree(), str(directory), BuildOptions())
        return Answer(yamlio.dump_all(resource.doc for resource in resources).encode())
    except PromoteError as error:
        return Answer(error=error.message)
    except Exception as error:  # noqa: BLE001 - a crash is a finding
        return Answer(error=f"{type(error).__name__}: {error}"[:200], crash=True)


def compare(program: Path, tree: Tree) -> Comparison:
    """Both answers to one tree."""
    with written(tree) as folder:
        directory = folder / tree.root
        return Comparison(ask_kustomize(program, directory), ask_promote(directory))
