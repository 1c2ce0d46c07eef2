"""A file for each resource, named as kustomize names it."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

from promote.cli.main import main

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

RESOURCES = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: A.b, namespace: Shop}
---
apiVersion: v1
kind: Namespace
metadata: {name: shop}
---
kind: Thing
metadata: {name: a}
---
apiVersion: example.com/v1
kind: ThingList
"""

TYPES = """\
kind: Thing
metadata: {name: a}
spec:
  day: "someday"
  folded: >
    one
     two

    three
  mode: "rw"
  on: "yes"
"""
PATCH = """\
kind: Thing
metadata: {name: a}
spec: {day: 2020-01-01, mode: 0755, on: True}
"""
# Printed, the folded text gets an empty line, the literal one too, and the blank is an empty text.
READ_ONCE = """\
kind: Thing
metadata: {name: a}
folded: >
  one
    deeper
  two
blank: {a: , b: 1}
literal: |+
  last

# A comment.
"""


def _made(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in folder.iterdir()}


def _same_files(folder: Path, kustomize: Path) -> bool:
    theirs, ours = folder / "theirs", folder / "ours"
    theirs.mkdir()
    ours.mkdir()
    subprocess.run([kustomize, "build", folder, "--output", theirs], check=True)
    assert main(["render", str(folder), "--output", str(ours)]) == 0
    return _made(ours) == _made(theirs)


def test_names(tmp_path: Path, kustomize: Path) -> None:
    (tmp_path / "kustomization.yaml").write_text("resources: [a.yaml]\n")
    (tmp_path / "a.yaml").write_text(RESOURCES)
    assert _same_files(tmp_path, kustomize)


def test_types_count_and_not_quotes(tmp_path: Path, kustomize: Path) -> None:
    (tmp_path / "kustomization.yaml").write_text(
        "resources: [a.yaml]\npatches: [{path: patch.yaml}]\n"
    )
    (tmp_path / "a.yaml").write_text(TYPES)
    (tmp_path / "patch.yaml").write_text(PATCH)
    assert _same_files(tmp_path, kustomize)


def test_nothing_is_read_again(tmp_path: Path, kustomize: Path) -> None:
    (tmp_path / "kustomization.yaml").write_text("resources: [a.yaml]\n")
    (tmp_path / "a.yaml").write_text(READ_ONCE)
    assert _same_files(tmp_path, kustomize)


def test_a_name_that_no_file_can_have(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "kustomization.yaml").write_text("resources: [a.yaml]\n")
    (tmp_path / "a.yaml").write_text("kind: Thing\nmetadata: {name: a/b}\n")
    (tmp_path / "out").mkdir()
    assert main(["render", str(tmp_path), "--output", str(tmp_path / "out")]) == 1
    assert "'a/b' cannot be the name of a file" in capsys.readouterr().err
