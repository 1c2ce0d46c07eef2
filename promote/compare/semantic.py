"""The comparison itself: pair, walk, ignore, count."""

from __future__ import annotations

from typing import TYPE_CHECKING

import orjson

from promote.compare.fields import compare_fields
from promote.compare.ignore import Ignorer
from promote.compare.kubernetes import kubernetes_merge_keys
from promote.compare.pairing import pair
from promote.compare.records import Change, Diff, ResourceChange
from promote.compare.scalars import same_quantity, same_scalar

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from promote.compare.ignore import IgnoreRule
    from promote.compare.keys import MergeKeys
    from promote.compare.pairing import Known
    from promote.compare.scalars import SameScalar
    from promote.model.json import Document
    from promote.model.resource import Resource, ResourceId


def diff(
    left: Sequence[Resource],
    right: Sequence[Resource],
    *,
    ignore: Sequence[IgnoreRule] = (),
    rename: Callable[[Sequence[Resource]], Sequence[Resource]] | None = None,
    merge_keys: MergeKeys | None = None,
    quantities: bool = False,
) -> Diff:
    """Compare two sets of resources by meaning.

    Costs in proportion to what is there; documents and parts of them that both sides share are not
    looked into. Neither side is changed.

    Args:
        left: the resources before.
        right: the resources after.
        ignore: what to keep out; it is counted and listed apart.
        rename: carries the left side into the names of the right one, when the right is a variant.
        merge_keys: how the elements of lists are told apart; as Kubernetes does by default.
        quantities: take quantities that mean the same (`1000m` and `1`) for the same, in the fields
            that Kubernetes knows as quantities. Otherwise values are the same only when their type
            and text are.

    Raises:
        UsageError: an ignore rule's pointer cannot be read.
    """
    before = left if rename is None else rename(left)
    ignorer = Ignorer(ignore, [*before, *right] if ignore else [])
    keys = merge_keys or kubernetes_merge_keys()
    same_value = same_quantity if quantities else same_scalar
    found: list[tuple[ResourceId, ResourceChange]] = []
    unchanged = 0
    for old, new in pair(before, right):
        if old is not None and new is not None:
            change = _changed(old, new, ignorer, keys, same_value)
            if change is None:
                unchanged += 1
            else:
                found.append((new.id, change))
        elif new is not None:
            found.append((new.id, _alone(Change.ADDED, new, ignorer)))
        elif old is not None:
            found.append((old.id, _alone(Change.REMOVED, old, ignorer)))
    found.sort(key=lambda one: _reading_order(one[0]))
    return Diff(tuple(change for _, change in found), unchanged)


def _changed(
    old: Known, new: Known, ignorer: Ignorer, merge_keys: MergeKeys, same_value: SameScalar
) -> ResourceChange | None:
    left, right = old.resource, new.resource
    if _identical(left.doc, right.doc):
        return None
    changes = compare_fields(left.doc, right.doc, new.id.gvk, merge_keys, same_value)
    if not changes:
        return None
    shown, ignored = ignorer.split(changes, old.id, new.id)
    return ResourceChange(Change.CHANGED, left, right, shown, ignored)


def _identical(left: Document, right: Document) -> bool:
    """Whether two documents are plainly the same: most are, and need no walk.

    Python's equality takes 1, 1.0 and true for equal; written as JSON they differ. JSON in turn
    has no NaN, which equality tells from everything. A no may be wrong; the walk finds out.
    """
    if left is right:
        return True
    if left != right:
        return False
    try:
        return orjson.dumps(left) == orjson.dumps(right)
    except TypeError:  # an integer that orjson does not write
        return False


def _alone(kind: Change, known: Known, ignorer: Ignorer) -> ResourceChange:
    whole = ignorer.whole(known.id)
    if kind is Change.ADDED:
        return ResourceChange(kind, None, known.resource, ignored_whole=whole)
    return ResourceChange(kind, known.resource, None, ignored_whole=whole)


def _reading_order(identity: ResourceId) -> tuple[str, ...]:
    return (identity.namespace, identity.kind, identity.name, identity.group, identity.version)
