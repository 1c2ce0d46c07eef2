"""Transformers and generators that have a document of their own.

Only those built into kustomize: a document that asks for a program or a container is refused, since
what is in a repository must not choose what runs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from promote import yamlio
from promote.errors import InputError, KustomizationError
from promote.render.fields import without
from promote.render.generators import GENERATORS
from promote.render.manifests import read_records
from promote.render.shapes import DOCUMENTS, conformed
from promote.render.transformers import BY_DOCUMENT

if TYPE_CHECKING:
    from collections.abc import Iterable

    from promote.model.json import Document
    from promote.render.generators import Generator
    from promote.render.layer import Layer, Transformer
    from promote.render.record import Record

_BUILTIN = "builtin"
_NOTHING_STARTS = frozenset("-[{~nN!&")
_VALIDATED_BY = "validated-by"


def inline_records(text: str, layer: Layer) -> list[Record] | None:
    """The documents in an entry of `transformers:` and the like, or None if it names a file."""
    if not text.strip() or (text.startswith("#") and "\n" not in text):
        return []
    if "\n" not in text and ":" not in text:
        return [] if _is_nothing(text) else None
    try:
        return read_records(yamlio.load_all(text, layer.file), layer.schema)
    except InputError:
        if "\n" in text:
            raise
        return None


def _is_nothing(text: str) -> bool:
    """Whether a line of YAML holds nothing, as `null` and `[]` do, so that it is no path."""
    if text[0] not in _NOTHING_STARTS:
        return False
    try:
        return not any(yamlio.load_all(text, ""))
    except InputError:
        return False


def transformer_of(plugin: Record, layer: Layer) -> Transformer:
    """The transformer that a document asks for.

    Raises:
        KustomizationError: there is none of its kind.
    """
    kind = _builtin_kind(plugin)
    make = BY_DOCUMENT.get(kind)
    if make is None:
        raise _unknown(kind, BY_DOCUMENT)
    return make(_conformed(plugin, kind), layer)


def generator_of(plugin: Record, layer: Layer) -> Generator:
    """The generator that a document asks for.

    Raises:
        KustomizationError: there is none of its kind.
    """
    kind = _builtin_kind(plugin)
    make = GENERATORS.get(kind)
    if make is None:
        raise _unknown(kind, GENERATORS)
    return make(_conformed(plugin, kind), layer)


def _conformed(plugin: Record, kind: str) -> Document:
    """The document as kustomize reads it, with the identity that every one has."""
    shape = DOCUMENTS.get(kind)
    read = conformed(plugin.doc, shape) if shape is not None else plugin.doc
    said: Document = {key: plugin.doc[key] for key in ("kind", "metadata") if key in plugin.doc}
    return {**said, **read} if isinstance(read, dict) else plugin.doc


def without_mark(doc: Document) -> Document:
    """The document without the label that validators may put there."""
    metadata = doc.get("metadata")
    labels = metadata.get("labels") if isinstance(metadata, dict) else None
    if not isinstance(labels, dict) or _VALIDATED_BY not in labels:
        return doc
    alone = len(labels) == 1
    return without(doc, ("metadata", "labels") if alone else ("metadata", "labels", _VALIDATED_BY))


def _builtin_kind(plugin: Record) -> str:
    identity = plugin.id
    if plugin.doc.get("apiVersion") != _BUILTIN:
        raise KustomizationError(
            f"{identity.kind} is not built in, and programs and containers are not run",
            hint="state apiVersion: builtin, or do it before rendering",
        )
    return identity.kind


def _unknown(kind: str, known: Iterable[str]) -> KustomizationError:
    return KustomizationError(
        f"there is no built-in {kind!r} for this list", hint=f"there are {', '.join(sorted(known))}"
    )
