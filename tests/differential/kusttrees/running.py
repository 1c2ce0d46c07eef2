"""A tree rendered by kustomize and by promote, and how the two compare."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
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

_CACHE = Path.home() / ".cache" / "promote-parts" / "bin" / "kustomize"


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
            return "same" if self.kustomize.output == self.promote.output else "bytes differ"
        if self.kustomize.error is not None and self.promote.error is not None:
            return "same"
        if self.kustomize.error is not None:
            return f"only kustomize refuses: {gist(self.kustomize.error)}"
        return f"only promote refuses: {gist(self.promote.error or '')}"


def gist(error: str) -> str:
    """An error without what differs from tree to tree: its last part, without names and numbers."""
    last = error.strip().splitlines()[0] if error.strip() else ""
    last = re.sub(r"(['\"`]).*?\1|\[[^]]*]|\S*/\S*|\d+", "_", last[-400:])
    return re.sub(r"[^a-z_ ]+", " ", last.lower())[-70:].strip()


def find_kustomize() -> Path | None:
    """The kustomize to compare with: `PROMOTE_KUSTOMIZE`, the fetched one, or one on the path."""
    named = os.environ.get("PROMOTE_KUSTOMIZE")
    candidates = [named, str(_CACHE), shutil.which("kustomize")]
    return next((Path(c) for c in candidates if c and Path(c).is_file()), None)


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
        text = done.stderr.decode(errors="replace").replace(str(directory), "DIR")
        return Answer(error=text)
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
