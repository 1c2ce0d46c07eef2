from __future__ import annotations

import copy
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from promote import yamlio
from promote.errors import PatchError
from promote.render.merge.schema import builtin_schema
from promote.render.merge.strategic import strategic_merge
from promote.yamlio.blanks import with_words

if TYPE_CHECKING:
    from promote.model.json import Document, Json

    Case = dict[str, Json]

FILE = Path(__file__).parent / "cases" / "strategic.yaml"
CASES = yamlio.load_all(FILE.read_bytes(), FILE.name)


def name(case: Case) -> str:
    return str(case["case"])


@pytest.mark.parametrize("case", [case for case in CASES if "expected" in case], ids=name)
def test_merges(case: Case) -> None:
    target, patch = copy.deepcopy(case["target"]), copy.deepcopy(case["patch"])
    assert strategic_merge(target, patch, builtin_schema()) == case["expected"]
    assert (target, patch) == (case["target"], case["patch"]), "changed in place"


@pytest.mark.parametrize("case", [case for case in CASES if "error" in case], ids=name)
def test_refuses(case: Case) -> None:
    with pytest.raises(PatchError, match=case["error"]):
        strategic_merge(case["target"], case["patch"], builtin_schema())


def deployment(**pod: Json) -> Document:
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "web"},
        "spec": {"template": {"spec": pod}},
    }


def test_what_a_patch_does_not_touch_is_shared() -> None:
    containers = [{"name": "web", "env": [{"name": "A", "value": "x"}]}]
    target = deployment(containers=containers, volumes=[{"name": "a"}])
    merged = strategic_merge(target, deployment(volumes=[{"name": "b"}]), builtin_schema())
    assert merged["spec"]["template"]["spec"]["containers"] is containers
    assert merged["spec"]["template"]["spec"]["volumes"] == [{"name": "b"}, {"name": "a"}]


def test_a_patch_that_changes_nothing_gives_the_target_back() -> None:
    target = deployment(containers=[{"name": "web", "image": "web:1"}])
    patch = deployment(containers=[{"name": "web", "image": "web:1"}])
    assert strategic_merge(target, patch, builtin_schema()) is target


def test_a_blank_value_goes_and_a_null_stays() -> None:
    target = {
        "apiVersion": "example.com/v1",
        "kind": "Shop",
        "metadata": {"name": "web"},
        "spec": with_words({"a": None, "b": None}, {"a": ""}),
        "list": [with_words({"c": None}, {"c": ""})],
    }
    patch = {**target, "spec": {"d": 1}}
    del patch["list"]
    merged = strategic_merge(target, patch, builtin_schema())
    assert merged["spec"] == {"b": None, "d": 1}
    assert merged["list"] is target["list"]
