"""Texts that go-yaml and libyaml read differently: promote reads them as kustomize does."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest

from promote import yamlio
from promote.errors import PromoteError
from promote.render.files import DiskTree
from promote.render.pipeline import build

if TYPE_CHECKING:
    from pathlib import Path

HEAD = "apiVersion: example.com/v1\nkind: Thing\nmetadata:\n  name: x\n"

READ = [
    # A colon in front of a bracket or comma belongs to the scalar.
    "a: {b:, c: d}", "a: [b:, c]", "a: {b:}", "a: {b: 1:}", "a: [b\n  :, c]", 'a: {"b":}',
    # A single quote may stand behind a backslash.
    'a: "it\\\'s"', 'a: ["\\\'", "\\u0027"]',
    # A key with nothing is empty.
    "a: {b: , ?}", "a:\n  ? \n  : b", "? ", "a: [{? : b}]",
    # Comments that follow a comment may stand behind tabs.
    "# c\n\t# d\na: b", "a:\n  # c\n\n \t# d\n  b: c", "a: |\n  x\n# c\n\t\n# d\nb: c",
    # Comments that end a document are a line to a scalar that keeps its last ones.
    "a: |+\n  x\n\n# c", "a:\n  b: >+\n    x\n    y\n\n# c\n  # d", "a: |+\n\n# c",
    "a: |+\n  x\n# c",
    "a:\n  b: |+\n    x\n\n  # c\n# d", "a: |+\n  x\n\n# c\nb: c", "a: !!str |+\n  x\n\n# c",
    "a: [b]\nc: |+\n  x\n\n# c", "a: >+\n  x \n\n# c",
    # What has a tag of its own.
    "a: !x b", "!x a: b", "a: &b |\n \nc: *b",
    # Keys that libyaml's emitter takes for several lines.
    '"a\\rb": c', '"a\\Lb": c',
    "kind: FooList", "a: b\n...\nc: d: e", "\ufeffx: y",
]  # fmt: skip

REFUSED = [
    # In brackets a question mark begins a key.
    "a: [http://x/?y=z]", "a: {b: what?}", "a: {b?: c}", "a: [b ? c]",
    'a: "b\\/c"', 'a: ["\\/"]',
    # Two tokens behind the document are read.
    "a: b\n...\n@", "a: b\n...\n\t# c",
    "a:\n  !x b: c", "a: {!x b: c}", "a: !!int 1.0",
    "a: |2\n  \tx\n  y", "a: b # c\n\t# d", "# c\n\ufeff# d",
]  # fmt: skip


def _rendered(folder: Path, kustomize: Path, text: str) -> tuple[str | None, str | None]:
    """What kustomize and promote make of a text; None for an error."""
    (folder / "kustomization.yaml").write_text("resources: [a.yaml]\n")
    (folder / "a.yaml").write_text(text, encoding="utf-8")
    ran = subprocess.run([kustomize, "build", folder], capture_output=True, check=False)
    theirs = None if ran.returncode else ran.stdout.decode()
    try:
        resources = build(DiskTree(), str(folder.resolve()))
    except PromoteError:
        return theirs, None
    return theirs, yamlio.dump_all(resource.doc for resource in resources)


@pytest.mark.parametrize("text", READ)
def test_it_reads_what_kustomize_reads(text: str, tmp_path: Path, kustomize: Path) -> None:
    head = HEAD.replace("kind: Thing\nmetadata:\n  name: x\n", "") if "kind:" in text else HEAD
    theirs, ours = _rendered(tmp_path, kustomize, f"{head}{text}\n")
    assert theirs is not None
    assert ours == theirs


@pytest.mark.parametrize("text", REFUSED)
def test_it_refuses_what_kustomize_refuses(text: str, tmp_path: Path, kustomize: Path) -> None:
    assert _rendered(tmp_path, kustomize, f"{HEAD}{text}\n") == (None, None)
