"""`namespace`: puts every resource that can have one into one namespace."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from promote.errors import ConflictError, KustomizationError
from promote.model.resource import identity as identity_of
from promote.render.decode import Fields
from promote.render.fields import Create, set_in, update_document
from promote.render.layer import PathsByKind, specs_of
from promote.render.merge.written import text_at
from promote.yamlio.quotes import Untagged, bare, has_quotes, in_quotes

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from promote.model.json import Document, Json
    from promote.render.accumulator import Accumulator
    from promote.render.fieldspecs import FieldSpec
    from promote.render.layer import Layer, Transformer
    from promote.render.record import Record

_BINDINGS = ("RoleBinding", "ClusterRoleBinding")
_SUBJECTS = ("defaultOnly", "allServiceAccounts", "none")


class SetNamespace:
    """Sets the namespace of resources, and of the fields that follow it.

    Args:
        namespace: the namespace.
        specs: the fields besides `metadata.namespace`.
        unset_only: leave a namespace that is stated.
        subjects: which subjects of role bindings follow: those named `default`, every service
            account, or none.
    """

    def __init__(
        self,
        namespace: str,
        specs: Iterable[FieldSpec],
        *,
        unset_only: bool = False,
        subjects: str = "defaultOnly",
    ) -> None:
        self.namespace = namespace
        self.unset_only = unset_only
        self.subjects = subjects
        specs = [spec for spec in specs if not _is_special(spec)]
        self._core = PathsByKind(specs)
        self._other = PathsByKind(spec for spec in specs if spec.text != "metadata/name")

    def __call__(self, resources: Accumulator) -> None:
        """Move the resources.

        Raises:
            ConflictError: two resources of one name come together.
        """
        if not self.namespace:
            return
        moved = [record for record in resources.records if not record.from_helm]
        for record in moved:
            record.remember_key()
            record.doc = self.move_document(record)
        resources.changed()
        counts = Counter(record.key for record in resources.records)
        for record in moved:
            if counts[record.key] > 1:
                raise ConflictError(
                    f"namespace {self.namespace!r} would hold two resources {record.key}",
                    hint="give one of them another name",
                )

    def move_document(self, record: Record) -> Document:
        """The document of a resource in its new namespace."""
        doc = record.doc
        gvk = record.key.gvk
        if not record.is_cluster_scoped:
            doc = self._move_metadata(doc)
        if gvk.kind in _BINDINGS:
            doc = self._move_subjects(doc)
        paths = self._core if doc.get("apiVersion") == "v1" else self._other
        for path, create in paths[gvk]:
            doc = update_document(doc, path, self._set, Create.SCALAR if create else None)
        return doc

    def _move_metadata(self, doc: Document) -> Document:
        metadata = doc.get("metadata")
        meta = metadata if isinstance(metadata, dict) else {}
        old = meta.get("namespace")
        if self.unset_only and "namespace" in meta and old is None and text_at(meta, "namespace"):
            return doc  # a null that is spelled out counts as stated
        new = self._set(old)
        return doc if new is old else set_in(doc, ("metadata", "namespace"), new)

    def _set(self, old: Json) -> Json:
        if isinstance(old, dict | list):
            raise KustomizationError("a namespace field holds a mapping or a list, not a name")
        if self.unset_only and old not in {None, ""}:
            return old
        if old == self.namespace and type(old) is not Untagged:
            return old
        quotes = isinstance(old, str) and has_quotes(old)
        return in_quotes(self.namespace) if quotes else bare(self.namespace)

    def _move_subjects(self, doc: Document) -> Document:
        subjects = doc.get("subjects")
        if self.subjects == "none" or subjects is None:
            return doc
        field = "name" if self.subjects == "defaultOnly" else "kind"
        if not isinstance(subjects, list) or any(_is_odd(subject, field) for subject in subjects):
            raise _no_subjects(doc)
        moved = [self._move_subject(subject) for subject in subjects]
        if all(new is old for new, old in zip(moved, subjects, strict=True)):
            return doc
        return {**doc, "subjects": moved}

    def _move_subject(self, subject: Json) -> Json:
        if not isinstance(subject, dict):
            return subject
        if self.subjects == "defaultOnly":
            follows = subject.get("name") == "default"
        else:
            follows = subject.get("kind") == "ServiceAccount"
        if not follows:
            return subject
        old = subject.get("namespace")
        new = self._set(old)
        return subject if new is old else {**subject, "namespace": new}


def _is_odd(subject: Json, field: str) -> bool:
    """Whether a subject is no mapping, or has no plain value in a field."""
    if isinstance(subject, dict):
        return isinstance(subject.get(field), dict | list)
    return subject is not None


def _no_subjects(doc: Document) -> KustomizationError:
    name = f"{doc.get('kind')} {identity_of(doc).name}"
    return KustomizationError(
        f"{name}: its subjects are not all mappings, which a namespace could be set in",
        hint="see what patches and replacements put there",
    )


def _is_special(spec: FieldSpec) -> bool:
    """Fields that have rules of their own here, whatever a configuration says of them."""
    return spec.text == "metadata/namespace" or (
        spec.selector.kind in _BINDINGS and spec.text == "subjects/namespace"
    )


def from_kustomization(layer: Layer) -> Iterator[Transformer]:
    """The transformer of the `namespace` field."""
    if layer.kustomization.namespace:
        yield SetNamespace(layer.kustomization.namespace, layer.config.namespace)


def from_config(doc: Document, layer: Layer) -> Transformer:  # noqa: ARG001 - one shape for all kinds
    """The transformer that a `NamespaceTransformer` document asks for."""
    fields = Fields(doc, doc)
    metadata = fields.mapping("metadata") or {}
    subjects = fields.text("setRoleBindingSubjects") or "defaultOnly"
    if subjects not in _SUBJECTS:
        raise fields.fail("setRoleBindingSubjects", f"one of {', '.join(_SUBJECTS)}")
    namespace = Fields(metadata, metadata).text("namespace")
    return SetNamespace(
        namespace, specs_of(doc), unset_only=fields.flag("unsetOnly"), subjects=subjects
    )
