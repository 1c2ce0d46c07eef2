"""`replacements`: values copied from one resource to others."""

from __future__ import annotations

from typing import TYPE_CHECKING

from promote.errors import KustomizationError
from promote.render.decode import Fields

if TYPE_CHECKING:
    from collections.abc import Iterator

    from promote.model.json import Document, Json
    from promote.render.accumulator import Accumulator
    from promote.render.layer import Layer, Transformer
    from promote.render.record import Record
    from promote.render.replacements import Replacement
    from promote.render.replacements.apply import Identity


class Replace:
    """Carries out replacements.

    Args:
        replacements: what to copy, and where to.
    """

    def __init__(self, replacements: tuple[Replacement, ...]) -> None:
        self.replacements = replacements

    def __call__(self, resources: Accumulator) -> None:
        """Carry them out.

        Raises:
            KustomizationError: there is not exactly one source, or a field does not take the value.
        """
        from promote.render.replacements import apply_replacements  # noqa: PLC0415 - few have any

        apply_replacements(resources.records, self.replacements, _identities)
        resources.changed()


def _identities(record: Record) -> tuple[Identity, ...]:
    return (record.id, *record.former_keys)


class _Load:
    """Gives the document of a file that an entry names."""

    def __init__(self, layer: Layer) -> None:
        self.layer = layer

    def __call__(self, path: str) -> Json:
        content = self.layer.directory.own_document(path)
        if content is None:
            raise KustomizationError(f"{path!r} holds no replacement")
        return content


def from_kustomization(layer: Layer) -> Iterator[Transformer]:
    """The transformer of the `replacements` field."""
    entries = layer.kustomization.replacements
    if entries:
        from promote.render.replacements import parse_replacements  # noqa: PLC0415 - as above

        yield Replace(parse_replacements(entries, _Load(layer)))


def from_config(doc: Document, layer: Layer) -> Transformer:
    """The transformer that a `ReplacementTransformer` document asks for."""
    from promote.render.replacements import parse_replacements  # noqa: PLC0415 - as above

    entries = Fields(doc, doc).mappings("replacements")
    return Replace(parse_replacements(entries, _Load(layer)))
