"""Links to files elsewhere are refused as kustomize refuses them, unless those may be read."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest

from promote.errors import PromoteError
from promote.render.files import DiskTree
from promote.render.options import BuildOptions
from promote.render.pipeline import build

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def overlay(tmp_path: Path) -> Path:
    """A folder whose kustomization is a link to a file above it."""
    folder = tmp_path / "overlay"
    folder.mkdir()
    (folder / "a.yaml").write_text("apiVersion: example.com/v1\nkind: Thing\nmetadata: {name: a}\n")
    (tmp_path / "shared.yaml").write_text("resources: [a.yaml]\n")
    (folder / "kustomization.yaml").symlink_to("../shared.yaml")
    return folder


def test_a_kustomization_above_is_none(overlay: Path, kustomize: Path) -> None:
    ran = subprocess.run([kustomize, "build", overlay], capture_output=True, check=False)
    assert ran.returncode == 1
    with pytest.raises(PromoteError, match="no kustomization"):
        build(DiskTree(), str(overlay.resolve()))


def test_it_is_one_where_files_above_may_be_read(overlay: Path) -> None:
    options = BuildOptions(restrict=False)
    assert [
        resource.id.name for resource in build(DiskTree(), str(overlay.resolve()), options)
    ] == ["a"]
