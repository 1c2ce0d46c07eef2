"""Random documents with enough in common to be worth comparing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import strategies as st

from promote.model.resource import Resource

if TYPE_CHECKING:
    from promote.model.json import Document, Json

keys = st.sampled_from(["name", "host", "a", "b", "x/y", "~t", "containers", "é"])
scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-2, 2),
    st.sampled_from([0.0, 1.0, 1.5]),
    st.sampled_from(["", "a", "b", "1", "true", "x\ny\n"]),
)
names = st.sampled_from(["a", "b", "c", "d", "e", "f"])


def _containers(inner: st.SearchStrategy[Json]) -> st.SearchStrategy[Json]:
    named = st.builds(
        lambda name, more: {**more, "name": name}, names, st.dictionaries(keys, inner)
    )
    return st.one_of(
        st.dictionaries(keys, inner, max_size=4),
        st.lists(inner, max_size=5),
        st.lists(scalars, max_size=8),
        st.lists(named, max_size=6, unique_by=lambda item: str(item["name"])),
    )


values: st.SearchStrategy[Json] = st.recursive(scalars, _containers, max_leaves=25)


def document(kind: str, name: str, spec: Json, data: Json) -> Document:
    return {
        "apiVersion": "v1",
        "kind": kind,
        "metadata": {"name": name},
        "spec": spec,
        "data": data,
    }


documents = st.builds(document, st.just("Thing"), st.just("one"), values, values)


@st.composite
def resource_sets(draw: st.DrawFn) -> list[Resource]:
    """Some resources, each of another identity, in any order."""
    identities = draw(
        st.lists(
            st.tuples(st.sampled_from(["Thing", "Secret", "ConfigMap"]), names),
            unique=True,
            max_size=6,
        )
    )
    return [Resource(document(kind, name, draw(values), draw(values))) for kind, name in identities]
