"""What both sides use under one name, as a project declares it.

An entry of `rename.shared` is the name of a namespace (and then of all that is in it) or of a
cluster, or `Kind/name`, or `Kind/namespace/name`; `*` and the like stand for any text.
"""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from promote.variant.targets import Target, What

if TYPE_CHECKING:
    from collections.abc import Iterable

    from promote.variant.targets import Named


class Shared:
    """The declarations.

    Args:
        entries: as the project writes them.
    """

    def __init__(self, entries: Iterable[str]) -> None:
        self._plain: list[str] = []
        self._things: list[tuple[str, str, str]] = []
        for entry in entries:
            kind, *rest = entry.split("/", 2)
            if rest:
                self._things.append((kind, rest[0] if rest[1:] else "*", rest[-1]))
            else:
                self._plain.append(entry)

    def covers(self, target: Target) -> bool:
        """Whether what a reference is to is shared."""
        if target.what is not What.RESOURCE:
            kind = target.what.value.capitalize()
            return self._is_plain(target.name) or self._is_thing(kind, "", target.name)
        return any(
            self._is_thing(kind.kind, target.namespace or "", target.name) for kind in target.kinds
        ) or (target.namespace is not None and self._is_plain(target.namespace))

    def covers_thing(self, thing: Named) -> bool:
        """Whether a resource is shared."""
        return self._is_plain(thing.namespace) or self._is_thing(
            thing.kind, thing.namespace, thing.name
        )

    def _is_plain(self, name: str) -> bool:
        return any(fnmatchcase(name, pattern) for pattern in self._plain)

    def _is_thing(self, kind: str, place: str, name: str) -> bool:
        return any(
            fnmatchcase(kind, wanted) and fnmatchcase(place, where) and fnmatchcase(name, called)
            for wanted, where, called in self._things
        )
