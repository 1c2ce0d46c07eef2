"""Bases are built once for all overlays that use them, where that is the same for all."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from promote import yamlio
from promote.errors import KustomizationError
from promote.render.files import DiskTree
from promote.render.loading import ParsedFiles
from promote.render.options import BuildOptions
from promote.render.pipeline import build

if TYPE_CHECKING:
    from pathlib import Path

CONFIG = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\n"


def write(root: Path, **files: str) -> None:
    for name, text in files.items():
        path = root / name.replace("__", "/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.with_suffix(".yaml").write_text(text)


def shop(root: Path, base: str = "resources: [all.yaml]\n") -> list[str]:
    """A base, a layer over it, and three overlays of that."""
    write(root, base__all=CONFIG, base__kustomization=base)
    write(root, layer__kustomization="resources: [../base]\nnameSuffix: -x\n")
    for name in "abc":
        (root / name).mkdir()
        (root / name / "kustomization.yaml").write_text(
            f"resources: [../layer]\nnamePrefix: {name}-\n"
        )
    return [str(root / name) for name in "abc"]


def names(paths: list[str], options: BuildOptions) -> list[list[str]]:
    return [[one.id.name for one in build(DiskTree(), path, options)] for path in paths]


def test_each_base_is_built_once(tmp_path: Path) -> None:
    files = ParsedFiles()
    made = names(shop(tmp_path), BuildOptions(files=files))
    assert made == [["a-settings-x"], ["b-settings-x"], ["c-settings-x"]]
    assert files.built == 3 + 2, "three overlays, a layer and a base"


def test_a_template_is_filled_in_for_each_overlay(tmp_path: Path) -> None:
    paths = shop(tmp_path, "resources: [all.yaml.j2]\n")
    (tmp_path / "base/all.yaml").rename(tmp_path / "base/all.yaml.j2")
    count = iter("123")

    def expand(_: str) -> bytes:
        return CONFIG.replace("settings", f"settings{next(count)}").encode()

    files = ParsedFiles()
    made = names(paths, BuildOptions(files=files, expand=expand))
    assert made == [["a-settings1-x"], ["b-settings2-x"], ["c-settings3-x"]]
    assert files.built == 9


def test_a_warning_is_said_for_each_overlay(tmp_path: Path) -> None:
    said: list[str] = []
    paths = shop(tmp_path, "bases: []\nresources: [all.yaml]\ncommonLabels: {a: b}\n")
    names(paths, BuildOptions(files=ParsedFiles(), warn=said.append))
    assert len(said) == 3 * len({*said})
    assert said


def test_another_schema_is_a_build_of_its_own(tmp_path: Path) -> None:
    files = ParsedFiles()
    paths = shop(tmp_path)
    (tmp_path / "a/schema.json").write_text('{"definitions": {}}')
    with (tmp_path / "a/kustomization.yaml").open("a") as file:
        file.write("openapi: {path: schema.json}\n")
    before = names(paths, BuildOptions())
    assert names(paths, BuildOptions(files=files)) == before
    assert files.built == 3 + 2 + 2


def test_a_circle_through_a_built_base_is_found(tmp_path: Path) -> None:
    """The folder of all has a kustomization of its own, which a base uses."""
    paths = shop(tmp_path, "resources: [../all]\n")
    write(tmp_path, all__kustomization="resources: [all.yaml]\n", all__all=CONFIG)
    inner = tmp_path / "all/inner"
    inner.mkdir()
    (inner / "kustomization.yaml").write_text("resources: [../../base]\n")
    options = BuildOptions(files=ParsedFiles())
    names(paths, options)
    with pytest.raises(KustomizationError, match="leads back to"):
        build(DiskTree(), str(inner), options)


def test_an_overlay_changes_only_its_own_resources(tmp_path: Path) -> None:
    paths = shop(tmp_path)
    patch = "{apiVersion: v1, kind: ConfigMap, metadata: {name: any}, data: {x: y}}"
    with (tmp_path / "b/kustomization.yaml").open("a") as file:
        file.write(f"patches: [{{target: {{kind: ConfigMap}}, patch: '{patch}'}}]\n")
    options = BuildOptions(files=ParsedFiles())
    docs = [[one.doc for one in build(DiskTree(), path_, options)] for path_ in paths]
    assert ["data" in doc for (doc,) in docs] == [False, True, False]
    assert yamlio.dump_all(docs[2]) == yamlio.dump_all(
        one.doc for one in build(DiskTree(), paths[2])
    )
