"""Reading a file of manifests as one side of a comparison."""

from __future__ import annotations

from typing import TYPE_CHECKING

from promote import yamlio
from promote.errors import InputError, Place
from promote.model.resource import Origin, Resource

if TYPE_CHECKING:
    from collections.abc import Iterator

    from promote.model.json import Json


def read_manifests(data: bytes, source: str) -> list[Resource]:
    """The resources of a file of YAML or JSON; lists of resources are taken apart.

    Raises:
        YamlError: the file is not YAML.
        InputError: a document is not a resource.
    """
    resources: list[Resource] = []
    for index, document in enumerate(yamlio.load_all(data, source)):
        for item in _items(document):
            if not isinstance(item, dict) or not isinstance(item.get("kind"), str):
                line, column = yamlio.locate(data, (), document=index) or (None, None)
                raise InputError(
                    "a document is not a Kubernetes resource",
                    place=Place(source, line, column),
                    hint="every resource states apiVersion, kind and metadata.name",
                )
            resources.append(Resource(item, Origin(source, index)))
    return resources


def _items(document: Json) -> Iterator[Json]:
    if document is None:
        return
    kind = document.get("kind") if isinstance(document, dict) else None
    items = document.get("items") if isinstance(document, dict) else None
    if isinstance(kind, str) and kind.endswith("List") and isinstance(items, list):
        for item in items:
            yield from _items(item)
    else:
        yield document
