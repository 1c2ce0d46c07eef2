"""What an environment has, by name."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from promote.variant.targets import KindPattern, Named, Target, What

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True)
class Inventory:
    """What an environment has.

    Attributes:
        resources: every resource, and what resources make (the Secret of a Certificate).
        namespaces: every namespace that a resource is or lies in.
        clusters: every cluster.
        mentioned: resources that are only referred to; a rule that names one renames it.
        patterns: the prefix wildcards over namespaces and clusters that fields hold.
        control: namespaces of Argo CD's control planes, which are not part of what they deploy.
    """

    resources: frozenset[Named] = frozenset()
    namespaces: frozenset[str] = frozenset()
    clusters: frozenset[str] = frozenset()
    mentioned: frozenset[Named] = frozenset()
    patterns: frozenset[Target] = frozenset()
    control: frozenset[str] = frozenset()

    @cached_property
    def _by_name(self) -> Mapping[str, list[Named]]:
        found: dict[str, list[Named]] = {}
        for thing in (*sorted(self.resources), *sorted(self.mentioned - self.resources)):
            found.setdefault(thing.name, []).append(thing)
        return found

    @cached_property
    def _by_place(self) -> Mapping[tuple[str, str], list[Named]]:
        found: dict[tuple[str, str], list[Named]] = {}
        for name, things in self._by_name.items():
            for thing in things:
                found.setdefault((thing.namespace, name), []).append(thing)
        return found

    @cached_property
    def kinds(self) -> tuple[str, ...]:
        """The kinds of its resources."""
        return tuple(sorted({thing.kind for thing in self.resources}))

    def find(self, target: Target, *, mentioned: bool = True) -> Named | None:
        """The resource that a target refers to.

        The one in the target's namespace, else one that has no namespace, else, for a target that
        may be anywhere, the first in order.

        Args:
            target: a target that is a resource.
            mentioned: take one that is only referred to as well.
        """
        name, place = target.name, target.namespace
        candidates = (
            self._by_name.get(name, ())
            if place is None
            else (*self._by_place.get((place, name), ()), *self._by_place.get(("", name), ()))
        )
        for thing in candidates:
            if any(kind.fits(thing.group, thing.kind) for kind in target.kinds) and (
                mentioned or thing in self.resources
            ):
                return thing
        return None

    def has(self, target: Target) -> bool:
        """Whether what a target refers to is there; a wildcard is if it stands for something."""
        if target.what is What.RESOURCE:
            return self.find(target, mentioned=False) is not None
        known = self.namespaces if target.what is What.NAMESPACE else self.clusters
        if target.is_pattern:
            return any(name.startswith(target.name[:-1]) for name in known)
        return target.name in known

    def has_service(self, namespace: str, name: str) -> bool:
        """Whether there is a Service."""
        return (
            self.find(Target(What.RESOURCE, name, _SERVICE, namespace), mentioned=False) is not None
        )


_SERVICE = (KindPattern("Service", ""),)
