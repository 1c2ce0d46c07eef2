"""What a directory renders to: our own cases, and the shared ones where they are at hand.

Each folder of `cases/` has `input/`, whose top is built, and `expected.yaml`, which kustomize
printed (`pytest --refresh` runs it again), or `error.txt`, which is ours to word.
"""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from promote import yamlio
from promote.errors import PromoteError
from promote.render.files import DiskTree
from promote.render.options import BuildOptions
from promote.render.pipeline import build

if TYPE_CHECKING:
    from collections.abc import Callable

CASES = Path(__file__).parent / "cases"
SHARED = Path(__file__).parents[3] / "shared" / "conformance"


def _render(directory: Path, *, reorder: str = "legacy", restrict: bool = True) -> str:
    resources = build(
        DiskTree(cwd=str(directory)),
        str(directory.resolve()),
        BuildOptions(reorder=reorder, restrict=restrict),
    )
    return yamlio.dump_all(resource.doc for resource in resources)


def _named(root: Path, name: str) -> list[object]:
    return [
        pytest.param(case.parent, id=case.parent.name) for case in sorted(root.glob(f"*/{name}"))
    ]


@pytest.mark.parametrize("case", _named(CASES, "expected.yaml"))
def test_it_prints_what_kustomize_prints(case: Path, request: pytest.FixtureRequest) -> None:
    expected = case / "expected.yaml"
    if request.config.getoption("--refresh"):
        kustomize = request.getfixturevalue("kustomize")
        ran = subprocess.run([kustomize, "build", case / "input"], capture_output=True, check=True)
        expected.write_bytes(ran.stdout)
    assert _render(case / "input") == expected.read_text(encoding="utf-8")


@pytest.mark.parametrize("case", _named(CASES, "error.txt"))
def test_it_says_what_is_wrong(case: Path, golden: Callable[[Path, str], None]) -> None:
    with pytest.raises(PromoteError) as caught:
        _render(case / "input")
    golden(case / "error.txt", f"{caught.value}\n")


@pytest.mark.skipif(not SHARED.is_dir(), reason="the shared cases are not beside this checkout")
@pytest.mark.parametrize("case", _named(SHARED, "case.json"))
def test_it_holds_the_shared_cases(case: Path) -> None:
    about = json.loads((case / "case.json").read_text())
    directory = case / "input" / about["path"]
    restrict = about["load_restrictor"] == "LoadRestrictionsRootOnly"
    if about["expect"] == "error":
        with pytest.raises(PromoteError):
            _render(directory, restrict=restrict)
        return
    assert _render(directory, restrict=restrict) == (case / "expected.yaml").read_text()
    unordered = (case / "expected.reorder-none.yaml").read_text()
    assert _render(directory, restrict=restrict, reorder="none") == unordered
