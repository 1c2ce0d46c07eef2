"""Random trees come out the same whether their bases were built for them or for others before."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from kusttrees.generate import generate
from kusttrees.writing import write_tree

from promote import yamlio
from promote.errors import PromoteError
from promote.render.files import DiskTree
from promote.render.kustomization import FILE_NAMES
from promote.render.loading import ParsedFiles
from promote.render.options import BuildOptions
from promote.render.pipeline import build
from promote.store.inputs import RecordingTree

if TYPE_CHECKING:
    from pathlib import Path

SEEDS = range(120)


def outcome(tree: RecordingTree, path: str, files: ParsedFiles) -> tuple[str, frozenset[str]]:
    """What a directory makes, or why it does not, and the paths that this depends on."""
    tree.take()
    said: list[str] = []
    try:
        resources = build(tree, path, BuildOptions(files=files, warn=said.append))
        text = yamlio.dump_all(resource.doc for resource in resources)
    except PromoteError as error:
        text = f"error: {error}"
    digest = hashlib.sha256("\n".join((text, *said)).encode()).hexdigest()
    return digest, frozenset(tree.take())


def test_a_shared_base_changes_nothing(tmp_path: Path) -> None:
    shared_builds = own_builds = 0
    for seed in SEEDS:
        folder = tmp_path / str(seed)
        write_tree(generate(seed), folder)
        paths = sorted({str(p.parent) for name in FILE_NAMES for p in folder.rglob(name)})
        alone = {}
        for path in paths:
            files = ParsedFiles()
            alone[path] = outcome(RecordingTree(DiskTree()), path, files)
            own_builds += files.built
        for order in (paths, paths[::-1]):
            tree, files = RecordingTree(DiskTree()), ParsedFiles()
            for path in order:
                digest, asked = outcome(tree, path, files)
                assert digest == alone[path][0], f"seed {seed}: {path}"
                # What an overlay depends on is known to it, whoever built its base.
                assert asked >= alone[path][1], f"seed {seed}: {path}"
            shared_builds += files.built
    assert shared_builds / 2 < 0.9 * own_builds, "bases are shared at all"
