"""What patches do to nodes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from promote import yamlio
from promote.render.fields import set_in
from promote.render.history import DOMAIN
from promote.render.merge.written import text_at, text_of
from promote.render.nodes.composing import compose
from promote.render.nodes.merging import UntoldError, merge
from promote.render.nodes.node import SCALAR, Node, set_texts, texts_of
from promote.render.nodes.steps import remember
from promote.render.notes import ORIGIN, TRANSFORMERS
from promote.yamlio.documents import chunks, decode

if TYPE_CHECKING:
    from collections.abc import Iterable

    from promote.model.json import Document, Json
    from promote.render.record import Former, Record
    from promote.render.transformers.json_patches import JsonPatches
    from promote.render.transformers.merge_patches import MergePatches

_ON: Final = "enabled"
_TAB: Final = "\ue000"  # characters that have no meaning
_SPACE: Final = "\ue001"
_FOLDED_AT: Final = re.compile("(?<=[^\\s:]) (?=[^\\s#])")


def reread(old: Node, record: Record, formers: Iterable[Former], step: JsonPatches) -> Node:
    """A JSON patch, which has all of the resource written and read.

    What kustomize notes itself it keeps, even if the patch takes all annotations.
    """
    remember(old, formers)
    noted = texts_of(old.below("metadata", "annotations"))
    kept = {key: value for key, value in noted.items() if key.startswith(DOMAIN)}
    doc = record.doc
    if not step.takes_annotations:
        notes = {key: noted[key] for key in (ORIGIN, TRANSFORMERS) if key in noted}
        annotations: Json = {**record.metadata_map("annotations"), **notes, **kept}
        doc = set_in(doc, ("metadata", "annotations"), annotations)
    top = compose(yamlio.dump(_marked(doc)))
    if top is None:
        raise UntoldError
    _unmark(top)
    stated = texts_of(top.below("metadata").get("annotations"))
    set_texts(top, "annotations", {**stated, **kept})
    return top


def _marked(value: Json) -> Json:
    """The value with marks where the printer that kustomize has in between prints otherwise.

    Other than the last one, it has tabs in block scalars, and does not fold long lines.
    """
    if isinstance(value, dict):
        return {key: _marked(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_marked(item) for item in value]
    if not isinstance(value, str):
        return value
    if "\n" in value:
        return value.replace("\t", _TAB)
    return _FOLDED_AT.sub(_SPACE, value)


def _unmark(node: Node) -> None:
    node.value = node.value.replace(_TAB, "\t").replace(_SPACE, " ")
    for inner in node.content:
        _unmark(inner)


def patched(
    top: Node, old: Document, record: Record, formers: tuple[Former, ...], step: MergePatches
) -> None:
    """Strategic merge patches.

    Raises:
        UntoldError: which patches were applied, or what they did, is not told here.
    """
    found = [compose(chunk) for text in step.texts for chunk, _ in chunks(decode(text, ""), "")]
    nodes = [node for node in found if node is not None and node.content]
    if len(nodes) != len(step.patches):
        raise UntoldError
    chosen = [
        node
        for patch, node in zip(step.patches, nodes, strict=True)
        if step.target is not None or _is_meant(patch, record)
    ]
    if len(chosen) != 1:
        raise UntoldError
    remember(top, formers)
    version = text_at(old, "apiVersion") if "apiVersion" in old else ""
    _merge_one(top, chosen[0], version, record, step)


def _is_meant(patch: Record, record: Record) -> bool:
    wanted, known = patch.original, (record.key, *record.former_keys)
    return any((key.kind, key.name) == (wanted.kind, wanted.name) for key in known)


def _merge_one(top: Node, patch: Node, version: str, record: Record, step: MergePatches) -> None:
    metadata, kind = top.below("metadata"), top.below("kind").value
    name, namespace = metadata.get("name"), record.metadata.get("namespace")
    for allowed, key in ((step.rename, "allowNameChange"), (step.rekind, "allowKindChange")):
        if allowed:
            known = texts_of(patch.below("metadata").get("annotations"))
            set_texts(patch, "annotations", {**known, DOMAIN + key: _ON})
    if step.copied:
        _copied(patch, version)
    merge(top, patch, step.schema.type_of(version, kind))
    if not step.rekind:
        top.set("kind", Node(SCALAR, kind))
    if not step.rename and name is not None:
        metadata.set("name", Node(SCALAR, text_of(record.metadata["name"])))
    if namespace is None:
        metadata.clear("namespace")
    else:
        metadata.set("namespace", Node(SCALAR, text_of(namespace)))


def _copied(patch: Node, version: str) -> None:
    """What kustomize sets in a patch before it applies a copy."""
    metadata = patch.below("metadata")
    for field in ("labels", "annotations"):
        set_texts(patch, field, texts_of(metadata.get(field)))
    for key in ("name", "namespace"):
        stated = metadata.get(key)
        if stated is not None:
            metadata.set(key, Node(SCALAR, stated.value))
    patch.set("kind", Node(SCALAR, patch.below("kind").value))
    patch.set("apiVersion", Node(SCALAR, version))
