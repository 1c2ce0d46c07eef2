"""What the steps of a build do to nodes, patches aside."""

from __future__ import annotations

from typing import TYPE_CHECKING

from promote.render.history import (
    DOMAIN,
    KINDS,
    NAMES,
    NAMESPACES,
    PREFIXES,
    SUFFIXES,
    with_history,
)
from promote.render.merge.written import text_at, text_of
from promote.render.nodes.merging import UntoldError
from promote.render.nodes.node import (
    MAPPING,
    NULL,
    SCALAR,
    SEQUENCE,
    TEXT,
    Node,
    annotate,
    texts_of,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from promote.model.json import Document, Json
    from promote.render.record import Former, Record
    from promote.render.transformers.labels import AddEntries
    from promote.render.transformers.replicas import SetReplicas


def remember(top: Node, formers: Iterable[Former]) -> None:
    """Note what the resource was called."""
    for kind, name, namespace in formers:
        for key, value in ((NAMES, name), (NAMESPACES, namespace), (KINDS, kind)):
            known = texts_of(top.below("metadata", "annotations")).get(key)
            annotate(top, key, f"{known},{value}" if known else value)


def affixed(top: Node, record: Record, formers: Sequence[Former]) -> None:
    """A prefix or suffix, or one after the other."""
    noted = texts_of(top.below("metadata", "annotations"))
    for key, affixes in ((PREFIXES, record.prefixes), (SUFFIXES, record.suffixes)):
        if noted.get(key, "") != ",".join(affixes):
            annotate(top, key, ",".join(affixes))
            remember(top, formers[:1])
            formers = formers[1:]
    remember(top, formers)
    brought_up(top, with_history(record)[0], "")


def moved(
    top: Node, record: Record, formers: Iterable[Former], *, always: bool = False, tag: str = TEXT
) -> None:
    """A namespace, or something else that is set.

    Args:
        top: the resource.
        record: the same.
        formers: what it was called before.
        always: the namespace is set even if it is the same.
        tag: the tag of what else is set.
    """
    remember(top, formers)
    namespace, metadata = record.metadata.get("namespace"), top.below("metadata")
    if namespace is not None and not record.is_cluster_scoped:
        old, new = metadata.get("namespace"), Node(SCALAR, text_of(namespace), TEXT)
        if old is None:  # an empty one is made first, and so without quotes
            metadata.content += (Node(SCALAR, "namespace"), new)
        elif always or old.value != new.value:
            metadata.set("namespace", new)
    brought_up(top, with_history(record)[0], tag)


def labelled(top: Node, record: Record, step: AddEntries) -> None:
    """Labels or annotations, which are set even where they are the same."""
    for path, create in step.paths[record.key.gvk]:
        names = [name for name, _, _ in path]
        for mapping in _along(top, names, create=create):
            for key in sorted(step.entries):
                mapping.set(key, Node(SCALAR, step.entries[key], TEXT))
    brought_up(top, with_history(record)[0], TEXT)


def scaled(top: Node, record: Record, step: SetReplicas) -> None:
    """Replicas, which are set even where they are the same."""
    for spec in step.specs_for(record):
        *names, last = [name for name, _, _ in spec.path]
        for mapping in _along(top, names, create=spec.create):
            if spec.create or mapping.get(last) is not None:
                mapping.set(last, Node(SCALAR, str(step.replica.count), "!!int"))
    brought_up(top, with_history(record)[0], "")


def _along(node: Node, names: Sequence[str], *, create: bool) -> Iterator[Node]:
    """The mappings at a path, through all elements of lists; made on the way if they may be."""
    if node.kind == SEQUENCE:
        for element in node.content:
            yield from _along(element, names, create=create)
    elif node.kind == MAPPING and names:
        below = node.below(names[0]) if create else node.get(names[0])
        if below is not None:
            if create and below.tag == NULL:
                below.kind, below.tag = MAPPING, "!!map"  # its text stays
            yield from _along(below, names[1:], create=create)
    elif node.kind == MAPPING:
        yield node


def replaced(node: Node, doc: Document) -> None:
    """Replacements, which leave the style and tag of a scalar as they are.

    Raises:
        UntoldError: something has given way to something of another kind.
    """
    if {key.value for key, _ in node.fields() if not key.value.startswith(DOMAIN)} - doc.keys():
        raise UntoldError
    for key in sorted(doc, key=lambda key: (node.get(key) is None, key)):
        value, old = doc[key], node.get(key)
        if old is None:
            old = Node(_kind(value))
            node.content += (Node(SCALAR, key), old)
        _replaced_by(old, value, text_at(doc, key))


def _replaced_by(node: Node, value: Json, text: str) -> None:
    if node.kind != _kind(value):
        raise UntoldError
    if isinstance(value, dict):
        replaced(node, value)
    elif isinstance(value, list):
        node.content += [Node(_kind(item)) for item in value[len(node.content) :]]
        if len(value) != len(node.content):
            raise UntoldError
        for inner, item in zip(node.content, value, strict=True):
            if isinstance(item, dict | list) or not _is_same(inner, item):
                _replaced_by(inner, item, text_of(item))
    else:
        node.value = text


def _kind(value: Json) -> int:
    if isinstance(value, dict):
        return MAPPING
    return SEQUENCE if isinstance(value, list) else SCALAR


def brought_up(node: Node, doc: Document, tag: str) -> None:
    """Set the scalars that are another value in the document, and make those that are new.

    Args:
        node: a mapping.
        doc: what it is to hold.
        tag: the tag of what is set.

    Raises:
        UntoldError: a list has become longer or shorter, or something has another type.
    """
    for key in [name.value for name, _ in node.fields()]:
        if key not in doc and not key.startswith(DOMAIN):
            node.clear(key)
    for key in sorted(doc, key=lambda key: (node.get(key) is None, key)):
        value, old = doc[key], node.get(key)
        if isinstance(value, dict):
            if old is not None and old.kind != MAPPING:
                raise UntoldError
            brought_up(node.below(key), value, tag)
        elif isinstance(value, list):
            _list_brought_up(old, value, tag)
        elif old is None or old.value != text_at(doc, key):
            node.set(key, Node(SCALAR, text_at(doc, key), tag))


def _list_brought_up(node: Node | None, values: list[Json], tag: str) -> None:
    if node is None or node.kind != SEQUENCE or len(node.content) != len(values):
        raise UntoldError
    for inner, value in zip(node.content, values, strict=True):
        if isinstance(value, dict) and inner.kind == MAPPING:
            brought_up(inner, value, tag)
        elif isinstance(value, list):
            _list_brought_up(inner, value, tag)
        elif not _is_same(inner, value):
            raise UntoldError


def _is_same(node: Node, value: Json) -> bool:
    """Whether an element of a list is a value, whose word is not known if it is null or boolean."""
    if value is None:
        return node.tag == NULL
    if isinstance(value, bool):
        return node.value.lower() == text_of(value)
    return node.value == text_of(value)
