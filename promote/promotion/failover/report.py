"""The plan of a failover as text, JSON and Markdown."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from promote.compare.formats.markdown import code
from promote.compare.formats.safe import one_line, without_commands
from promote.compare.formats.values import inline

if TYPE_CHECKING:
    from promote.model.json import Json
    from promote.promotion.failover.planning import Failover, Step


def title(plan: Failover) -> str:
    """What the plan is for, in one line."""
    to = plan.primary if plan.back else plan.variant
    return one_line(f"Send traffic {'back ' if plan.back else ''}to {to}")


def as_text(plan: Failover) -> str:
    """The steps in their order, and the files that they are written to."""
    lines = [title(plan)]
    for number, step in enumerate(plan.steps, 1):
        where = f"  {one_line(step.file)}" if step.file else ""
        lines.append(f"  {number}. {step.sort}: {_change(step)}{where}")
    return without_commands("\n".join(lines)) + "\n"


def as_json(plan: Failover) -> str:
    """A stable document; docs/variants.md says what it holds."""
    document = {
        "variant": plan.variant,
        "primary": plan.primary,
        "back": plan.back,
        "steps": [
            {
                "sort": step.sort,
                "subject": step.subject,
                "field": step.field or None,
                "old": step.old,
                "new": step.new,
                "file": step.file or None,
            }
            for step in plan.steps
        ],
    }
    return json.dumps(document, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def as_markdown(plan: Failover) -> str:
    """For the text of a pull request."""
    lines = [
        f"### {without_commands(title(plan))}",
        "",
        "| | what | change | file |",
        "|---|---|---|---|",
    ]
    for number, step in enumerate(plan.steps, 1):
        file = code(step.file) if step.file else "by hand"
        lines.append(f"| {number} | {step.sort} | {code(_change(step))} | {file} |")
    return "\n".join(lines) + "\n"


def _change(step: Step) -> str:
    subject = one_line(f"{step.subject} {step.field}".rstrip())
    return f"{subject}: {_shown(step.old)} → {_shown(step.new)}"


def _shown(value: Json) -> str:
    return "nothing" if value is None else inline(value) or "a longer value"
