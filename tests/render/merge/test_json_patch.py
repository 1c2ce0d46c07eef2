from __future__ import annotations

import copy
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promote import yamlio
from promote.errors import InputError
from promote.render.merge.json_patch import Operation, apply_json_patch, parse_json_patch

if TYPE_CHECKING:
    from promote.model.json import Document, Json

    Case = dict[str, Json]

FILE = Path(__file__).parent / "cases" / "json_patch.yaml"
CASES = yamlio.load_all(FILE.read_bytes(), FILE.name)


def name(case: Case) -> str:
    return str(case["case"])


@pytest.mark.parametrize("case", [case for case in CASES if "expected" in case], ids=name)
def test_applies(case: Case) -> None:
    document = copy.deepcopy(case["document"])
    patched = apply_json_patch(document, parse_json_patch(case["patch"], "the patch"))
    assert patched == case["expected"]
    assert document == case["document"], "changed in place"


@pytest.mark.parametrize("case", [case for case in CASES if "error" in case], ids=name)
def test_refuses(case: Case) -> None:
    with pytest.raises(InputError, match=case["error"]):
        apply_json_patch(case["document"], parse_json_patch(case["patch"], "the patch"))


def test_what_an_operation_does_not_touch_is_shared() -> None:
    document = {"a": {"b": 1}, "c": {"d": [1, 2]}}
    patched = apply_json_patch(document, (Operation("add", "/a/x", 1),))
    assert patched["c"] is document["c"]
    assert apply_json_patch(document, (Operation("test", "/a/b", 1),)) is document


json = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text("ab/~", max_size=3),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text("ab/~-0"), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(st.dictionaries(st.text("ab", min_size=1), json), json, st.data())
def test_what_is_added_is_found_and_removed_again(
    document: Document, value: Json, data: st.DataObject
) -> None:
    key = data.draw(st.text("xy/~", min_size=1))
    path = "/" + key.replace("~", "~0").replace("/", "~1")
    added = apply_json_patch(
        document, (Operation("add", path, value), Operation("test", path, value))
    )
    assert added == {**document, key: value}
    assert apply_json_patch(added, (Operation("remove", path),)) == document
