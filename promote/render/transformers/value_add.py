"""`ValueAddTransformer`: writes one value into fields, or into a part of a path that they hold."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

from promote.errors import KustomizationError
from promote.render.decode import Fields
from promote.render.fields import split_path
from promote.render.merge.written import text_of, untagged
from promote.render.selectors import Selector
from promote.render.transformers.namespace import SetNamespace
from promote.yamlio.watched import note

if TYPE_CHECKING:
    from collections.abc import Callable

    from promote.model.json import Document, Json
    from promote.render.accumulator import Accumulator
    from promote.render.layer import Layer, Transformer
    from promote.render.record import Record


def from_config(doc: Document, layer: Layer) -> Transformer:
    """The transformer that a `ValueAddTransformer` document asks for.

    Raises:
        KustomizationError: it has no target, or a target without a field.
    """
    fields = Fields(doc, doc)
    value = fields.text("value").strip() or posixpath.basename(layer.directory.root)
    targets = [item for item, _ in fields.mappings("targets")]
    if path := fields.text("targetFilePath"):
        for document in layer.directory.documents(path):
            if isinstance(document, dict):
                targets += [item for item, _ in Fields(document, document).mappings("targets")]
    if not targets:
        raise KustomizationError("a ValueAddTransformer has no targets")
    steps = [_step(target, value) for target in targets]

    def transform(resources: Accumulator) -> None:
        for step in steps:
            step(resources)

    return transform


def _step(target: Document, value: str) -> Transformer:
    fields = Fields(target, target)
    text = fields.text("fieldPath")
    if not text:
        raise KustomizationError("a target of a ValueAddTransformer has no fieldPath")
    position = fields.integer("filePathPosition")
    if position < 0:
        raise KustomizationError("filePathPosition is not to be negative")
    selector = fields.mapping("selector")
    choose = Selector.read(selector).choose if selector is not None else list
    change = _mover(value) if text == "metadata/namespace" else _adder(text, value, position)

    def transform(resources: Accumulator) -> None:
        for record in choose(resources.records):
            record.doc = change(record)
        resources.changed()

    return transform


def _mover(value: str) -> Callable[[Record], Document]:
    return SetNamespace(value, ()).move_document


def _adder(text: str, value: str, position: int) -> Callable[[Record], Document]:
    from promote.render.replacements.paths import set_or_make  # noqa: PLC0415 - few have any

    parts = tuple(split_path(text))

    def change(old: Json) -> Json:
        if isinstance(old, dict | list):
            raise KustomizationError(f"{text} is a mapping or a list, where a value would be added")
        return untagged(old, _insert(text_of(old), value, position) if position else value)

    def add(record: Record) -> Document:
        new = set_or_make(record.doc, parts, change)
        note(new)
        return new if isinstance(new, dict) else record.doc

    return add


def _insert(path: str, part: str, position: int) -> str:
    """A path with one more part, the first of which has the position 1; a slash in front stays."""
    parts = _parts(path)
    index = min(position - 1, len(parts))
    if parts and not parts[0] and index < len(parts):
        index += 1
    parts.insert(index, part)
    joined = "/".join(filter(None, parts))
    return posixpath.normpath(joined if parts[0] else f"/{joined}")


def _parts(path: str) -> list[str]:
    """The parts of a path; an empty one stands before the slash that it begins with."""
    if not path:
        return []
    head, slash, last = path.rpartition("/")
    if not slash:
        return [last]
    if not head:
        return ["", last] if last else [""]
    return [*_parts(head), last]
