"""The real programs that tests compare with: `tools/parts` has them, or the machine."""

from __future__ import annotations

import functools
import os
import subprocess
import sys
from pathlib import Path
from typing import Protocol

import pytest

PARTS = Path(__file__).parents[2] / "tools" / "parts"


class Part(Protocol):
    """Gives a part's path; without it the test is skipped, and fails under CI."""

    def __call__(self, name: str) -> Path: ...


def parts_folder() -> Path:
    """Where parts are kept, by the environment that pytest was started in."""
    cache = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(os.environ.get("PROMOTE_PARTS") or Path(cache) / "promote-parts")


@functools.cache
def find(name: str) -> Path | str:
    """A part's path, or why there is none."""
    done = subprocess.run(
        [sys.executable, PARTS, "path", name], capture_output=True, text=True, check=False
    )
    if done.returncode:
        return done.stderr.strip() or f"tools/parts path {name} failed"
    return Path(done.stdout.strip())


@pytest.fixture(scope="session")
def part() -> Part:
    def get(name: str) -> Path:
        found = find(name)
        if isinstance(found, Path):
            return found
        if os.environ.get("CI"):
            pytest.fail(found)
        pytest.skip(found)

    return get


@pytest.fixture(scope="session")
def kustomize(part: Part) -> Path:
    return part("kustomize")


@pytest.fixture(scope="session")
def kubectl(part: Part) -> Path:
    return part("kubectl")


@pytest.fixture(scope="session")
def helm(part: Part) -> Path:
    return part("helm")


@pytest.fixture(scope="session")
def kubeconform(part: Part) -> Path:
    return part("kubeconform")


@pytest.fixture(scope="session")
def dyff(part: Part) -> Path:
    return part("dyff")


@pytest.fixture(scope="session")
def crane(part: Part) -> Path:
    return part("crane")


@pytest.fixture(scope="session")
def gitea(part: Part) -> Path:
    return part("gitea")


@pytest.fixture(scope="session")
def sops(part: Part) -> Path:
    return part("sops")


@pytest.fixture(scope="session")
def age(part: Part) -> Path:
    return part("age")


@pytest.fixture(scope="session")
def chromium(part: Part) -> Path:
    return part("chromium")
