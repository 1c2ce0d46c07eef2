"""Hosts: which service and namespace a DNS name stands for, if it is not one of the world."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from promote.variant.targets import KindPattern, Target, What, namespace

if TYPE_CHECKING:
    from collections.abc import Iterator

    from promote.variant.inventory import Inventory

_SERVICE = (KindPattern("Service", ""),)
# SERVICE.NAMESPACE.svc, perhaps with a pod before it and the cluster's domain behind it.
_QUALIFIED = re.compile(r"(?P<head>(?:.*\.)?)(?P<ns>[^.]+)\.svc(?:\.(?P<domain>.+?))?\.?")
_PORT = re.compile(r":\d+$")


def host_parts(text: str, place: str | None, known: Inventory) -> Iterator[tuple[int, Target]]:
    """The service and the namespace that a host names, and where in the text.

    A host of one label is a service of the holder's namespace. `service.namespace` and a host under
    another domain than `cluster.local` could be of the world: they count only if there is such a
    service, or for the latter such a namespace.

    Args:
        text: the host, perhaps with a port, or with `*` in place of its first labels.
        place: the holder's namespace; None for any.
        known: what there is.
    """
    name = _PORT.sub("", text)
    match = _QUALIFIED.fullmatch(name)
    if match is not None:
        yield from _qualified(match, known)
    elif "." not in name:
        if name and "*" not in name:
            yield 0, Target(What.RESOURCE, name, _SERVICE, place)
    else:
        stem, _, last = name.rpartition(".")
        service = stem.rpartition(".")[2]
        if known.has_service(last, service):
            yield len(stem) - len(service), Target(What.RESOURCE, service, _SERVICE, last)
            yield len(stem) + 1, namespace(last)


def _qualified(match: re.Match[str], known: Inventory) -> Iterator[tuple[int, Target]]:
    place, stem = match["ns"], match["head"].removesuffix(".")
    foreign = match["domain"] not in {None, "cluster.local"} and place not in known.namespaces
    if foreign or place == "*":
        return
    service = stem.rpartition(".")[2]
    if service and "*" not in service:
        yield len(stem) - len(service), Target(What.RESOURCE, service, _SERVICE, place)
    yield match.start("ns"), namespace(place)


_URL = re.compile(
    r"(?:[a-z][a-z0-9+.-]*://)?(?:[^/@?#]*@)?(?P<host>[^/:@?#]+)(?::\d+)?(?:[/?#].*)?", re.DOTALL
)


def url_parts(text: str, place: str | None, known: Inventory) -> Iterator[tuple[int, Target]]:
    """The same for the host of an address, with or without a scheme; its path is free text."""
    match = _URL.fullmatch(text)
    if match is not None:
        for start, target in host_parts(match["host"], place, known):
            yield match.start("host") + start, target
