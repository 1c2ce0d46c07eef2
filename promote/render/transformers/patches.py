"""`patches`, `patchesStrategicMerge` and `patchesJson6902`: changes written by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from promote import yamlio
from promote.errors import InputError, PatchError, YamlError
from promote.render.decode import Fields
from promote.render.kustomization import Patch
from promote.render.manifests import NotAResourceError, read_records
from promote.render.merge.json_patch import parse_json_patch
from promote.render.selectors import Selector
from promote.render.transformers.json_patches import JsonPatches
from promote.render.transformers.merge_patches import MergePatches

if TYPE_CHECKING:
    from collections.abc import Iterator

    from promote.model.json import Document, Json
    from promote.render.layer import Layer, Transformer
    from promote.render.record import Record


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
    for path in filter(None, paths):
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
