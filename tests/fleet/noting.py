"""A run that is noted, and what its note says."""

from __future__ import annotations

from pathlib import Path

from promote.store.runs import look_again, note_file, run_identity

RUN = ["render", "--all", "--output", "../out"]


def is_repeat(arguments: list[str]) -> bool:
    """Whether a run would end before anything is loaded, for all that an earlier one saw."""
    seen = look_again(arguments)
    return seen is not None and not seen[1]


def note_of(arguments: list[str]) -> Path:
    """The file of a run's note."""
    return Path(note_file(run_identity(arguments)))


def written(folder: Path) -> dict[str, bytes]:
    """The manifests below a folder."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*.yaml")}
