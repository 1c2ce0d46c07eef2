"""The library's public names, pinned: taking one away breaks those who use it."""

from __future__ import annotations

import inspect
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import promote

if TYPE_CHECKING:
    from support.golden import Golden

PINNED = Path(__file__).parent / "public_names.txt"


def test_the_public_names_are_those_that_were_agreed(golden: Golden) -> None:
    golden(PINNED, "".join(f"{name}\n" for name in sorted(promote.__all__)))


@pytest.mark.parametrize("name", promote.__all__)
def test_a_public_name_is_there_and_says_what_it_is_for(name: str) -> None:
    value = getattr(promote, name)
    if inspect.isclass(value) or inspect.isroutine(value):
        assert inspect.getdoc(value), f"{name} has no docstring"


def test_another_name_is_an_error_as_python_words_it() -> None:
    with pytest.raises(AttributeError, match="module 'promote' has no attribute 'nonsense'"):
        promote.nonsense  # noqa: B018 - asking is the point


def test_the_library_is_typed() -> None:
    assert (Path(promote.__file__).parent / "py.typed").is_file()
