"""A comparison for a terminal: each resource, and under it each field."""

from __future__ import annotations

from typing import TYPE_CHECKING

from promote.compare.formats.safe import one_line, without_commands
from promote.compare.formats.values import SHORT, block, inline, is_text, title
from promote.compare.hunks import hunks
from promote.compare.paths import format_path
from promote.compare.records import Change

if TYPE_CHECKING:
    from collections.abc import Iterator

    from promote.compare.conceal import Concealed
    from promote.compare.records import FieldChange, ResourceChange, Summary
    from promote.model.json import Json

_MARKS = {Change.ADDED: "+", Change.REMOVED: "-", Change.CHANGED: "~", Change.REORDERED: "~"}
_IGNORED = "."
_COLOURS = {"+": "32", "-": "31", "~": "33", "@": "36", _IGNORED: "2", "bold": "1"}


def to_text(diff: Concealed, *, colour: bool = False, show_ignored: bool = False) -> str:
    """Write a comparison for a person.

    Args:
        diff: the comparison.
        colour: mark with ANSI colours what is added, removed and changed.
        show_ignored: list what rules keep out, with the rule, and not only its number.
    """
    pen = _Pen(colour)
    lines = [
        line
        for change in (diff.resources if show_ignored else diff.shown)
        for line in _resource(change, pen, show_ignored=show_ignored)
    ]
    return without_commands("\n".join([*lines, summary_line(diff.summary), ""]))


def summary_line(summary: Summary) -> str:
    """How much differs, in a line."""
    fields = f" ({_count(summary.fields, 'field')})" if summary.changed else ""
    return (
        f"{summary.added} added, {summary.removed} removed, {summary.changed} changed{fields}, "
        f"{summary.unchanged} unchanged; {_count(summary.ignored, 'difference')} ignored"
    )


def field_line(change: FieldChange) -> str | None:
    """A field in a line, or None if its values are too long for one."""
    path = one_line(format_path(change.path))
    old, new = inline(change.old), inline(change.new)
    if change.kind is Change.ADDED:
        return None if new is None else f"{path}: {new}"
    if change.kind is Change.REMOVED:
        return None if old is None else f"{path}: {old}"
    if change.kind is Change.REORDERED:
        return f"{path}: in another order: {_names(change.old)} → {_names(change.new)}"
    if old is None or new is None or is_text(change.old) or is_text(change.new):
        return None
    return f"{path}: {old} → {new}"


class _Pen:
    """Writes in colour, or does not."""

    def __init__(self, colour: bool) -> None:
        self._colour = colour

    def __call__(self, style: str, text: str) -> str:
        code = _COLOURS.get(style)
        return f"\x1b[{code}m{text}\x1b[0m" if self._colour and code else text


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _resource(change: ResourceChange, pen: _Pen, *, show_ignored: bool) -> Iterator[str]:
    mark = _MARKS[change.kind] if change.is_shown else _IGNORED
    yield pen(mark, mark) + " " + pen("bold", title(change.id))
    if change.left and change.right and change.left.id.name != change.right.id.name:
        yield f"    on the left {title(change.left.id)}"
    for field in change.changes:
        yield from _field(field, pen)
    if not show_ignored:
        return
    if change.ignored_whole is not None:
        rule = one_line(change.ignored_whole)
        yield pen(_IGNORED, f"  {_IGNORED} {change.kind} (ignored: {rule})")
    for one in change.ignored:
        line = field_line(one.change) or one_line(format_path(one.change.path))
        yield pen(_IGNORED, f"  {_IGNORED} {line} (ignored: {one_line(one.rule)})")


def _field(change: FieldChange, pen: _Pen) -> Iterator[str]:
    mark = _MARKS[change.kind]
    line = field_line(change)
    if line is not None:
        yield pen(mark, f"  {mark} {line}")
        return
    yield pen(mark, f"  {mark} {one_line(format_path(change.path))}:")
    if change.kind is Change.CHANGED and is_text(change.old) == is_text(change.new):
        for hunk in hunks(block(change.old), block(change.new), context=1):
            yield "      " + pen("@", hunk.header)
            yield from ("      " + pen(text[0], text) for text in hunk.lines)
        return
    if change.kind is not Change.ADDED:
        yield from ("      " + pen("-", f"-{text}") for text in block(change.old))
    if change.kind is not Change.REMOVED:
        yield from ("      " + pen("+", f"+{text}") for text in block(change.new))


def _names(value: Json) -> str:
    items = value if isinstance(value, list) else [value]
    text = ", ".join(inline(item) or "…" for item in items)
    return text if len(text) <= SHORT else f"{text[: SHORT - 1]}…"
