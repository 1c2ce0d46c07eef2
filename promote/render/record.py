"""A resource while it is being built, with the history that name references need."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol

from promote.model.resource import Gvk, Resource, ResourceId
from promote.model.resource import identity as identity_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from promote.model.json import Document, Json
    from promote.model.resource import Origin
    from promote.render.ties import Ties

CLUSTER_SCOPE = "_non_namespaceable_"
"""Stands for the namespace of what cannot have one; no namespace can have this name."""

DEFAULT_NAMESPACE = "default"
_NOTHING: dict[str, Json] = {}
_NOBODY = ResourceId("", "", "", "", "")


class Scopes(Protocol):
    """Knows which kinds belong to no namespace."""

    def namespaced(self, gvk: Gvk) -> bool | None:
        """Whether the kind lives in a namespace, or None for a kind that is not known."""
        ...


class Key(NamedTuple):
    """An identity to look up by: the namespace is the one that the resource effectively has."""

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
        if self.namespace in {CLUSTER_SCOPE, DEFAULT_NAMESPACE}:
            return f"{self.kind}/{self.name}"
        return f"{self.kind}/{self.name} in namespace {self.namespace}"


def selects(selector: Gvk, gvk: Gvk) -> bool:
    """Whether every part that the selector states is the kind's; an empty part states nothing."""
    return (
        (not selector.group or selector.group == gvk.group)
        and (not selector.version or selector.version == gvk.version)
        and (not selector.kind or selector.kind == gvk.kind)
    )


class Former(NamedTuple):
    """What a resource was called before a transformer renamed or moved it."""

    kind: str
    name: str
    namespace: str


class Record(Resource):
    """A resource on its way through the pipeline.

    The document is replaced, never changed in place, so a record copied for another overlay shares
    it until one of the two changes.

    Attributes:
        formers: what it was called before, oldest first.
        prefixes, suffixes: the name prefixes and suffixes of the layers that it passed.
        behavior: of a generated resource: create, merge, replace or empty.
        needs_hash: its name is to end in a hash of its content.
        from_helm: a chart made it, so the namespace is the chart's to set.
        variables: names of the `vars` that read this resource.
        made_by: the `config.kubernetes.io/origin` note, when it is asked for.
        changed_by: the notes of the transformers that touched it, when they are asked for.
        took_over: the behavior by which a generated resource took another's place, or empty.
        ties: entries of several maps that are one value.
        in_braces: all of its YAML is in braces, as that of the items of a list.
        rewritten: all of its YAML was made anew, as by a JSON patch, and is not that of its file.
    """

    __slots__ = (
        "_id",
        "_key",
        "_key_of",
        "_said",
        "behavior",
        "changed_by",
        "formers",
        "from_helm",
        "in_braces",
        "made_by",
        "needs_hash",
        "prefixes",
        "rewritten",
        "scopes",
        "suffixes",
        "ties",
        "took_over",
        "variables",
    )

    def __init__(self, doc: Document, scopes: Scopes, origin: Origin | None = None) -> None:
        super().__init__(doc, origin)
        self.scopes = scopes
        self.formers: tuple[Former, ...] = ()
        self.prefixes: tuple[str, ...] = ()
        self.suffixes: tuple[str, ...] = ()
        self.behavior = ""
        self.took_over = ""
        self.needs_hash = False
        self.from_helm = False
        self.variables: tuple[str, ...] = ()
        self.made_by: Document | None = None
        self.changed_by: tuple[Document, ...] = ()
        self.ties: Ties | None = None
        self.in_braces = False
        self.rewritten = False
        self._id = _NOBODY
        self._key: Key | None = None
        self._key_of: Document | None = None
        self._said: tuple[Json, ...] = ()

    def copy(self) -> Record:
        """A record of its own that shares the document."""
        twin = Record(self.doc, self.scopes, self.origin)
        twin.take_history(self)
        twin.behavior = self.behavior
        twin.needs_hash = self.needs_hash
        twin.from_helm = self.from_helm
        twin.made_by = self.made_by
        twin.changed_by = self.changed_by
        twin.ties = self.ties
        twin.took_over = self.took_over
        twin.in_braces = self.in_braces
        twin.rewritten = self.rewritten
        twin._id = self._id
        twin._key = self._key
        twin._key_of = self._key_of
        twin._said = self._said
        return twin

    def take_history(self, other: Record) -> None:
        """Continue where another record leaves off: its former names and its layers."""
        self.formers = other.formers
        self.prefixes = other.prefixes
        self.suffixes = other.suffixes
        self.variables = other.variables

    def forget_notes(self) -> None:
        """Lose the notes, which a JSON patch has taken with all annotations, as in kustomize."""
        self.made_by = None
        self.changed_by = ()

    def forget_history(self) -> None:
        """Lose whatever is an annotation in kustomize: a merge has taken all of these."""
        self.forget_notes()
        self.formers = self.prefixes = self.suffixes = ()
        self.behavior = ""
        self.needs_hash = self.from_helm = False

    @property
    def key(self) -> Key:
        """The identity that the document states now."""
        doc = self.doc
        if self._key is None or self._key_of is not doc:
            metadata = doc.get("metadata")
            meta = metadata if isinstance(metadata, dict) else _NOTHING
            said = doc.get("apiVersion"), doc.get("kind"), meta.get("name"), meta.get("namespace")
            self._key_of = doc
            # Most changes of a document leave its name alone.
            if self._key is None or said != self._said:
                self._said = said
                self._key = self._read_key()
        return self._key

    def _read_key(self) -> Key:
        self._id = identity = identity_of(self.doc)
        namespace = identity.namespace or DEFAULT_NAMESPACE
        if self.scopes.namespaced(identity.gvk) is False:
            namespace = CLUSTER_SCOPE
        return Key(*identity[:4], namespace)

    @property
    def id(self) -> ResourceId:
        """As the key, with the namespace as it is written: perhaps not at all."""
        if self._key_of is not self.doc:
            self._key = self.key
        return self._id

    @property
    def former_keys(self) -> Sequence[Key]:
        """The identities that it had before, oldest first, under the group it has now."""
        group, version = self.key[:2]
        return [Key(group, version, kind, name, ns) for kind, name, ns in self.formers]

    @property
    def original(self) -> Key:
        """The identity that it had in its file."""
        if not self.formers:
            return self.key
        group, version = self.key[:2]
        kind, name, namespace = self.formers[0]
        return Key(group, version, kind, name, namespace)

    @property
    def is_cluster_scoped(self) -> bool:
        """Whether it is known to belong to no namespace."""
        return self.key.namespace == CLUSTER_SCOPE

    def remember_key(self) -> None:
        """Note what it is called now, before a transformer changes that."""
        key = self.key
        self.formers = (*self.formers, Former(key.kind, key.name, key.namespace))

    @property
    def metadata(self) -> dict[str, Json]:
        """The metadata, empty when there is none."""
        metadata = self.doc.get("metadata")
        return metadata if isinstance(metadata, dict) else {}

    def metadata_map(self, field: str) -> dict[str, Json]:
        """The labels or annotations, empty when there are none."""
        found = self.metadata.get(field)
        return found if isinstance(found, dict) else {}
