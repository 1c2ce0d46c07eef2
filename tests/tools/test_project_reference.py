"""The reference of the project file is that of the schema."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import project_reference

if TYPE_CHECKING:
    from support.golden import Golden

DOCUMENT = Path(__file__).parents[2] / "docs" / "project-file.md"


def test_the_tables_are_current(golden: Golden) -> None:
    golden(DOCUMENT, project_reference.filled(DOCUMENT.read_text(encoding="utf-8")))


def test_every_field_has_its_row() -> None:
    text = project_reference.tables()
    for name in ("`environments`, required", "`variant-of`", "`soak`", "`promotable`"):
        assert name in text
