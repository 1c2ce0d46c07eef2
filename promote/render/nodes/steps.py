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
from promote.render.nodes.node import MAPPING, SCALAR, SEQUENCE, Node, annotate, texts_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from promote.model.json import Document, Json
    from promote.render.record import Former, Record


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


def replaced(node: Node, doc: Document) -> None:
    """Replacements, which leave the style and tag of a scalar as they are.

    Raises:
        UntoldError: something other than scalars has been replaced or made.
    """
    if {key.value for key, _ in node.fields() if not key.value.startswith(DOMAIN)} - doc.keys():
        raise UntoldError
    for key in sorted(doc, key=lambda key: (node.get(key) is None, key)):
        value, old = doc[key], node.get(key)
        if isinstance(value, dict) and (old is None or old.kind == MAPPING):
            replaced(node.below(key), value)
        elif isinstance(value, list):
            _list_brought_up(old, value, "")
        elif isinstance(value, dict) or (old is not None and old.kind != SCALAR):
            raise UntoldError
        elif old is None:
            node.content += (Node(SCALAR, key), Node(SCALAR, text_at(doc, key)))
        else:
            old.value = text_at(doc, key)


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
        elif inner.value != text_of(value):
            raise UntoldError
