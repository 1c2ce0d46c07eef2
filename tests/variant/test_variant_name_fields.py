"""docs/name-fields.md says what the table says."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from promote.variant.fields import table
from promote.variant.readers import READERS

if TYPE_CHECKING:
    from support.golden import Golden

ROOT = Path(__file__).parents[2]
sys.path.append(str(ROOT / "tools"))

import name_fields  # noqa: E402 - a program, not a package


def test_the_document_is_current(golden: Golden) -> None:
    golden(ROOT / "docs/name-fields.md", name_fields.document())


def test_every_reader_is_explained() -> None:
    head = name_fields.document().partition("fields of ")[0]
    for word in READERS:
        assert f"`{word}`" in head or word.startswith("csv "), word
    assert len(table()) > 600
