"""The annotations in which kustomize keeps what it knows of a resource while it builds it.

Here a record has attributes for that. Where a patch can tell the difference, or a file states one
of these annotations, it has to look as it does there. (Source: kustomize's list of build
annotations.)
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from promote.render import notes
from promote.render.fields import set_in
from promote.render.merge.written import text_at
from promote.render.record import Former

if TYPE_CHECKING:
    from collections.abc import Collection

    from promote.model.json import Document, Json
    from promote.render.record import Record

DOMAIN: Final = "internal.config.kubernetes.io/"
NAMES: Final = DOMAIN + "previousNames"
NAMESPACES: Final = DOMAIN + "previousNamespaces"
KINDS: Final = DOMAIN + "previousKinds"
PREFIXES: Final = DOMAIN + "prefixes"
SUFFIXES: Final = DOMAIN + "suffixes"
_BEHAVIOR: Final = DOMAIN + "generatorBehavior"
_NEEDS_HASH: Final = DOMAIN + "needsHashSuffix"
_FROM_HELM: Final = DOMAIN + "helm-generated"

_NEVER_PRINTED: Final = frozenset(
    [
        *(NAMES, NAMESPACES, KINDS, PREFIXES, SUFFIXES, _BEHAVIOR, _NEEDS_HASH, _FROM_HELM),
        *(
            DOMAIN + name
            for name in (
                *("allowNameChange", "allowKindChange", "refBy", "path", "index", "seqindent"),
                *("id", "annotations-migration-resource-id"),
            )
        ),
        *("config.kubernetes.io/path", "config.kubernetes.io/index", "config.k8s.io/id"),
    ]
)
_ON: Final = "enabled"


def has_history(record: Record) -> bool:
    """Whether kustomize keeps annotations of its own in a resource."""
    return bool(_annotations(record))


def with_history(record: Record) -> tuple[Document, dict[str, str]]:
    """The document with the annotations that kustomize has there, and these."""
    added = _annotations(record)
    if not added:
        return record.doc, added
    annotations: Json = {**record.metadata_map("annotations"), **added}
    return set_in(record.doc, ("metadata", "annotations"), annotations), added


def without_history(doc: Document, history: Collection[str] = _NEVER_PRINTED) -> Document:
    """The document without the annotations that are not for the cluster."""
    metadata = doc.get("metadata")
    found = metadata.get("annotations") if isinstance(metadata, dict) else None
    if not isinstance(found, dict) or not any(key in history for key in found):
        return doc
    kept: Json = {key: text_at(found, key) for key in found if key not in history}
    return set_in(doc, ("metadata", "annotations"), kept)


def _annotations(record: Record) -> dict[str, str]:
    formers = record.formers
    known = {
        NAMES: ",".join(former.name for former in formers),
        NAMESPACES: ",".join(former.namespace for former in formers),
        KINDS: ",".join(former.kind for former in formers),
        PREFIXES: ",".join(record.prefixes),
        SUFFIXES: ",".join(record.suffixes),
        _BEHAVIOR: record.behavior,
        _NEEDS_HASH: _ON if record.needs_hash else "",
        _FROM_HELM: "true" if record.from_helm else "",
        notes.ORIGIN: notes.origin_text(record),
        notes.TRANSFORMERS: notes.transformers_text(record),
    }
    return {key: text for key, text in known.items() if text}


def take_history(record: Record) -> None:
    """Read what a resource says of its own history, and take that out of it."""
    annotations = record.metadata_map("annotations")
    if not annotations or _NEVER_PRINTED.isdisjoint(annotations):
        return
    said = {key: text_at(annotations, key) for key in _NEVER_PRINTED & annotations.keys()}
    names, spaces, kinds = (said.get(key, "").split(",") for key in (NAMES, NAMESPACES, KINDS))
    if NAMES in said and len(names) == len(spaces) == len(kinds):
        record.formers = tuple(map(Former, kinds, names, spaces))
    record.prefixes = tuple(filter(None, said.get(PREFIXES, "").split(",")))
    record.suffixes = tuple(filter(None, said.get(SUFFIXES, "").split(",")))
    record.behavior = said.get(_BEHAVIOR, "")
    record.needs_hash = said.get(_NEEDS_HASH) == _ON
    record.from_helm = said.get(_FROM_HELM) == "true"
    record.doc = without_history(record.doc)
