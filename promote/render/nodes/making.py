"""The nodes of what a generator has just made."""

from __future__ import annotations

from typing import TYPE_CHECKING

from promote.render.history import with_history
from promote.render.merge.written import text_at, text_of
from promote.render.nodes.node import MAPPING, SCALAR, SINGLE, TEXT, Node, set_texts, text

if TYPE_CHECKING:
    from promote.model.json import Document, Json
    from promote.render.record import Record


def generated(record: Record) -> Node:
    """The nodes of a resource that a generator has just made."""
    doc, _ = with_history(record)
    top = Node(MAPPING, "", "!!map", at=(2, 1))
    for line, key in enumerate(("apiVersion", "kind"), 2):
        value = Node(SCALAR, text_of(doc[key]), TEXT, at=(line, len(key) + 3))
        top.content += (Node(SCALAR, key, TEXT, at=(line, 1)), value)
    metadata = doc["metadata"]
    if isinstance(metadata, dict):
        _make_metadata(top, metadata, absorbed=bool(record.took_over))
    if "type" in doc:
        top.set("type", text(text_at(doc, "type")))
        top.below("data")
    immutable = Node(SCALAR, "true", "!!bool") if "immutable" in doc else None
    fields = [field for field in ("data", "binaryData") if isinstance(doc.get(field), dict)]
    if record.took_over == "merge":
        top.set("immutable", immutable)  # a merge takes both maps out, and makes them anew
    else:
        # kustomize goes through all keys in order, and makes each map when it has a key for it.
        fields.sort(key=lambda field: min(_texts(doc[field]), default=""))
    for field in fields:
        for key, content in _texts(doc[field]).items():
            top.below(field).set(key, text(content))
    top.set("immutable", immutable)
    return top


def _make_metadata(top: Node, metadata: Document, *, absorbed: bool) -> None:
    # A namespace that the generator does not state itself comes last.
    late = absorbed and type(metadata.get("namespace")) is str
    tag = "" if absorbed else TEXT
    names = [key for key in ("name", "namespace") if key in metadata]
    made = top.below("metadata")
    for name in names[:1] if late else names:
        made.set(name, Node(SCALAR, text_at(metadata, name), tag))
    for key, value in _texts(metadata.get("labels")).items():
        made.below("labels").set(key, text(value, None if absorbed else SINGLE))
    set_texts(top, "annotations", _texts(metadata.get("annotations")))
    if late:
        made.set("namespace", Node(SCALAR, text_at(metadata, "namespace"), tag))


def _texts(entries: Json) -> dict[str, str]:
    if not isinstance(entries, dict):
        return {}
    return {key: text_at(entries, key) for key in sorted(entries)}
