"""A comparison as Markdown, for the text of a pull request."""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING

from promote.compare.formats.safe import one_line, without_commands
from promote.compare.formats.text import field_line
from promote.compare.formats.unified import unified_lines
from promote.compare.formats.values import title
from promote.compare.paths import format_path
from promote.compare.records import Change

if TYPE_CHECKING:
    from promote.compare.conceal import Concealed
    from promote.compare.records import ResourceChange, Summary

GITHUB_LIMIT = 65_536
"""The characters that GitHub allows in the text of a pull request."""

FIELDS_IN_TABLE = 3
"""How many fields of a resource its row names; all of them are in its details."""

_NAMES_IN_NOTICE = 5
_LINE = 200


def to_markdown(
    diff: Concealed, *, names: tuple[str, str], limit: int = GITHUB_LIMIT, heading: str = "###"
) -> str:
    """Write a comparison with a summary, a table of resources and the details of each.

    Args:
        diff: the comparison.
        names: what the left and the right side are called.
        limit: the most characters that the text may have. What does not fit is left out by whole
            rows and sections, and a notice says so.
        heading: what marks the heading, to fit the text around it.

    Returns:
        At most `limit` characters, harmless to who reads it: every text from the repository is in
        a code span or block that it cannot leave, so it mentions nobody, links to nothing and
        commands nothing.
    """
    left, right = (code(name) for name in names)
    head = f"{heading} Rendered difference: {left} → {right}\n\n{_counts(diff.summary)}\n"
    if diff.is_empty:
        return _first_that_fits([head], limit)
    rows = [_row(change) for change in diff.shown]
    sections = [_section(change, names) for change in diff.shown]
    table_head = "\n| | resource | fields |\n|---|---|---|\n"
    notice_room = _room_for_notice(diff)
    if len(head) + len(table_head) + sum(map(len, rows)) + sum(map(len, sections)) <= limit:
        return head + table_head + "".join(rows) + "".join(sections)
    room = limit - len(head) - len(table_head) - notice_room
    # The table may take half: which resources differ says more than how a few of them do.
    listed = _fitting(rows, max(room // 2, room - sum(map(len, sections))))
    room -= sum(len(rows[i]) for i in listed)
    detailed = _fitting(sections, room)
    body = "".join(rows[i] for i in listed) + "".join(sections[i] for i in detailed)
    notice = _notice(diff, len(listed), set(detailed), limit)
    return _first_that_fits([head + table_head + body + notice, head + notice], limit)


def code(text: str) -> str:
    """A code span that holds a text exactly, also in a table."""
    text = without_commands(one_line(text))
    fence = "`" * (_longest_run(text) + 1)
    # A reader takes one space off both ends, unless there is nothing but spaces.
    odd = text[:1] in ("`", " ") or text[-1:] in ("`", " ")
    pad = " " if odd and text.strip(" ") else ""
    text = text or " "
    return f"{fence}{pad}{text}{pad}{fence}".replace("|", "\\|")


def code_block(lines: list[str], language: str) -> str:
    """A fenced block that its content cannot close."""
    fence = "`" * max(3, _longest_run("\n".join(lines)) + 1)
    return "\n".join([f"{fence}{language}", *lines, fence])


def _longest_run(text: str) -> int:
    return max(map(len, re.findall("`+", text)), default=0)


def _counts(summary: Summary) -> str:
    return (
        f"**{summary.added}** added, **{summary.removed}** removed, **{summary.changed}** changed, "
        f"{summary.unchanged} unchanged; {summary.ignored} ignored."
    )


def _row(change: ResourceChange) -> str:
    fields = [_field(field_line(one), format_path(one.path)) for one in change.changes]
    more = len(fields) - FIELDS_IN_TABLE
    if more > 0:
        fields = [*fields[:FIELDS_IN_TABLE], f"and {more} more"]
    return f"| {change.kind} | {code(title(change.id))} | {'<br>'.join(fields)} |\n"


def _field(line: str | None, path: str) -> str:
    text = line or path
    return code(text if len(text) <= _LINE else f"{text[:_LINE]}…")


def _section(change: ResourceChange, names: tuple[str, str]) -> str:
    # In <summary> Markdown is not read, so the title is HTML there; a mention needs its sign.
    name = html.escape(without_commands(title(change.id))).replace("@", "&#64;")
    number = len(change.changes)
    fields = f": {number} field{'' if number == 1 else 's'}"
    count = fields if change.kind is Change.CHANGED else ""
    lines = without_commands("\n".join(unified_lines(change, names))).split("\n")
    block = code_block(lines, "diff")
    return (
        f"\n<details><summary>{change.kind} <code>{name}</code>{count}</summary>\n\n"
        f"{block}\n\n</details>\n"
    )


def _fitting(parts: list[str], room: int) -> list[int]:
    """The parts that fit, in their order; one that is too long does not keep out the next."""
    chosen: list[int] = []
    for i, part in enumerate(parts):
        if len(part) <= room:
            chosen.append(i)
            room -= len(part)
    return chosen


def _notice(diff: Concealed, listed: int, detailed: set[int], limit: int) -> str:
    missing = [code(title(c.id)) for i, c in enumerate(diff.shown) if i not in detailed]
    named = ", ".join(missing[:_NAMES_IN_NOTICE])
    more = len(missing) - _NAMES_IN_NOTICE
    rest = f" and {more} more" if more > 0 else ""
    unlisted = len(diff.shown) - listed
    rows = f" {unlisted} resources are not in the table." if unlisted else ""
    return (
        f"\n> **This text is cut** to fit {limit} characters.{rows} "
        f"Without details: {named}{rest}. `promote diff` shows all.\n"
    )


def _room_for_notice(diff: Concealed) -> int:
    longest = sorted((len(code(title(change.id))) for change in diff.shown), reverse=True)
    return 200 + sum(longest[:_NAMES_IN_NOTICE])


def _first_that_fits(texts: list[str], limit: int) -> str:
    fitting = (text for text in texts if len(text) <= limit)
    return next(fitting, "**This text is cut.**\n"[:limit])
