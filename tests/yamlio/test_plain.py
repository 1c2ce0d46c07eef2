"""The fast reader and the exact one agree on whatever the fast one takes."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from yaml_texts import Texts

from promote.errors import YamlError
from promote.yamlio import dump, exact, lines, load_one, plain
from promote.yamlio.documents import chunks, decode
from promote.yamlio.quotes import without_styles

if TYPE_CHECKING:
    from promote.model.json import Json


def alike(left: Json, right: Json) -> bool:
    """Whether two values are of the same types, with keys in the same order, and equal."""
    if type(left) is not type(right) or vars_of(left) != vars_of(right):
        return False
    if isinstance(left, dict) and isinstance(right, dict):
        return list(left) == list(right) and all(alike(left[key], right[key]) for key in left)
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(alike, left, right))
    return bool(left == right)


def vars_of(value: Json) -> dict[str, object]:
    """What a value remembers of how it was written."""
    return getattr(value, "__dict__", {})


def compare(text: str) -> bool:
    """Compare the readers on each document of a text.

    Returns:
        Whether the fast one read all of it.
    """
    taken = True
    try:
        parts = list(chunks(decode(text, "f"), "f"))
    except YamlError:
        return False
    for part, _ in parts:
        try:
            found = plain.read(part)
        except plain.OddError:
            taken = False
            continue
        try:
            expected = exact.read(part, "f")
        except YamlError as error:
            pytest.fail(f"the exact reader refuses what the fast one reads: {error}\n{part}")
        assert alike(found, expected), f"{found!r}\n{expected!r}\n{part}"
    return taken


@given(st.integers(0, 10**9), st.sampled_from([0.1, 0.5, 1.5]))
@settings(max_examples=2000, deadline=None)
def test_the_readers_agree_on_random_texts(seed: int, oddness: float) -> None:
    compare(Texts(Random(seed), oddness).document())  # noqa: S311 - no secret


HEADS = ["a: ", "- ", "  b: ", "- a: ", "a: b\nc: ", "x:\n  - "]
TAILS = ["", "\n", "\n\n", " # c\n", "\nz: 1\n", "\n# c\n", "\n  # c\n", " \n"]
OLD = ["yes", "on", "N", "no", "2001-01-01", "2001-1-1 ", "x", "a"]
AROUND = [
    "", " ", "# ", " # ", "#", "'", '"', "\n", "\n  ", ": ", ":", "- ", "-", "[", "]", "{", "}",
    ",", "|\n  ", "!!bool ", "!!str ", "&a ", "!", "?", "? ", ".", "\t",
]  # fmt: skip


@example("a: ", ["{", "yes", "yes", "}"])
@given(st.sampled_from(HEADS), st.lists(st.sampled_from([*OLD, *AROUND, *AROUND]), max_size=9))
@settings(max_examples=4000, deadline=None)
def test_files_of_kustomize_have_the_words_of_yaml_1_1(head: str, pieces: list[str]) -> None:
    """Whichever reader is chosen by the look of the text."""
    text = head + "".join(pieces) + "\n"
    try:
        found = load_one(text, "f", own=True)
    except YamlError:
        return
    part = next(iter(chunks(decode(text, "f"), "f")))[0]
    assert alike(found, without_styles(exact.read(part, "f", own=True))), text


@given(st.text(alphabet="a1-:#?,[]{}&*!|>'\"% \n\t~<.\\", max_size=40))
@settings(max_examples=1500, deadline=None)
def test_the_readers_agree_on_noise(text: str) -> None:
    compare(text)


PIECES = [
    "word", "a", " ", "  ", "\n", "\n  ", "\n    ", "\n\n    ", "''", "'", '\\"', "\\\\", "\\n",
    "\\ ", "\\\n    ", "\\\n", "\\t", "#", " #c", ": ", "\\x41", '"', "é", "\t",
]  # fmt: skip


@given(
    st.sampled_from(HEADS),
    st.sampled_from("'\""),
    st.lists(st.sampled_from(PIECES), max_size=9),
    st.sampled_from(TAILS),
)
@settings(max_examples=2000, deadline=None)
def test_the_readers_agree_on_quotes_over_lines(
    head: str, quote: str, pieces: list[str], tail: str
) -> None:
    compare(head + quote + "".join(pieces) + quote + tail)


WORDS = [
    "a", "b-1", "two words", "x.y/z", "http://x", "1", "1.50", "0x1F", "-1", "-", "~", "null",
    "true", "yes", "2001-01-01", "2001-01-01T00:00:00Z", ".5", ".inf", "a:b", "a::b", "a:", ":a",
    "a#b", "a #b", "x=y", "=", "%x", "@x", "a@b", "<<", '"q"', "'q'", '""', "''", '"a: b"',
    "'it''s'", '"\\n"', '"<<"', "&a", "*a", "!x", "?", "? a", "é", '"é"', "- a", "-,", "", " ",
    "a  b", "x" * 501, "+", "...", "a, b", '"a"b', "|", "{a}", "a\n  b",
]  # fmt: skip
FLOW = st.recursive(
    st.sampled_from(WORDS[:14]) | st.sampled_from(WORDS),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4).map(lambda items: f"[{', '.join(items)}]"),
        st.lists(inner, max_size=4).map(lambda items: f"[ {' ,'.join(items)},]"),
        st.lists(st.tuples(st.sampled_from(WORDS), inner), max_size=4).map(
            lambda pairs: "{" + ", ".join(f"{key}: {value}" for key, value in pairs) + "}"
        ),
        st.lists(st.tuples(st.sampled_from(WORDS[:8]), inner), max_size=3).map(
            lambda pairs: "{ " + ",".join(f"{key} :  {value}" for key, value in pairs) + " }"
        ),
    ),
    max_leaves=12,
)


@given(st.sampled_from(HEADS), FLOW, st.sampled_from(TAILS))
@settings(max_examples=3000, deadline=None)
def test_the_readers_agree_on_brackets(head: str, flow: str, tail: str) -> None:
    compare(head + flow + tail)


@given(FLOW, st.integers(0, 10**9))
@settings(max_examples=2000, deadline=None)
def test_the_readers_agree_on_spoiled_brackets(flow: str, seed: int) -> None:
    compare(Texts(Random(seed), 1).spoiled(f"a: {flow}\n"))  # noqa: S311 - no secret


@pytest.mark.parametrize(
    "flow",
    [
        "{from: env-0, clusters: [a, b]}", '[a, "b"]', "[[a, 1], {b: c}]", "{a: {b: [~, '']}}",
        "[ {} , [ ] ]", "{image: nginx:1.2, args: [--x=y, -v, 'a: b']} # why",
    ],
)  # fmt: skip
def test_the_fast_reader_takes_simple_brackets(flow: str) -> None:
    text = f"a: {flow}\nb:\n- {flow}\n- c: {flow}\n"
    assert compare(text)
    found = lines.look(f"a: {flow}")
    assert found.kind in {lines.LIST, lines.MAPPING}
    first = plain.read(text)
    was = dump(first)
    assert isinstance(first, dict)
    empty(first["a"])
    assert dump(plain.read(text)) == was


def empty(value: Json) -> None:
    """Take everything out of a collection, from the innermost on."""
    if isinstance(value, dict | list):
        for item in value.values() if isinstance(value, dict) else value:
            empty(item)
        value.clear()


def test_the_fast_reader_takes_what_is_ordinary() -> None:
    texts = [Texts(Random(seed), 0).document() for seed in range(300)]  # noqa: S311 - no secret
    assert sum(map(compare, texts)) > 0.5 * len(texts)
