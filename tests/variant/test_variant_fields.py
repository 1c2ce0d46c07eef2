"""Each row of the table of fields, on a document that has just that field."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from variant_worlds import world

from promote import yamlio
from promote.model.resource import Resource
from promote.variant import rename
from promote.variant.fields import FieldTable, entries, table
from promote.variant.readers import READERS

if TYPE_CHECKING:
    from promote.model.json import Document, Json
    from promote.variant.parts import Row

TABLE = FieldTable()
HOLDS = yamlio.load_one((Path(__file__).parent / "cases" / "holds.yaml").read_bytes(), "holds.yaml")


def pairs(holds: str) -> list[tuple[Json, Json]]:
    """What a sort of field holds, before and after."""
    assert isinstance(HOLDS, dict)
    cases = HOLDS[holds]
    assert isinstance(cases, list)
    return [(one[0], one[1]) if isinstance(one, list) else (one, one) for one in cases]


def document(row: Row, value: Json) -> Document:
    """A document of a row's kind that holds a value in the row's field."""
    place = "elsewhere" if row.within else "shop"
    group = row.on.group.replace("*", "")
    doc: Json = {
        "apiVersion": f"{group}/v1" if group else "v1",
        "kind": row.on.kind.replace("*", "Holder"),
        "metadata": {"name": "holder", "namespace": place},
    }
    for condition, wanted in row.when:
        doc = put(doc, list(condition), wanted)
    if row.within:
        doc = put(doc, list(row.within), "shop")
    keys = [key.replace("**", "deep").replace("*", "any") for key in row.path]
    result = put(doc, keys, [value] if row.text.endswith("[]") else value)
    assert isinstance(result, dict)
    return result


def put(node: Json, keys: list[str], value: Json) -> Json:
    if not keys:
        return value
    inner = node if isinstance(node, dict) else {}
    return {**inner, keys[0]: put(inner.get(keys[0]), keys[1:], value)}


def encode(value: Json) -> Json:
    assert isinstance(value, str)
    return base64.b64encode(value.encode()).decode()


@pytest.mark.parametrize(
    "row", table(), ids=lambda row: f"{row.on.kind}.{row.on.group}:{row.text}".rstrip(".")
)
def test_row(row: Row) -> None:
    names = world(row.of)
    for before, after in pairs(row.holds):
        if row.base64:
            before, after = encode(before), encode(after)  # noqa: PLW2901 - as the field has it
        given = document(row, before)
        (renamed,) = rename([Resource(given)], names, TABLE)
        wanted: Json = document(row, after)
        # The namespace stands in a field of its own, which is a row or the holder's metadata.
        where = list(row.within) or ["metadata", "namespace"]
        wanted = put(wanted, where, "shop-dr")
        assert renamed.doc == wanted, f"{row.text}: {before}"
        (back,) = rename([renamed], names.inverse(), TABLE)
        assert back.doc == given


def test_every_sort_of_field_has_examples() -> None:
    assert isinstance(HOLDS, dict)
    assert set(HOLDS) == set(READERS)
    assert {row.holds for row in table()} <= set(READERS)


def test_the_table_says_each_thing_once() -> None:
    seen = [(row.on, row.path) for row in table() if not row.when]
    assert len(seen) == len(set(seen))


def test_sources_are_those_of_the_legend() -> None:
    known = {"I", "G", "T6", "T57", "TP", "TS", "A", "F", "FH", "C", "E", "P", "KD", "K8", "KU"}
    assert {entry.source for entry in entries()} == known
