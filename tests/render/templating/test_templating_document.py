"""docs/templates.md lists the filters and functions that there are."""

from __future__ import annotations

import re
from pathlib import Path

from promote.render.templates.filters import FILTERS, FUNCTIONS, KEPT

TEXT = (Path(__file__).parents[3] / "docs/templates.md").read_text(encoding="utf-8")
FILTER_TEXT = TEXT.partition("## Filters\n")[2].partition("\nMethods:")[0]


def test_our_filters_are_listed() -> None:
    assert set(re.findall(r"^\| `(\w+)` \|", FILTER_TEXT, re.MULTILINE)) == set(FILTERS)


def test_those_of_jinja_are_listed() -> None:
    kept = FILTER_TEXT.partition("Of Jinja2's own: ")[2].partition(".\n")[0]
    assert re.findall(r"`(\w+)`", kept) == sorted(KEPT)


def test_functions_are_listed() -> None:
    functions = FILTER_TEXT.partition("Functions: ")[2].partition(".\n")[0]
    assert set(re.findall(r"`(\w+)", functions)) == set(FUNCTIONS)
