"""The files of a failover: patches beside what an overlay has, and the line that names them."""

from __future__ import annotations

import json
import posixpath
from typing import TYPE_CHECKING, Final

from promote import yamlio
from promote.compare.paths import pointer
from promote.errors import VariantError
from promote.project.source import has_kustomization
from promote.project.variants import is_independent
from promote.render.kustomization import FILE_NAMES
from promote.yamlio.editing import DELETE, edit

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from promote.model.json import Document, FieldPath, Json
    from promote.model.resource import ResourceId
    from promote.model.tree import Tree
    from promote.project import Project
    from promote.promotion.failover.planning import Wanted
    from promote.yamlio.editing import Delete

_API: Final = "kustomize.config.k8s.io"


def file_of(variant: str) -> str:
    """The file, in an overlay, of what a failover to a variant changes there."""
    return f"failover-to-{variant}.yaml"


def patched(
    project: Project, environment: str, app: str, variant: str, wanted: Sequence[Wanted]
) -> tuple[str, dict[str, bytes | None]]:
    """A file with a patch for each resource, and the overlay that names it among transformers."""
    overlay = project.overlay(environment, app)
    if environment == variant and is_independent(project, variant, app):
        raise VariantError(f"{app} in {variant} is kept by hand", hint="change it by hand as well")
    patches: dict[ResourceId, list[Json]] = {}
    for one in wanted:
        path = pointer(one.path)
        patches.setdefault(one.resource, []).extend(
            (
                {"op": "test", "path": path, "value": one.old},
                {"op": "replace", "path": path, "value": one.new},
            )
        )
    documents: list[Document] = [
        {
            "apiVersion": "builtin",
            "kind": "PatchTransformer",
            "metadata": {"name": f"failover-{index}"},
            "target": _target(identity),
            "patch": json.dumps(operations, indent=2, ensure_ascii=False) + "\n",
        }
        for index, (identity, operations) in enumerate(patches.items(), 1)
    ]
    file = f"{overlay}/{file_of(variant)}"
    named = _named(project, environment, app, variant)
    return file, {file: yamlio.dump_all(documents).encode(), **named}


def _target(identity: ResourceId) -> Document:
    """Names of a target are regular expressions."""
    return {
        "group": identity.group.replace(".", "\\."),
        "kind": identity.kind,
        "name": identity.name.replace(".", "\\."),
    }


def _named(project: Project, environment: str, app: str, variant: str) -> dict[str, bytes | None]:
    """The kustomization of an overlay with the file of patches in it."""
    overlay, tree = project.overlay(environment, app), project.tree
    if not has_kustomization(tree, overlay):
        made = _fresh(project, environment, app) + _block(variant)
        return {f"{overlay}/{FILE_NAMES[0]}": made.encode()}
    path = _kustomization(tree, overlay)
    data = tree.read(path)
    known = _transformers(tree, path)
    if known:
        changes: dict[FieldPath, Json | Delete] = {("transformers", len(known)): file_of(variant)}
        return {path: edit(data, changes, tree.display(path))}
    end = b"" if data.endswith(b"\n") else b"\n"
    return {path: data + end + _block(variant).encode()}


def unnamed(project: Project, environment: str, app: str, variant: str) -> dict[str, bytes | None]:
    """The kustomization of an overlay as it was; None for one that was made for the failover."""
    overlay, tree = project.overlay(environment, app), project.tree
    path = _kustomization(tree, overlay)
    data, block = tree.read(path), _block(variant).encode()
    if data == _fresh(project, environment, app).encode() + block:
        return {path: None}
    if data.count(block) == 1:
        return {path: data.replace(block, b"")}
    place = _transformers(tree, path).index(file_of(variant))
    return {path: edit(data, {("transformers", place): DELETE}, tree.display(path))}


def _block(variant: str) -> str:
    return f"\ntransformers:\n- {file_of(variant)}\n"


def _fresh(project: Project, environment: str, app: str) -> str:
    """The kustomization of an overlay that has had none: of a variant, or of values alone."""
    if project.environment(environment).variant_of is not None:
        return f"apiVersion: {_API}/v1alpha1\nkind: Component\n"
    overlay = project.overlay(environment, app)
    base = posixpath.relpath(project.path(project.config.apps[app].base), overlay)
    return f"apiVersion: {_API}/v1beta1\nkind: Kustomization\nresources:\n- {base}\n"


def changed_overlays(
    project: Project, variant: str, primary: str
) -> Iterator[tuple[str, str, str]]:
    """The environments and apps that a failover has changed, and the file of its patches."""
    for environment in (primary, variant):
        for app in project.config.apps:
            file = f"{project.overlay(environment, app)}/{file_of(variant)}"
            if project.tree.kind(file) == "file":
                yield environment, app, file


def _transformers(tree: Tree, path: str) -> list[Json]:
    document = yamlio.load_one(tree.read(path), tree.display(path), own=True)
    found = document.get("transformers") if isinstance(document, dict) else None
    return found if isinstance(found, list) else []


def _kustomization(tree: Tree, overlay: str) -> str:
    names = (f"{overlay}/{name}" for name in FILE_NAMES)
    return next(path for path in names if tree.kind(path) == "file")
