"""Documents are printed as kustomize prints them."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from promote.yamlio import dump_all, load_all

CASES = sorted((Path(__file__).parent / "cases").iterdir())


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_it_prints_what_kustomize_prints(
    case: Path, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    data, expected = (case / "input.yaml").read_bytes(), case / "expected.yaml"
    if request.config.getoption("--refresh"):
        (tmp_path / "kustomization.yaml").write_text("resources: [input.yaml]\n")
        (tmp_path / "input.yaml").write_bytes(data)
        kustomize = request.getfixturevalue("kustomize")
        ran = subprocess.run([kustomize, "build", tmp_path], capture_output=True, check=True)
        expected.write_bytes(ran.stdout)
    assert dump_all(load_all(data, "input.yaml")) == expected.read_text(encoding="utf-8")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_what_is_printed_reads_as_what_was_read(case: Path) -> None:
    documents = load_all((case / "input.yaml").read_bytes(), "input.yaml")
    assert load_all(dump_all(documents), "printed") == documents
