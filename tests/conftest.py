"""What tests share: the real programs, golden files, and a world of their own.

A program that a test needs and that is not built skips the test, and fails it where CI runs.
"""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import hypothesis
import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT / "tools"))

import parts  # noqa: E402 - found through the line above

hypothesis.settings.register_profile("ci", derandomize=True, deadline=None, max_examples=60)
hypothesis.settings.register_profile("dev", deadline=None, max_examples=30)
hypothesis.settings.load_profile("ci" if os.environ.get("CI") else "dev")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--refresh", action="store_true", help="write golden files anew")


@pytest.fixture(scope="session")
def part() -> Callable[[str], str]:
    """Gives the path of a real program, or skips."""
    cache = parts.cache()

    def find(name: str) -> str:
        built = cache / "bin" / name
        if built.is_file():
            return str(built)
        return _missing(name, f"build it with 'python tools/parts.py install {name}'")

    return find


def _missing(name: str, how: str) -> str:
    reason = f"{name} is not here: {how}"
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def kustomize(part: Callable[[str], str]) -> str:
    return part("kustomize")


@pytest.fixture(scope="session")
def helm(part: Callable[[str], str]) -> str:
    return part("helm")


@pytest.fixture(scope="session")
def kubectl(part: Callable[[str], str]) -> list[str]:
    """How to build a kustomization with kubectl; it is not built here, so kustomize stands in."""
    found = shutil.which("kubectl")
    return [found, "kustomize"] if found else [part("kustomize"), "build"]


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Callable[[Path, str], None]:
    """Compares a text with a file, or writes the file under `--refresh`."""

    def compare(path: Path, text: str) -> None:
        if request.config.getoption("--refresh"):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        assert text == path.read_text(encoding="utf-8")

    return compare


@pytest.fixture(autouse=True)
def world(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A home of its own, and no settings of the person who runs the tests."""
    home = tmp_path_factory.mktemp("home")
    for name in list(os.environ):
        if name.startswith(("GIT_", "XDG_")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setenv("GIT_AUTHOR_NAME", "A Tester")
    monkeypatch.setenv("GIT_AUTHOR_EMAIL", "tester@example.com")
    monkeypatch.setenv("GIT_COMMITTER_NAME", "A Tester")
    monkeypatch.setenv("GIT_COMMITTER_EMAIL", "tester@example.com")
    monkeypatch.setenv("TZ", "UTC")
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    monkeypatch.setenv("NO_COLOR", "1")
