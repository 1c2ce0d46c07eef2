"""docs/kustomize.md has a row for every field and every flag."""

from __future__ import annotations

import re
from pathlib import Path

from promote.cli.building import REFUSED
from promote.render import kustomization

TEXT = (Path(__file__).parents[2] / "docs" / "kustomize.md").read_text(encoding="utf-8")
ROWS = " ".join(line.split("|")[1] for line in TEXT.splitlines() if line.startswith("| `"))


def test_every_field_has_its_row() -> None:
    named = set(re.findall(r"`([^`]+)`", ROWS))
    assert set(kustomization._KNOWN) <= named  # noqa: SLF001 - the list that the reader goes by


def test_every_refused_flag_has_its_row() -> None:
    named = set(re.findall(r"`([^`]+)`", ROWS))
    assert set(REFUSED) <= named
