"""Rendered output with the origin of each line beside it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from promote import yamlio
from promote.cli.main import main

if TYPE_CHECKING:
    import pytest

ROOT = Path(__file__).parents[2]
NOTE = re.compile(r"^(?P<line>.*?) ?# (?:from )?(?P<file>[\w./-]+):(?P<number>\d+)$")


def rendered(capsys: pytest.CaptureFixture[str], *more: str) -> str:
    assert main(["render", "--env", "prod-dr", *more]) == 0
    return capsys.readouterr().out


def test_the_documents_are_the_same_and_each_note_is_a_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(ROOT)
    plain, noted = rendered(capsys), rendered(capsys, "--annotate-origin")
    assert yamlio.load_all(noted, "noted") == yamlio.load_all(plain, "plain")
    found = [NOTE.match(line) for line in noted.split("\n")]
    notes = [(one["line"], one["file"], int(one["number"])) for one in found if one]
    assert len(notes) > 1000
    for _, file, number in notes:
        assert number <= len((ROOT / file).read_text().split("\n"))
    assert ("  minReplicas: 2", "overlays/prod-dr/storefront/kustomization.yaml", 21) in notes
    assert ("  robots.txt: |", "bases/storefront/robots.txt", 1) in notes


def test_a_file_gets_what_would_be_printed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(ROOT)
    file = tmp_path / "out.yaml"
    more = ("--app", "cart", "--annotate-origin")
    shown = rendered(capsys, *more)
    assert rendered(capsys, *more, "--output", str(file)) == ""
    assert file.read_text() == shown


def test_a_directory_has_no_layers_to_name(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["render", str(ROOT / "bases/cart"), "--annotate-origin"]) == 2
    assert "--annotate-origin needs" in capsys.readouterr().err
