"""How the elements of a list are told apart.

Kubernetes says it for its own types (merge keys and list map keys). For the lists of other kinds a
key is taken on trust when every element is a mapping that has it, and no two share its value.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from promote.compare.paths import Item

if TYPE_CHECKING:
    from promote.compare.paths import Scalar
    from promote.model.json import Json
    from promote.model.resource import Gvk

USUAL_KEYS: tuple[tuple[str, ...], ...] = (
    ("name",),
    ("host",),
    ("hostname",),
    ("id",),
    ("kind", "namespace", "name"),
)
"""What tells elements apart in Istio's, TSB's and most custom resources, tried in this order.

The last tells the subjects of role bindings apart.
"""


class MergeKeys(Protocol):
    """Tells the keys by which Kubernetes merges a list.

    Called as `merge_keys(gvk, ("spec", "ports"))`: the path has the keys of mappings only. Answers
    None for a list that has none, or of an unknown kind.
    """

    def __call__(self, gvk: Gvk, path: tuple[str, ...], /) -> tuple[str, ...] | None:
        """The keys, most significant first."""
        ...


def no_merge_keys(_gvk: Gvk, _path: tuple[str, ...], /) -> None:
    """Know no kind at all, so that every list is compared by its usual keys or by its order."""


def index_by_key(
    left: list[Json], right: list[Json], known: tuple[str, ...] | None
) -> tuple[dict[Item, int], dict[Item, int]] | None:
    """Index both lists by the first keys that tell the elements of each apart.

    Args:
        left: one list.
        right: the other.
        known: the keys that the kind's schema names, if it does.

    Returns:
        For each list its elements' identities in their order, with their indexes; None if no keys
        fit both lists.
    """
    for keys in _candidates(known):
        before = _index(left, keys)
        after = _index(right, keys) if before is not None else None
        if before is not None and after is not None:
            return before, after
    return None


def _candidates(known: tuple[str, ...] | None) -> tuple[tuple[str, ...], ...]:
    if not known:
        return USUAL_KEYS
    # `port` alone says more than `port, protocol`: a change of the protocol is then one field.
    return (known[:1], known, *USUAL_KEYS) if len(known) > 1 else (known, *USUAL_KEYS)


def _index(items: list[Json], keys: tuple[str, ...]) -> dict[Item, int] | None:
    found: dict[Item, int] = {}
    for position, item in enumerate(items):
        if not isinstance(item, dict) or keys[0] not in item:
            return None
        chosen: list[tuple[str, Scalar]] = []
        for key in keys:
            value = item.get(key)
            if isinstance(value, dict | list):
                return None
            if key in item:
                chosen.append((key, value))
        identity = Item(tuple(chosen))
        if identity in found:
            return None
        found[identity] = position
    return found
