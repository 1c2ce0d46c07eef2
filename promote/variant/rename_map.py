"""What becomes of each name: the rules of a project, resolved against what there is."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from promote.errors import VariantError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from promote.config.model import Rename, RenameRule
    from promote.model.resource import Resource

RESERVED_NAMESPACES = frozenset(
    {"istio-system", "kube-system", "kube-public", "default", "", "*", ".", "~"}
)
_LABEL_LENGTH = 63
_NAME_LENGTH = 253
# Kinds whose names are DNS labels, and so may have 63 characters.
_LABEL_KINDS = frozenset({"Service", "Namespace"})


class Named(NamedTuple):
    """What has a name: a resource without its version."""

    group: str
    kind: str
    namespace: str
    name: str


@dataclass(frozen=True, slots=True)
class Inventory:
    """What an environment has.

    Attributes:
        resources: every resource.
        namespaces: every namespace that a resource is or lies in.
        clusters: every cluster.
    """

    resources: frozenset[Named]
    namespaces: frozenset[str]
    clusters: frozenset[str]


@dataclass(frozen=True, slots=True)
class RenameMap:
    """A rename of known things, and so one that can be inverted.

    Attributes:
        clusters, namespaces: new names by old ones.
        names: new names of resources.
        inventory: what there is, under its old names.
        warnings: rules that nothing matched.
        anywhere: new names by group, kind and name, for what is known by one name in all namespaces.
    """

    clusters: Mapping[str, str]
    namespaces: Mapping[str, str]
    names: Mapping[Named, str]
    inventory: Inventory
    warnings: tuple[str, ...] = ()
    anywhere: Mapping[tuple[str, str], str] = field(default_factory=dict)

    def namespace(self, name: str) -> str:
        """The new name of a namespace."""
        return self.namespaces.get(name, name)

    def cluster(self, name: str) -> str:
        """The new name of a cluster."""
        return self.clusters.get(name, name)

    def name(self, kind: str, namespace: str, name: str, group: str | None = None) -> str:
        """The new name of a resource; without a group, of the one of that kind and name."""
        if group is not None:
            found = self.names.get(Named(group, kind, namespace, name))
            if found is not None:
                return found
        for known in (self._any.get((kind, namespace, name)), self.anywhere.get((kind, name))):
            if known is not None:
                return known
        return name

    @property
    def _any(self) -> Mapping[tuple[str, str, str], str]:
        return _by_kind(self.names)

    def inverse(self) -> RenameMap:
        """The way back."""
        resources = {
            thing: Named(
                thing.group,
                thing.kind,
                self.namespace(thing.namespace),
                self.names.get(thing, thing.name),
            )
            for thing in self.inventory.resources
        }
        return RenameMap(
            {new: old for old, new in self.clusters.items()},
            {new: old for old, new in self.namespaces.items()},
            {resources[thing]: thing.name for thing in self.names},
            Inventory(
                frozenset(resources.values()),
                frozenset(map(self.namespace, self.inventory.namespaces)),
                frozenset(map(self.cluster, self.inventory.clusters)),
            ),
            (),
            {(kind, new): old for (kind, old), new in self.anywhere.items()},
        )


_kinds: dict[int, tuple[Mapping[Named, str], dict[tuple[str, str, str], str]]] = {}


def _by_kind(names: Mapping[Named, str]) -> Mapping[tuple[str, str, str], str]:
    """New names by kind, namespace and name, made once for each map."""
    known = _kinds.get(id(names))
    if known is None or known[0] is not names:
        table = {(thing.kind, thing.namespace, thing.name): new for thing, new in names.items()}
        _kinds.clear()
        _kinds[id(names)] = known = (names, table)
    return known[1]


def inventory_of(resources: Iterable[Resource], clusters: Iterable[str] = ()) -> Inventory:
    """What rendered resources have."""
    things: set[Named] = set()
    namespaces: set[str] = set()
    known = set(clusters)
    for resource in resources:
        identity = resource.id
        things.add(Named(identity.group, identity.kind, identity.namespace, identity.name))
        namespaces.add(identity.namespace)
        if identity.kind == "Namespace" and not identity.group:
            namespaces.add(identity.name)
        if identity.kind == "Cluster" and identity.group.endswith("tsb.tetrate.io"):
            known.add(identity.name)
    return Inventory(frozenset(things), frozenset(namespaces - {""}), frozenset(known))


def resolve_map(rules: Rename, inventory: Inventory) -> RenameMap:
    """Apply the rules of a variant to what its primary has.

    Raises:
        VariantError: two things would have one name, or a name would be too long.
    """
    warnings: list[str] = []
    clusters = _plain(rules.clusters, inventory.clusters, "cluster", warnings)
    namespaces = _plain(rules.namespaces, inventory.namespaces, "namespace", warnings)
    names = _names(rules.names, inventory, warnings)
    _refuse_collisions("cluster", {name: clusters.get(name, name) for name in inventory.clusters})
    _refuse_collisions("namespace", {one: namespaces.get(one, one) for one in inventory.namespaces})
    _refuse_same_names(names, namespaces, inventory)
    anywhere = {(thing.kind, thing.name): new for thing, new in names.items()}
    return RenameMap(clusters, namespaces, names, inventory, tuple(warnings), anywhere)


def _plain(
    rules: Sequence[RenameRule], known: frozenset[str], what: str, warnings: list[str]
) -> dict[str, str]:
    """Names that have no kind: exact ones are renamed even where nothing of the name is known."""
    result = {}
    for rule in rules:
        matched = bool(rule.name) and rule.name in known
        for name in sorted(known | ({rule.name} if rule.name else set())):
            if name in result or (name in RESERVED_NAMESPACES and rule.name != name):
                continue
            new = _apply(rule, name)
            if new is not None:
                matched = matched or name in known
                result[name] = _checked(new, what, _LABEL_LENGTH)
        if not matched:
            warnings.append(f"the rename of {what}s {_shown(rule)} matches nothing")
    return result


def _names(
    rules: Sequence[RenameRule], inventory: Inventory, warnings: list[str]
) -> dict[Named, str]:
    result: dict[Named, str] = {}
    used: set[int] = set()
    for thing in sorted(inventory.resources):
        if thing.kind == "Namespace" and not thing.group:
            continue
        for index, rule in enumerate(rules):
            if rule.kind not in {"", thing.kind} or rule.group not in {"", thing.group}:
                continue
            new = _apply(rule, thing.name)
            if new is not None:
                used.add(index)
                length = _LABEL_LENGTH if thing.kind in _LABEL_KINDS else _NAME_LENGTH
                result[thing] = _checked(new, thing.kind, length)
                break
    warnings += [
        f"the rename of names {_shown(rule)} matches nothing"
        for index, rule in enumerate(rules)
        if index not in used
    ]
    return result


def _apply(rule: RenameRule, name: str) -> str | None:
    """The new name, or None if the rule is not for this one."""
    if rule.name and rule.name != name:
        return None
    if rule.pattern:
        match = re.fullmatch(rule.pattern, name)
        if match is None:
            return None
        if rule.to:
            return match.expand(rule.to)
    return rule.to or f"{rule.prefix}{name}{rule.suffix}"


def _checked(name: str, what: str, length: int) -> str:
    if len(name) > length:
        raise VariantError(
            f"the {what} would be called {name!r}, which has more than {length} characters",
            hint="shorten the prefix or suffix of the rename",
        )
    return name


def _shown(rule: RenameRule) -> str:
    parts = ("group", "kind", "name", "pattern", "to", "prefix", "suffix")
    said = [f"{part}: {value}" for part in parts if (value := getattr(rule, part))]
    return "{" + ", ".join(said) + "}"


def _refuse_collisions(what: str, renamed: Mapping[str, str]) -> None:
    owner: dict[str, str] = {}
    for old, new in sorted(renamed.items()):
        other = owner.setdefault(new, old)
        if other != old:
            raise VariantError(f"the {what}s {other!r} and {old!r} would both be called {new!r}")


def _refuse_same_names(
    names: Mapping[Named, str], namespaces: Mapping[str, str], inventory: Inventory
) -> None:
    owner: dict[Named, Named] = {}
    for thing in sorted(inventory.resources):
        group, kind, namespace, name = thing
        new = Named(group, kind, namespaces.get(namespace, namespace), names.get(thing, name))
        other = owner.setdefault(new, thing)
        if other != thing:
            raise VariantError(
                f"{kind}/{other.name} and {kind}/{name} would both be called {new.name!r}"
            )
