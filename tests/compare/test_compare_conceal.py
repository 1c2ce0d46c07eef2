from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from compare_cases import CASES, compared, everything
from hypothesis import given
from hypothesis import strategies as st

from promote.compare import diff
from promote.compare.conceal import REDACTED, REDACTED_CHANGED, conceal, conceal_document
from promote.config.model import IgnoreRule
from promote.model.resource import Resource

if TYPE_CHECKING:
    from promote.model.json import Document, Json

SECRETS = next(case for case in CASES if case.name == "secrets")
HOSTILE = next(case for case in CASES if case.name == "hostile")

# The canary as the case writes it, and as base64 has it at its start.
CANARY = re.compile("CANARY|Q0FOQVJZ")


def test_the_case_has_canaries_to_find() -> None:
    for side in ("left", "right"):
        assert len(CANARY.findall((SECRETS / f"{side}.yaml").read_text())) >= 7


@pytest.mark.parametrize("name", everything(diff([], [])))
def test_no_format_prints_a_secret(name: str) -> None:
    found = compared(SECRETS)
    output = everything(found)[name]
    assert not CANARY.search(output)
    assert not CANARY.search(everything(diff([], [r.right for r in found.shown if r.right]))[name])


POINTERS = ["/**", "/data", "/data/password", "/metadata/annotations/*", ""]


@pytest.mark.parametrize("pointer", POINTERS)
def test_what_is_ignored_is_no_less_secret(pointer: str) -> None:
    sides = [(change.left, change.right) for change in compared(SECRETS).resources]
    left = [one for one, _ in sides if one]
    right = [one for _, one in sides if one]
    for output in everything(diff(left, right, ignore=[IgnoreRule(pointer=pointer)])).values():
        assert not CANARY.search(output)


canaries: st.SearchStrategy[Json] = st.recursive(
    st.sampled_from(["CANARY1", "CANARY2", "CANARY\n", "x-CANARY", None]),
    lambda inner: st.one_of(st.lists(inner), st.dictionaries(st.sampled_from("abc"), inner)),
    max_leaves=6,
)


def secret(fields: dict[str, Json]) -> Document:
    return {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "s"}, **fields}


fields = st.dictionaries(st.sampled_from(["data", "stringData"]), canaries)


@given(fields, fields, st.booleans())
def test_whatever_stands_in_a_secret_is_concealed(
    left: dict[str, Json], right: dict[str, Json], wrapped: bool
) -> None:
    before, after = secret(left), secret(right)
    if wrapped:
        before, after = ({"kind": "List", "items": [doc]} for doc in (before, after))
    found = diff([Resource(before)], [Resource(after)])
    for output in everything(found).values():
        assert "CANARY" not in output
    concealed = conceal(found)
    assert len(concealed.resources) == len(found.resources)
    for change in concealed.resources:
        assert change.left is not None
        assert change.right is not None
        assert change.left.doc != change.right.doc, "that they differ must still show"


def test_a_changed_value_is_told_from_one_that_is_not() -> None:
    left, right = secret({"data": {"a": "1", "b": "2"}}), secret({"data": {"a": "1", "b": "3"}})
    (change,) = conceal(diff([Resource(left)], [Resource(right)])).resources
    assert change.right is not None
    assert change.right.doc["data"] == {"a": REDACTED, "b": REDACTED_CHANGED}


def test_short_and_long_secrets_look_alike() -> None:
    docs = [conceal_document(secret({"data": {"a": value}})) for value in ("x", "y" * 99)]
    assert docs[0] == docs[1]


def test_a_document_without_secrets_is_shared() -> None:
    doc: Document = {"kind": "ConfigMap", "data": {"a": "1", "b": ["x"]}}
    assert conceal_document(doc) is doc


@pytest.mark.parametrize(
    "token",
    [
        *(f"gh{kind}_{'a1B2' * 9}" for kind in "pousr"),
        f"github_pat_{'a' * 30}",
        f"glpat-{'x' * 20}",
        "AKIAIOSFODNN7EXAMPLE",
        "xoxb-1234567890-abcdef",
        f"eyJ{'a' * 12}.eyJ{'b' * 12}.{'c' * 24}",
        "-----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY-----",
        "-----BEGIN OPENSSH PRIVATE KEY-----\ncut off",
    ],
)
def test_known_tokens_are_concealed_anywhere(token: str) -> None:
    doc: Document = {"kind": "Pod", "spec": {"env": [{"name": "A", "value": f"use {token} here"}]}}
    text = str(conceal_document(doc))
    assert "MIIE" not in text
    assert token not in text
    assert REDACTED in text


def test_nothing_harmful_is_printed() -> None:
    harmful = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069]")
    for name, output in everything(compared(HOSTILE)).items():
        ours = re.sub(r"\x1b\[[0-9]*m", "", output)
        assert not harmful.search(ours), name
        assert not re.search(r"^\s*::|##(vso)?\[", ours, re.MULTILINE), name
        assert "everyone" in output, "the case is there to be escaped, not lost"
