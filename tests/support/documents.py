"""What a Markdown document shows its readers to run.

A block marked `console` is a transcript: each line that begins with `$ ` is a command, and the
lines after it are what it might answer. A command that ends otherwise than with 0 says so,
`# exit 10`. A block marked `python` is a script. A comment before a block,
`<!-- not run: REASON -->`, keeps it from being run where that cannot be done.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

_FENCE = re.compile(r"^(?P<indent> *)(?P<ticks>`{3,}|~{3,})(?P<language>\S*) *$")
_NOT_RUN = re.compile(r"<!-- not run: \S.*-->")
_EXIT = re.compile(r"\s+# exit (\d+)$")


@dataclass(frozen=True)
class Block:
    """A fenced block.

    Attributes:
        line: where its first line stands.
        language: what it is marked as; empty when it is not.
        text: what stands between the fences.
        run: whether it is to be run.
    """

    line: int
    language: str
    text: str
    run: bool


def blocks(document: str) -> list[Block]:
    """The fenced blocks of a document."""
    found: list[Block] = []
    fence: re.Match[str] | None = None
    body: list[str] = []
    before = ""
    for number, line in enumerate(document.splitlines(), 1):
        mark = _FENCE.match(line)
        if fence is None and mark:
            fence, body = mark, []
        elif fence and mark and not mark["language"] and mark["ticks"].startswith(fence["ticks"]):
            text = "".join(f"{each.removeprefix(fence['indent'])}\n" for each in body)
            start = number - len(body)
            found.append(Block(start, fence["language"], text, not _NOT_RUN.search(before)))
            fence = None
        elif fence:
            body.append(line)
        elif line.strip():
            before = line
    return found


def commands(transcript: str) -> list[tuple[str, int]]:
    """The commands of a transcript, and how each ends."""
    joined = transcript.replace("\\\n", " ")
    lines = [line.removeprefix("$ ") for line in joined.splitlines() if line.startswith("$ ")]
    found = []
    for line in lines:
        ends = _EXIT.search(line)
        found.append((_EXIT.sub("", line), int(ends[1]) if ends else 0))
    return found


def documents(root: Path) -> list[Path]:
    """The documents whose blocks are run."""
    return [root / "README.md", *sorted((root / "docs").rglob("*.md"))]
