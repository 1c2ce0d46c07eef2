"""Environments to rename."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from promote.config.model import Rename, RenameRule
from promote.model.resource import Resource
from promote.variant import inventory_of, resolve_map
from promote.variant.inventory import Inventory
from promote.variant.targets import KindPattern, Named, Target, What

if TYPE_CHECKING:
    from collections.abc import Iterable

    from promote.model.json import Document
    from promote.variant import RenameMap

KINDS = (
    KindPattern("Service", ""),
    KindPattern("ServiceAccount", ""),
    KindPattern("Secret", ""),
    KindPattern("StatefulSet", "apps"),
    KindPattern("PersistentVolumeClaim", ""),
    KindPattern("Organization", "tsb.tetrate.io"),
    KindPattern("Tenant", "tsb.tetrate.io"),
    KindPattern("Workspace", "tsb.tetrate.io"),
    KindPattern("Group", "gateway.tsb.tetrate.io"),
)


@cache
def world(kinds: tuple[KindPattern, ...]) -> RenameMap:
    """One where whatever is called `reviews` in `shop` is renamed, of these kinds and others."""
    things = {
        Named(group.replace("*", ""), kind.replace("*", "Thing"), "shop", "reviews")
        for kind, group in (*KINDS, *kinds)
    }
    inventory = Inventory(
        frozenset(things) | {Named("", "Namespace", "", "shop")},
        frozenset({"shop"}),
        frozenset({"prod-east"}),
        patterns=frozenset({Target(What.NAMESPACE, "shop*"), Target(What.CLUSTER, "prod-*")}),
    )
    rules = Rename(
        clusters=(RenameRule(name="prod-east", to="dr-east"),),
        namespaces=(RenameRule(name="shop", to="shop-dr"),),
        names=(RenameRule(name="reviews", to="reviews-dr"),),
    )
    return resolve_map(rules, inventory)


def renaming(docs: Iterable[Document], rules: Rename, clusters: Iterable[str] = ()) -> RenameMap:
    """The map of some documents."""
    return resolve_map(rules, inventory_of(map(Resource, docs), clusters))
