"""What each step of a build did to each resource, for those who ask who set a field.

A build is told nothing of this unless it is given a `Trace` (`BuildOptions.trace`). Documents are
never changed in place, so a trace keeps the documents themselves: a step that leaves a resource
alone leaves its document the same object.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from promote.model.json import Document
    from promote.model.resource import Origin, Resource
    from promote.model.tree import Tree
    from promote.render.layer import Transformer
    from promote.render.record import Record

LOADED = "resource"
GIVEN = "given"
NAMES = "names"
FINISH = "finish"


class Cause(NamedTuple):
    """A step of a build.

    Attributes:
        kind: `resource` for what a file holds, `given` for what the build began with, the kind of
            a generator or transformer, or `names` for hashes and the references to them.
        file: the kustomization that asked for it, absolute in its tree; empty for none.
        number: which of its kind in that kustomization, from 0.
        plugin: where the document that configures it stands, if it has one of its own.
        tree: where the file is; None for the tree of the build.
    """

    kind: str
    file: str = ""
    number: int = 0
    plugin: Origin | None = None
    tree: Tree | None = None


class Event(NamedTuple):
    """A resource as a step left it."""

    cause: Cause
    doc: Document


class Trace:
    """Everything that happened to the resources of a build, in order."""

    def __init__(self) -> None:
        self._events: dict[int, list[Event]] = {}
        # What is noted by its address must not be freed and its address used again.
        self._kept: list[Record | Resource] = []

    def note(
        self,
        cause: Cause,
        records: Sequence[Record],
        step: Transformer | None = None,  # noqa: ARG002 - for those that ask what was done
    ) -> None:
        """Note what a step changed.

        Args:
            cause: the step.
            records: all resources of the layer after it.
            step: the transformer, if it was one.
        """
        now = {id(record) for record in records}
        for record in records:
            events = self._events.get(id(record))
            if events is None:
                self._begin(cause, record, now)
            elif events[-1].doc is not record.doc:
                events.append(Event(cause, record.doc))

    def finished(self, pairs: Iterable[tuple[Record, Resource]]) -> None:
        """Note which resource became of which record."""
        for record, resource in pairs:
            events = self._events.get(id(record), [])
            if not events or events[-1].doc != resource.doc:
                events = [*events, Event(Cause(FINISH), resource.doc)]
            self._kept.append(resource)
            self._events[id(resource)] = events

    def of(self, resource: Resource) -> Sequence[Event]:
        """What happened to a resource that the build gave, oldest first."""
        return self._events.get(id(resource), ())

    def _begin(self, cause: Cause, record: Record, now: set[int]) -> None:
        """Note a new record; one that a generator put in another's place goes on with its story."""
        before = self._replaced(record, now) if cause.kind != LOADED else []
        self._kept.append(record)
        self._events[id(record)] = [*before, Event(cause, record.doc)]

    def _replaced(self, record: Record, now: set[int]) -> list[Event]:
        key = record.key
        for known in reversed(self._kept):
            if id(known) not in now and known.id[2:4] == (key.kind, key.name):
                return self._events[id(known)]
        return []
