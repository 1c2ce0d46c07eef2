"""An explanation as text and JSON."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from promote.compare.formats.safe import one_line, without_commands
from promote.compare.formats.values import inline, title

if TYPE_CHECKING:
    from promote.errors import Place
    from promote.explain.history import Change
    from promote.explain.question import Explanation, Source, Step, Value
    from promote.model.json import Json

_SHORT_ID = 12


def as_text(found: Explanation) -> str:
    """The field, then each step that set it with what it says, who changed it and who owns it.

    A field begins with the step that counts, a whole resource with the one that made it.
    """
    subject = f"{title(found.resource)} {one_line(found.field)}".rstrip()
    lines = [f"{subject}  ({one_line(str(found.unit))})"]
    if found.field:
        lines.append(f"  value    {_shown(found.value)}")
    if not found.field:
        for index, step in enumerate(reversed(found.steps)):
            lines += _step(step, "then" if index else "from", with_value=False)
    else:
        for index, step in enumerate(found.steps):
            lines += _step(step, "over" if index else "set by", with_value=bool(index))
    return without_commands("\n".join(lines)) + "\n"


def _step(step: Step, word: str, *, with_value: bool) -> list[str]:
    place = one_line(str(step.source.place)) if step.source else "no file"
    lines = [f"  {word:<8} {place}  {step.how}, {step.layer}".rstrip(", ")]
    if with_value:
        lines.append(f"             {'taken away' if step.removed else _shown(step.value)}")
    if step.source is not None:
        lines += _source(step.source)
    for value in step.values:
        lines += _value(value)
    return lines


def _value(value: Value) -> list[str]:
    place = one_line(str(value.source.place))
    lines = [f"    {one_line(value.path)} = {_shown(value.value)}  {place}  {value.layer}"]
    lines += _source(value.source)
    for layer, under, old in value.under:
        lines.append(f"             over {_shown(old)}  {one_line(str(under))}  {layer}")
    return lines


def _source(source: Source) -> list[str]:
    lines = []
    if source.change is not None:
        change = source.change
        pull = f", pull request {change.pull}" if change.pull is not None else ""
        who = one_line(f"{change.author} <{change.email}>")
        lines.append(
            f"             {change.commit[:_SHORT_ID]} {change.time:%Y-%m-%d} {who}{pull}: "
            f"{one_line(change.subject)}"
        )
    if source.owners.owners:
        rules = ", ".join(one_line(str(place)) for place in source.owners.places)
        owners = one_line(" ".join(source.owners.owners))
        lines.append(f"             owned by {owners}  ({rules})")
    return lines


def _shown(value: Json) -> str:
    text = inline(value)
    if text is not None:
        return text
    if isinstance(value, str):
        return f"a text of {value.count(chr(10)) + 1} lines"
    what = "mapping" if isinstance(value, dict) else "list"
    return f"a {what} of {len(value) if isinstance(value, dict | list) else 0}"


def as_json(found: Explanation) -> str:
    """A stable document; docs/explain.md says what it holds."""
    return json.dumps(_document(found), indent=2, sort_keys=True) + "\n"


def _document(found: Explanation) -> dict[str, object]:
    identity = found.resource
    return {
        "app": found.unit.app,
        "environment": found.unit.environment,
        "cluster": found.unit.cluster,
        "resource": {**identity._asdict()},
        "field": found.field or None,
        "value": found.value,
        "steps": [_step_document(step) for step in found.steps],
    }


def _step_document(step: Step) -> dict[str, object]:
    return {
        "value": step.value,
        "removed": step.removed,
        "how": step.how,
        "layer": step.layer,
        **_source_document(step.source),
        "values": [
            {
                "path": value.path,
                "value": value.value,
                "layer": value.layer,
                **_source_document(value.source),
                "under": [
                    {"layer": layer, **_place(place), "value": old}
                    for layer, place, old in value.under
                ],
            }
            for value in step.values
        ],
    }


def _source_document(source: Source | None) -> dict[str, object]:
    if source is None:
        return {"file": None, "line": None, "change": None, "owners": []}
    return {
        **_place(source.place),
        "change": _change(source.change) if source.change is not None else None,
        "owners": list(source.owners.owners),
    }


def _place(place: Place) -> dict[str, object]:
    return {"file": place.file, "line": place.line}


def _change(change: Change) -> dict[str, object]:
    return {
        "commit": change.commit,
        "author": change.author,
        "email": change.email,
        "time": change.time.isoformat(),
        "subject": change.subject,
        "pull_request": change.pull,
    }
