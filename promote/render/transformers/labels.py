"""`labels`, `commonLabels` and `commonAnnotations`: entries for many maps at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from promote.errors import KustomizationError
from promote.render.decode import Fields
from promote.render.fields import Create, parse_path, update_document, without
from promote.render.fieldspecs import field_spec, merge_specs
from promote.render.history import has_history
from promote.render.layer import PathsByKind, specs_of
from promote.render.merge.written import check_new_keys, is_new_key
from promote.render.ties import places_without, tie
from promote.yamlio.blanks import with_words, words_of
from promote.yamlio.quotes import Untagged

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from promote.model.json import Document, FieldPath, Json
    from promote.render.accumulator import Accumulator
    from promote.render.fields import Path
    from promote.render.fieldspecs import FieldConfig, FieldSpec
    from promote.render.kustomization import Labels
    from promote.render.layer import Layer, Transformer
    from promote.render.record import Record

_ANNOTATIONS = parse_path("metadata/annotations")
_METADATA_LABELS = field_spec({"path": "metadata/labels", "create": True})


class AddEntries:
    """Adds entries to the maps at some fields: labels, selectors or annotations.

    Args:
        entries: what to add; an entry that is there already is overwritten.
        specs: the fields that hold such maps.
    """

    def __init__(self, entries: Mapping[str, str], specs: Iterable[FieldSpec]) -> None:
        self.entries = dict(entries)
        specs = tuple(specs)
        self.paths = PathsByKind(specs)
        self._on_annotations = any(spec.path == _ANNOTATIONS for spec in specs)
        self._annotates = any(spec.path == _ANNOTATIONS and not spec.create for spec in specs)
        self._doubtful = [key for key in self.entries if not is_new_key(key)]

    def __call__(self, resources: Accumulator) -> None:
        """Add them."""
        if not self.entries:
            return
        for record in resources.records:
            if self._on_annotations:
                _make_annotations(record)
            paths = self.paths.present(record.key.gvk, record.doc)
            if self._annotates and has_history(record):
                paths = [
                    (path, create or path == _ANNOTATIONS)
                    for path, create in self.paths[record.key.gvk]
                ]
            new = self._new_places(record.doc, paths) if len(paths) > 1 else {}
            for path, create in paths:
                record.doc = update_document(
                    record.doc, path, self._add, Create.MAPPING if create else None
                )
            for key, places in new.items():
                tie(record, self.entries[key], places)

    def _new_places(
        self, doc: Document, paths: Iterable[tuple[Path, bool]]
    ) -> dict[str, list[FieldPath]]:
        """Where each entry is not there yet and will be."""
        return {
            key: [
                place
                for path, create in paths
                for place in places_without(doc, path, key, create=create)
            ]
            for key in self.entries
        }

    def _add(self, old: Json) -> Json:
        if old is None:
            return None  # what may not be made stays null
        if not isinstance(old, dict):
            raise KustomizationError("a field for labels or annotations does not hold a mapping")
        if all(old.get(key) == value for key, value in self.entries.items()) and not any(
            type(old.get(key)) is Untagged for key in self.entries
        ):
            return old
        check_new_keys(key for key in self._doubtful if key not in old)
        new: Document = {**old, **self.entries}
        words = words_of(old)
        if words:
            return with_words(new, {key: words[key] for key in words if key not in self.entries})
        return new


def _make_annotations(record: Record) -> None:
    """Take out what is no mapping where kustomize keeps annotations of its own: it made one."""
    annotations = record.metadata.get("annotations")
    if isinstance(annotations, dict | None) or not has_history(record):
        return
    if not isinstance(annotations, list) or not annotations:
        record.doc = without(record.doc, ("metadata", "annotations"))


def labels_from_kustomization(layer: Layer) -> Iterator[Transformer]:
    """The transformers of the `labels` and `commonLabels` fields."""
    kustomization = layer.kustomization
    if kustomization.labels or kustomization.common_labels:
        for labels in kustomization.labels:
            yield AddEntries(labels.pairs, _label_specs(labels, layer.config))
        yield AddEntries(kustomization.common_labels, layer.config.common_labels)


def _label_specs(labels: Labels, config: FieldConfig) -> tuple[FieldSpec, ...]:
    specs = merge_specs(labels.fields, config.labels)
    if labels.include_selectors:
        return merge_specs(specs, config.common_labels)
    if labels.include_templates:
        specs = merge_specs(specs, config.template_labels)
    return merge_specs(specs, (_METADATA_LABELS,))


def annotations_from_kustomization(layer: Layer) -> Iterator[Transformer]:
    """The transformer of the `commonAnnotations` field."""
    if layer.kustomization.common_annotations:
        yield AddEntries(layer.kustomization.common_annotations, layer.config.common_annotations)


def labels_from_config(doc: Document, layer: Layer) -> Transformer:  # noqa: ARG001 - one shape for all kinds
    """The transformer that a `LabelTransformer` document asks for."""
    return AddEntries(Fields(doc, doc).text_map("labels"), specs_of(doc))


def annotations_from_config(doc: Document, layer: Layer) -> Transformer:  # noqa: ARG001 - one shape for all kinds
    """The transformer that an `AnnotationsTransformer` document asks for."""
    return AddEntries(Fields(doc, doc).text_map("annotations"), specs_of(doc))
