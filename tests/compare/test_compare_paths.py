from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promote.compare import Item, Path, format_path, parse_path, resolve
from promote.compare.paths import pointer
from promote.errors import UsageError

if TYPE_CHECKING:
    from promote.model.json import FieldPath, Json

DOC: Json = {
    "metadata": {"annotations": {"example.com/x": "1"}},
    "spec": {
        "containers": [
            {"name": "side", "image": "main", "ports": [{"containerPort": 80, "protocol": "TCP"}]},
            {"name": "main", "image": "a:1"},
        ]
    },
}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("spec.containers[name=main].image", ("spec", "containers", 1, "image")),
        ("spec.containers[main].image", ("spec", "containers", 1, "image")),
        ("spec.containers[0].image", ("spec", "containers", 0, "image")),
        ("spec.containers.main.image", ("spec", "containers", 1, "image")),
        (
            "spec.containers[side].ports[containerPort=80,protocol=TCP]",
            ("spec", "containers", 0, "ports", 0),
        ),
        ('metadata.annotations["example.com/x"]', ("metadata", "annotations", "example.com/x")),
        ("metadata[annotations]", ("metadata", "annotations")),
        ('spec.containers[side].ports[containerPort="80"]', None),
        ("spec.containers[2]", None),
        ("spec.containers[none]", None),
        ("spec.nothing.deeper", None),
    ],
)
def test_a_path_leads_to_a_field(text: str, found: FieldPath | None) -> None:
    assert resolve(DOC, parse_path(text)) == found


@pytest.mark.parametrize("text", ["spec.[", "a..b", "a[", "a[]", 'a["b]', "a]", "a[=b]", "a."])
def test_what_is_not_a_path_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="cannot read the field path"):
        parse_path(text)


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (("spec", "a-b", "x.y"), 'spec.a-b["x.y"]'),
        (("spec", Item((("name", "main"),)), 3), "spec[name=main][3]"),
        ((Item((("port", 80), ("protocol", "80"))),), '[port=80,protocol="80"]'),
        ((Item((("on", True), ("name", "true"))),), '[on=true,name="true"]'),
    ],
)
def test_a_path_is_written_for_people(path: Path, text: str) -> None:
    assert format_path(path) == text


scalars = st.one_of(st.none(), st.booleans(), st.integers(), st.text())
letters = st.characters(exclude_characters='=,"]', exclude_categories=["Cs"])
keys = st.text(letters, min_size=1)
items = st.lists(st.tuples(keys.filter(lambda k: k == k.strip()), scalars), min_size=1, max_size=3)
steps = st.one_of(st.text(), st.integers(0, 99), items.map(lambda pairs: Item(tuple(pairs))))


@given(st.lists(steps, max_size=5).map(tuple))
def test_what_is_written_is_read_back(path: Path) -> None:
    assert parse_path(format_path(path)) == path


def test_a_pointer_escapes_its_two_signs() -> None:
    assert pointer(("a/b", "~c", 0)) == "/a~1b/~0c/0"
