"""Each case, in each format, as it was accepted; `pytest --refresh` accepts what is there now."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from compare_cases import CASES, FORMATS, compared

from promote.compare.conceal import conceal

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_case(case: Path, name: str, golden: Callable[[Path, str], None]) -> None:
    golden(case / name, FORMATS[name](conceal(compared(case))))
