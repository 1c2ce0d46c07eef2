"""Taking stock of an environment before it is renamed."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from promote.variant.fields import FieldTable
from promote.variant.inventory import Inventory
from promote.variant.references import own_target, references
from promote.variant.targets import Named, Target, What

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from promote.model.resource import Resource
    from promote.variant.targets import Mention

_ARGO = "argoproj.io"
_DEPLOYERS = frozenset({"Application", "ApplicationSet", "AppProject"})


def inventory_of(
    resources: Iterable[Resource], clusters: Iterable[str] = (), table: FieldTable | None = None
) -> Inventory:
    """What rendered resources have, make and speak of.

    Args:
        resources: the resources of an environment.
        clusters: the clusters that it runs in.
        table: the fields that hold names; those of the package by default.
    """
    resources = list(resources)
    own = _own(resources, clusters)
    table = table or FieldTable()
    mentions = [one for resource in resources for one in references(resource, own, table)]
    made = {_named(one.target) for one in mentions if one.makes}
    return replace(
        own,
        resources=own.resources | made,
        mentioned=frozenset(_mentioned(mentions, own)) - made,
        patterns=frozenset(
            one.target
            for one in mentions
            if one.target.is_pattern and one.target.what is not What.RESOURCE
        ),
    )


def _own(resources: Sequence[Resource], clusters: Iterable[str]) -> Inventory:
    """What the resources themselves are."""
    things: set[Named] = set()
    namespaces: set[str] = set()
    control: set[str] = set()
    known = set(clusters)
    for resource in resources:
        identity = resource.id
        things.add(Named(identity.group, identity.kind, identity.namespace, identity.name))
        namespaces.add(identity.namespace)
        if identity.group == _ARGO and identity.kind in _DEPLOYERS:
            control.add(identity.namespace)
        own = own_target(identity)
        if own.what is What.NAMESPACE:
            namespaces.add(own.name)
        elif own.what is What.CLUSTER:
            known.add(own.name)
    return Inventory(
        frozenset(things),
        frozenset(namespaces - {""}),
        frozenset(known),
        control=frozenset(control - {""}),
    )


def _mentioned(mentions: Iterable[Mention], own: Inventory) -> Iterable[Named]:
    """The resources that are spoken of, but not there."""
    for target in {one.target for one in mentions if one.target.what is What.RESOURCE}:
        if target.kinds and target.kinds[0].kind != "*" and own.find(target) is None:
            yield _named(target)


def _named(target: Target) -> Named:
    """A resource that only a reference tells of, of the first kind that it may be of."""
    kind, group = target.kinds[0]
    return Named(group.replace("*", ""), kind, target.namespace or "", target.name)
