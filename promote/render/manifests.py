"""From parsed documents to records: what is a resource, and what is a list of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from promote.errors import KustomizationError
from promote.model.resource import Origin
from promote.render.history import without_history
from promote.render.list_items import through_json
from promote.render.merge.written import text_at, text_of
from promote.render.record import Record
from promote.yamlio.quotes import resolved

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from promote.model.json import Document, Json
    from promote.render.record import Scopes

_NOTHING: Final[tuple[Json, ...]] = (None, {}, [])


class NotAResourceError(KustomizationError):
    """A document lacks what every Kubernetes resource has.

    Attributes:
        document: which of its file it is, from 0.
    """

    document = 0


def read_records(documents: Sequence[Json], scopes: Scopes, file: str = "") -> list[Record]:
    """The resources of a file, lists of resources taken apart, empty documents left out.

    Args:
        documents: the parsed documents of the file.
        scopes: knows which kinds belong to no namespace.
        file: where they come from, for their origin.

    Raises:
        NotAResourceError: a document without kind or name.
    """
    origin_of = (lambda index: Origin(file, index)) if file else (lambda _: None)
    queue: list[tuple[Json, int, bool]] = [
        (item, index, False) for index, item in _unwrap(documents) if item not in _NOTHING
    ]
    records: list[Record] = []
    for item, index, listed in queue:  # grows: the items of a list come after the rest
        try:
            doc = _resource(item)
            items = _items(doc)
        except NotAResourceError as error:
            error.document = index
            raise
        if items is None:
            record = Record(doc, scopes, origin_of(index))
            record.in_braces = record.rewritten = listed
            records.append(record)
        else:
            queue.extend((through_json(one), index, True) for one in items if one not in _NOTHING)
    return records


def _unwrap(documents: Sequence[Json]) -> Iterable[tuple[int, Json]]:
    """A `List` that is alone in its file gives its items in its place."""
    if len(documents) == 1:
        only = documents[0]
        if (
            isinstance(only, dict)
            and only.get("kind") in ("List", "ResourceList")
            and ("items" in only or "functionConfig" in only)
        ):
            items = only.get("items")
            return [(0, item) for item in items] if isinstance(items, list) else []
    return enumerate(documents)


def _items(doc: Document) -> list[Json] | None:
    kind = doc["kind"]
    if not isinstance(kind, str) or not kind.endswith("List") or "items" not in doc:
        return None
    items = doc["items"]
    if items is None:
        return []
    if not isinstance(items, list):
        raise NotAResourceError(f"the items of a {kind} are to be a list")
    return items


def _resource(item: Json) -> Document:
    if not isinstance(item, dict):
        raise NotAResourceError("a document is not a Kubernetes resource: it is not a mapping")
    kind = item.get("kind")
    if kind is False or not text_of(kind) or kind is None:
        raise NotAResourceError(
            "a document is not a Kubernetes resource: it has no kind",
            hint="every resource states apiVersion, kind and metadata.name",
        )
    metadata = item.get("metadata")
    name = metadata.get("name") if isinstance(metadata, dict) else None
    if (name is None or not text_of(name)) and not str(kind).endswith("List"):
        raise NotAResourceError(
            f"a {kind} has no metadata.name",
            hint="every resource states apiVersion, kind and metadata.name",
        )
    return item


def finish(doc: Document) -> Document:
    """The document as it is printed: annotations are strings, and no empty map of them is left.

    A list, which needs no name, has metadata in any case: kustomize made notes there.

    Raises:
        NotAResourceError: a patch or replacement has taken its kind or name.
    """
    doc = _with_texts(without_history(_resource(doc)))
    read = resolved(doc)
    return read if isinstance(read, dict) else doc


def _with_texts(doc: Document) -> Document:
    """The document with annotations that are strings, each as it was written."""
    if "metadata" not in doc:
        return {**doc, "metadata": {}}
    metadata = doc["metadata"]
    if not isinstance(metadata, dict) or "annotations" not in metadata:
        return doc
    annotations = metadata["annotations"]
    if isinstance(annotations, list):
        annotations = entries_of(annotations)
    if not isinstance(annotations, dict) or not annotations:
        rest = {key: value for key, value in metadata.items() if key != "annotations"}
        return {**doc, "metadata": rest}
    if annotations is metadata["annotations"] and all(
        type(value) is str for value in annotations.values()
    ):
        return doc
    text: Document = {key: text_at(annotations, key) for key in annotations}
    return {**doc, "metadata": {**metadata, "annotations": text}}


def entries_of(items: list[Json]) -> Document:
    """A list that stands where annotations are expected: kustomize takes it for keys and values.

    Raises:
        KustomizationError: a key has no value; kustomize panics.
    """
    if len(items) % 2:
        raise KustomizationError(
            "annotations are a list, which holds no pairs of keys and values",
            hint="write a mapping of texts, also where a replacement puts it",
        )
    return {text_of(key): value for key, value in zip(items[::2], items[1::2], strict=True)}
