"""The differences that are known, by the seeds of the trees that show them."""

from __future__ import annotations

import re
from pathlib import Path

_FILE = Path(__file__).parents[1] / "known.md"


def known_seeds() -> frozenset[int]:
    """The seeds that `known.md` names at the beginning of its entries."""
    entries = re.findall(r"^- seeds? ([\d, and]+):", _FILE.read_text(), re.MULTILINE)
    return frozenset(int(seed) for entry in entries for seed in re.findall(r"\d+", entry))
