"""`ValueAddTransformer`: writes one value into fields, or into a part of a path that they hold."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

from promote.errors import KustomizationError
from promote.render.decode import Fields
from promote.render.fields import Create, parse_path, update_document
from promote.render.selectors import Selector
from promote.render.transformers.namespace import SetNamespace

if TYPE_CHECKING:
    from promote.model.json import Document, Json
    from promote.render.accumulator import Accumulator
    from promote.render.layer import Layer, Transformer


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
    if text == "metadata/namespace":
        mover = SetNamespace(value, ())

        def move(resources: Accumulator) -> None:
            for record in choose(resources.records):
                record.doc = mover.move_document(record)
            resources.changed()

        return move
    path = parse_path(text)

    def add(resources: Accumulator) -> None:
        for record in choose(resources.records):
            record.doc = update_document(
                record.doc, path, lambda old: _insert(old, value, position), Create.SCALAR
            )
        resources.changed()

    return add


def _insert(old: Json, value: str, position: int) -> Json:
    if position == 0:
        return value
    text = old if isinstance(old, str) else ""
    parts = text.strip("/").split("/") if text else []
    index = min(position - 1, len(parts))
    slash = "/" if text.startswith("/") else ""
    return slash + "/".join([*parts[:index], value, *parts[index:]])
