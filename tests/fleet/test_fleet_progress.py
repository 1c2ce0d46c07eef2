"""What long work says on the way: a bar on a terminal, a line now and then in a log."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from shop import ALL

from promote.cli.main import main

if TYPE_CHECKING:
    from pathlib import Path

# The command, to which half a second is no time and each step takes two.
SLOW = """
import itertools, sys, types
from promote.cli import main, progress
clock = itertools.count(0, 2)
progress.time = types.SimpleNamespace(monotonic=lambda: next(clock))
sys.exit(main.main(sys.argv[1:]))
"""


def said(*flags: str, terminal: bool, cwd: Path) -> str:
    """What a run says on stderr."""
    command = [sys.executable, "-c", SLOW, "render", "--all", "--no-cache", "--output", "out"]
    if not terminal:
        done = subprocess.run(
            [*command, *flags], cwd=cwd, check=True, capture_output=True, text=True
        )
        assert done.stdout == ""
        return done.stderr
    ours, theirs = pty.openpty()
    environ = os.environ | {"TERM": "xterm", "COLUMNS": "80"}
    with subprocess.Popen(
        [*command, *flags], cwd=cwd, stderr=theirs, stdout=subprocess.PIPE, env=environ
    ) as process:
        os.close(theirs)
        parts = []
        while True:
            try:
                part = os.read(ours, 65536)
            except OSError:  # the other end is closed
                break
            if not part:
                break
            parts.append(part)
        assert process.wait() == 0
    os.close(ours)
    return b"".join(parts).decode()


def test_a_terminal_shows_a_bar(project: Path) -> None:
    shown = said(terminal=True, cwd=project)
    assert "rendering" in shown
    assert f"{len(ALL)}/{len(ALL)}" in shown
    assert "promote: rendered" not in shown


def test_a_log_has_a_line_now_and_then(project: Path) -> None:
    lines = said(terminal=False, cwd=project).splitlines()
    assert lines == [f"promote: rendered 6 of {len(ALL)}"], "every ten seconds"


@pytest.mark.parametrize("terminal", [True, False])
def test_quiet_says_nothing(project: Path, terminal: bool) -> None:
    assert said("--quiet", terminal=terminal, cwd=project) == ""


def test_short_work_says_nothing(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["render", "--all", "--output", str(project.parent / "out")]) == 0
    assert capsys.readouterr() == ("", "")
