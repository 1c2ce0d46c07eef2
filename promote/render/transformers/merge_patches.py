"""Strategic merge patches: partial resources that are laid over others."""

from __future__ import annotations

from typing import TYPE_CHECKING

from promote.errors import PatchError
from promote.render.history import has_history
from promote.render.manifests import entries_of
from promote.render.merge.strategic import strategic_merge
from promote.render.merge.written import created, in_field, text_at, text_of, untagged
from promote.yamlio.faults import with_last_values

if TYPE_CHECKING:
    from collections.abc import Iterable

    from promote.model.json import Document, Json
    from promote.render.accumulator import Accumulator
    from promote.render.merge.schema import Schema
    from promote.render.record import Record
    from promote.render.selectors import Selector


class MergePatches:
    """Applies strategic merge patches.

    Args:
        patches: the patches, each a partial resource.
        schema: how lists of each kind merge.
        target: the resources to patch; without it each patch finds its own by its identity.
        source: where the patches come from, for errors.
        rename: the patches may change the name.
        rekind: the patches may change the kind.
        copied: kustomize copies the patches before it applies them, as it does if there is a
            target.
        texts: what the patches were read from, in their order.
    """

    def __init__(
        self,
        patches: Iterable[Record],
        schema: Schema,
        *,
        target: Selector | None = None,
        source: str = "",
        rename: bool = False,
        rekind: bool = False,
        copied: bool = False,
        texts: tuple[bytes, ...] = (),
    ) -> None:
        self.patches = tuple(patches)
        self.schema = schema
        self.target = target
        self.source = source
        self.rename = rename
        self.rekind = rekind
        self.copied = copied or target is not None
        self.texts = texts

    def __call__(self, resources: Accumulator) -> None:
        """Apply them.

        Raises:
            PatchError: nothing, or more than one resource, has the identity of a patch.
            ConflictError: two resources have one identity.
        """
        if self.target is not None and len(self.patches) > 1:
            raise PatchError(
                f"{self.source} holds several patches and has a target",
                hint="write an entry for each patch, or leave out the target",
            )
        for patch in self.patches:
            if self.target is None:
                chosen = [self._find(patch, resources)]
            else:
                chosen = self.target.choose(resources.records)
            self._apply(patch, chosen, resources)

    def _find(self, patch: Record, resources: Accumulator) -> Record:
        found = resources.by_any(patch.original)
        if len(found) == 1:
            return found[0]
        if not found:
            raise PatchError(
                f"no resource is {patch.original}, which {self.source} patches",
                hint=_nearest(patch, resources),
            )
        raise PatchError(
            f"{len(found)} resources are {patch.original}, which {self.source} patches"
        )

    def _apply(self, patch: Record, chosen: list[Record], resources: Accumulator) -> None:
        gone: list[Record] = []
        doc = self._as_applied(patch.doc)
        takes_annotations = _takes_annotations(doc)
        self._check_annotations(doc, chosen)
        for record in chosen:
            if self.rename or self.rekind:
                record.remember_key()
            merged = self._merged(record.doc, doc)
            if not merged:
                gone.append(record)
                continue
            record.doc = self._keep_identity(record.doc, merged)
            if takes_annotations:
                record.forget_history()
        resources.drop(gone)
        if takes_annotations:
            resources.changed()
        if (self.rename or self.rekind) and chosen:
            resources.changed()
            resources.require_unique()
        if self.copied:  # which kustomize does by collecting all resources anew
            resources.require_unique()

    def _as_applied(self, patch: Document) -> Document:
        if self.copied:
            return _without_odd_namespace(_with_text_metadata(patch, "labels", "annotations"))
        if self.rename or self.rekind:  # which kustomize notes in the patch's annotations
            return _with_text_metadata(patch, "annotations")
        return patch

    def _check_annotations(self, patch: Document, chosen: Iterable[Record]) -> None:
        """Refuse what cannot be merged with the annotations that kustomize keeps in a resource."""
        annotations = _metadata(patch).get("annotations")
        if isinstance(annotations, list):
            entries_of(annotations)
        if not isinstance(annotations, dict | None) and any(map(has_history, chosen)):
            raise PatchError(
                f"the annotations in {self.source or 'a patch'} are no mapping, and cannot be "
                "merged with those that kustomize keeps in the resource",
                hint="write a mapping of texts, or leave them out",
            )

    def _merged(self, old: Document, patch: Document) -> Document | None:
        if not self.copied:
            return strategic_merge(old, patch, self.schema)
        merged = strategic_merge(old, _in_version_of(old, patch), self.schema)
        if merged and old.get("apiVersion", "") is None:
            # It is no null any more, though it is printed as one.
            return {**merged, "apiVersion": created(text_at(old, "apiVersion"))}
        return merged

    def _keep_identity(self, old: Document, new: Document) -> Document:
        if not self.rekind and new.get("kind") != old.get("kind"):
            new = {**new, "kind": old["kind"]}
        was, now = _metadata(old), _metadata(new)
        kept = now
        if not self.rename and "name" in was:
            kept = _with_text(kept, "name", text_of(was["name"]))
        if was.get("namespace"):
            kept = _with_text(kept, "namespace", text_of(was["namespace"]))
        elif "namespace" in kept:
            kept = {key: value for key, value in kept.items() if key != "namespace"}
        return new if kept is now else {**new, "metadata": kept}


def _metadata(doc: Document) -> dict[str, Json]:
    found = doc.get("metadata")
    return found if isinstance(found, dict) else {}


def _with_text(mapping: dict[str, Json], key: str, text: str) -> dict[str, Json]:
    """The mapping with a name in it; the same one if that is as it was."""
    new = in_field(mapping, key, text)
    same = key in mapping and new == mapping[key] and type(new) is type(mapping[key])
    return mapping if same else {**mapping, key: new}


def _with_text_metadata(patch: Document, *fields: str) -> Document:
    """A patch as kustomize copies it: labels and annotations are strings in it.

    So a null there removes nothing and is the text that it was written as, and a map that is null
    or empty says nothing.
    """
    metadata = patch.get("metadata")
    if not isinstance(metadata, dict):
        return patch
    changed = dict(metadata)
    for field in fields:
        entries = metadata.get(field)
        if isinstance(entries, list):
            entries = entries_of(entries)
        if isinstance(entries, dict) and entries:
            entries = with_last_values(entries)
            changed[field] = {key: text_at(entries, key) for key in entries}
        else:
            changed.pop(field, None)
    return {**patch, "metadata": changed}


def _without_odd_namespace(patch: Document) -> Document:
    """A patch whose namespace, if it is a mapping or list, is none, as a copy of it has it."""
    metadata = _metadata(patch)
    if not isinstance(metadata.get("namespace"), dict | list):
        return patch
    kept: Json = {key: value for key, value in metadata.items() if key != "namespace"}
    return {**patch, "metadata": kept}


def _takes_annotations(patch: Document) -> bool:
    """Whether a patch removes or replaces all annotations of what it patches."""
    for path in (("metadata",), ("metadata", "annotations")):
        node: Json = patch
        for key in path:
            if not isinstance(node, dict) or key not in node:
                return False
            node = node[key]
        if node is None or (isinstance(node, dict) and node.get("$patch") in {"replace", "delete"}):
            return True
    return False


def _in_version_of(target: Document, patch: Document) -> Document:
    """A copied patch in the version of what it patches, since it states its own to no effect.

    If the target has none, or a mapping or list instead, it is an empty text there.
    """
    version = target.get("apiVersion")
    if isinstance(version, str | int | float):
        return patch if patch.get("apiVersion") == version else {**patch, "apiVersion": version}
    if version is None and "apiVersion" in target:
        return {key: value for key, value in patch.items() if key != "apiVersion"}
    stated = untagged(patch["apiVersion"], "") if "apiVersion" in patch else created("")
    return {**patch, "apiVersion": stated}


def _nearest(patch: Record, resources: Accumulator) -> str | None:
    """Something of the same kind or name, since a slip is as a rule in the other."""
    key = patch.original
    for record in resources.records:
        other = record.key
        if other.name == key.name or (other.kind == key.kind and other.gvk == key.gvk):
            return f"there is {other.gvk.group or 'core'}/{other.gvk.version} {other}"
    return None
