"""Finding the promotable fields in an overlay's files."""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from promote import yamlio
from promote.promotion.releases.release import FieldKey, Place, Release

if TYPE_CHECKING:
    from collections.abc import Iterator

    from promote.model.json import Document, FieldPath, Json
    from promote.model.tree import Tree

KUSTOMIZATION_NAMES: Final = ("kustomization.yaml", "kustomization.yml", "Kustomization")
IMAGE_PARTS: Final = ("newName", "newTag", "digest")
_REMOTE_LISTS: Final = ("resources", "components", "bases")
REF: Final = re.compile(r"(?P<before>.*[?&](?:ref|version)=)(?P<ref>[^&]*)(?P<after>.*)")


@dataclass(frozen=True, slots=True)
class Promotable:
    """Which fields of an app a release is made of."""

    images: bool = True
    charts: bool = True
    refs: bool = True
    values: tuple[FieldPath, ...] = ()


@dataclass(frozen=True, slots=True)
class Overlay:
    """Where an app's fields are in one environment.

    Attributes:
        directory: the overlay's directory in the tree.
        values: the file of the values that this app has in this environment.
    """

    directory: str
    values: str


@dataclass(frozen=True, slots=True)
class Pinned:
    """The promotable fields of an overlay, and where each is written."""

    overlay: Overlay
    kustomization: str | None
    values: dict[FieldKey, Json] = field(default_factory=dict)
    places: dict[FieldKey, Place] = field(default_factory=dict)
    subjects: dict[tuple[str, str], Place] = field(default_factory=dict)
    lengths: dict[str, int] = field(default_factory=dict)

    @property
    def release(self) -> Release:
        """The release that the fields make."""
        return Release(self.values)

    def add(self, key: FieldKey, value: Json, place: Place) -> None:
        """Note a field, unless an earlier one has its name: kustomize takes the first."""
        if key not in self.values:
            self.values[key] = value
            self.places[key] = place


def find(tree: Tree, overlay: Overlay, promotable: Promotable) -> Pinned:
    """Read the promotable fields of an overlay.

    Raises:
        YamlError: one of its files is not YAML.
    """
    names = (posixpath.join(overlay.directory, name) for name in KUSTOMIZATION_NAMES)
    file = next((path for path in names if tree.kind(path) == "file"), None)
    pinned = Pinned(overlay, file)
    if file is not None:
        document = document_of(tree, file)
        if promotable.images:
            _find_images(pinned, document, file)
        if promotable.charts:
            _find_charts(pinned, document, file)
        if promotable.refs:
            _find_refs(pinned, document, file)
    if promotable.values and tree.kind(overlay.values) == "file":
        document = document_of(tree, overlay.values)
        for path in promotable.values:
            found, value = value_at(document, path)
            if found:
                key = FieldKey("value", dotted(path))
                pinned.add(key, value, Place(overlay.values, path))
    return pinned


def dotted(path: FieldPath) -> str:
    """A path of values as the project file writes it."""
    return ".".join(str(step) for step in path)


def document_of(tree: Tree, file: str) -> Document:
    """A file of one mapping; an empty one if it is anything else, which rendering complains of."""
    document = yamlio.load_one(tree.read(file), tree.display(file))
    return document if isinstance(document, dict) else {}


def _find_images(pinned: Pinned, document: Document, file: str) -> None:
    for index, entry in _mappings(document, "images"):
        name = entry.get("name")
        if not isinstance(name, str):
            continue
        pinned.subjects.setdefault(("image", name), Place(file, ("images", index)))
        for part in IMAGE_PARTS:
            if part in entry:
                place = Place(file, ("images", index, part))
                pinned.add(FieldKey("image", name, part), entry[part], place)
    images = document.get("images")
    pinned.lengths["images"] = len(images) if isinstance(images, list) else 0


def _find_charts(pinned: Pinned, document: Document, file: str) -> None:
    entries = list(_mappings(document, "helmCharts"))
    names = [entry.get("name") for _, entry in entries]
    for index, entry in entries:
        name, version = entry.get("name"), entry.get("version")
        if not isinstance(name, str) or version is None:
            continue
        if names.count(name) > 1 and isinstance(entry.get("releaseName"), str):
            name = f"{name}/{entry['releaseName']}"
        place = Place(file, ("helmCharts", index, "version"))
        pinned.add(FieldKey("chart", name), version, place)


def _find_refs(pinned: Pinned, document: Document, file: str) -> None:
    for key in _REMOTE_LISTS:
        entries = document.get(key)
        for index, entry in enumerate(entries if isinstance(entries, list) else []):
            match = REF.fullmatch(entry) if isinstance(entry, str) else None
            if match is None:
                continue
            address = re.sub(r"[?&](?:ref|version)=$", "", match["before"]) + match["after"]
            pinned.add(FieldKey("ref", address), match["ref"], Place(file, (key, index)))


def _mappings(document: Document, key: str) -> Iterator[tuple[int, Document]]:
    entries = document.get(key)
    for index, entry in enumerate(entries if isinstance(entries, list) else []):
        if isinstance(entry, dict):
            yield index, entry


def value_at(document: Json, path: FieldPath) -> tuple[bool, Json]:
    """Whether there is a value at a path, and the value."""
    value = document
    for step in path:
        if isinstance(value, dict) and step in value:
            value = value[str(step)]
        elif isinstance(value, list) and isinstance(step, int) and step < len(value):
            value = value[step]
        else:
            return False, None
    return True, value
