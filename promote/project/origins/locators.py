"""Where a step of a build was told to set a field: for each kind of step, the line that says so.

The steps read their kustomization themselves; here it is read again, as text, to find the line.
"""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING, Final, NamedTuple

from promote import yamlio
from promote.errors import PromoteError
from promote.model.resource import identity
from promote.project.origins.following import ABSENT, nearest, value_at
from promote.project.origins.texts import Line
from promote.render.kustomization import read_image
from promote.render.transformers.images import Rewrite

if TYPE_CHECKING:
    from collections.abc import Callable

    from promote.model.json import Document, FieldPath, Json
    from promote.project.origins.following import Change
    from promote.project.origins.texts import FileTexts

_DATA: Final = ("data", "binaryData", "stringData")


class Asked(NamedTuple):
    """A kustomization, read to find what it says.

    Attributes:
        texts: the texts of the build.
        change: the step.
        doc: the kustomization.
    """

    texts: FileTexts
    change: Change
    doc: Document

    def line(self, *path: str | int) -> Line:
        """The line of a field of the kustomization."""
        cause = self.change.cause
        return self.texts.find(cause.file, path, 0, cause.tree)

    def items(self, field: str) -> list[Json]:
        """The entries of a list."""
        found = self.doc.get(field)
        return found if isinstance(found, list) else []

    def entry(self, field: str) -> Document:
        """The entry of a list that the step carried out."""
        items, number = self.items(field), self.change.cause.number
        found = items[number] if number < len(items) else None
        return found if isinstance(found, dict) else {}

    @property
    def where(self) -> tuple[FieldPath, Json]:
        """The field, and the document that has it: the earlier one for what was taken away."""
        change = self.change
        if change.value is ABSENT and change.under is not None:
            return change.under, change.before
        return change.path, change.doc

    def file(self, name: str) -> str:
        """A file that the kustomization names, absolute in its tree."""
        folder = posixpath.dirname(self.change.cause.file)
        return posixpath.normpath(posixpath.join(folder, name))


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


# Patches


def _patch(asked: Asked) -> Line:
    field, number = "patches", asked.change.cause.number
    if asked.change.cause.kind == "PatchJson6902Transformer":
        field = "patchesJson6902"
    entry = asked.entry(field)
    path, text = entry.get("path"), entry.get("patch")
    if isinstance(path, str) and path:
        return _in_patch(asked, asked.file(path), None, (field, number, "path"))
    inline = text if isinstance(text, str) else ""
    return _in_patch(asked, "", inline, (field, number, "patch"))


def _strategic(asked: Asked) -> Line:
    """An entry of `patchesStrategicMerge`: whichever of them sets the field."""
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


# Transformers


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


# Generators


def _generated(field: str) -> Callable[[Asked], Line]:
    return lambda asked: _generator(asked, field)


def _generator(asked: Asked, field: str) -> Line:
    entry, number = asked.entry(field), asked.change.cause.number
    path = asked.change.path
    key = str(path[1]) if len(path) > 1 and path[0] in _DATA else None
    if key is None:
        name = "name" if path == ("metadata", "name") else None
        return asked.line(field, number, *((name,) if name else ()))
    for kind in ("literals", "files", "envs"):
        sources = entry.get(kind)
        for index, source in enumerate(sources if isinstance(sources, list) else ()):
            where = asked.line(field, number, kind, index)
            found = _SOURCES[kind](asked, str(source), key, where)
            if found is not None:
                return found
    return asked.line(field, number)


def _literal(asked: Asked, source: str, key: str, where: Line) -> Line | None:  # noqa: ARG001 - one signature
    return where if source.partition("=")[0] == key else None


def _file(asked: Asked, source: str, key: str, where: Line) -> Line | None:  # noqa: ARG001 - as above
    name, equals, file = source.rpartition("=")
    if key != (name if equals else posixpath.basename(file)):
        return None
    return asked.texts.line(asked.file(file), 1, asked.change.cause.tree)


def _env(asked: Asked, source: str, key: str, where: Line) -> Line | None:  # noqa: ARG001 - as above
    text = asked.texts.text(asked.file(source), asked.change.cause.tree) or b""
    for number, line in enumerate(text.decode(errors="replace").split("\n"), 1):
        if line.partition("=")[0].strip() == key:
            return asked.texts.line(asked.file(source), number, asked.change.cause.tree)
    return None


_SOURCES: Final = {"literals": _literal, "files": _file, "envs": _env}


def _helm(asked: Asked) -> Line:
    """The chart; the value inline that has the field's value, if there is just one."""
    number = asked.change.cause.number
    field = "helmCharts" if asked.items("helmCharts") else "helmChartInflationGenerator"
    inline = asked.entry(field).get("valuesInline")
    if asked.change.value not in (None, "", True, False, 0, 1):
        found = [path for path, leaf in _leaves(inline, ()) if leaf == asked.change.value]
        if len(found) == 1:
            return asked.line(field, number, "valuesInline", *found[0])
    return asked.line(field, number)


def _leaves(node: Json, path: FieldPath) -> list[tuple[FieldPath, Json]]:
    if isinstance(node, dict):
        return [leaf for key, item in node.items() for leaf in _leaves(item, (*path, key))]
    if isinstance(node, list):
        return [leaf for at, item in enumerate(node) for leaf in _leaves(item, (*path, at))]
    return [(path, node)]


_LOCATORS: Final[dict[str, Callable[[Asked], Line]]] = {
    "PatchTransformer": _patch,
    "PatchJson6902Transformer": _patch,
    "PatchStrategicMergeTransformer": _strategic,
    "NamespaceTransformer": _field("namespace"),
    "PrefixTransformer": _field("namePrefix"),
    "SuffixTransformer": _field("nameSuffix"),
    "LabelTransformer": _labels,
    "AnnotationsTransformer": _annotations,
    "ReplicaCountTransformer": _replicas,
    "ImageTagTransformer": _images,
    "ReplacementTransformer": _replacements,
    "ConfigMapGenerator": _generated("configMapGenerator"),
    "SecretGenerator": _generated("secretGenerator"),
    "HelmChartInflationGenerator": _helm,
}
