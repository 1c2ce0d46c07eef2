"""What a name can refer to, and where in a document it stands."""

from __future__ import annotations

from enum import Enum
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from promote.model.json import FieldPath

# A kind of these names without a group is the core one, not a like-named kind of another group:
# a host names a Service of Kubernetes, never one of Knative.
_CORE_KINDS = frozenset(
    {
        "ConfigMap", "Endpoints", "Event", "LimitRange", "Namespace", "Node", "PersistentVolume",
        "PersistentVolumeClaim", "Pod", "PodTemplate", "ReplicationController", "ResourceQuota",
        "Secret", "Service", "ServiceAccount",
    }
)  # fmt: skip


class What(Enum):
    """The sorts of things that have names."""

    CLUSTER = "cluster"
    NAMESPACE = "namespace"
    RESOURCE = "resource"


def what_is(group: str, kind: str) -> What:
    """The sort of thing whose name a resource of a kind has."""
    if kind == "Namespace" and not group:
        return What.NAMESPACE
    if kind == "Cluster" and group.endswith("tsb.tetrate.io"):
        return What.CLUSTER
    return What.RESOURCE


class KindPattern(NamedTuple):
    """A kind and a group, each a glob."""

    kind: str
    group: str

    @classmethod
    def parse(cls, text: str) -> KindPattern:
        """Read `Kind.group`; see the head of fields.yaml for a kind without a group."""
        kind, dot, group = text.partition(".")
        if dot:
            return cls(kind, group)
        return cls(kind, "" if kind in _CORE_KINDS else "*")

    def fits(self, group: str, kind: str) -> bool:
        """Whether it means a kind."""
        return (self.kind in {"*", kind}) and (
            self.group in {"*", group} or fnmatchcase(group, self.group)
        )

    def __str__(self) -> str:
        return self.kind if self.group in {"", "*"} else f"{self.kind}.{self.group}"


class Named(NamedTuple):
    """What has a name: a resource without its version."""

    group: str
    kind: str
    namespace: str
    name: str

    def __str__(self) -> str:
        place = f"{self.namespace}/" if self.namespace else ""
        return f"{self.kind} {place}{self.name}"


class Target(NamedTuple):
    """What a part of a field refers to.

    Attributes:
        what: the sort of thing.
        name: its name; a prefix wildcard ends in a star.
        kinds: for a resource, the kinds that it may be of.
        namespace: for a resource, where it is; None for wherever there is one.
    """

    what: What
    name: str
    kinds: tuple[KindPattern, ...] = ()
    namespace: str | None = None

    @property
    def is_pattern(self) -> bool:
        """Whether it stands for all names with a beginning."""
        return self.name.endswith("*")

    def __str__(self) -> str:
        if self.what is not What.RESOURCE:
            return f"{self.what.value} {self.name!r}"
        kinds = "|".join(str(kind) for kind in self.kinds) or "resource"
        place = f"{self.namespace}/" if self.namespace else ""
        return f"{kinds} {place + self.name!r}"


class Mention(NamedTuple):
    """A name that stands in a string of a document.

    Attributes:
        path: where the string is.
        start, end: the part of it that is the name.
        target: what it refers to.
        base64: whether the string is encoded; `start` and `end` are of the decoded one.
        makes: whether the document brings the thing about, so that it exists.
    """

    path: FieldPath
    start: int
    end: int
    target: Target
    base64: bool = False
    makes: bool = False


def cluster(name: str) -> Target:
    """A cluster."""
    return Target(What.CLUSTER, name)


def namespace(name: str) -> Target:
    """A namespace."""
    return Target(What.NAMESPACE, name)
