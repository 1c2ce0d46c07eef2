"""Readers of values that are no texts: references, subjects, selectors, rules."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from promote.variant import texts
from promote.variant.parts import Around, Part, inside, part_at
from promote.variant.targets import KindPattern

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from promote.model.json import Document, Json

NAMESPACE_LABEL = "kubernetes.io/metadata.name"


def of_text(reader: Callable[[str, int, Around], Iterator[Part]]) -> Callable[..., Iterator[Part]]:
    """A reader of a value from a reader of a text."""

    def read(value: Json, around: Around) -> Iterator[Part]:
        if isinstance(value, str):
            yield from reader(value, 0, around)

    return read


def read_ref(
    value: Json,
    around: Around,
    named: Callable[[str, int, Around], Iterator[Part]] = texts.read_name,
) -> Iterator[Part]:
    """A mapping with a name, and perhaps a kind, a group and a namespace."""
    if not isinstance(value, dict):
        return
    name, kind, place = value.get("name"), value.get("kind"), value.get("namespace")
    if isinstance(kind, str) and kind:
        around = replace(around, row=replace(around.row, of=(_sibling_kind(value, kind),)))
    if isinstance(place, str):
        yield from inside("namespace", texts.read_ns(place, 0, around))
        around = around.at(place)
    if not isinstance(name, str):
        return
    if kind == "Namespace":
        yield from inside("name", texts.read_ns(name, 0, around))
    elif kind == "Hostname":
        # Istio lets a route of the Gateway API name a host in place of a Service.
        yield from inside("name", texts.read_host(name, 0, around))
    else:
        yield from inside("name", named(name, 0, around))


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


def read_claim_ref(value: Json, around: Around) -> Iterator[Part]:
    """The claim of a PersistentVolume."""
    return read_ref(value, around, texts.read_claim)


def read_subject(value: Json, around: Around) -> Iterator[Part]:
    """A subject of a role binding: a service account, or a user or group that stands for some."""
    if not isinstance(value, dict) or not isinstance(value.get("name"), str):
        return
    if value.get("kind") == "ServiceAccount":
        yield from read_ref({**value, "apiGroup": ""}, around)
        return
    words = str(value["name"]).split(":")
    match words:
        case ["system", "serviceaccounts", place]:
            yield from inside("name", texts.read_ns(place, len("system:serviceaccounts:"), around))
        case ["system", "serviceaccount", place, account]:
            at = len("system:serviceaccount:")
            yield from inside("name", texts.read_ns(place, at, around))
            target = around.at(place).resource(account, texts.ACCOUNT)
            yield from inside("name", iter([part_at(at + len(place) + 1, target)]))


def read_ns_selector(value: Json, around: Around) -> Iterator[Part]:
    """A selector of namespaces: the label that holds a namespace's own name."""
    if not isinstance(value, dict):
        return
    labels, terms = value.get("matchLabels"), value.get("matchExpressions")
    if isinstance(labels, dict):
        name = labels.get(NAMESPACE_LABEL)
        for part in of_text(texts.read_ns)(name, around):
            yield part._replace(path=("matchLabels", NAMESPACE_LABEL))
    for index, term in enumerate(terms if isinstance(terms, list) else ()):
        if isinstance(term, dict) and term.get("key") == NAMESPACE_LABEL:
            for part in _each(term, "values", texts.read_ns, around):
                yield part._replace(path=("matchExpressions", index, *part.path))


def _each(
    holder: Document,
    key: str,
    reader: Callable[[str, int, Around], Iterator[Part]],
    around: Around,
) -> Iterator[Part]:
    items = holder.get(key)
    for index, item in enumerate(items if isinstance(items, list) else ()):
        yield from inside(key, inside(index, of_text(reader)(item, around)))


_CONDITIONS = {
    "source.principal": texts.read_principal,
    "source.namespace": texts.read_ns,
    "source.serviceAccount": texts.read_ns_name,
    "connection.sni": texts.read_host,
    "destination.host": texts.read_host,
}


def read_condition(value: Json, around: Around) -> Iterator[Part]:
    """A condition of an AuthorizationPolicy: its key says what its values are."""
    if not isinstance(value, dict):
        return
    reader = _CONDITIONS.get(str(value.get("key")))
    if reader is not None:
        around = replace(around, row=replace(around.row, of=texts.ACCOUNT))
        yield from _each(value, "values", reader, around)
        yield from _each(value, "notValues", reader, around)


def read_rbac_rule(value: Json, around: Around) -> Iterator[Part]:
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
        reader = texts.read_ns if "namespaces" in plurals else texts.read_name
        yield from _each(value, "resourceNames", reader, inner)


def _plural(kind: str) -> str:
    """A kind as RBAC writes it: lower case, in the plural."""
    word = kind.lower()
    if word.endswith("endpoints"):
        return word
    if word.endswith("y") and word[-2] not in "aeiou":
        return word[:-1] + "ies"
    return word + ("es" if word.endswith(("s", "x", "ch", "sh")) else "s")
