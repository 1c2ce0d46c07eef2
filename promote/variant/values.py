"""What a field can hold, and how each such value is renamed: by what it refers to.

Every function takes the value, the namespace of the resource that holds it (its old one) and the
map, and gives the new value, or the same object where nothing changes.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from promote.model.json import Document, Json
    from promote.variant.rename_map import RenameMap

    Renamer = Callable[[Json, str, RenameMap, str], Json]

_SUFFIXES = (".svc.cluster.local", ".svc", "")
_TRUST_DOMAIN_END = ".tsb.local"
_WILD = frozenset({"", "*", ".", "~"})
_NAMESPACE_LABEL = "kubernetes.io/metadata.name"


def cluster(value: Json, namespace: str, names: RenameMap, of: str) -> Json:  # noqa: ARG001 - one shape for all
    """A cluster."""
    return names.cluster(value) if isinstance(value, str) else value


def ns(value: Json, namespace: str, names: RenameMap, of: str) -> Json:  # noqa: ARG001 - one shape for all
    """A namespace; one of TSB's may end in a star."""
    if not isinstance(value, str) or value in _WILD:
        return value
    return names.namespace(value)


def csv_ns(value: Json, namespace: str, names: RenameMap, of: str) -> Json:
    """Namespaces with commas between them."""
    if not isinstance(value, str):
        return value
    parts = value.split(",")
    return ",".join(str(ns(part.strip(), namespace, names, of)) for part in parts)


def name(value: Json, namespace: str, names: RenameMap, of: str) -> Json:
    """The name of a resource of one kind in the holder's namespace; `of` may list several kinds."""
    if not isinstance(value, str):
        return value
    for kind in of.split("|"):
        new = names.name(kind, namespace, value)
        if new != value:
            return new
    return value


def ns_name(value: Json, namespace: str, names: RenameMap, of: str) -> Json:
    """`namespace/name`, or a name alone."""
    if not isinstance(value, str):
        return value
    place, slash, rest = value.partition("/")
    if not slash:
        return name(value, namespace, names, of)
    return f"{ns(place, namespace, names, of)}/{name(rest, place, names, of)}"


def host(value: Json, namespace: str, names: RenameMap, of: str) -> Json:  # noqa: ARG001 - one shape for all
    """A host: a service by its short or full name, a wildcard over a namespace, or one of the world.

    It is a service only if there is such a service, or at least such a namespace.
    """
    if not isinstance(value, str):
        return value
    text, colon, port = value.partition(":")
    for suffix in _SUFFIXES:
        if not text.endswith(suffix):
            continue
        stem = text.removesuffix(suffix)
        service, dot, place = stem.rpartition(".")
        if not dot:
            if suffix:
                break
            return names.name("Service", namespace, stem) + colon + port
        if place in names.inventory.namespaces or place in names.namespaces:
            service = _service(service, place, names)
            return f"{service}.{names.namespace(place)}{suffix}{colon}{port}"
        break
    return value


def _service(text: str, place: str, names: RenameMap) -> str:
    """A service, or a pod's host within a headless one."""
    head, dot, last = text.rpartition(".")
    return head + dot + names.name("Service", place, last)


def ns_host(value: Json, namespace: str, names: RenameMap, of: str) -> Json:
    """`namespace/host`; the namespace may be `.`, `*`, `~` or excluded by `~namespace`."""
    if not isinstance(value, str):
        return value
    place, slash, rest = value.partition("/")
    if not slash:
        return host(value, namespace, names, of)
    bare = place.lstrip("~")
    around = namespace if place in _WILD else bare
    mark = place[: len(place) - len(bare)]
    return f"{mark}{ns(bare, namespace, names, of)}/{host(rest, around, names, of)}"


def cluster_ns(value: Json, namespace: str, names: RenameMap, of: str) -> Json:
    """`cluster/namespace`, `cluster/namespace/host`, each part of which may be a wildcard."""
    if not isinstance(value, str):
        return value
    parts = value.split("/")
    parts[0] = names.cluster(parts[0])
    if len(parts) > 1:
        old = parts[1]
        parts[1] = str(ns(old, namespace, names, of))
        if len(parts) > 2:  # noqa: PLR2004 - cluster, namespace, host
            parts[2] = str(host(parts[2], old, names, of))
    return "/".join(parts)


_PRINCIPAL = re.compile(r"(spiffe://)?([^/]*)/ns/([^/]+)/sa/(.+)")


def principal(value: Json, namespace: str, names: RenameMap, of: str) -> Json:
    """`TRUST_DOMAIN/ns/NAMESPACE/sa/ACCOUNT`; a trust domain may carry a cluster's name."""
    if not isinstance(value, str):
        return value
    match = _PRINCIPAL.fullmatch(value)
    if match is None:
        return value
    scheme, domain, place, account = match.groups()
    account = names.name("ServiceAccount", place, account)
    domain = trust_domain(domain, namespace, names, of)
    return f"{scheme or ''}{domain}/ns/{ns(place, namespace, names, of)}/sa/{account}"


def trust_domain(value: Json, namespace: str, names: RenameMap, of: str) -> Json:  # noqa: ARG001 - one shape for all
    """A trust domain; that of a cluster which TSB set up is `CLUSTER.tsb.local`."""
    if not isinstance(value, str) or not value.endswith(_TRUST_DOMAIN_END):
        return value
    return names.cluster(value.removesuffix(_TRUST_DOMAIN_END)) + _TRUST_DOMAIN_END


def san(value: Json, namespace: str, names: RenameMap, of: str) -> Json:
    """A subject alternative name: a principal or a host."""
    if isinstance(value, str) and value.startswith("spiffe://"):
        return principal(value, namespace, names, of)
    return host(value, namespace, names, of)


def ns_account(value: Json, namespace: str, names: RenameMap, of: str) -> Json:  # noqa: ARG001 - one shape for all
    """`namespace/account`, or an account of the holder's namespace."""
    return ns_name(value, namespace, names, "ServiceAccount")


def subject(value: Json, namespace: str, names: RenameMap, of: str) -> Json:
    """A subject of a role binding: a service account, or a user or group that stands for some."""
    if not isinstance(value, dict):
        return value
    if value.get("kind") == "ServiceAccount":
        return ref(value, namespace, names, "ServiceAccount")
    text = value.get("name")
    if not isinstance(text, str):
        return value
    parts = text.split(":")
    if parts[:2] == ["system", "serviceaccounts"] and len(parts) > 2:  # noqa: PLR2004 - the namespace
        parts[2] = str(ns(parts[2], namespace, names, of))
    elif parts[:2] == ["system", "serviceaccount"] and len(parts) > 3:  # noqa: PLR2004 - and the account
        parts[3] = names.name("ServiceAccount", parts[2], parts[3])
        parts[2] = str(ns(parts[2], namespace, names, of))
    return _with(value, name=":".join(parts))


def ref(value: Json, namespace: str, names: RenameMap, of: str) -> Json:
    """A mapping with a name, and perhaps a kind, a group and a namespace of its own."""
    if not isinstance(value, dict) or not isinstance(value.get("name"), str):
        return value
    kind = value.get("kind")
    kinds = kind if isinstance(kind, str) else of
    place = value.get("namespace")
    around = place if isinstance(place, str) else namespace
    changed = _with(value, name=name(value["name"], around, names, kinds))
    if kinds == "Namespace":
        changed = _with(changed, name=ns(value["name"], namespace, names, of))
    if isinstance(place, str):
        changed = _with(changed, namespace=ns(place, namespace, names, of))
    return changed


def ns_selector(value: Json, namespace: str, names: RenameMap, of: str) -> Json:
    """A label selector over namespaces: the label that holds a namespace's own name."""
    if not isinstance(value, dict):
        return value
    labels = value.get("matchLabels")
    changed = value
    if isinstance(labels, dict) and _NAMESPACE_LABEL in labels:
        new = ns(labels[_NAMESPACE_LABEL], namespace, names, of)
        changed = _with(changed, matchLabels=_with_key(labels, _NAMESPACE_LABEL, new))
    terms = value.get("matchExpressions")
    if isinstance(terms, list):
        new_terms = [_term(term, namespace, names) for term in terms]
        if any(new is not old for new, old in zip(new_terms, terms, strict=True)):
            changed = _with(changed, matchExpressions=new_terms)
    return changed


def _term(term: Json, namespace: str, names: RenameMap) -> Json:
    if not isinstance(term, dict) or term.get("key") != _NAMESPACE_LABEL:
        return term
    values = term.get("values")
    if not isinstance(values, list):
        return term
    return _with(term, values=[ns(one, namespace, names, "") for one in values])


_URL = re.compile(r"([a-z][a-z0-9+.-]*://)?([^/:@]+)((?::\d+)?(?:/.*)?)", re.DOTALL)


def url(value: Json, namespace: str, names: RenameMap, of: str) -> Json:
    """An address whose host may be a service; a path in it stays."""
    match = _URL.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        return value
    scheme, machine, rest = match.groups()
    return f"{scheme or ''}{host(machine, namespace, names, of)}{rest}"


def fqn(value: Json, namespace: str, names: RenameMap, of: str) -> Json:  # noqa: ARG001 - one shape for all
    """A path of TSB: `organizations/O/tenants/T/workspaces/W/...`."""
    if not isinstance(value, str):
        return value
    parts = value.split("/")
    kinds = {"organizations": "Organization", "tenants": "Tenant", "workspaces": "Workspace"}
    kinds |= {f"{one}groups": "Group" for one in ("gateway", "traffic", "security")}
    for index in range(0, len(parts) - 1, 2):
        kind = kinds.get(parts[index])
        if kind is not None:
            parts[index + 1] = names.anywhere.get((kind, parts[index + 1]), parts[index + 1])
        elif parts[index] == "clusters":
            parts[index + 1] = names.cluster(parts[index + 1])
    return "/".join(parts)


def parent(value: Json, namespace: str, names: RenameMap, of: str) -> Json:  # noqa: ARG001 - one shape for all
    """A parent in TSB's hierarchy, which is known by one name in all namespaces."""
    if not isinstance(value, str):
        return value
    return names.anywhere.get((of, value), value)


def envoy_cluster(value: Json, namespace: str, names: RenameMap, of: str) -> Json:
    """A cluster of Envoy's: `outbound|80|subset|service.namespace.svc.cluster.local`."""
    if not isinstance(value, str) or value.count("|") != 3:  # noqa: PLR2004 - its four parts
        return value
    head, _, last = value.rpartition("|")
    return f"{head}|{host(last, namespace, names, of)}"


def search(value: Json, namespace: str, names: RenameMap, of: str) -> Json:
    """A search domain: `namespace.svc.cluster.local`."""
    if not isinstance(value, str):
        return value
    place, dot, rest = value.partition(".")
    return f"{ns(place, namespace, names, of)}{dot}{rest}" if rest.startswith("svc") else value


def when_values(value: Json, namespace: str, names: RenameMap, of: str) -> Json:
    """A condition of an AuthorizationPolicy: what its key says that its values are."""
    if not isinstance(value, dict):
        return value
    renamers: dict[Json, Renamer] = {
        "source.principal": principal,
        "source.namespace": ns,
        "connection.sni": host,
    }
    renamer = renamers.get(value.get("key"))
    if renamer is None:
        return value
    changed = value
    for field in ("values", "notValues"):
        items = value.get(field)
        if isinstance(items, list):
            new = [renamer(item, namespace, names, of) for item in items]
            changed = changed if new == items else _with(changed, **{field: new})
    return changed


def _with(mapping: Document, **changes: Json) -> Document:
    changed = {key: value for key, value in changes.items() if mapping.get(key) != value}
    return {**mapping, **changed} if changed else mapping


def _with_key(mapping: Document, key: str, value: Json) -> Document:
    return mapping if mapping.get(key) == value else {**mapping, key: value}


RENAMERS: dict[str, Renamer] = {
    "cluster": cluster,
    "ns": ns,
    "csv ns": csv_ns,
    "name": name,
    "ns/name": ns_name,
    "host": host,
    "ns/host": ns_host,
    "cluster/ns": cluster_ns,
    "principal": principal,
    "trust domain": trust_domain,
    "san": san,
    "ns/sa": ns_account,
    "subject": subject,
    "ref": ref,
    "ns selector": ns_selector,
    "url": url,
    "fqn": fqn,
    "parent": parent,
    "envoy cluster": envoy_cluster,
    "search": search,
    "condition": when_values,
}
"""What a field can hold, by the word that the table of fields uses."""
