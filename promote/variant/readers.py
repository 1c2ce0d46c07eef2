"""What a field can hold: for each word of the table, a reader that finds the names in its value.

A reader says which parts of a text are names and what each refers to. Renaming, looking for
references that lead nowhere and the way back all rest on that, so that none can differ.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

from promote.variant.hosts import host_parts, url_parts
from promote.variant.targets import KindPattern, Target, What, cluster, namespace

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from promote.model.json import Document, FieldPath, Json
    from promote.variant.inventory import Inventory

TRUST_DOMAIN_END = ".tsb.local"
NAMESPACE_LABEL = "kubernetes.io/metadata.name"
_ANY = frozenset({"", "*", ".", "~"})
_ACCOUNT = (KindPattern("ServiceAccount", ""),)
_CLAIM = (KindPattern("PersistentVolumeClaim", ""),)


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the table.

    Attributes:
        on: the kinds that have the field.
        text, path: where it is, as written and as keys.
        holds: what is in it, a key of `READERS`.
        of: the kinds that a name in it may be of.
        source: where the row was taken from.
        anywhere, within, makes, base64: see the head of fields.yaml.
        when: values that other fields must have.
    """

    on: KindPattern
    text: str
    path: tuple[str, ...]
    holds: str
    of: tuple[KindPattern, ...]
    source: str
    anywhere: bool = False
    within: tuple[str, ...] = ()
    makes: bool = False
    base64: bool = False
    when: tuple[tuple[tuple[str, ...], str], ...] = ()

    def read(self, value: Json, around: Around) -> Iterator[Part]:
        """The names in the field."""
        return READERS[self.holds](value, around)


@dataclass(frozen=True, slots=True)
class Around:
    """What a reader knows besides the value.

    Attributes:
        row: the row of the field.
        namespace: where names that say no namespace are; None for anywhere.
        known: what there is, by which a host of two labels is told from one of the world.
    """

    row: Row
    namespace: str | None
    known: Inventory

    def resource(self, name: str, of: tuple[KindPattern, ...] = ()) -> Target:
        """A resource of the row's kinds, or of those given."""
        return Target(What.RESOURCE, name, of or self.row.of, self.namespace)

    def at(self, place: str) -> Around:
        """The same with names in another namespace; `.` and the like say which by themselves."""
        if place in {".", "~"}:
            return self
        return replace(self, namespace=None if place.endswith("*") or not place else place)


class Part(NamedTuple):
    """A name in the value of a field.

    Attributes:
        path: where its string is in the value.
        start, end: where it is in the string.
        target: what it refers to.
    """

    path: FieldPath
    start: int
    end: int
    target: Target


TextReader = "Callable[[str, int, Around], Iterator[Part]]"


def _part(start: int, target: Target) -> Part:
    return Part((), start, start + len(target.name), target)


def _inside(key: str | int, parts: Iterator[Part]) -> Iterator[Part]:
    return (part._replace(path=(key, *part.path)) for part in parts)


def _cluster(text: str, at: int, around: Around) -> Iterator[Part]:  # noqa: ARG001 - one signature
    if text not in _ANY:
        yield _part(at, cluster(text))


def _ns(text: str, at: int, around: Around) -> Iterator[Part]:  # noqa: ARG001 - one signature
    """A namespace; TSB and Argo CD know prefix wildcards."""
    if text not in _ANY and "*" not in text[:-1]:
        yield _part(at, namespace(text))


def _name(text: str, at: int, around: Around) -> Iterator[Part]:
    if text not in _ANY and "*" not in text:
        yield _part(at, around.resource(text))


def _ns_name(text: str, at: int, around: Around) -> Iterator[Part]:
    """`namespace/name`, or a name alone."""
    place, slash, name = text.rpartition("/")
    if not slash:
        yield from _name(text, at, around)
        return
    yield from _ns(place, at, around)
    yield from _name(name, at + len(place) + 1, around.at(place))


def _ns_colon_name(text: str, at: int, around: Around) -> Iterator[Part]:
    """`namespace:name`, or a name alone, as an AppProject names a service account."""
    place, colon, name = text.rpartition(":")
    if colon:
        yield from _ns(place, at, around)
        around = around.at(place)
    yield from _name(name, at + len(place) + len(colon), around)


def _host(text: str, at: int, around: Around) -> Iterator[Part]:
    for start, target in host_parts(text, around.namespace, around.known):
        yield _part(at + start, target)


def _url(text: str, at: int, around: Around) -> Iterator[Part]:
    for start, target in url_parts(text, around.namespace, around.known):
        yield _part(at + start, target)


def _server(text: str, at: int, around: Around) -> Iterator[Part]:
    """The address of a cluster's API, which may stand for the cluster as a name does."""
    yield _part(at, cluster(text))
    yield from _url(text, at, around)


def _ns_host(text: str, at: int, around: Around) -> Iterator[Part]:
    """`namespace/host` or `cluster/namespace/host`; the namespace may be `.`, `*`, `~`, `~name`."""
    head, slash, name = text.rpartition("/")
    if not slash:
        yield from _host(text, at, around)
        return
    first, slash, place = head.rpartition("/")
    if slash:
        yield from _cluster(first, at, around)
    start = at + len(first) + len(slash)
    bare = place.removeprefix("~")
    yield from _ns(bare, start + len(place) - len(bare), around)
    yield from _host(name, at + len(head) + 1, around.at(bare or place))


def _cluster_ns(text: str, at: int, around: Around) -> Iterator[Part]:
    """`cluster/namespace`, and perhaps a host: TSB's selectors, where each may be a wildcard."""
    first, *rest = text.split("/")
    yield from _cluster(first, at, around)
    at += len(first) + 1
    if rest:
        yield from _ns(rest[0], at, around)
    if len(rest) > 1:
        yield from _host(rest[1], at + len(rest[0]) + 1, around.at(rest[0]))


_PRINCIPAL = re.compile(
    r"(?:spiffe://)?(?P<domain>[^/]*)/ns/(?P<ns>[^/]+)(?:/sa/(?P<account>.+)|/\*)?"
)
_ANY_PRINCIPAL = re.compile(r"\*?/sa/(?P<account>.+)")


def _principal(text: str, at: int, around: Around) -> Iterator[Part]:
    """`TRUST_DOMAIN/ns/NAMESPACE/sa/ACCOUNT`, with a star before or behind."""
    match = _PRINCIPAL.fullmatch(text)
    place = "*"
    if match is not None:
        place = match["ns"]
        yield from _trust_domain(match["domain"], at + match.start("domain"), around)
        yield from _ns(place, at + match.start("ns"), around)
    match = match or _ANY_PRINCIPAL.fullmatch(text)
    if match is not None and match["account"] and "*" not in match["account"]:
        target = around.at(place).resource(match["account"], _ACCOUNT)
        yield _part(at + match.start("account"), target)


def _trust_domain(text: str, at: int, around: Around) -> Iterator[Part]:
    """A trust domain; that of a cluster which TSB set up is `CLUSTER.tsb.local`."""
    if text.endswith(TRUST_DOMAIN_END):
        yield from _cluster(text.removesuffix(TRUST_DOMAIN_END), at, around)


def _san(text: str, at: int, around: Around) -> Iterator[Part]:
    """A subject alternative name: a SPIFFE principal or a host."""
    reader = _principal if text.startswith("spiffe://") else _host
    yield from reader(text, at, around)


def _envoy_cluster(text: str, at: int, around: Around) -> Iterator[Part]:
    """A cluster of Envoy's: `outbound|80|subset|service.namespace.svc.cluster.local`."""
    head, bar, name = text.rpartition("|")
    if bar:
        yield from _host(name, at + len(head) + 1, around)


_SEARCH = re.compile(r"([^.]+)\.svc(?:\..+)?")


def _search(text: str, at: int, around: Around) -> Iterator[Part]:
    """A search domain: `namespace.svc.cluster.local`."""
    match = _SEARCH.fullmatch(text)
    if match is not None:
        yield from _ns(match[1], at, around)


_LEVELS = {
    "organizations": KindPattern("Organization", "*tsb.tetrate.io"),
    "tenants": KindPattern("Tenant", "*tsb.tetrate.io"),
    "workspaces": KindPattern("Workspace", "*tsb.tetrate.io"),
    "applications": KindPattern("Application", "application.*tsb.tetrate.io"),
    "apis": KindPattern("API", "application.*tsb.tetrate.io"),
    **{
        f"{one}groups": KindPattern("Group", f"{one}.*tsb.tetrate.io")
        for one in ("gateway", "traffic", "security", "istiointernal")
    },
}


def _fqn(text: str, at: int, around: Around) -> Iterator[Part]:
    """A path of TSB: `organizations/O/tenants/T/workspaces/W/...`."""
    words = text.split("/")
    for level, name in zip(words[::2], words[1::2], strict=False):
        at += len(level) + 1
        if level == "clusters":
            yield from _cluster(name, at, around)
        elif level in _LEVELS:
            yield _part(at, Target(What.RESOURCE, name, (_LEVELS[level],), None))
        at += len(name) + 1


_ORDINAL = re.compile(r"(.+)-\d+")


def _claim(text: str, at: int, around: Around) -> Iterator[Part]:
    """A PersistentVolumeClaim; one of a StatefulSet's is called `TEMPLATE-STATEFULSET-0`."""
    itself = around.resource(text, _CLAIM)
    match = _ORDINAL.fullmatch(text)
    stem = match[1] if match and around.known.find(itself) is None else ""
    for dash in re.finditer("-", stem):
        owner = around.resource(stem[dash.end() :], (KindPattern("StatefulSet", "apps"),))
        if around.known.find(owner) is not None:
            yield _part(at + dash.end(), owner)
            return
    yield _part(at, itself)


def _csv(reader: Callable[[str, int, Around], Iterator[Part]]) -> Callable[..., Iterator[Part]]:
    """A reader of what another reads, with commas between."""

    def read(text: str, at: int, around: Around) -> Iterator[Part]:
        for item in text.split(","):
            bare = item.strip()
            yield from reader(bare, at + item.find(bare), around)
            at += len(item) + 1

    return read


def _text(reader: Callable[[str, int, Around], Iterator[Part]]) -> Callable[..., Iterator[Part]]:
    """A reader of a value from a reader of a text."""

    def read(value: Json, around: Around) -> Iterator[Part]:
        if isinstance(value, str):
            yield from reader(value, 0, around)

    return read


def _ref(
    value: Json,
    around: Around,
    named: Callable[[str, int, Around], Iterator[Part]] = _name,
) -> Iterator[Part]:
    """A mapping with a name, and perhaps a kind, a group and a namespace."""
    if not isinstance(value, dict):
        return
    name, kind, place = value.get("name"), value.get("kind"), value.get("namespace")
    if isinstance(kind, str) and kind:
        around = replace(around, row=replace(around.row, of=(_sibling_kind(value, kind),)))
    if isinstance(place, str):
        yield from _inside("namespace", _ns(place, 0, around))
        around = around.at(place)
    if not isinstance(name, str):
        return
    if kind == "Namespace":
        yield from _inside("name", _ns(name, 0, around))
    elif kind == "Hostname":
        # Istio lets a route of the Gateway API name a host in place of a Service.
        yield from _inside("name", _host(name, 0, around))
    else:
        yield from _inside("name", named(name, 0, around))


def _sibling_kind(value: Document, kind: str) -> KindPattern:
    """The kind that a reference states, with its group if it states that too."""
    for key in ("apiGroup", "group"):
        group = value.get(key)
        if isinstance(group, str):
            return KindPattern(kind, group)
    version = value.get("apiVersion")
    if isinstance(version, str):
        return KindPattern(kind, version.rpartition("/")[0])
    return KindPattern.parse(kind)


def _claim_ref(value: Json, around: Around) -> Iterator[Part]:
    """The claim of a PersistentVolume."""
    return _ref(value, around, _claim)


def _subject(value: Json, around: Around) -> Iterator[Part]:
    """A subject of a role binding: a service account, or a user or group that stands for some."""
    if not isinstance(value, dict) or not isinstance(value.get("name"), str):
        return
    if value.get("kind") == "ServiceAccount":
        yield from _ref({**value, "apiGroup": ""}, around)
        return
    words = str(value["name"]).split(":")
    match words:
        case ["system", "serviceaccounts", place]:
            yield from _inside("name", _ns(place, len("system:serviceaccounts:"), around))
        case ["system", "serviceaccount", place, account]:
            at = len("system:serviceaccount:")
            yield from _inside("name", _ns(place, at, around))
            target = around.at(place).resource(account, _ACCOUNT)
            yield from _inside("name", iter([_part(at + len(place) + 1, target)]))


def _ns_selector(value: Json, around: Around) -> Iterator[Part]:
    """A selector of namespaces: the label that holds a namespace's own name."""
    if not isinstance(value, dict):
        return
    labels, terms = value.get("matchLabels"), value.get("matchExpressions")
    if isinstance(labels, dict):
        name = labels.get(NAMESPACE_LABEL)
        for part in _text(_ns)(name, around):
            yield part._replace(path=("matchLabels", NAMESPACE_LABEL))
    for index, term in enumerate(terms if isinstance(terms, list) else ()):
        if isinstance(term, dict) and term.get("key") == NAMESPACE_LABEL:
            for part in _each(term, "values", _ns, around):
                yield part._replace(path=("matchExpressions", index, *part.path))


def _each(
    holder: Document,
    key: str,
    reader: Callable[[str, int, Around], Iterator[Part]],
    around: Around,
) -> Iterator[Part]:
    items = holder.get(key)
    for index, item in enumerate(items if isinstance(items, list) else ()):
        yield from _inside(key, _inside(index, _text(reader)(item, around)))


_CONDITIONS = {
    "source.principal": _principal,
    "source.namespace": _ns,
    "source.serviceAccount": _ns_name,
    "connection.sni": _host,
    "destination.host": _host,
}


def _condition(value: Json, around: Around) -> Iterator[Part]:
    """A condition of an AuthorizationPolicy: its key says what its values are."""
    if not isinstance(value, dict):
        return
    reader = _CONDITIONS.get(str(value.get("key")))
    if reader is not None:
        around = replace(around, row=replace(around.row, of=_ACCOUNT))
        yield from _each(value, "values", reader, around)
        yield from _each(value, "notValues", reader, around)


def _rbac_rule(value: Json, around: Around) -> Iterator[Part]:
    """A rule of a role: its `resources` say what its `resourceNames` are names of."""
    if not isinstance(value, dict):
        return
    resources, groups = value.get("resources"), value.get("apiGroups")
    plurals = (
        {str(one).partition("/")[0] for one in resources} if isinstance(resources, list) else ()
    )
    names = groups if isinstance(groups, list) and groups else ["*"]
    kinds = tuple(
        KindPattern(kind, str(group))
        for kind in around.known.kinds
        if _plural(kind) in plurals
        for group in names
    )
    if kinds:
        place = around.namespace or None
        inner = replace(around, row=replace(around.row, of=kinds), namespace=place)
        reader = _ns if "namespaces" in plurals else _name
        yield from _each(value, "resourceNames", reader, inner)


def _plural(kind: str) -> str:
    """A kind as RBAC writes it: lower case, in the plural."""
    word = kind.lower()
    if word.endswith("endpoints"):
        return word
    if word.endswith("y") and word[-2] not in "aeiou":
        return word[:-1] + "ies"
    return word + ("es" if word.endswith(("s", "x", "ch", "sh")) else "s")


READERS: dict[str, Callable[[Json, Around], Iterator[Part]]] = {
    "cluster": _text(_cluster),
    "ns": _text(_ns),
    "csv ns": _text(_csv(_ns)),
    "name": _text(_name),
    "ns/name": _text(_ns_name),
    "ns:name": _text(_ns_colon_name),
    "host": _text(_host),
    "ns/host": _text(_ns_host),
    "url": _text(_url),
    "csv url": _text(_csv(_url)),
    "server": _text(_server),
    "cluster/ns": _text(_cluster_ns),
    "principal": _text(_principal),
    "trust domain": _text(_trust_domain),
    "san": _text(_san),
    "envoy cluster": _text(_envoy_cluster),
    "search": _text(_search),
    "fqn": _text(_fqn),
    "claim": _text(_claim),
    "claim ref": _claim_ref,
    "ref": _ref,
    "subject": _subject,
    "ns selector": _ns_selector,
    "condition": _condition,
    "rbac rule": _rbac_rule,
}
"""The readers, by the word that the table of fields uses."""
