"""Which resource on the left is which on the right."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterator, Sequence

    from promote.model.resource import Resource, ResourceId

GENERATED_KINDS = frozenset({"ConfigMap", "Secret"})

# The content hash that kustomize's generators append: ten hexadecimal digits, those that could
# spell a word replaced by letters that cannot.
_HASHED = re.compile(r"(.+)-[2456789bcdfghkmt]{10}\Z")


class Known(NamedTuple):
    """A resource whose identity was read once."""

    id: ResourceId
    resource: Resource


Pair = tuple[Known | None, Known | None]


def pair(left: Sequence[Resource], right: Sequence[Resource]) -> Iterator[Pair]:
    """Pair two sets of resources by group, kind, namespace and name; each step is linear.

    The version is not part of it, unless one side has a name in several versions. What then has no
    partner and is a generated ConfigMap or Secret is paired by its name without the content hash.
    Resources of one identity are paired in their order.

    Yields:
        The two of a pair, either of them None when it has no partner.
    """
    lefts = [Known(resource.id, resource) for resource in left]
    rights = [Known(resource.id, resource) for resource in right]
    for key in (_exact, _identity, _stem):
        pairs, lefts, rights = _match(lefts, rights, key)
        yield from pairs
    yield from ((known, None) for known in lefts)
    yield from ((None, known) for known in rights)


def _match(
    lefts: list[Known], rights: list[Known], key: Callable[[ResourceId], Hashable | None]
) -> tuple[list[Pair], list[Known], list[Known]]:
    """Pair what has one key, and give the rest of both sides."""
    waiting: defaultdict[Hashable, list[Known]] = defaultdict(list)
    for known in reversed(rights):
        if (found := key(known.id)) is not None:
            waiting[found].append(known)
    pairs: list[Pair] = []
    alone: list[Known] = []
    for known in lefts:
        partners = waiting.get(key(known.id))
        if partners:
            pairs.append((known, partners.pop()))
        else:
            alone.append(known)
    paired = {id(partner) for _, partner in pairs}
    return pairs, alone, [known for known in rights if id(known) not in paired]


def _exact(identity: ResourceId) -> Hashable:
    return identity


def _identity(identity: ResourceId) -> Hashable:
    return (identity.group, identity.kind, identity.namespace, identity.name)


def _stem(identity: ResourceId) -> Hashable | None:
    if identity.kind not in GENERATED_KINDS or identity.group:
        return None
    match = _HASHED.match(identity.name)
    return (identity.kind, identity.namespace, match[1]) if match else None
