"""`buildMetadata`: notes on each resource of where it came from and what changed it."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

from promote import yamlio
from promote.render.fields import set_in, without
from promote.render.merge.written import text_at
from promote.render.ties import untie

if TYPE_CHECKING:
    from promote.model.json import Document
    from promote.render.record import Record
    from promote.render.remote import RemoteBase

ORIGIN = "config.kubernetes.io/origin"
TRANSFORMERS = "alpha.config.kubernetes.io/transformations"
MANAGED_BY = "app.kubernetes.io/managed-by"
MANAGED_BY_LABEL = "managedByLabel"
_MANAGER = "kustomize-v5.8.1"


class Notebook:
    """Writes notes while a build goes from directory to directory.

    Args:
        path: the directory being built, relative to the one that the build began in, or in the
            repository that it lies in.
        elsewhere: the `repo` and `ref` of that repository, if it is another.
    """

    def __init__(self, path: str = "", elsewhere: Document | None = None) -> None:
        self.path = path
        self._elsewhere = elsewhere or {}

    def below(self, path: str) -> Notebook:
        """The notebook of a directory named in this one."""
        return Notebook(self._join(path), self._elsewhere)

    def remote(self, wanted: RemoteBase) -> Notebook:
        """The notebook of a directory of another repository."""
        # kustomize has this word for the top of a repository.
        path = wanted.path or "notCloned"
        return Notebook(path, {"repo": wanted.repository, "ref": wanted.ref})

    def from_file(self, path: str) -> Document:
        """The note of a resource that a file holds."""
        return {**self._elsewhere, "path": self._join(path)}

    def by_builtin(self, file: str, kind: str) -> Document:
        """The note of a field of a kustomization."""
        return {
            **self._elsewhere,
            "configuredBy": {"apiVersion": "builtin", "kind": kind},
            "configuredIn": self._join(file),
        }

    def _join(self, path: str) -> str:
        joined = posixpath.normpath(posixpath.join(self.path, path))
        return "" if joined == "." else joined


def by_document(plugin: Record) -> Document | None:
    """The note of a generator or transformer that has a document of its own."""
    if plugin.made_by is None:
        return None
    identity = plugin.id
    by: Document = {"apiVersion": plugin.doc.get("apiVersion"), "kind": identity.kind}
    if identity.name:
        by["name"] = identity.name
    if identity.namespace:
        by["namespace"] = identity.namespace
    note = {key: value for key, value in plugin.made_by.items() if key in {"repo", "ref"}}
    return {**note, "configuredBy": by, "configuredIn": plugin.made_by.get("path", "")}


def note_transformer(record: Record, note: Document) -> None:
    """Note that a transformer ran over a resource, or made it."""
    if record.made_by is None:
        record.made_by = note
    else:
        record.changed_by = (*record.changed_by, note)
    # kustomize notes it in the annotations, and makes all of these anew, as texts.
    annotations = record.metadata_map("annotations")
    if any(type(value) is not str for value in annotations.values()):
        texts: Document = {key: text_at(annotations, key) for key in annotations}
        record.doc = set_in(record.doc, ("metadata", "annotations"), texts)
    if record.ties is not None:
        untie(record, ("metadata", "annotations"))


def write_notes(record: Record, wanted: tuple[str, ...]) -> Document:
    """The document of a resource with the notes that were asked for."""
    doc = record.doc
    annotations = record.metadata_map("annotations")
    for option, name, noted, text in (
        ("originAnnotations", ORIGIN, record.made_by, origin_text),
        ("transformerAnnotations", TRANSFORMERS, record.changed_by, transformers_text),
    ):
        if option not in wanted:
            if name in annotations:
                # An earlier build noted it.
                doc = without(doc, ("metadata", "annotations", name))
        elif noted:
            doc = set_in(doc, ("metadata", "annotations", name), text(record))
    if MANAGED_BY_LABEL in wanted:
        doc = set_in(doc, ("metadata", "labels", MANAGED_BY), _MANAGER)
    return doc


def origin_text(record: Record) -> str:
    """The note of where a resource came from; empty if it is not noted."""
    return _lines(record.made_by, "") if record.made_by is not None else ""


def transformers_text(record: Record) -> str:
    """The notes of what changed a resource; empty if there are none."""
    return "".join(_item(note) for note in record.changed_by)


_KEYS = (
    "path",
    "repo",
    "ref",
    "configuredIn",
    "configuredBy",
    "apiVersion",
    "kind",
    "name",
    "namespace",
)


def _lines(note: Document, indent: str) -> str:
    """A note as kustomize prints it: in an order of its own, not sorted."""
    text = ""
    for key in _KEYS:
        value = note.get(key)
        if isinstance(value, dict):
            text += f"{indent}{key}:\n{_lines(value, indent + '  ')}"
        elif value:
            text += indent + yamlio.dump({key: value})
    return text


def _item(note: Document) -> str:
    return "- " + _lines(note, "  ")[2:]
