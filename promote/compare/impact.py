"""What depends on a resource, through any number of references."""

from __future__ import annotations

from collections import defaultdict, deque
from difflib import get_close_matches
from typing import TYPE_CHECKING, NamedTuple

from promote.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from promote.compare.paths import Path
    from promote.model.resource import Resource, ResourceId


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
    resources: Sequence[Resource], target: ResourceId, references: Iterable[Reference]
) -> list[Dependent]:
    """List what depends on a resource, nearest first, each once.

    Args:
        resources: what was rendered together.
        target: the resource asked about; its version does not matter.
        references: who names whom. One from or to what is not among `resources` leads nowhere.

    Raises:
        InputError: the target is not among the resources.
    """
    known = {_key(resource.id): resource.id for resource in resources}
    if _key(target) not in known:
        raise _unknown(target, known.values())
    into: defaultdict[ResourceId, list[Reference]] = defaultdict(list)
    for reference in references:
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


def _key(identity: ResourceId) -> ResourceId:
    return identity._replace(version="")


def _unknown(target: ResourceId, known: Iterable[ResourceId]) -> InputError:
    near = get_close_matches(str(target), sorted({str(one) for one in known}), n=1)
    return InputError(f"there is no {target}", hint=f"did you mean {near[0]}?" if near else None)
