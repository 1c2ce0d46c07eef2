"""What becomes of each name: a rename of known things, and so one that can be inverted."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING

from promote.variant.targets import Named, Target, What, what_is

if TYPE_CHECKING:
    from collections.abc import Mapping

    from promote.config.model import TextRule
    from promote.model.json import FieldPath
    from promote.variant.findings import Finding
    from promote.variant.inventory import Inventory


@dataclass(frozen=True)
class RenameMap:
    """A rename.

    Attributes:
        clusters, namespaces: new names by old ones.
        names: new names of resources.
        inventory: what there is, under its old names.
        patterns: new prefix wildcards by old ones.
        text: what the project says of names in free text.
        findings: what was noted when the rules were applied, such as a rule that matches nothing.
        rules: the rule behind each new name of a cluster, a namespace or a resource: its place in
            `rename`, as `(section, index, name)`.
    """

    clusters: Mapping[str, str]
    namespaces: Mapping[str, str]
    names: Mapping[Named, str]
    inventory: Inventory
    patterns: Mapping[Target, str] = field(default_factory=dict)
    text: tuple[TextRule, ...] = ()
    findings: tuple[Finding, ...] = ()
    rules: Mapping[Target | Named, FieldPath] = field(default_factory=dict)

    def rule_of(self, target: Target) -> FieldPath | None:
        """The rule that gives what a reference is to its new name."""
        thing = self.inventory.find(target) if target.what is What.RESOURCE else target
        return self.rules.get(thing) if thing is not None else None

    def namespace(self, name: str) -> str:
        """The new name of a namespace."""
        return self.namespaces.get(name, name)

    def cluster(self, name: str) -> str:
        """The new name of a cluster."""
        return self.clusters.get(name, name)

    def new_name(self, target: Target) -> str:
        """The new name of what a reference is to."""
        if target.what is What.RESOURCE:
            thing = self.inventory.find(target)
            return target.name if thing is None else self.names.get(thing, target.name)
        if target.is_pattern:
            return self.patterns.get(target, target.name)
        known = self.namespaces if target.what is What.NAMESPACE else self.clusters
        return known.get(target.name, target.name)

    def moved(self, thing: Named) -> Named:
        """A resource under its new name, in its new namespace."""
        what = what_is(thing.group, thing.kind)
        if what is What.NAMESPACE:
            return thing._replace(name=self.namespace(thing.name))
        if what is What.CLUSTER:
            return thing._replace(
                namespace=self.namespace(thing.namespace), name=self.cluster(thing.name)
            )
        new = self.names.get(thing, thing.name)
        return thing._replace(namespace=self.namespace(thing.namespace), name=new)

    @cached_property
    def renamed_inventory(self) -> Inventory:
        """What there is, under its new names."""
        old = self.inventory
        return replace(
            old,
            resources=frozenset(map(self.moved, old.resources)),
            namespaces=frozenset(map(self.namespace, old.namespaces)),
            clusters=frozenset(map(self.cluster, old.clusters)),
            mentioned=frozenset(map(self.moved, old.mentioned)),
            patterns=frozenset(one._replace(name=self.new_name(one)) for one in old.patterns),
            control=frozenset(map(self.namespace, old.control)),
        )

    def inverse(self) -> RenameMap:
        """The way back."""
        return RenameMap(
            {new: old for old, new in self.clusters.items()},
            {new: old for old, new in self.namespaces.items()},
            {self.moved(thing): thing.name for thing in self.names},
            self.renamed_inventory,
            {old._replace(name=new): old.name for old, new in self.patterns.items()},
            self.text,
        )
