"""A wrong project file gets one message with its line and the next step."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from promote.config import load_config
from promote.errors import PromoteError
from promote.render.files import DiskTree

if TYPE_CHECKING:
    from support.golden import Golden

CASES = Path(__file__).parent / "cases"
FOLDERS = ("bases/web", "bases/api", "overlays/dev/web", "overlays/prod/web")


@pytest.mark.parametrize("case", sorted(path.name for path in CASES.iterdir()))
def test_what_is_wrong_is_said_with_its_place(
    case: str, tmp_path: Path, golden: Golden, monkeypatch: pytest.MonkeyPatch
) -> None:
    for folder in FOLDERS:
        (tmp_path / folder).mkdir(parents=True)
        (tmp_path / folder / "kustomization.yaml").write_text("resources: []\n")
    (tmp_path / "promote.yaml").write_bytes((CASES / case / "promote.yaml").read_bytes())
    monkeypatch.chdir(tmp_path)
    with pytest.raises(PromoteError) as caught:
        load_config(DiskTree(), str(tmp_path))
    message = str(caught.value)
    assert len(message.splitlines()) <= 2
    golden(CASES / case / "error.txt", message + "\n")
