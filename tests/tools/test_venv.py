"""`tools/venv` says what is missing when there is no Python that will do."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

# What a Python says to the three questions that it is asked: its version, whether that is new
# enough, and whether it can make environments.
OLD = "case $2 in *print*) echo 3.9 ;; *) exit 1 ;; esac"
NO_VENV = "case $2 in *print*) echo 3.12 ;; *ensurepip*) exit 1 ;; esac"
BROKEN_SHIM = "exit 127"


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    (tmp_path / "tools").mkdir()
    shutil.copy(ROOT / "tools" / "venv", tmp_path / "tools")
    return tmp_path


@pytest.mark.parametrize(
    ("pythons", "says"),
    [
        ({}, "none found"),
        ({"python3": BROKEN_SHIM}, "none found"),
        ({"python3": OLD}, "python3 is 3.9"),
        ({"python3": OLD, "python3.12": NO_VENV}, "on Debian and Ubuntu, install python3.12-venv"),
    ],
)
def test_it_says_what_is_missing(checkout: Path, pythons: dict[str, str], says: str) -> None:
    programs = checkout / "bin"
    programs.mkdir()
    for name in ("dirname", "sh"):
        (programs / name).symlink_to(shutil.which(name) or "")
    for name, script in pythons.items():
        (programs / name).write_text(f"#!/bin/sh\n{script}\n")
        (programs / name).chmod(0o755)
    environment = {**os.environ, "PATH": str(programs)}
    done = subprocess.run(
        ["sh", checkout / "tools" / "venv", "run"],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr.startswith("tools/venv: needs Python 3.11 or later with venv: ")
    assert says in done.stderr
    assert not (checkout / ".venv").exists()
