"""The fast reader and the exact one agree on whatever the fast one takes."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from yaml_texts import Texts

from promote.errors import YamlError
from promote.yamlio import exact, plain
from promote.yamlio.documents import chunks, decode

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


@given(st.text(alphabet="a1-:#?,[]{}&*!|>'\"% \n\t~<.\\", max_size=40))
@settings(max_examples=1500, deadline=None)
def test_the_readers_agree_on_noise(text: str) -> None:
    compare(text)


PIECES = [
    "word", "a", " ", "  ", "\n", "\n  ", "\n    ", "\n\n    ", "''", "'", '\\"', "\\\\", "\\n",
    "\\ ", "\\\n    ", "\\\n", "\\t", "#", " #c", ": ", "\\x41", '"', "é", "\t",
]  # fmt: skip
HEADS = ["a: ", "- ", "  b: ", "- a: ", "a: b\nc: ", "x:\n  - "]
TAILS = ["", "\n", "\n\n", " # c\n", "\nz: 1\n", "\n# c\n", "\n  # c\n", " \n"]


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


def test_the_fast_reader_takes_what_is_ordinary() -> None:
    texts = [Texts(Random(seed), 0).document() for seed in range(300)]  # noqa: S311 - no secret
    assert sum(map(compare, texts)) > 0.5 * len(texts)
