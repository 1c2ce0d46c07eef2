"""Walking to many fields at once comes to the same as walking to one after the other."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from promote.errors import KustomizationError
from promote.model.resource import Gvk
from promote.render.branching import DeadEndError, branches, update_all
from promote.render.fields import parse_path, stops_short, update_document
from promote.render.fieldspecs import field_spec
from promote.render.layer import PathsByKind
from promote.yamlio.blanks import with_words

if TYPE_CHECKING:
    from promote.model.json import Document, Json

NAMES = ("a", "b", "c")


def _noted(mapping: dict[str, Json], words: dict[str, str]) -> dict[str, Json]:
    return with_words(mapping, {key: words[key] for key in words if mapping.get(key) is None})


def _mappings(inner: st.SearchStrategy[Json]) -> st.SearchStrategy[dict[str, Json]]:
    words = st.dictionaries(st.sampled_from(NAMES), st.sampled_from(["", "~"]), max_size=1)
    return st.builds(_noted, st.dictionaries(st.sampled_from(NAMES), inner, max_size=3), words)


nodes: st.SearchStrategy[Json] = st.recursive(
    st.sampled_from(["x", "y", 1, None, None]),
    lambda inner: _mappings(inner) | st.lists(inner, max_size=3),
    max_leaves=12,
)
documents: st.SearchStrategy[Document] = _mappings(nodes)
paths = st.lists(
    st.lists(st.sampled_from(NAMES), min_size=1, max_size=4).map("/".join), max_size=6, unique=True
)


def _marked(node: Json, end: str) -> Json:
    return f"{node}+{end}" if isinstance(node, str) else node


def _one_by_one(doc: Document, texts: list[str]) -> Document:
    for text in texts:
        doc = update_document(doc, parse_path(text), partial(_marked, end=text))
    return doc


@given(documents, paths)
def test_all_at_once_is_one_after_the_other(doc: Document, texts: list[str]) -> None:
    tree = branches((parse_path(text), text) for text in texts)
    nested = any(other.startswith(text + "/") for text in texts for other in texts)
    assert (tree is None) == nested
    if tree is None:
        return
    try:
        expected = _one_by_one(doc, texts)
    except KustomizationError:
        expected = None
    try:
        found = update_all(doc, tree, _marked)
    except DeadEndError:
        found = None
    assert found == expected
    assert (found is doc) == (found == doc), "what did not change is shared"


def test_paths_that_make_no_tree() -> None:
    for text in ("", "a[]/b", "a/-", "a/0/b"):
        assert branches([(parse_path(text), text)]) is None
    assert branches([(parse_path("a/b"), 1), (parse_path("a/b"), 2)]) is not None


@given(documents, paths, st.sets(st.integers(0, 5)))
def test_a_path_is_left_out_only_where_it_changes_nothing(
    doc: Document, texts: list[str], making: set[int]
) -> None:
    specs = [
        field_spec({"path": text, "create": index in making}) for index, text in enumerate(texts)
    ]
    kind = Gvk("", "v1", "Thing")
    by_kind = PathsByKind(specs)
    present = by_kind.present(kind, doc)
    made = {text for index, text in enumerate(texts) if index in making}
    kept = [
        (path, create)
        for (path, create), text in zip(by_kind[kind], texts, strict=True)
        if any(_is_on_the_way(text, one) or _is_on_the_way(one, text) for one in made)
        or not stops_short(doc, path)
    ]
    assert present == kept


def _is_on_the_way(text: str, other: str) -> bool:
    return f"{other}/".startswith(f"{text}/")
