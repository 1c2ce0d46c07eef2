"""Golden files: what a test expects, kept beside it and rewritten by `pytest --refresh`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import pytest

if TYPE_CHECKING:
    from pathlib import Path


class Golden(Protocol):
    """Compares a text with the file that holds it, or rewrites the file under `--refresh`."""

    def __call__(self, path: Path, text: str) -> None: ...


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Golden:
    refresh = bool(request.config.getoption("--refresh"))

    def compare(path: Path, text: str) -> None:
        if refresh:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text.encode())
            return
        assert path.exists(), f"{path} is not there: 'pytest --refresh' writes it"
        # Bytes, since reading as text would forgive a carriage return.
        assert text == path.read_bytes().decode(), f"{path} differs: 'pytest --refresh' accepts"

    return compare
