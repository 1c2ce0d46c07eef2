"""The outcome of a parity check as text, JSON and Markdown."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from promote.compare.formats.markdown import code
from promote.compare.formats.safe import one_line, without_commands
from promote.compare.formats.values import inline, title
from promote.compare.paths import format_path
from promote.variant.parity import Difference

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from promote.compare.parity import VariantCheck
    from promote.errors import Place
    from promote.model.json import Json
    from promote.model.resource import ResourceId
    from promote.variant.findings import Finding


def as_text(results: Sequence[VariantCheck]) -> str:
    """A few lines a variant, and one a finding, what fails the check first."""
    lines: list[str] = []
    for result in results:
        parity = result.parity
        lines.append(_headline(result))
        lines += [f"  unexplained: {_difference(one)}" for one in parity.unexplained]
        lines += [f"  dangling: {_finding(one)}" for one in parity.dangling]
        lines += [f"  warning: {_finding(one)}" for one in parity.warnings]
        lines += [f"  declared: {_difference(one)}" for one in parity.declared]
        if not parity.declared:
            lines.append("  no differences are declared")
    return without_commands("\n".join(lines)) + "\n"


def as_json(results: Sequence[VariantCheck]) -> str:
    """A stable document: a list of variants."""
    return json.dumps([_document(result) for result in results], indent=2, sort_keys=True) + "\n"


def as_markdown(results: Sequence[VariantCheck]) -> str:
    """A section a variant, for a pull request."""
    parts = []
    for result in results:
        parity = result.parity
        parts.append(
            f"### {'✅' if parity.holds else '❌'} {without_commands(_headline(result))}\n"
        )
        rows = [
            *(("unexplained", *_cells(one)) for one in parity.unexplained),
            *(("dangling", *_cells(one)) for one in parity.dangling),
            *(("warning", *_cells(one)) for one in parity.warnings),
            *(("declared", *_cells(one)) for one in parity.declared),
        ]
        if rows:
            parts.append("| | place | resource | what |\n|---|---|---|---|")
            parts += [f"| {' | '.join(row)} |" for row in rows]
        parts.append("")
    return "\n".join(parts)


def _headline(result: VariantCheck) -> str:
    parity = result.parity
    verdict = "is" if parity.holds else "is NOT"
    return one_line(
        f"{result.variant} {verdict} {result.primary} under its rename: "
        f"{parity.resources} resources, {parity.references} references; "
        f"{len(parity.declared)} declared differences, {len(parity.unexplained)} unexplained, "
        f"{len(parity.dangling)} dangling references"
    )


def _difference(one: Difference) -> str:
    return f"{_where(one.place)}{_subject(one.resource, one)}: {_values(one)}"


def _finding(one: Finding) -> str:
    subject = f"{_subject(one.resource, one)}: " if one.resource is not None else ""
    return f"{_where(one.place)}{subject}{one_line(one.message)}"


def _cells(one: Difference | Finding) -> tuple[str, str, str]:
    """A row's place, resource and field, and what is the matter, each safe in a table."""
    place = code(str(one.place)) if one.place else ""
    subject = code(_subject(one.resource, one)) if one.resource is not None else ""
    return place, subject, code(_what(one))


def _what(one: Difference | Finding) -> str:
    return _values(one) if isinstance(one, Difference) else one.message


def _values(one: Difference) -> str:
    if not one.path:
        return "only in the variant" if one.primary is None else "only in the primary"
    return f"{_value(one.primary)} in the primary, {_value(one.variant)} in the variant"


def _value(value: Json) -> str:
    if value is None:
        return "nothing"
    text = inline(value)
    return text if text is not None else "another text or structure"


def _subject(resource: ResourceId | None, one: Difference | Finding) -> str:
    name = title(resource) if resource is not None else ""
    path = one_line(format_path(one.path))
    return f"{name} {path}".strip()


def _where(place: Place | None) -> str:
    return f"{one_line(str(place))}: " if place else ""


def _document(result: VariantCheck) -> dict[str, object]:
    parity = result.parity
    return {
        "variant": result.variant,
        "primary": result.primary,
        "holds": parity.holds,
        "resources": parity.resources,
        "references": parity.references,
        "declared": _differences(parity.declared),
        "unexplained": _differences(parity.unexplained),
        "dangling": [_finding_document(one) for one in parity.dangling],
        "warnings": [_finding_document(one) for one in parity.warnings],
    }


def _differences(differences: Iterable[Difference]) -> list[dict[str, object]]:
    return [
        {
            **_about(one.place, one.resource, one),
            "unit": one.unit,
            "primary": one.primary,
            "variant": one.variant,
        }
        for one in differences
    ]


def _finding_document(one: Finding) -> dict[str, object]:
    return {
        **_about(one.place, one.resource, one),
        "severity": one.severity.value,
        "code": one.code,
        "message": one.message,
    }


def _about(
    place: Place | None, resource: ResourceId | None, one: Difference | Finding
) -> dict[str, object]:
    return {
        "file": place.file if place else None,
        "line": place.line if place else None,
        "resource": title(resource) if resource is not None else None,
        "field": format_path(one.path) if resource is not None else None,
    }
