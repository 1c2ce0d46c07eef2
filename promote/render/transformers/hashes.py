"""Name hashes: a generated resource's name ends in a hash of its content."""

from __future__ import annotations

from typing import TYPE_CHECKING

from promote.render.fields import set_in
from promote.render.generate.content_hash import content_hash, has_own_hash

if TYPE_CHECKING:
    from collections.abc import Callable

    from promote.model.json import Document
    from promote.render.accumulator import Accumulator
    from promote.render.layer import Layer, Transformer


def add_hashes(
    resources: Accumulator, hash_of_nodes: Callable[[int], str | None] | None = None
) -> None:
    """Rename what is to have a hash, so that a change of content is a change of name.

    Args:
        resources: the resources.
        hash_of_nodes: gives the hash of what a patch has made another kind of, by its number among
            the resources; None where that cannot be told.
    """
    for index, record in enumerate(resources.records):
        if record.needs_hash:
            known = None
            if hash_of_nodes is not None and not has_own_hash(record.doc.get("kind")):
                known = hash_of_nodes(index)
            name = f"{record.key.name}-{known or content_hash(record.doc)}"
            record.remember_key()
            record.doc = set_in(record.doc, ("metadata", "name"), name)
    resources.changed()


def from_config(doc: Document, layer: Layer) -> Transformer:  # noqa: ARG001 - one shape for all kinds
    """The transformer that a `HashTransformer` document asks for."""
    return add_hashes
