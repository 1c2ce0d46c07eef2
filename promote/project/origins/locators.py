"""Where a step of a build was told to set a field: for each kind of step, the line that says so.

The steps read their kustomization themselves; here it is read again, as text, to find the line.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from promote import yamlio
from promote.errors import PromoteError
from promote.model.resource import identity
from promote.project.origins.asked import Asked
from promote.project.origins.following import value_at
from promote.project.origins.generated import chart_line, generated
from promote.project.origins.patches import patch_line, strategic_line
from promote.render.kustomization import read_image
from promote.render.transformers.images import Rewrite

if TYPE_CHECKING:
    from collections.abc import Callable

    from promote.model.json import FieldPath, Json
    from promote.project.origins.following import Change
    from promote.project.origins.texts import FileTexts, Line


def locate_cause(texts: FileTexts, change: Change) -> Line | None:
    """The line that told a step to set a field; None if it has none."""
    cause = change.cause
    if cause.plugin is not None:
        return texts.find(cause.plugin.file, (), cause.plugin.index, cause.tree)
    locator = _LOCATORS.get(cause.kind)
    if locator is None:
        return None
    data = texts.text(cause.file, cause.tree)
    try:
        doc = yamlio.load_one(data or b"", cause.file, own=True)
    except PromoteError:
        doc = None
    return locator(Asked(texts, change, doc if isinstance(doc, dict) else {}))


def _field(name: str) -> Callable[[Asked], Line]:
    return lambda asked: asked.line(name)


def _images(asked: Asked) -> Line:
    old = "" if asked.change.under is None else value_at(asked.change.before, asked.change.under)
    line = asked.line("images")
    for index, entry in enumerate(asked.items("images")):
        if isinstance(entry, dict) and isinstance(old, str):
            rewritten = Rewrite(read_image(entry))(old)
            if rewritten != old:
                said = [key for key in ("newTag", "digest", "newName", "tagSuffix") if key in entry]
                line = asked.line("images", index, *said[:1])
                old = rewritten
    return line


def _replicas(asked: Asked) -> Line:
    return asked.line("replicas", asked.change.cause.number, "count")


def _labels(asked: Asked) -> Line:
    """The pair of a label; `commonLabels` come after all entries of `labels`."""
    key, number = str(asked.change.path[-1]), asked.change.cause.number
    entries = asked.items("labels")
    if number >= len(entries):
        return asked.line("commonLabels", key)
    return asked.line("labels", number, "pairs", key)


def _annotations(asked: Asked) -> Line:
    return asked.line("commonAnnotations", str(asked.change.path[-1]))


_PART: Final = re.compile(r"\[[^\]]*\]|(?:\\.|[^.\[\]\\])+")


def _replacements(asked: Asked) -> Line:
    """The field path of the last replacement whose target the field is."""
    subject = identity(asked.change.doc)
    line = asked.line("replacements")
    for index, entry in enumerate(asked.items("replacements")):
        file = entry.get("path") if isinstance(entry, dict) else None
        if isinstance(file, str):
            text = asked.texts.text(asked.file(file), asked.change.cause.tree) or b""
            content = yamlio.load_one(text, file)
            entries = content if isinstance(content, list) else [content]
            top: FieldPath = (0,) if isinstance(content, list) else ()
            for inner, one in enumerate(entries):
                found = _target(one, subject, asked.change.path)
                if found is not None:
                    where = (inner, *found) if top else found
                    line = asked.texts.find(asked.file(file), where, 0, asked.change.cause.tree)
            continue
        found = _target(entry, subject, asked.change.path)
        if found is not None:
            line = asked.line("replacements", index, *found)
    return line


def _target(entry: Json, subject: object, path: FieldPath) -> FieldPath | None:
    targets = entry.get("targets") if isinstance(entry, dict) else None
    for index, target in enumerate(targets if isinstance(targets, list) else ()):
        if not isinstance(target, dict):
            continue
        select = target.get("select")
        chosen = select if isinstance(select, dict) else {}
        if any(
            chosen.get(key) and not re.fullmatch(str(chosen[key]), str(getattr(subject, key)))
            for key in ("kind", "name", "namespace")
        ):
            continue
        fields = target.get("fieldPaths")
        for at, field in enumerate(fields if isinstance(fields, list) else ()):
            if _leads_to(str(field), path):
                return ("targets", index, "fieldPaths", at)
    return None


def _leads_to(field: str, path: FieldPath) -> bool:
    """Whether a field path of a replacement may lead to a field, or to something around it."""
    steps = _PART.findall(field)
    return len(steps) <= len(path) and all(
        step == "*" or step.startswith("[") or step.replace("\\.", ".") == str(key)
        for step, key in zip(steps, path, strict=False)
    )


_LOCATORS: Final[dict[str, Callable[[Asked], Line]]] = {
    "PatchTransformer": patch_line,
    "PatchJson6902Transformer": patch_line,
    "PatchStrategicMergeTransformer": strategic_line,
    "NamespaceTransformer": _field("namespace"),
    "PrefixTransformer": _field("namePrefix"),
    "SuffixTransformer": _field("nameSuffix"),
    "LabelTransformer": _labels,
    "AnnotationsTransformer": _annotations,
    "ReplicaCountTransformer": _replicas,
    "ImageTagTransformer": _images,
    "ReplacementTransformer": _replacements,
    "ConfigMapGenerator": generated("configMapGenerator"),
    "SecretGenerator": generated("secretGenerator"),
    "HelmChartInflationGenerator": chart_line,
}
