"""What depends on a resource, through any number of references."""

from __future__ import annotations

from collections import defaultdict, deque
from difflib import get_close_matches
from typing import TYPE_CHECKING, NamedTuple

from promote.errors import InputError
from promote.variant import inventory_of
from promote.variant.fields import FieldTable
from promote.variant.references import references
from promote.variant.targets import Named, What

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from promote.compare.paths import Path
    from promote.model.resource import Resource, ResourceId
    from promote.variant.inventory import Inventory
    from promote.variant.targets import Target


class Reference(NamedTuple):
    """One field of a resource that holds the name of another.

    Attributes:
        source: the resource that has the field.
        path: where the field is.
        target: the resource that it names; without a version, since names do not tell it.
    """

    source: ResourceId
    path: Path
    target: ResourceId


class Dependent(NamedTuple):
    """A resource that depends on the one asked about.

    Attributes:
        id: which.
        distance: over how many references; 1 for those that name it themselves.
        through: the reference by which it was found first.
    """

    id: ResourceId
    distance: int
    through: Reference


def impact(
    resources: Sequence[Resource], target: ResourceId, named: Iterable[Reference]
) -> list[Dependent]:
    """List what depends on a resource, nearest first, each once.

    Args:
        resources: what was rendered together.
        target: the resource asked about; its version does not matter.
        named: who names whom. One from or to what is not among `resources` leads nowhere.

    Raises:
        InputError: the target is not among the resources.
    """
    known = {_key(resource.id): resource.id for resource in resources}
    if _key(target) not in known:
        raise _unknown(target, known.values())
    into: defaultdict[ResourceId, list[Reference]] = defaultdict(list)
    for reference in named:
        if _key(reference.source) in known:
            into[_key(reference.target)].append(reference)
    found: list[Dependent] = []
    seen = {_key(target)}
    todo = deque([(_key(target), 0)])
    while todo:
        here, distance = todo.popleft()
        for reference in sorted(into[here], key=lambda one: (one.source, str(one.path))):
            source = _key(reference.source)
            if source not in seen:
                seen.add(source)
                found.append(Dependent(known[source], distance + 1, reference))
                todo.append((source, distance + 1))
    return found


def references_between(
    resources: Sequence[Resource], clusters: Iterable[str] = (), table: FieldTable | None = None
) -> list[Reference]:
    """Every reference from one resource to another, by the table of fields that hold names.

    Args:
        resources: what was rendered together.
        clusters: the clusters that it runs in.
        table: the fields that hold names; those of the package by default.
    """
    table = table or FieldTable()
    known = inventory_of(resources, clusters, table)
    by_name = {_named(resource.id): resource.id for resource in resources}
    found = []
    for resource in resources:
        source = resource.id
        for mention in references(resource, known, table):
            thing = _thing(mention.target, known)
            target = by_name.get(thing) if thing is not None else None
            if target is not None and target != source:
                found.append(Reference(source, mention.path, _key(target)))
    return found


def _thing(target: Target, known: Inventory) -> Named | None:
    """The resource that a reference is to; a namespace may be one too."""
    if target.what is What.RESOURCE:
        return known.find(target, mentioned=False)
    if target.what is What.NAMESPACE:
        return Named("", "Namespace", "", target.name)
    return None


def _named(identity: ResourceId) -> Named:
    return Named(identity.group, identity.kind, identity.namespace, identity.name)


def _key(identity: ResourceId) -> ResourceId:
    return identity._replace(version="")


def _unknown(target: ResourceId, known: Iterable[ResourceId]) -> InputError:
    near = get_close_matches(str(target), sorted({str(one) for one in known}), n=1)
    return InputError(f"there is no {target}", hint=f"did you mean {near[0]}?" if near else None)
