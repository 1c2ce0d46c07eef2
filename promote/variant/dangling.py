"""References of a variant that lead nowhere, or back to its primary.

A variant takes over when its primary has failed, so nothing in it may depend on the primary: each
reference must resolve in the variant, or be declared as shared.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from promote.variant.findings import Finding, Severity
from promote.variant.resolve import RESERVED_NAMESPACES
from promote.variant.targets import What

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator

    from promote.model.json import FieldPath
    from promote.model.resource import Resource
    from promote.variant.findings import Locate
    from promote.variant.inventory import Inventory
    from promote.variant.rename_map import RenameMap
    from promote.variant.shared import Shared
    from promote.variant.targets import Mention, Target

_EVERYWHERE = RESERVED_NAMESPACES | {"default"}


class Judge:
    """Says of references what is wrong with them.

    Args:
        names: the rename from the primary.
        variant: what the variant has.
        shared: what both sides use.
    """

    def __init__(self, names: RenameMap, variant: Inventory, shared: Shared) -> None:
        self._names = names
        self._primary = names.inventory
        self._variant = variant
        self._shared = shared
        self._back = names.inverse()

    def verdict(self, target: Target, *, is_changed: bool) -> tuple[Severity, str] | None:
        """What is wrong with a reference, or None.

        Args:
            target: what it is to.
            is_changed: whether the variant's own overlay, or a hand, wrote it.
        """
        if self._variant.has(target) or self._shared.covers(target):
            return None
        if target.what is not What.RESOURCE:
            return self._plain(target, is_changed=is_changed)
        place = target.namespace
        if place and place not in self._variant.namespaces and place in self._primary.namespaces:
            return None  # the namespace is a reference of its own, and says it
        return self._resource(target, is_changed=is_changed)

    def _plain(self, target: Target, *, is_changed: bool) -> tuple[Severity, str] | None:
        """A cluster or a namespace that the variant does not have."""
        if self._primary.has(target):
            return Severity.ERROR, f"leads back to the {target} of the primary"
        if target.name in _EVERYWHERE or "/" in target.name:
            return None
        if is_changed:
            return Severity.ERROR, f"refers to the {target}, which neither side has"
        return Severity.WARNING, f"refers to the {target}, which neither side has or shares"

    def _resource(self, target: Target, *, is_changed: bool) -> tuple[Severity, str] | None:
        same = self._primary.find(target, mentioned=False)
        if same is not None and self._names.moved(same) != same:
            return Severity.ERROR, f"leads back to the {target} of the primary"
        place = target.namespace
        counterpart = target._replace(
            name=self._back.new_name(target),
            namespace=place if place is None else self._back.namespace(place),
        )
        if self._primary.find(counterpart, mentioned=False) is not None:
            return Severity.ERROR, f"refers to the {target}, which the variant lacks"
        if is_changed and "." not in target.name:
            return Severity.ERROR, f"refers to the {target}, which is not there"
        return None


def dangling(
    resource: Resource,
    mentions: list[Mention],
    judge: Judge,
    changed: Collection[FieldPath],
    locate: Locate,
) -> Iterator[Finding]:
    """The references of a resource that lead where they should not.

    Args:
        resource: a resource of the variant.
        mentions: its references.
        judge: says what is wrong.
        changed: the fields that are not as the rename leaves them.
        locate: finds where a field was written.
    """
    is_changed = _below(changed)
    for mention in mentions:
        verdict = judge.verdict(mention.target, is_changed=is_changed(mention.path))
        if verdict is not None:
            yield Finding(
                verdict[0],
                "dangling" if verdict[0] is Severity.ERROR else "not-covered",
                verdict[1],
                resource.id,
                mention.path,
                locate(resource, mention.path),
            )


def _below(changed: Collection[FieldPath]) -> Callable[[FieldPath], bool]:
    """Whether a field is one of the changed ones, or lies in one."""
    return lambda path: any(path[: len(one)] == one for one in changed)
