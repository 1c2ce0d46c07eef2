"""What a wrong command line gets, and what help says without loading a command."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

PATH = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["promote", *arguments],
        cwd=folder,
        env={**os.environ, "PATH": PATH, "COLUMNS": "80"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(
    ("line", "message", "hint"),
    [
        ("nope", "no such command 'nope'", "the commands of 'promote' are init, render, "),
        ("--nope", "no such option: --nope", "the commands of 'promote' are init, render, "),
        ("pull", "missing command", "the commands of 'promote pull' are list, show, "),
        ("promote web", "missing option '--to'", "'promote promote --help' lists"),
        ("rollback", "missing argument 'ENVIRONMENT'", "'promote rollback --help' lists"),
        ("pull show x", "'x' is not a whole number", "'promote pull show --help' lists"),
        ("render -j x", "'x' is not a whole number", "'promote render --help' lists"),
        ("plan -o yaml", "'yaml' is not one of 'text', 'json'", "'promote plan --help' lists"),
        ("promote web --to", "option '--to' requires an argument", "'promote"),
    ],
)
def test_a_wrong_command_line_gets_two_lines(
    line: str, message: str, hint: str, tmp_path: Path
) -> None:
    done = run(tmp_path, *line.split())
    assert (done.returncode, done.stdout) == (2, "")
    first, second = done.stderr.splitlines()
    assert first.startswith("promote: ")
    assert message in first
    assert second.startswith(f"  {hint}")


def test_help_is_the_same_however_it_is_asked_for(tmp_path: Path) -> None:
    asked = [run(tmp_path, flag) for flag in ("-h", "--help")]
    bare = run(tmp_path)
    assert [done.returncode for done in (*asked, bare)] == [0, 0, 2]
    assert asked[0].stdout == asked[1].stdout
    assert asked[0].stdout.strip() == bare.stderr.strip()
    assert "..." not in asked[0].stdout.replace("[ARGS]...", "")
    assert "  11   A gate holds" in asked[0].stdout


def test_the_list_of_commands_loads_none_of_them(tmp_path: Path) -> None:
    code = (
        "import sys\n"
        "from promote.cli.main import main\n"
        "main(['-h'])\n"
        "loaded = {name for name in sys.modules if name.startswith('promote.cli.')}\n"
        "print(sorted(loaded), file=sys.stderr)\n"
    )
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.stderr.strip() == str(
        ["promote.cli." + name for name in ("commands", "main", "performing", "streams")]
    )


def test_an_interrupt_while_it_loads_leaves_no_traceback(tmp_path: Path) -> None:
    code = (
        "import sys\n"
        "from promote.cli.main import run\n"
        "class Interrupt:\n"
        "    def find_spec(self, name, *_):\n"
        "        if name == 'promote.cli.performing': raise KeyboardInterrupt\n"
        "sys.meta_path.insert(0, Interrupt())\n"
        "run()\n"
    )
    command = [sys.executable, "-c", code, "status"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "")
