"""`replacements`: values copied from one resource to others."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from promote.errors import KustomizationError
from promote.render.decode import Fields
from promote.render.history import take_history, with_history, without_history
from promote.render.notes import ORIGIN, TRANSFORMERS, origin_text, transformers_text
from promote.render.places import value_at, with_value_at
from promote.yamlio.blanks import ODD_WORDS
from promote.yamlio.quotes import InSingleQuotes, Untagged, has_quotes
from promote.yamlio.scalars import resolve
from promote.yamlio.watched import note

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from promote.model.json import Document, FieldPath, Json
    from promote.render.accumulator import Accumulator
    from promote.render.layer import Layer, Transformer
    from promote.render.record import Record
    from promote.render.replacements import Replacement
    from promote.render.replacements.apply import Identity


class Replace:
    """Carries out replacements.

    Args:
        replacements: what to copy, and where to.
        layer: the kustomization that asks for it.
    """

    def __init__(self, replacements: tuple[Replacement, ...], layer: Layer) -> None:
        self.replacements = replacements
        self.layer = layer

    def __call__(self, resources: Accumulator) -> None:
        """Carry them out.

        Raises:
            KustomizationError: there is not exactly one source, or a field does not take the value.
        """
        records = resources.records
        if any(map(_asks_for_quotes, self.replacements)):
            self._note_single_quotes(records)
        before = [record.doc for record in records]
        if any(map(_sees_annotations, self.replacements)):
            with _notes_in_annotations(records):
                unread = self._apply(records)
        else:
            unread = self._apply(records)
        for error in unread:
            error.at(self.layer.place())
        for record, old in zip(records, before, strict=True):
            if record.doc is not old:
                note(record.doc)
                if Untagged.made:
                    self._make_texts(record, old)
        resources.changed()

    def _apply(self, records: Sequence[Record]) -> list[KustomizationError]:
        from promote.render.replacements import apply_replacements  # noqa: PLC0415 - few have any

        return apply_replacements(records, self.replacements, _identities, self._word_at)

    def _word_at(self, record: Record, place: FieldPath) -> str | None:
        """How a boolean in a list is written, which only its file knows."""
        from promote.yamlio.places import scalar_at  # noqa: PLC0415 - needs PyYAML

        origin = record.origin
        if origin is None or not self._is_as_written(record):
            return None
        data = self.layer.directory.tree.read(origin.file)
        text = scalar_at(data, place, document=origin.index)
        same = text in ODD_WORDS and resolve(text) is value_at(record.doc, place)
        return text if same else None

    def _note_single_quotes(self, records: Sequence[Record]) -> None:
        """Mark the strings that stand in single quotes in their files."""
        from promote.yamlio.places import in_single_quotes  # noqa: PLC0415 - needs PyYAML

        tree = self.layer.directory.tree
        for record in records:
            origin = record.origin
            if origin is None or not self._is_as_written(record):
                continue
            for place, text in in_single_quotes(tree.read(origin.file), document=origin.index):
                value = value_at(record.doc, place)
                if isinstance(value, str) and value == text and has_quotes(value):
                    doc = with_value_at(record.doc, place, InSingleQuotes(value))
                    record.doc = doc  # type: ignore[assignment]  # a place is below the top

    def _is_as_written(self, record: Record) -> bool:
        """Whether a resource has the braces and quotes of its file, and that can be read here."""
        origin = record.origin
        if origin is None or origin.generator or record.rewritten:
            return False
        return self.layer.directory.tree.kind(origin.file) == "file"

    def _make_texts(self, record: Record, old: Document) -> None:
        """Make texts of the empty values that replacements made within brackets."""
        from promote.render.replacements.empty import with_empty_texts  # noqa: PLC0415 - as above
        from promote.yamlio.places import is_in_brackets  # noqa: PLC0415 - needs PyYAML

        origin = record.origin
        if record.in_braces:
            doc = with_empty_texts(record.doc, old, lambda _: True)
            record.doc = doc  # type: ignore[assignment]  # it is a mapping as before
            return
        if origin is None or not self._is_as_written(record):
            return
        tree = self.layer.directory.tree

        def is_text(path: FieldPath) -> bool:
            return is_in_brackets(tree.read(origin.file), path, document=origin.index)

        doc = with_empty_texts(record.doc, old, is_text)
        record.doc = doc  # type: ignore[assignment]  # as above


def _sees_annotations(replacement: Replacement) -> bool:
    """Whether kustomize's own annotations are among what is copied or replaced."""
    source = () if replacement.source is None else (replacement.source.path,)
    paths = (*source, *(path for target in replacement.targets for path in target.paths))
    return any(path in {"metadata", "metadata.annotations"} for path in paths)


def _asks_for_quotes(replacement: Replacement) -> bool:
    """Whether a path chooses elements by the quotes that stand in their files."""
    paths = (path for target in replacement.targets for path in target.paths)
    return any("[" in path and ("'" in path or '"' in path) for path in paths)


@contextmanager
def _notes_in_annotations(records: Sequence[Record]) -> Iterator[None]:
    """Put what kustomize notes in annotations there, and back into attributes afterwards."""
    before = [(record, record.doc) for record in records]
    origins = {origin_text(record): record.made_by for record in records}
    changes = {transformers_text(record): record.changed_by for record in records}
    for record in records:
        record.doc, _ = with_history(record)
    noted = [record.doc for record in records]
    yield
    for (record, old), doc in zip(before, noted, strict=True):
        annotations = record.metadata_map("annotations")
        was = doc.get("metadata")
        if record.doc is doc:
            record.doc = old
        elif isinstance(was, dict) and annotations == was.get("annotations", {}):
            record.doc = without_history(record.doc, with_history(record)[1])
        else:
            record.forget_history()
            take_history(record)
            record.made_by = origins.get(str(annotations.get(ORIGIN, "")))
            record.changed_by = changes.get(str(annotations.get(TRANSFORMERS, "")), ())


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

        yield Replace(parse_replacements(entries, _Load(layer)), layer)


def from_config(doc: Document, layer: Layer) -> Transformer:
    """The transformer that a `ReplacementTransformer` document asks for."""
    from promote.render.replacements import parse_replacements  # noqa: PLC0415 - as above

    entries = Fields(doc, doc).mappings("replacements")
    return Replace(parse_replacements(entries, _Load(layer)), layer)
