"""The line of a patch that sets a field, in a file or in the kustomization."""

from __future__ import annotations

from typing import TYPE_CHECKING

from promote import yamlio
from promote.errors import PromoteError
from promote.model.resource import identity
from promote.project.origins.following import ABSENT, nearest, value_at
from promote.project.origins.texts import Line

if TYPE_CHECKING:
    from promote.model.json import FieldPath, Json
    from promote.project.origins.asked import Asked


def patch_line(asked: Asked) -> Line:
    """The line of an entry of `patches` or `patchesJson6902` that sets the field."""
    field, number = "patches", asked.change.cause.number
    if asked.change.cause.kind == "PatchJson6902Transformer":
        field = "patchesJson6902"
    entry = asked.entry(field)
    path, text = entry.get("path"), entry.get("patch")
    if isinstance(path, str) and path:
        return _in_patch(asked, asked.file(path), None, (field, number, "path"))
    inline = text if isinstance(text, str) else ""
    return _in_patch(asked, "", inline, (field, number, "patch"))


def strategic_line(asked: Asked) -> Line:
    """The line of the last entry of `patchesStrategicMerge` that sets the field."""
    best = asked.line("patchesStrategicMerge")
    for index, entry in enumerate(asked.items("patchesStrategicMerge")):
        if not isinstance(entry, str):
            continue
        inline = entry if "\n" in entry else None
        file = "" if inline is not None else asked.file(entry)
        text = inline.encode() if inline is not None else asked.texts.text(file)
        if text is not None and _chosen(asked, text) is not None:
            best = _in_patch(asked, file, inline, ("patchesStrategicMerge", index))
    return best


def _in_patch(asked: Asked, file: str, inline: str | None, where: FieldPath) -> Line:
    """The line of the field within a patch, which is a file or stands in the kustomization."""
    tree = asked.change.cause.tree
    text = inline.encode() if inline is not None else asked.texts.text(file, tree)
    line = None if text is None else _line_of_patch(asked, text)
    if inline is None:
        return asked.texts.line(file, line or 1, tree)
    start = asked.line(*where)
    source = asked.texts.text(asked.change.cause.file, tree) or b""
    found = yamlio.locate(source, where)
    head = (
        source.decode(errors="replace").split("\n")[found[0] - 1][found[1] - 1 :] if found else ""
    )
    if line is None or found is None or not head.startswith(("|", ">")):
        return start
    return Line(start.tree, start.file, found[0] + line)


def _line_of_patch(asked: Asked, text: bytes) -> int | None:
    chosen = _chosen(asked, text)
    if chosen is None:
        return None
    document, path = chosen
    found = yamlio.locate_key(text, path, document=document)
    found = found or yamlio.locate(text, path, document=document)
    return found[0] if found else None


def _chosen(asked: Asked, text: bytes) -> tuple[int, FieldPath] | None:
    """Which document of a patch, and which field of it, sets what the step set."""
    try:
        documents = yamlio.load_all(text, "a patch")
    except PromoteError:
        return None
    first = documents[0] if documents else None
    if isinstance(first, list):
        return 0, _operation(first, asked.change.path)
    subject = identity(asked.change.before or asked.change.doc)
    best: tuple[int, FieldPath] | None = None
    for index, document in enumerate(documents):
        if not isinstance(document, dict):
            continue
        own = identity(document)
        if len(documents) > 1 and (own.kind, own.name) != (subject.kind, subject.name):
            continue
        path = nearest(*asked.where, document)
        if best is None or len(path) > len(best[1]):
            best = index, path
    return best


def _operation(operations: list[Json], path: FieldPath) -> FieldPath:
    """The operation of a JSON patch that set a field, and where in its value."""
    keys = [str(step) for step in path]
    found: FieldPath = ()
    for index, operation in enumerate(operations):
        target = operation.get("path") if isinstance(operation, dict) else None
        if not isinstance(operation, dict) or not isinstance(target, str):
            continue
        steps = [
            step.replace("~1", "/").replace("~0", "~") for step in target.strip("/").split("/")
        ]
        if all(a in {b, "-"} for a, b in zip(steps, keys, strict=False)):
            rest = path[len(steps) :] if len(steps) < len(path) else ()
            found = (index, *_within(operation.get("value"), rest))
    return found


def _within(value: Json, rest: FieldPath) -> FieldPath:
    known: list[str | int] = []
    for step in rest:
        if value_at(value, (step,)) is ABSENT:
            break
        value = value_at(value, (step,))  # type: ignore[assignment]  # it is there
        known.append(step)
    return ("value", *known)
