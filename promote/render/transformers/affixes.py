"""`namePrefix` and `nameSuffix`: add to the names of resources."""

from __future__ import annotations

from typing import TYPE_CHECKING

from promote.errors import KustomizationError
from promote.render.decode import Fields
from promote.render.fields import Create, update_document
from promote.render.layer import specs_of
from promote.render.merge.written import text_of, untagged
from promote.render.record import selects

if TYPE_CHECKING:
    from collections.abc import Iterator

    from promote.model.json import Document, Json
    from promote.render.accumulator import Accumulator
    from promote.render.fieldspecs import FieldSpec
    from promote.render.layer import Layer, Transformer
    from promote.render.record import Key, Record


class AddAffix:
    """Puts a prefix before, or a suffix behind, the fields that hold a resource's own name.

    Args:
        affix: what to add.
        specs: the fields, as a rule `metadata/name` of every kind.
        is_prefix: whether it goes in front.
    """

    def __init__(self, affix: str, specs: tuple[FieldSpec, ...], *, is_prefix: bool) -> None:
        self.affix = affix
        self.specs = specs
        self.is_prefix = is_prefix

    def __call__(self, resources: Accumulator) -> None:
        """Rename the resources."""
        for record in resources.records:
            original = record.original
            if not _keeps_its_name(original):
                for spec in self.specs:
                    if selects(spec.selector, original.gvk):
                        self._rename(record, spec)
        resources.changed()

    def _rename(self, record: Record, spec: FieldSpec) -> None:
        if spec.text == "metadata/name" and self.affix:
            if self.is_prefix:
                record.prefixes = (*record.prefixes, self.affix)
            else:
                record.suffixes = (*record.suffixes, self.affix)
            record.remember_key()
        if selects(spec.selector, record.key.gvk):
            create = Create.SCALAR if spec.create else Create.TEXT
            record.doc = update_document(record.doc, spec.path, self._add, create)

    def _add(self, old: Json) -> Json:
        if isinstance(old, dict | list):
            raise KustomizationError("a name field holds a mapping or a list, not a name")
        text = text_of(old)
        return untagged(old, self.affix + text if self.is_prefix else text + self.affix)


def _keeps_its_name(key: Key) -> bool:
    """Kinds whose name means something outside the repository."""
    return key.kind in {"CustomResourceDefinition", "Namespace"} or (
        key.kind == "APIService" and key.group == "apiregistration.k8s.io"
    )


def prefix_from_kustomization(layer: Layer) -> Iterator[Transformer]:
    """The transformer of the `namePrefix` field."""
    if layer.kustomization.name_prefix:
        yield AddAffix(layer.kustomization.name_prefix, layer.config.name_prefix, is_prefix=True)


def suffix_from_kustomization(layer: Layer) -> Iterator[Transformer]:
    """The transformer of the `nameSuffix` field."""
    if layer.kustomization.name_suffix:
        yield AddAffix(layer.kustomization.name_suffix, layer.config.name_suffix, is_prefix=False)


def _from_config(doc: Document, key: str, *, is_prefix: bool) -> Transformer:
    if doc.get("fieldSpecs") is None:
        raise KustomizationError(
            f"a {doc.get('kind')} has no fieldSpecs", hint="add - path: metadata/name"
        )
    return AddAffix(Fields(doc, doc).text(key), specs_of(doc), is_prefix=is_prefix)


def prefix_from_config(doc: Document, layer: Layer) -> Transformer:  # noqa: ARG001 - one shape for all kinds
    """The transformer that a `PrefixTransformer` document asks for."""
    return _from_config(doc, "prefix", is_prefix=True)


def suffix_from_config(doc: Document, layer: Layer) -> Transformer:  # noqa: ARG001 - one shape for all kinds
    """The transformer that a `SuffixTransformer` document asks for."""
    return _from_config(doc, "suffix", is_prefix=False)


class AddAffixes:
    """Adds a prefix and a suffix."""

    def __init__(self, *steps: Transformer) -> None:
        self._steps = steps

    def __call__(self, resources: Accumulator) -> None:
        """Rename the resources."""
        for step in self._steps:
            step(resources)


def both_from_config(doc: Document, layer: Layer) -> Transformer:
    """The transformer that a `PrefixSuffixTransformer` document asks for."""
    return AddAffixes(prefix_from_config(doc, layer), suffix_from_config(doc, layer))
