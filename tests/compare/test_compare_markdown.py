from __future__ import annotations

import re

import pytest
from compare_cases import NAMES
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from promote.compare import diff
from promote.compare.conceal import conceal
from promote.compare.formats import to_markdown
from promote.compare.formats.markdown import code
from promote.model.resource import Resource

PIECES = (
    *("`", "```", "````", "~~~", "\n", "@ann", "|", "<b>", "</details>", "\\", " ", "#1", "x"),
    *("[a](b)", "::set-env name=a::b", "##[group]", "</code>", "<!--", "\r", "&lt;", "![i](j)"),
)
NASTY = st.lists(st.sampled_from(PIECES), max_size=12).map("".join)
READER = MarkdownIt("gfm-like", {"linkify": False, "html": True})


def resource(name: str, **data: str) -> Resource:
    metadata = {"name": name}
    return Resource(
        {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {**metadata}, "data": {**data}}
    )


@given(NASTY, NASTY, NASTY, NASTY)
def test_no_text_of_the_repository_leaves_its_code(name: str, key: str, old: str, new: str) -> None:
    left = [resource(name, **{key: old, "same": key}), resource(f"gone{name}")]
    right = [resource(name, **{key: new, "same": key}), resource(f"new{name}")]
    found = conceal(diff(left, right))
    text = to_markdown(found, names=(name or "a", key or "b"))
    tokens = READER.parse(text)
    inner = [child for token in tokens for child in token.children or []]
    plain = "".join(token.content for token in [*tokens, *inner] if token.type == "text")
    assert set("@`<[#\\") & set(plain) == set()
    assert {token.type for token in inner} <= {
        *("text", "code_inline", "html_inline", "softbreak", "strong_open", "strong_close")
    }
    assert {token.content for token in inner if token.type == "html_inline"} <= {"<br>"}
    for block in (token for token in tokens if token.type == "html_block"):
        bare = re.sub(r"<code>[^<]*</code>", "", block.content)
        assert "@" not in block.content
        words = r"</?(details|summary)>|changed|added|removed|: \d+ fields?|\s"
        assert re.sub(words, "", bare) == ""
    fences = [token for token in tokens if token.type == "fence"]
    assert len(fences) == len(found.shown)
    assert not re.search(r"^\s*::|##(vso)?\[", text, re.MULTILINE)


@given(NASTY.filter(lambda text: "\n" not in text))
def test_a_code_span_holds_its_text(text: str) -> None:
    (_, token, _) = MarkdownIt().parse(f"a {code(text)} b".replace("\\|", "|"))
    spans = [child.content for child in token.children or [] if child.type == "code_inline"]
    escaped = text.replace("\r", "\\x0d").replace("##[", "\\x23#[")
    if not text.lstrip().startswith("::"):
        assert spans == [escaped or " "]


def many(count: int) -> tuple[list[Resource], list[Resource]]:
    left = [resource(f"settings-{n:04}", value="a" * (n % 50), more="1") for n in range(count)]
    right = [resource(f"settings-{n:04}", value="b" * (n % 50), more="2") for n in range(count)]
    return left, right


@pytest.mark.parametrize("limit", [60_000, 65_535, 65_536, 70_000, 5_000, 1_000, 300, 100, 10, 0])
def test_a_long_text_is_cut_at_a_section_and_says_so(limit: int) -> None:
    text = to_markdown(conceal(diff(*many(400))), names=NAMES, limit=limit)
    assert len(text) <= limit
    assert "This text is cut" in text or limit < 30
    assert text.count("<details>") == text.count("</details>") == text.count("```diff")
    assert len(text) > 0.95 * limit or limit < 5_000


def test_the_limit_is_exact() -> None:
    found = conceal(diff(*many(30)))
    whole = to_markdown(found, names=NAMES)
    assert "is cut" not in whole
    assert to_markdown(found, names=NAMES, limit=len(whole)) == whole
    shorter = to_markdown(found, names=NAMES, limit=len(whole) - 1)
    assert len(shorter) < len(whole)
    assert "This text is cut" in shorter


def test_one_section_that_is_too_long_does_not_keep_out_the_others() -> None:
    huge = "".join(f"{n}\n" for n in range(20_000))
    found = diff([resource("huge", a="1")], [resource("huge", a=huge), resource("small")])
    text = to_markdown(conceal(found), names=NAMES, limit=10_000)
    assert "<summary>added <code>ConfigMap small</code></summary>" in text
    assert "Without details: `ConfigMap huge`." in text
