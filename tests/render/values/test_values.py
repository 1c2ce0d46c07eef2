"""How layers of values merge, who set what, and what the schema makes of it.

Each folder of `cases/` has the layers, `schema.json` where there is one, and `expected.txt` (each
value with its place) or, for `error-…`, `error.txt`.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promote import yamlio
from promote.errors import PromoteError, ValuesError
from promote.render.values import ValuesLayer, check_values, merge_values
from promote.render.values_schema import show_path

if TYPE_CHECKING:
    from collections.abc import Callable

    from promote.model.json import Json
    from promote.render.values import MergedValues

CASES = Path(__file__).parent / "cases"
LAYERS = ("base", "environment", "app", "cluster")


def _merge(case: Path) -> MergedValues:
    files = [(name, case / f"{name}.yaml") for name in LAYERS]
    layers = [
        ValuesLayer(name, file.name, file.read_bytes()) for name, file in files if file.exists()
    ]
    schema: Json = None
    if (case / "schema.json").exists():
        schema = json.loads((case / "schema.json").read_text())
    merged = merge_values(layers, schema)
    if schema is not None:
        check_values(merged, schema, "schema.json")
    return merged


@pytest.mark.parametrize("case", [c for c in sorted(CASES.iterdir()) if "error-" not in c.name])
def test_how_layers_merge(case: Path, golden: Callable[[Path, str], None]) -> None:
    rows = _merge(case).rows()
    lines = [
        f"{show_path(row.path)} = {json.dumps(row.value)}  # {row.setter.layer.name} at "
        f"{row.setter.place.line}:{row.setter.place.column}\n"
        for row in rows
    ]
    golden(case / "expected.txt", "".join(lines))


@pytest.mark.parametrize("case", sorted(CASES.glob("error-*")), ids=lambda case: case.name)
def test_what_is_wrong_is_said_with_its_line(
    case: Path, golden: Callable[[Path, str], None]
) -> None:
    with pytest.raises(PromoteError) as caught:
        _merge(case)
    golden(case / "error.txt", f"{caught.value}\n")


def test_a_value_that_lives_elsewhere_is_refused_where_it_is_needed() -> None:
    text = b"a: 1\npassword:\n  $secret: {sops: prod.enc.yaml, key: db}\n"
    merged = merge_values([ValuesLayer("base", "values.yaml", text)])
    check_values(merged, {"properties": {"password": {"type": "string"}}}, "schema.json")
    assert merged.written["password"] == {"$secret": {"sops": "prod.enc.yaml", "key": "db"}}
    with pytest.raises(ValuesError) as caught:
        _ = merged.data
    assert str(caught.value).startswith("values.yaml:3:3: password lives in sops")


def test_who_set_what_is_not_there_is_who_set_what_is_around_it() -> None:
    layers = [
        ValuesLayer("base", "base.yaml", b"image:\n  tag: a\n"),
        ValuesLayer("app", "app.yaml", b"\nimage: {}\n"),
    ]
    merged = merge_values(layers)
    tag, nothing = merged.setter(("image", "tag")), merged.setter(("image", "digest"))
    assert tag is not None
    assert nothing is not None
    assert (str(tag.place), str(nothing.place)) == ("base.yaml:2:8", "app.yaml:2:8")


def test_no_layers_are_no_values() -> None:
    merged = merge_values([])
    assert merged.data == {}
    assert merged.setter(("a",)) is None


scalars = st.one_of(
    st.none(), st.booleans(), st.integers(-5, 5), st.sampled_from(["", "1.10", "x"])
)
keys = st.sampled_from(["a", "b", "c"])
values: st.SearchStrategy[Json] = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=3),
    max_leaves=8,
)
documents = st.dictionaries(keys, values, max_size=3)


def _layer(number: int, document: dict[str, Json]) -> ValuesLayer:
    return ValuesLayer(f"layer {number}", f"{number}.yaml", yamlio.dump(document).encode())


@given(st.lists(documents, max_size=4))
def test_each_value_is_what_its_layer_says(layers: list[dict[str, Json]]) -> None:
    merged = merge_values([_layer(*pair) for pair in enumerate(layers)])
    for row in merged.rows():
        node: Json = layers[int(row.setter.layer.name.split()[1])]
        for step in row.setter.path:
            node = node[step]
        assert json.dumps(node) == json.dumps(row.value)


@given(st.lists(documents, max_size=4))
def test_merging_is_that_of_mappings(layers: list[dict[str, Json]]) -> None:
    def merge(below: Json, above: Json) -> Json:
        if not isinstance(below, dict) or not isinstance(above, dict):
            return above
        both = {key: merge(below[key], above[key]) for key in below.keys() & above.keys()}
        return {**below, **above, **both}

    expected: Json = {}
    for layer in layers:
        expected = merge(expected, layer)
    merged = merge_values([_layer(*pair) for pair in enumerate(layers)])
    assert merged.data == expected


@given(st.lists(documents, max_size=4), documents)
def test_a_layer_that_says_what_is_there_already_changes_nothing(
    layers: list[dict[str, Json]], more: dict[str, Json]
) -> None:
    made = [_layer(*pair) for pair in enumerate([*layers, more])]
    once = merge_values(made)
    twice = merge_values([*made, _layer(9, more)])
    assert once.data == twice.data
