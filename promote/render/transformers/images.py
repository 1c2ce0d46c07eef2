"""`images`: new names, tags and digests for container images."""

from __future__ import annotations

from operator import is_
from typing import TYPE_CHECKING, Final

from promote.errors import KustomizationError
from promote.render.decode import Fields
from promote.render.fields import update_document
from promote.render.kustomization import read_image
from promote.render.layer import PathsByKind, specs_of
from promote.render.merge.written import text_of, untagged
from promote.render.patterns import image_match

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import TypeAlias

    from promote.model.json import Document, Json
    from promote.model.resource import Gvk
    from promote.render.accumulator import Accumulator
    from promote.render.fields import Path
    from promote.render.fieldspecs import FieldSpec
    from promote.render.kustomization import Image
    from promote.render.layer import Layer, Transformer

    Change: TypeAlias = Callable[[Json], Json]

_CONTAINERS = ("containers", "initContainers")
_COLLECTIONS: Final = (dict, list)


class SetImages:
    """Rewrites images, in the order of the entries.

    Kustomize looks for images twice for each entry: in every list called `containers` or
    `initContainers`, wherever it stands, and in the fields of its configuration. An image that is
    found both ways is rewritten twice, which shows where an entry adds a suffix or where its new
    name is its old one.

    Args:
        images: the entries.
        specs: the fields of the configuration.
    """

    def __init__(self, images: tuple[Image, ...], specs: tuple[FieldSpec, ...]) -> None:
        self._rewrites = tuple(Rewrite(image) for image in images)
        # An image that is missing is not made, whatever the configuration says.
        self._paths = PathsByKind(spec._replace(create=False) for spec in specs)
        self._cache: dict[tuple[str, bool], str] = {}

    def __call__(self, resources: Accumulator) -> None:
        """Rewrite them."""
        known: dict[Gvk, tuple[dict[Path, Change], set[tuple[str, ...]]]] = {}
        for record in resources.records:
            gvk = record.key.gvk
            if gvk not in known:
                paths = [path for path, _ in self._paths[gvk]]
                known[gvk] = (
                    {path: _same if _is_walked(path) else self._rewrite_once for path in paths},
                    {tuple(step.name for step in path) for path in paths},
                )
            changes, named = known[gvk]
            if gvk.kind == "CustomResourceDefinition":
                continue  # what it says of images is a schema
            new = self._walk(record.doc, (), named)
            if isinstance(new, dict):
                record.doc = new
            # The fields of the configuration that are in container lists are done already, but
            # going there makes an empty list of a null one, as kustomize does.
            for path, _ in self._paths.present(gvk, record.doc):
                record.doc = update_document(record.doc, path, changes[path])

    def _rewrite_once(self, old: Json) -> Json:
        return self._rewrite(old, twice=False)

    def _walk(self, node: Json, path: tuple[str, ...], named: set[tuple[str, ...]]) -> Json:
        """The node with the images in its container lists rewritten."""
        if isinstance(node, dict):
            changed: dict[str, Json] = {}
            for key, value in node.items():
                if not isinstance(value, _COLLECTIONS):
                    continue
                inner = (*path, key)
                new = self._walk(value, inner, named)
                if key in _CONTAINERS and isinstance(new, list):
                    new = self._rewrite_list(new, twice=(*inner, "image") in named)
                if new is not value:
                    changed[key] = new
            return {**node, **changed} if changed else node
        if isinstance(node, list):
            items = [self._walk(item, path, named) for item in node]
            return node if all(map(is_, items, node)) else items
        return node

    def _rewrite_list(self, containers: list[Json], *, twice: bool) -> list[Json]:
        result: list[Json] = []
        for container in containers:
            new = container
            if not isinstance(container, dict | None):
                raise KustomizationError("a list of containers holds something else")
            if container is not None and "image" in container:
                image = self._rewrite(container["image"], twice=twice)
                if image is not container["image"]:
                    new = {**container, "image": image}
            result.append(new)
        return containers if all(map(is_, result, containers)) else result

    def _rewrite(self, old: Json, *, twice: bool) -> Json:
        if isinstance(old, dict | list):
            raise KustomizationError("an image field holds a mapping or a list, not an image")
        text = text_of(old)
        known = self._cache.get((text, twice))
        if known is None:
            known = text
            for rewrite in self._rewrites:
                known = rewrite(known)
                if twice:
                    known = rewrite(known)
            self._cache[text, twice] = known
        return old if known == text else untagged(old, known)


def _same(value: Json) -> Json:
    return value


def _is_walked(path: Path) -> bool:
    return len(path) > 1 and path[-2].name in _CONTAINERS and path[-1].name == "image"


class Rewrite:
    """What one entry makes of an image."""

    def __init__(self, image: Image) -> None:
        self.image = image

    def __call__(self, text: str) -> str:
        """The image rewritten, or as it was if the entry does not mean it."""
        if not image_match(self.image.name)(text):
            return text
        image = self.image
        name, tag, digest = split_image(text)
        name = image.new_name or name
        if image.new_tag or image.digest:
            tag, digest = image.new_tag, image.digest
        elif image.tag_suffix:
            tag, digest = tag + image.tag_suffix, ""
        return name + (f":{tag}" if tag else "") + (f"@{digest}" if digest else "")


def split_image(text: str) -> tuple[str, str, str]:
    """Name, tag and digest of an image; a port in the registry's address belongs to the name."""
    slash = max(text.find("/"), 0)
    at = text.find("@", slash)
    colon = text.find(":", slash)
    if at >= 0 and (colon < 0 or at < colon):
        return text[:at], "", text[at + 1 :]
    if colon < 0:
        return text, "", ""
    if at >= 0:
        return text[:colon], text[colon + 1 : at], text[at + 1 :]
    return text[:colon], text[colon + 1 :], ""


def from_kustomization(layer: Layer) -> Iterator[Transformer]:
    """The transformers of the `images` field: one an entry, as the notes of origin count them."""
    images = layer.kustomization.images
    if layer.noted:
        for image in images:
            yield SetImages((image,), layer.config.images)
    elif images:
        yield SetImages(images, layer.config.images)


def from_config(doc: Document, layer: Layer) -> Transformer:  # noqa: ARG001 - one shape for all kinds
    """The transformer that an `ImageTagTransformer` document asks for."""
    image = Fields(doc, doc).mapping("imageTag")
    return SetImages((read_image(image or {}),), specs_of(doc))
