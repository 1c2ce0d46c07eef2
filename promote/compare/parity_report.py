"""The outcome of a parity check as text, JSON and Markdown."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from promote.compare.formats.safe import one_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from promote.compare.parity import Finding, Parity


def as_text(results: Sequence[Parity]) -> str:
    """A few lines a variant, and one a finding."""
    lines: list[str] = []
    for result in results:
        lines.append(_headline(result))
        lines += _section("unexplained", result.unexplained)
        lines += _section("leads to the primary", result.dangling)
        lines += _section("in free text", result.mentions)
        declared = result.declared.summary
        for change in result.declared.shown:
            lines.append(f"  declared: {one_line(str(change.id))} ({len(change.changes)} fields)")
        lines += [f"  warning: {one_line(warning)}" for warning in result.warnings]
        if not declared.changed and not declared.added and not declared.removed:
            lines.append("  no differences are declared")
    return "\n".join(lines) + "\n"


def _headline(result: Parity) -> str:
    verdict = "is" if result.holds else "is NOT"
    return (
        f"{result.variant} {verdict} {result.primary} under its rename: "
        f"{result.resources} resources, {len(result.unexplained)} unexplained differences, "
        f"{len(result.dangling)} references to the primary"
    )


def _section(title: str, findings: Iterable[Finding]) -> list[str]:
    return [f"  {title}: {one_line(str(finding))}" for finding in findings]


def as_json(results: Sequence[Parity]) -> str:
    """A stable document: a list of variants."""
    return json.dumps([_document(result) for result in results], indent=2, sort_keys=True) + "\n"


def _document(result: Parity) -> dict[str, object]:
    declared = result.declared.summary
    return {
        "variant": result.variant,
        "primary": result.primary,
        "holds": result.holds,
        "resources": result.resources,
        "declared": {
            "added": declared.added,
            "removed": declared.removed,
            "changed": declared.changed,
            "fields": declared.fields,
            "resources": [str(change.id) for change in result.declared.shown],
        },
        "unexplained": [_finding(finding) for finding in result.unexplained],
        "dangling": [_finding(finding) for finding in result.dangling],
        "mentions": [_finding(finding) for finding in result.mentions],
        "warnings": list(result.warnings),
    }


def _finding(finding: Finding) -> dict[str, object]:
    place = finding.place
    return {
        "file": place.file if place else None,
        "line": place.line if place else None,
        "resource": finding.resource,
        "field": finding.field,
        "message": finding.message,
    }


def as_markdown(results: Sequence[Parity]) -> str:
    """A section a variant, for a pull request."""
    parts = []
    for result in results:
        parts.append(f"### {'✅' if result.holds else '❌'} {_headline(result)}\n")
        rows = [
            *(("unexplained", finding) for finding in result.unexplained),
            *(("leads to the primary", finding) for finding in result.dangling),
            *(("in free text", finding) for finding in result.mentions),
        ]
        if rows:
            parts.append("| what | where |\n|---|---|")
            for what, finding in rows:
                text = one_line(str(finding)).replace("|", "\\|").replace("@", "@\u200b")
                parts.append(f"| {what} | {text} |")
        parts.append("")
    return "\n".join(parts)
