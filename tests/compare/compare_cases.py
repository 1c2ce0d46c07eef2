"""The cases: two files of manifests, the rules that hold, and what each format says of them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from promote.compare import diff
from promote.compare.conceal import conceal
from promote.compare.formats import to_json, to_markdown, to_text, to_unified
from promote.config.model import IgnoreRule
from promote.model.resource import Resource
from promote.yamlio import load_all, load_one

if TYPE_CHECKING:
    from collections.abc import Callable

    from promote.compare import Diff
    from promote.compare.conceal import Concealed

CASES = sorted(path for path in (Path(__file__).parent / "cases").iterdir() if path.is_dir())

NAMES = ("dev", "prod")

FORMATS: dict[str, Callable[[Concealed], str]] = {
    "expected.txt": lambda diff: to_text(diff, show_ignored=True),
    "expected.diff": lambda diff: to_unified(diff, names=NAMES),
    "expected.md": lambda diff: to_markdown(diff, names=NAMES),
    "expected.json": lambda diff: to_json(diff, names=NAMES),
}

COLOURED: dict[str, Callable[[Concealed], str]] = {
    "text": lambda diff: to_text(diff, colour=True),
    "unified": lambda diff: to_unified(diff, names=NAMES, colour=True),
}


def load(path: Path) -> list[Resource]:
    documents = load_all(path.read_bytes(), path.name)
    return [Resource(doc) for doc in documents if isinstance(doc, dict)]


def rules(case: Path) -> list[IgnoreRule]:
    path = case / "ignore.yaml"
    found = load_one(path.read_bytes(), path.name) if path.exists() else []
    assert isinstance(found, list)
    return [IgnoreRule(**rule) for rule in found if isinstance(rule, dict)]


def compared(case: Path) -> Diff:
    return diff(load(case / "left.yaml"), load(case / "right.yaml"), ignore=rules(case))


def everything(found: Diff) -> dict[str, str]:
    """What every format makes of a comparison."""
    concealed = conceal(found)
    return {name: write(concealed) for name, write in {**FORMATS, **COLOURED}.items()}
