from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import jsonpatch
import pytest
from compare_cases import CASES, FORMATS, NAMES, compared, load
from compare_strategies import resource_sets
from hypothesis import given

from promote.compare import diff, formats
from promote.compare.conceal import conceal
from promote.compare.formats import to_json, to_text, to_unified

if TYPE_CHECKING:
    from promote.model.resource import Resource


def test_every_format_has_its_cases() -> None:
    assert len(formats.__all__) == len(FORMATS)


@pytest.mark.parametrize(
    "case", [c for c in CASES if c.name not in ("secrets", "ignored")], ids=str
)
def test_the_patches_of_the_json_output_apply_to_the_left_files(case: Path) -> None:
    lefts = {
        resource.id._replace(version=""): resource.doc for resource in load(case / "left.yaml")
    }
    rights = {
        resource.id._replace(version=""): resource.doc for resource in load(case / "right.yaml")
    }
    document = json.loads(to_json(conceal(compared(case)), names=NAMES))
    for entry in document["resources"]:
        if entry["status"] == "changed":
            left, right = (
                next(doc for key, doc in docs.items() if _is(key, entry[side]))
                for side, docs in (("left", lefts), ("right", rights))
            )
            assert jsonpatch.apply_patch(left, entry["patch"]) == right


def _is(key: object, identity: dict[str, str]) -> bool:
    order = ("group", "kind", "name", "namespace")
    return tuple(getattr(key, part) for part in order) == tuple(identity[part] for part in order)


@given(resource_sets(), resource_sets())
def test_the_patches_of_the_json_output_apply(left: list[Resource], right: list[Resource]) -> None:
    concealed = conceal(diff(left, right))
    document = json.loads(to_json(concealed, names=NAMES))
    for change, entry in zip(concealed.resources, document["resources"], strict=True):
        if change.left and change.right:
            assert jsonpatch.apply_patch(change.left.doc, entry["patch"]) == change.right.doc


def test_colours_are_off_unless_asked_for() -> None:
    found = conceal(compared(CASES[0]))
    assert "\x1b" not in to_text(found) + to_unified(found, names=NAMES)
    assert "\x1b[32m" in to_text(found, colour=True)
    assert "\x1b[31m" in to_unified(found, names=NAMES, colour=True)


def test_no_difference_is_said() -> None:
    nothing = conceal(diff([], []))
    said = "0 added, 0 removed, 0 changed, 0 unchanged; 0 differences ignored"
    assert to_text(nothing) == f"{said}\n"
    assert to_unified(nothing, names=NAMES) == f"# {said}\n"


def test_output_does_not_depend_on_the_hash_seed() -> None:
    program = (
        "import sys; sys.path.insert(0, sys.argv[1]); import compare_cases as c\n"
        "for case in c.CASES: print(c.everything(c.compared(case)))"
    )
    outputs = {
        subprocess.run(
            [sys.executable, "-c", program, str(Path(__file__).parent)],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(outputs) == 1
