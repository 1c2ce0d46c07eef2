"""What one forge does and others do not, on its stand-in."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest
from contract import HEAD, fake
from support.serving import serving

from promote.forge import Proposal
from promote.forge.marking import hide
from promote.forge.sizes import size, start

if TYPE_CHECKING:
    from collections.abc import Iterator

    from support.parts import Part

    from promote.forge.hosted import HostedForge
    from promote.forge.sizes import Unit

PROPOSAL = Proposal(HEAD, "main", "t", "b", marker="m")
ITSELF = Proposal(HEAD, "main", "t", "b", marker="m", auto_merge=True)


@contextmanager
def standing_in(name: str, part: Part) -> Iterator[tuple[object, HostedForge]]:
    stand_in, connect = fake(name, part)
    stand_in.repository.commit(HEAD, {"a": "2"})
    with serving(stand_in) as url:
        yield stand_in, connect(url, "ada", 20)
    assert not stand_in.complaints


@pytest.mark.parametrize("unit", ["characters", "bytes", "UTF-16"])
@pytest.mark.parametrize("letter", ["x", "é", "→", "🚀"])
def test_what_is_hidden_fits_in_what_the_forge_counts(unit: Unit, letter: str) -> None:
    text = letter * 1000
    for limit in range(200, 210):
        marked = hide(text, "marker", "m", limit=limit, unit=unit)
        assert size(marked, unit) <= limit
        assert size(marked, unit) > limit - 4
        assert marked.endswith("<!-- promote:marker m -->")
        assert "cut" in marked
    assert start(text, 10, unit) == letter * (10 // size(letter, unit))


def test_a_cut_leaves_no_code_block_open() -> None:
    text = "words\n\n````diff\n```\n" + "+ x\n" * 100 + "````\n\nmore"
    assert hide(text, "marker", "m", limit=300).startswith("words\n\n\n\n… cut")
    closed = text.replace("more", "\n".join(["more"] * 40))
    assert hide(closed, "marker", "m", limit=len(closed)).count("````") == 2


def test_a_whole_text_is_not_cut() -> None:
    text = "words\n\n```\nx\n```\n"
    assert hide(text, "marker", "m", limit=100).startswith(text)
