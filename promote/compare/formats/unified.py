"""A comparison as unified diffs of the canonical YAML, one a resource."""

from __future__ import annotations

from typing import TYPE_CHECKING

from promote.compare.formats.safe import one_line, printable, without_commands
from promote.compare.formats.text import summary_line
from promote.compare.formats.values import title
from promote.compare.hunks import hunks
from promote.yamlio import dump

if TYPE_CHECKING:
    from promote.compare.conceal import Concealed
    from promote.compare.records import ResourceChange
    from promote.model.resource import Resource

NOTHING = "/dev/null"
_COLOURS = {"+": "32", "-": "31", "@": "36"}


def to_unified(diff: Concealed, *, names: tuple[str, str], colour: bool = False) -> str:
    """Write a comparison as unified diffs; its last line, a comment, says how much differs.

    Fields that rules keep out do not appear as differences: they have their left value on both
    sides.

    Args:
        diff: the comparison.
        names: what the left and the right side are called.
        colour: colour the lines by their first character.
    """
    lines = [line for change in diff.shown for line in unified_lines(change, names)]
    if colour:
        lines = [_coloured(line) for line in lines]
    return without_commands("\n".join([*lines, f"# {summary_line(diff.summary)}", ""]))


def unified_lines(change: ResourceChange, names: tuple[str, str]) -> list[str]:
    """The unified diff of one resource, harmless but for commands of CI systems."""
    old, new = _lines(change.left), _lines(change.right)
    lines = [
        f"--- {_header(change.left, names[0])}",
        f"+++ {_header(change.right, names[1])}",
    ]
    for hunk in hunks(old, new):
        lines += [hunk.header, *hunk.lines]
    return lines


def _header(resource: Resource | None, name: str) -> str:
    return NOTHING if resource is None else f"{one_line(name)}: {title(resource.id)}"


def _lines(resource: Resource | None) -> list[str]:
    if resource is None:
        return []
    return printable(dump(resource.doc)).removesuffix("\n").split("\n")


def _coloured(line: str) -> str:
    code = _COLOURS.get(line[:1])
    return f"\x1b[{code}m{line}\x1b[0m" if code else line
