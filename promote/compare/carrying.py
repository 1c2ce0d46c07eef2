"""Carrying the left side of a comparison into the names of the right one.

Between a primary and its variant the rename is declared. Between two other environments only the
namespaces are known to differ by design (`shop-staging`, `shop-prod`), and which of them stands for
which shows in what they hold.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING, NamedTuple

from promote.config import Rename, RenameRule
from promote.project.variants import field_table, rename_map
from promote.variant import inventory_of, rename, resolve_map

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from promote.model.resource import Resource
    from promote.project import Project

    Carry = Callable[[Sequence[Resource]], Sequence[Resource]]

MOST_NAMESPACES = 16
"""What more namespaces have than this (`ServiceAccount/default`) tells none of them apart."""


class Place(NamedTuple):
    """An environment of a project, at a revision or as the files are now."""

    project: Project
    environment: str


def variant_carry(left: Place, right: Place) -> Carry | None:
    """The rename between two environments of which one is the other's variant, else None.

    Raises:
        PromoteError: the primary cannot be rendered, or the rename cannot be followed.
    """
    if _primary(right) == left.environment:
        names, variant = rename_map(*right), right
    elif _primary(left) == right.environment:
        names, variant = rename_map(*left).inverse(), left
    else:
        return None
    table = field_table(*variant)
    return lambda resources: rename(resources, names, table)


def namespace_carry(namespaces: Mapping[str, str]) -> Carry:
    """The rename of namespaces, followed through every reference."""
    rules = tuple(RenameRule(name=old, to=new) for old, new in namespaces.items())

    def carry(resources: Sequence[Resource]) -> Sequence[Resource]:
        return rename(resources, resolve_map(Rename(namespaces=rules), inventory_of(resources)))

    return carry


def corresponding_namespaces(left: Sequence[Resource], right: Sequence[Resource]) -> dict[str, str]:
    """Which namespace of the left side stands for which of the right one.

    Only namespaces that the other side does not have are looked at, and two correspond if at least
    half of what is in one of them has its like, by kind and name, in the other.
    """
    before, after = _contents(left), _contents(right)
    common = before.keys() & after.keys()
    holders: defaultdict[tuple[str, str, str], list[str]] = defaultdict(list)
    for namespace, names in after.items():
        if namespace not in common:
            for name in names:
                holders[name].append(namespace)
    shared: Counter[tuple[str, str]] = Counter()
    for namespace, names in before.items():
        if namespace not in common:
            for name in names:
                if len(holders[name]) <= MOST_NAMESPACES:
                    shared.update((namespace, other) for other in holders[name])
    found: dict[str, str] = {}
    for (old, new), count in sorted(shared.items(), key=lambda one: (-one[1], one[0])):
        enough = 2 * count >= min(len(before[old]), len(after[new]))
        if enough and old not in found and new not in found.values():
            found[old] = new
    return dict(sorted(found.items()))


def _contents(resources: Sequence[Resource]) -> dict[str, set[tuple[str, str, str]]]:
    contents: defaultdict[str, set[tuple[str, str, str]]] = defaultdict(set)
    for resource in resources:
        identity = resource.id
        contents[identity.namespace].add((identity.group, identity.kind, identity.name))
    contents.pop("", None)
    return contents


def _primary(place: Place) -> str | None:
    return place.project.environment(place.environment).variant_of
