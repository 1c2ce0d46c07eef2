"""The shop, in a folder of its own with a store of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from shop import FILES, write

from promote.project.kitchen import close_kitchens

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    root = tmp_path / "shop"
    for name, text in FILES.items():
        write(root / name, text)
    (root / ".git").mkdir()
    monkeypatch.chdir(root)
    monkeypatch.setenv("PROMOTE_CACHE_DIR", str(tmp_path / "cache"))
    yield root
    close_kitchens()
