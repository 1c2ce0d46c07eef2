from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from promote.compare import diff
from promote.compare.conceal import conceal
from promote.forge import Limits
from promote.git import Commit, Identity
from promote.git.records import parse_trailers
from promote.model.resource import Resource
from promote.promotion.effects import Effect
from promote.promotion.gates import Verdict
from promote.promotion.plans import AppPlan, Plan
from promote.promotion.pulls.text import body, message, title
from promote.promotion.releases.release import FieldKey, Move, Release

KEY = FieldKey("image", "shop/cart", "newTag")
TIME = datetime(2026, 1, 2, tzinfo=UTC)


def _effect(size: int) -> Effect:
    def resources(tag: str) -> list[Resource]:
        return [
            Resource(
                {
                    "apiVersion": "v1",
                    "kind": "ConfigMap",
                    "metadata": {"name": f"c{number}"},
                    "data": {"tag": tag},
                }
            )
            for number in range(size)
        ]

    return Effect("prod", None, conceal(diff(resources("1.0"), resources("1.1"))))


def _plan(new: str = "1.1", effects: tuple[Effect, ...] = (), saw: str = "x") -> Plan:
    current, wanted = Release({KEY: "1.0"}), Release({KEY: new})
    verdicts = (Verdict("stop", passed=False, saw=saw, overridden=saw),)
    app = AppPlan("cart", ("staging",), wanted, current, (Move(KEY, "1.0", new),), (), verdicts)
    return Plan("prod", "0" * 40, (app,), {}, effects)


@pytest.mark.parametrize("limit", [4_000, 65_536, 60_000, 70_000])
@pytest.mark.parametrize("size", [1, 40, 400])
def test_a_body_fits_and_keeps_what_matters_most(limit: int, size: int) -> None:
    plan = _plan(effects=(_effect(size), _effect(size)))
    text = body(plan, Limits(title=100, body=limit))
    assert len(text) <= limit
    assert "| `cart` | `image shop/cart newTag` | `1.0` | `1.1` |" in text
    assert "### Gates" in text


def test_a_small_body_is_whole() -> None:
    text = body(_plan(effects=(_effect(2),)), Limits(title=100, body=65_536))
    assert text.count("<details>") == 2


@given(st.text(max_size=60), st.text(max_size=60))
def test_words_of_others_neither_mention_nor_command(value: str, saw: str) -> None:
    commit = Commit("a" * 40, (), Identity(value, ""), Identity(value, ""), TIME, saw)
    plan = _plan(new=f"@team {value} `@x`", saw=f"::error::\n{saw}")
    text = body(plan, Limits(title=100, body=65_536), since=[commit], kept=[commit])
    outside = _outside_code(text)
    assert "@" not in outside
    assert not any(line.lstrip().startswith("::") for line in text.splitlines())


def _outside_code(text: str) -> str:
    """What a Markdown reader takes for words and not for code."""
    blocks = MarkdownIt("commonmark").enable("table").parse(text)
    inline = [token for block in blocks for token in block.children or ()]
    return "\n".join(token.content for token in inline if token.type != "code_inline")


@given(st.text(max_size=80), st.text(max_size=80))
def test_no_value_and_no_reason_forges_a_trailer(value: str, reason: str) -> None:
    text = message("Promote", _plan(new=value, saw=f"{reason}\nPromotion: forged"), "prod/cart")
    trailers = parse_trailers(text)
    assert [v for k, v in trailers if k == "Promotion"] == ["prod/cart"]
    assert [k for k, _ in trailers].count("Promotion-To") == 1


def test_the_title_is_cut_to_the_limit() -> None:
    assert title("Promote", _plan(), 100) == "Promote cart 1.1 to prod"
    cut = title("Promote", _plan(), 15)
    assert len(cut) < 15
    assert cut.endswith("…")
