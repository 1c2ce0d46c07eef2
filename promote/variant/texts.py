"""Readers of texts: which parts of a string are names, and what each refers to.

Each takes the text, where it begins in the string of its field, and what is known around it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from promote.variant.hosts import host_parts, url_parts
from promote.variant.parts import Around, Part, part_at
from promote.variant.targets import KindPattern, Target, What, cluster, namespace

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

TRUST_DOMAIN_END = ".tsb.local"
_ANY = frozenset({"", "*", ".", "~"})
ACCOUNT = (KindPattern("ServiceAccount", ""),)
CLAIM = (KindPattern("PersistentVolumeClaim", ""),)


def read_cluster(text: str, at: int, around: Around) -> Iterator[Part]:  # noqa: ARG001 - one signature
    """The name of a cluster."""
    if text not in _ANY:
        yield part_at(at, cluster(text))


def read_ns(text: str, at: int, around: Around) -> Iterator[Part]:  # noqa: ARG001 - one signature
    """A namespace; TSB and Argo CD know prefix wildcards."""
    if text not in _ANY and "*" not in text[:-1]:
        yield part_at(at, namespace(text))


def read_name(text: str, at: int, around: Around) -> Iterator[Part]:
    """A name of the row's kinds."""
    if text not in _ANY and "*" not in text:
        yield part_at(at, around.resource(text))


def read_ns_name(text: str, at: int, around: Around) -> Iterator[Part]:
    """`namespace/name`, or a name alone."""
    place, slash, name = text.rpartition("/")
    if not slash:
        yield from read_name(text, at, around)
        return
    yield from read_ns(place, at, around)
    yield from read_name(name, at + len(place) + 1, around.at(place))


def read_ns_colon_name(text: str, at: int, around: Around) -> Iterator[Part]:
    """`namespace:name`, or a name alone, as an AppProject names a service account."""
    place, colon, name = text.rpartition(":")
    if colon:
        yield from read_ns(place, at, around)
        around = around.at(place)
    yield from read_name(name, at + len(place) + len(colon), around)


def read_host(text: str, at: int, around: Around) -> Iterator[Part]:
    """A host, of a service or of the world."""
    for start, target in host_parts(text, around.namespace, around.known):
        yield part_at(at + start, target)


def read_url(text: str, at: int, around: Around) -> Iterator[Part]:
    """An address with a host in it."""
    for start, target in url_parts(text, around.namespace, around.known):
        yield part_at(at + start, target)


def read_server(text: str, at: int, around: Around) -> Iterator[Part]:
    """The address of a cluster's API, which may stand for the cluster as a name does."""
    yield part_at(at, cluster(text))
    yield from read_url(text, at, around)


def read_ns_host(text: str, at: int, around: Around) -> Iterator[Part]:
    """`namespace/host` or `cluster/namespace/host`; the namespace may be `.`, `*`, `~`, `~name`."""
    head, slash, name = text.rpartition("/")
    if not slash:
        yield from read_host(text, at, around)
        return
    first, slash, place = head.rpartition("/")
    if slash:
        yield from read_cluster(first, at, around)
    start = at + len(first) + len(slash)
    bare = place.removeprefix("~")
    yield from read_ns(bare, start + len(place) - len(bare), around)
    yield from read_host(name, at + len(head) + 1, around.at(bare or place))


def read_cluster_ns(text: str, at: int, around: Around) -> Iterator[Part]:
    """`cluster/namespace`, and perhaps a host: TSB's selectors, where each may be a wildcard."""
    first, *rest = text.split("/")
    yield from read_cluster(first, at, around)
    at += len(first) + 1
    if rest:
        yield from read_ns(rest[0], at, around)
    if len(rest) > 1:
        yield from read_host(rest[1], at + len(rest[0]) + 1, around.at(rest[0]))


_PRINCIPAL = re.compile(
    r"(?:spiffe://)?(?P<domain>[^/]*)/ns/(?P<ns>[^/]+)(?:/sa/(?P<account>.+)|/\*)?"
)
_ANY_PRINCIPAL = re.compile(r"\*?/sa/(?P<account>.+)")


def read_principal(text: str, at: int, around: Around) -> Iterator[Part]:
    """`TRUST_DOMAIN/ns/NAMESPACE/sa/ACCOUNT`, with a star before or behind."""
    match = _PRINCIPAL.fullmatch(text)
    place = "*"
    if match is not None:
        place = match["ns"]
        yield from read_trust_domain(match["domain"], at + match.start("domain"), around)
        yield from read_ns(place, at + match.start("ns"), around)
    match = match or _ANY_PRINCIPAL.fullmatch(text)
    if match is not None and match["account"] and "*" not in match["account"]:
        target = around.at(place).resource(match["account"], ACCOUNT)
        yield part_at(at + match.start("account"), target)


def read_trust_domain(text: str, at: int, around: Around) -> Iterator[Part]:
    """A trust domain; that of a cluster which TSB set up is `CLUSTER.tsb.local`."""
    if text.endswith(TRUST_DOMAIN_END):
        yield from read_cluster(text.removesuffix(TRUST_DOMAIN_END), at, around)


def read_san(text: str, at: int, around: Around) -> Iterator[Part]:
    """A subject alternative name: a SPIFFE principal or a host."""
    reader = read_principal if text.startswith("spiffe://") else read_host
    yield from reader(text, at, around)


def read_envoy_cluster(text: str, at: int, around: Around) -> Iterator[Part]:
    """A cluster of Envoy's: `outbound|80|subset|service.namespace.svc.cluster.local`."""
    head, bar, name = text.rpartition("|")
    if bar:
        yield from read_host(name, at + len(head) + 1, around)


_SEARCH = re.compile(r"([^.]+)\.svc(?:\..+)?")


def read_search(text: str, at: int, around: Around) -> Iterator[Part]:
    """A search domain: `namespace.svc.cluster.local`."""
    match = _SEARCH.fullmatch(text)
    if match is not None:
        yield from read_ns(match[1], at, around)


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


def read_fqn(text: str, at: int, around: Around) -> Iterator[Part]:
    """A path of TSB: `organizations/O/tenants/T/workspaces/W/...`."""
    words = text.split("/")
    for level, name in zip(words[::2], words[1::2], strict=False):
        at += len(level) + 1
        if level == "clusters":
            yield from read_cluster(name, at, around)
        elif level in _LEVELS:
            yield part_at(at, Target(What.RESOURCE, name, (_LEVELS[level],), None))
        at += len(name) + 1


_ORDINAL = re.compile(r"(.+)-\d+")


def read_claim(text: str, at: int, around: Around) -> Iterator[Part]:
    """A PersistentVolumeClaim; one of a StatefulSet's is called `TEMPLATE-STATEFULSET-0`."""
    itself = around.resource(text, CLAIM)
    match = _ORDINAL.fullmatch(text)
    stem = match[1] if match and around.known.find(itself) is None else ""
    for dash in re.finditer("-", stem):
        owner = around.resource(stem[dash.end() :], (KindPattern("StatefulSet", "apps"),))
        if around.known.find(owner) is not None:
            yield part_at(at + dash.end(), owner)
            return
    yield part_at(at, itself)


def csv_of(reader: Callable[[str, int, Around], Iterator[Part]]) -> Callable[..., Iterator[Part]]:
    """A reader of what another reads, with commas between."""

    def read(text: str, at: int, around: Around) -> Iterator[Part]:
        for item in text.split(","):
            bare = item.strip()
            yield from reader(bare, at + item.find(bare), around)
            at += len(item) + 1

    return read
