"""What the '<<' of mappings brings in, resolved as late as kustomize resolves it.

A '<<' in a mapping that another one merges is merged with it as a field, so of several the last one
counts, and what other fields say comes first.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

    from promote.model.json import Json

MERGE: Final = "<<"


class Merge(NamedTuple):
    """A mapping with a '<<', taken apart.

    Attributes:
        mapping: the mapping; it is kept so that no other gets its identity.
        own: its own fields.
        sources: what its '<<' merges, what counts most at the end.
        below: all that these bring in.
        fields: its own fields and those of the mappings that it merges.
        left: what the '<<' of these bring in.
    """

    mapping: dict[str, Json]
    own: dict[str, Json]
    sources: list[dict[str, Json]]
    below: dict[str, Json]
    fields: dict[str, Json]
    left: dict[str, Json]


class MergeKeys:
    """The mappings of one document that have a '<<'.

    Args:
        early: resolve each at once, as kustomize does in its own files.
    """

    def __init__(self, *, early: bool) -> None:
        self._early = early
        self._known: dict[int, Merge] = {}
        self._unfolded: set[int] = set()

    def gathered(self, values: Iterable[dict[str, Json]]) -> Merge:
        """What a '<<' of these brings in: of several the first that has a key counts."""
        sources = list(values)[::-1]
        below: dict[str, Json] = {}
        for source in sources:
            below.update(source)
        return Merge({}, {}, sources, below, *self._brought(sources))

    def note(self, whole: dict[str, Json], merge: Merge, own: dict[str, Json]) -> None:
        """Remember of what a mapping with a '<<' was made.

        Args:
            whole: the mapping, all in all.
            merge: what its '<<' brought in.
            own: its own fields.
        """
        fields = {**merge.fields, **own}
        self._known[id(whole)] = merge._replace(mapping=whole, own=own, fields=fields)

    def unfold(self, value: Json) -> None:
        """Note that kustomize has put a mapping in the place of an alias, and so resolved it."""
        merge = self._known.get(id(value))
        if merge is not None and id(value) not in self._unfolded:
            self._unfolded.add(id(value))
            fields, left = self._brought(merge.sources)
            self._known[id(value)] = merge._replace(fields={**fields, **merge.own}, left=left)

    def _brought(self, sources: list[dict[str, Json]]) -> tuple[dict[str, Json], dict[str, Json]]:
        """The `fields` and `left` that a mapping has of those that it merges."""
        fields: dict[str, Json] = {}
        left: dict[str, Json] = {}
        last: list[dict[str, Json]] = []
        for source in sources:
            inner = None if self._early else self._known.get(id(source))
            if inner is None:
                fields.update(source)
            elif id(source) in self._unfolded:
                fields.update(inner.fields)
                if inner.left:
                    left, last = inner.left, []
            else:
                fields.update(inner.own)
                left, last = inner.below, inner.sources
        for source in last:
            self.unfold(source)
        return fields, left
