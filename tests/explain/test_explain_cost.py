"""Explaining costs nothing unless it is asked for."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from promote.project import open_project
from promote.project.origins import Tracer
from promote.render.trace import Trace

if TYPE_CHECKING:
    import pytest

ROOT = Path(__file__).parents[2]

SCRIPT = """\
import sys
from promote.project import open_project
with open_project({root!r}) as project:
    assert project.render_all("prod-dr")
ours = ("promote.explain", "promote.project.origins")
print(*(name for name in sys.modules if name.startswith(ours)))
"""


def test_rendering_loads_nothing_of_it() -> None:
    script = SCRIPT.format(root=str(ROOT))
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout.strip()) == (0, ""), done.stderr


def test_rendering_notes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    notes: list[object] = []
    monkeypatch.setattr(Trace, "note", lambda *arguments: notes.append(arguments))
    with open_project(ROOT) as project:
        (unit,) = project.units("prod", ["cart"])
        assert project.render(unit)
        assert notes == []
        Tracer(project).traced(unit)
    assert notes
