"""The lines of a block scalar made into its text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from promote.yamlio.characters import Outside

if TYPE_CHECKING:
    from collections.abc import Sequence

_BLANK: Final = (" ", "\t")
# What go-yaml v3 shows by escapes only.
_SPECIAL: Final = Outside("\t\n\x20-\x7e", "\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd")


def literal(lines: Sequence[str], chomping: str) -> str:
    """The text of a `|` scalar.

    Args:
        lines: the lines without their indentation; empty ones at the end count for chomping.
        chomping: "-", "+" or empty.
    """
    last = _last(lines)
    return "\n".join(lines[:last]) + _tail(lines, last, chomping)


def folded(lines: Sequence[str], chomping: str) -> str:
    """The text of a `>` scalar as YAML defines it; arguments as `literal`."""
    last = _last(lines)
    out: list[str] = []
    empty = 0
    indented = True
    for line in lines[:last]:
        if not line:
            empty += 1
            continue
        was_indented, indented = indented, line.startswith(_BLANK)
        if not out:
            out.append("\n" * empty)
        elif was_indented or indented:
            out.append("\n" * (empty + 1))
        else:
            out.append("\n" * empty or " ")
        out.append(line)
        empty = 0
    return "".join(out) + _tail(lines, last, chomping)


def refolded(text: str) -> str:
    """What is left of a folded text once kustomize has written and read it again.

    It keeps the style of scalars between its steps, and go-yaml's writer puts a line break too many
    before lines that start with a space and at the end of what keeps its last lines.
    """
    if "\n" not in text[:-1] or not is_block(text):
        return text
    chomping = "-" if text[-1] != "\n" else "+" if text[-2:] in {"\n", "\n\n"} else ""
    first = text.lstrip("\n")
    doubled = not first.startswith(_BLANK)
    out: list[str] = []
    lines = text.split("\n")
    for index, line in enumerate(lines):
        out.append(line)
        # Only the first break after a line is doubled, and none after an indented line.
        if doubled and line and not line.startswith(_BLANK) and index < len(lines) - 1:
            out.append("")
    if not out[-1]:
        out.pop()
    return folded(out, chomping)


def is_block(text: str) -> bool:
    """Whether go-yaml writes a block scalar as one, not in double quotes, which lose nothing."""
    return not (text[-1:] == " " or " \n" in text or _SPECIAL(text))


def _last(lines: Sequence[str]) -> int:
    last = len(lines)
    while last and not lines[last - 1]:
        last -= 1
    return last


def _tail(lines: Sequence[str], last: int, chomping: str) -> str:
    if chomping == "-":
        return ""
    if chomping == "+":
        return "\n" * (len(lines) - last + (1 if last else 0))
    return "\n" if last else ""
