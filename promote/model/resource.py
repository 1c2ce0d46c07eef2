"""A rendered resource and its identity."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from promote.model.json import Document


class Gvk(NamedTuple):
    """Group, version and kind; any of them may be empty."""

    group: str
    version: str
    kind: str

    @classmethod
    def parse(cls, api_version: str, kind: str) -> Gvk:
        """Split an `apiVersion`, whose group is empty for the core group."""
        group, _, version = api_version.rpartition("/")
        return cls(group, version, kind)


class ResourceId(NamedTuple):
    """What makes a resource one thing in a cluster. The namespace is empty when none is written."""

    group: str
    version: str
    kind: str
    name: str
    namespace: str

    @property
    def gvk(self) -> Gvk:
        """The kind without the name."""
        return Gvk(self.group, self.version, self.kind)

    def __str__(self) -> str:
        name = f"{self.namespace}/{self.name}" if self.namespace else self.name
        return f"{self.kind}/{name}"


class Origin(NamedTuple):
    """Where a resource was first written.

    Attributes:
        file: path of the file (or of the kustomization whose generator made it) in its tree.
        index: which document of that file, from 0.
        generator: the kind of the generator that made it, or empty.
    """

    file: str
    index: int = 0  # type: ignore[assignment]  # hides the method of tuples
    generator: str = ""


class Resource:
    """A resource as rendered: a document that is never changed in place, and where it came from.

    Two resources are the same only if they are one object.
    """

    __slots__ = ("doc", "origin")

    def __init__(self, doc: Document, origin: Origin | None = None) -> None:
        self.doc = doc
        self.origin = origin

    def __repr__(self) -> str:
        return f"Resource(doc={self.doc!r}, origin={self.origin!r})"

    def with_doc(self, doc: Document) -> Resource:
        """The same resource with another document."""
        return Resource(doc, self.origin)

    @property
    def id(self) -> ResourceId:
        """The identity that the document states now."""
        return identity(self.doc)


def identity(doc: Document) -> ResourceId:
    """Read the identity out of a document; what is missing, a mapping or a list reads as empty.

    A number, date or boolean is its text, and so is a null in the place of a version or kind.
    """
    metadata = doc.get("metadata")
    meta = metadata if isinstance(metadata, dict) else {}
    group, version, kind = _gvk(_text(doc, "apiVersion"), _text(doc, "kind"))
    return ResourceId(group, version, kind, _name(meta.get("name")), _name(meta.get("namespace")))


@lru_cache(maxsize=1024)
def _gvk(api_version: str, kind: str) -> Gvk:
    return Gvk.parse(api_version, kind)


def _name(value: object) -> str:
    if type(value) is str:
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(getattr(value, "text", value)) if isinstance(value, str | int | float) else ""


def _text(doc: Document, key: str) -> str:
    value = doc.get(key, "")
    if value is None:
        words: Mapping[str, str] = getattr(doc, "words", {})
        return words.get(key, "null")
    return _name(value)
