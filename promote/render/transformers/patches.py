"""`patches`, `patchesStrategicMerge` and `patchesJson6902`: changes written by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from promote import yamlio
from promote.errors import InputError, PatchError, YamlError
from promote.render.decode import Fields
from promote.render.history import with_history, without_history
from promote.render.kustomization import Patch
from promote.render.manifests import NotAResourceError, read_records
from promote.render.merge.json_patch import apply_json_patch, parse_json_patch
from promote.render.merge.strategic import strategic_merge
from promote.render.merge.written import created, in_field, text_at, text_of, untagged
from promote.render.selectors import Selector
from promote.yamlio.faults import with_last_values

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from promote.model.json import Document, Json
    from promote.render.accumulator import Accumulator
    from promote.render.layer import Layer, Transformer
    from promote.render.merge.json_patch import JsonPatch
    from promote.render.merge.schema import Schema
    from promote.render.record import Record


class MergePatches:
    """Applies strategic merge patches.

    Args:
        patches: the patches, each a partial resource.
        schema: how lists of each kind merge.
        target: the resources to patch; without it each patch finds its own by its identity.
        source: where the patches come from, for errors.
        rename: the patches may change the name.
        rekind: the patches may change the kind.
        copied: kustomize copies the patches before it applies them, as it does for a target.
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
        doc = patch.doc
        if self.copied:
            doc = _with_text_metadata(doc, "labels", "annotations")
        elif self.rename or self.rekind:  # which kustomize notes in the patch's annotations
            doc = _with_text_metadata(doc, "annotations")
        takes_annotations = _takes_annotations(doc)
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
        if isinstance(entries, dict) and entries:
            entries = with_last_values(entries)
            changed[field] = {key: text_at(entries, key) for key in entries}
        else:
            changed.pop(field, None)
    return {**patch, "metadata": changed}


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
    """A patch that is copied states a kind only to be a resource: the version is the target's.

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


_WHOLE: Final = {"/metadata", "/metadata/annotations"}


class JsonPatches:
    """Applies a JSON patch (RFC 6902) to the resources that a selector chooses.

    Args:
        patch: the operations.
        target: the resources.
        source: where the patch comes from, for errors.
        remember: note the identity that each resource had before.
    """

    def __init__(
        self, patch: JsonPatch, target: Selector, *, source: str = "", remember: bool = True
    ) -> None:
        self.patch = patch
        self.target = target
        self.source = source
        self.remember = remember
        self._sees_annotations = any(
            not operation.path or "/metadata" in operation.path + operation.source
            for operation in patch
        )
        self.takes_annotations = any(
            _WHOLE & {operation.path, operation.source if operation.op == "move" else ""}
            for operation in patch
            if operation.op != "test"
        )

    def __call__(self, resources: Accumulator) -> None:
        """Apply it.

        Raises:
            PatchError: an operation fails on one of the resources.
        """
        for record in self.target.choose(resources.records):
            if self.remember:
                record.remember_key()
            try:
                self._apply(record)
            except PatchError as error:
                raise PatchError(
                    f"{self.source} on {record.key}: {error.message}", hint=error.hint
                ) from None
            record.ties = None
            record.rewritten = True
            if self.takes_annotations:
                record.forget_notes()
        resources.changed()

    def _apply(self, record: Record) -> None:
        if not self._sees_annotations:
            record.doc = apply_json_patch(record.doc, self.patch)
            return
        doc, history = with_history(record)
        record.doc = without_history(apply_json_patch(doc, self.patch), history)


def from_kustomization(layer: Layer) -> Iterator[Transformer]:
    """The transformers of the `patches` field."""
    for patch in layer.kustomization.patches:
        yield _patch(patch, layer)


def _patch(patch: Patch, layer: Layer) -> Transformer:
    text = patch.text.strip()
    if bool(text) == bool(patch.file):
        both = "both 'patch' and 'path'" if text else "neither 'patch' nor 'path'"
        raise PatchError(f"an entry of 'patches' has {both}", hint="give it one of them")
    source = f"the patch {patch.file!r}" if patch.file else "an inline patch"
    content = layer.directory.read(patch.file) if patch.file else text.encode()
    try:
        merges = read_records(_documents(content, patch.file, layer), layer.schema)
    except (NotAResourceError, YamlError) as not_a_merge:
        return _json_patch(content, patch, source, not_a_merge)
    return MergePatches(
        merges,
        layer.schema,
        target=patch.target,
        source=source,
        rename=patch.allow_name_change,
        rekind=patch.allow_kind_change,
        texts=(content,),
    )


def _documents(content: bytes, file: str, layer: Layer) -> list[Json]:
    shown = layer.directory.tree.display(layer.directory.file(file)) if file else "an inline patch"
    return yamlio.load_all(content, shown, patch=True)


def _json_patch(content: bytes, patch: Patch, source: str, not_a_merge: InputError) -> Transformer:
    try:
        operations = parse_json_patch(content, source)
    except InputError as error:
        if isinstance(not_a_merge, YamlError):
            raise not_a_merge from None
        raise PatchError(
            f"{source} is neither a strategic merge patch nor a JSON patch: "
            f"{not_a_merge.message}; {error.message}"
        ) from None
    if patch.target is None:
        raise PatchError(
            f"{source} is a JSON patch without a target", hint="add target: with a kind and name"
        )
    return JsonPatches(operations, patch.target, source=source)


def strategic_from_kustomization(layer: Layer) -> Iterator[Transformer]:
    """The transformer of the `patchesStrategicMerge` field."""
    paths = layer.kustomization.patches_strategic
    if paths:
        yield _merges(layer, paths, "")


def _merges(layer: Layer, paths: tuple[str, ...], inline: str) -> Transformer:
    found: list[Record] = []
    texts: list[bytes] = []
    for path in paths:
        records, content = _inline_or_file(path, layer)
        found += records
        texts.append(content)
    if inline:
        found += read_records(_documents(inline.encode(), "", layer), layer.schema)
        texts.append(inline.encode())
    if not found:
        raise PatchError("the patches are empty", hint="name at least one resource to patch")
    source = " and ".join(path for path in paths if "\n" not in path)
    return MergePatches(found, layer.schema, source=source, copied=True, texts=tuple(texts))


def _inline_or_file(text: str, layer: Layer) -> tuple[list[Record], bytes]:
    """An entry is a patch, or else the name of a file that holds some; and the text of it."""
    if "\n" in text or ":" in text:
        try:
            content = text.encode()
            return read_records(_documents(content, "", layer), layer.schema), content
        except InputError:
            if "\n" in text:
                raise
    content = layer.directory.read(text)
    return read_records(_documents(content, text, layer), layer.schema), content


def json_from_kustomization(layer: Layer) -> Iterator[Transformer]:
    """The transformers of the `patchesJson6902` field."""
    for patch in layer.kustomization.patches_json:
        yield _json_only(patch, layer)


def _json_only(patch: Patch, layer: Layer) -> Transformer:
    source = f"the patch {patch.file!r}" if patch.file else "an inline patch"
    if patch.target is None or not patch.target.name:
        raise PatchError("an entry of 'patchesJson6902' has no target name")
    if bool(patch.text) == bool(patch.file):
        raise PatchError("an entry of 'patchesJson6902' has one of 'path' and 'patch'")
    content = layer.directory.read(patch.file) if patch.file else patch.text.encode()
    operations = parse_json_patch(content, source)
    if not operations:
        raise PatchError(f"{source} is empty")
    return JsonPatches(operations, patch.target, source=source, remember=False)


def patch_from_config(doc: Document, layer: Layer) -> Transformer:
    """The transformer that a `PatchTransformer` document asks for."""
    fields = Fields(doc, doc)
    stated = fields.mapping("options") or {}
    options = Fields(stated, stated, ("options",))
    target = fields.mapping("target")
    patch = Patch(
        (),
        fields.text("patch"),
        fields.text("path"),
        None if target is None else Selector.read(target),
        allow_name_change=options.flag("allowNameChange"),
        allow_kind_change=options.flag("allowKindChange"),
    )
    return _patch(patch, layer)


def strategic_from_config(doc: Document, layer: Layer) -> Transformer:
    """The transformer that a `PatchStrategicMergeTransformer` document asks for."""
    fields = Fields(doc, doc)
    paths, inline = fields.texts("paths"), fields.text("patches")
    return _merges(layer, paths, inline)


def json_from_config(doc: Document, layer: Layer) -> Transformer:
    """The transformer that a `PatchJson6902Transformer` document asks for."""
    fields = Fields(doc, doc)
    target = fields.mapping("target")
    selector = None if target is None else Selector.read(target)
    return _json_only(Patch((), fields.text("jsonOp"), fields.text("path"), selector), layer)
