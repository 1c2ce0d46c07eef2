"""Regular expressions and label selectors as kustomize has them.

What each matches was seen by running kustomize v5.8.1 with it as a patch's target.
"""

from __future__ import annotations

import time

import pytest

from promote.errors import KustomizationError
from promote.render.label_selectors import label_test
from promote.render.patterns import image_match, whole_match


@pytest.mark.parametrize(
    ("pattern", "matches", "misses"),
    [
        ("cm|web", "web", "cm-web"),
        ("c.*", "cm", "acm"),
        ("^cm$", "cm", "cmx"),
        ("(?i)CM", "cm", "c"),
        ("c(?i)M", "cm", "CM"),
        ("[[:alpha:]]+", "cm", "c1"),
        (r"\pL+", "cé", "c1"),
        (r"\p{Greek}", "\u03b1", "a"),
        (r"\Qc.\E", "c.", "cm"),
        (r"\Acm\z", "cm", "cm\n"),
        ("(?P<1a>c)m", "cm", "c"),
        ("c{,2}m", "c{,2}m", "ccm"),
        ("c.m$", "c-m", "c\nm"),
        ("", "", "a"),
    ],
)
def test_a_pattern_matches_the_whole(pattern: str, matches: str, misses: str) -> None:
    assert whole_match(pattern)(matches)
    assert not whole_match(pattern)(misses)


@pytest.mark.parametrize(
    "pattern",
    [
        *(r"cm\Z", "(?=cm)cm", "(?!x)cm", "c++", "(?>cm)", r"(cm)\1", "c{1001}", "(c{500}){3}"),
        *("[[:foo:]]", "(?#x)cm", r"\u0063m", r"c\C", "(?P<é>c)m", "[c", "*"),
    ],
)
def test_what_go_refuses_is_refused(pattern: str) -> None:
    with pytest.raises(KustomizationError, match="is not a regular expression"):
        whole_match(pattern)


@pytest.mark.parametrize("pattern", ["(a+)+b", "(a|a)*b", "(.*.*.*.*.*.*.*.*)b", ".*.*.*.*.*.*.*b"])
def test_a_hostile_pattern_takes_no_time(pattern: str) -> None:
    start = time.process_time()
    assert not whole_match(pattern)("a" * 5000)
    assert time.process_time() - start < 1


def test_the_name_of_an_image_is_a_pattern() -> None:
    assert image_match("ngin.")("nginx:1.0")
    assert image_match("nginx|redis")("redis@sha256:00")
    assert not image_match("nginx")("my/nginx:1.0")
    with pytest.raises(KustomizationError, match=r"'\(nginx' is not a regular expression"):
        image_match("(nginx")


@pytest.mark.parametrize(
    ("selector", "matches", "misses"),
    [
        ("app=web", {"app": "web"}, {"app": "x"}),
        (" app == web ,x!=1", {"app": "web"}, {"app": "web", "x": "1"}),
        ("app in (web, x)", {"app": "x"}, {}),
        ("app notin (web)", {}, {"app": "web"}),
        ("app in ()", {"app": ""}, {"app": "x"}),
        ("app in (,x)", {"app": ""}, {"app": "y"}),
        ("app", {"app": ""}, {}),
        ("! app", {}, {"app": ""}),
        ("app=", {"app": ""}, {"app": "x"}),
        ("order>5", {"order": "7"}, {"order": "many"}),
        ("in=in,notin", {"in": "in", "notin": ""}, {"in": "in"}),
        ("example.org/app=web", {"example.org/app": "web"}, {"app": "web"}),
        ("", {}, None),
    ],
)
def test_a_label_selector_chooses(
    selector: str, matches: dict[str, str], misses: dict[str, str] | None
) -> None:
    test = label_test(selector)
    assert test(matches)
    assert misses is None or not test(misses)


@pytest.mark.parametrize(
    "selector",
    [
        *("app=web,", "app=web,,x", ",app", "app web", "app>a", "app in (web", "app in web"),
        *("app=web;x", "a/b/c=web", "-a=b", 'app="web"', "app in (a b)", "app=>x", "!app=web"),
        *("app in (-x)", "app=" + "a" * 64, "(app)", "app===web", "!!app"),
    ],
)
def test_what_is_no_label_selector_is_refused(selector: str) -> None:
    with pytest.raises(KustomizationError, match="is not a label selector"):
        label_test(selector)
