"""The nodes of what generators made, told from step to step of a build."""

from __future__ import annotations

from typing import TYPE_CHECKING

from promote.render.generate.content_hash import hash_of_text
from promote.render.history import with_history
from promote.render.nodes import steps
from promote.render.nodes.making import generated
from promote.render.nodes.merging import UntoldError
from promote.render.nodes.node import set_texts, texts_of
from promote.render.nodes.patching import patched, reread
from promote.render.notes import TRANSFORMERS, transformers_text
from promote.render.trace import Trace
from promote.render.transformers.affixes import AddAffix, AddAffixes
from promote.render.transformers.json_patches import JsonPatches
from promote.render.transformers.labels import AddEntries
from promote.render.transformers.merge_patches import MergePatches
from promote.render.transformers.namespace import SetNamespace
from promote.render.transformers.replace import Replace
from promote.render.transformers.replicas import SetReplicas

if TYPE_CHECKING:
    from collections.abc import Sequence

    from promote.model.json import Document
    from promote.render.layer import Transformer
    from promote.render.nodes.node import Node
    from promote.render.record import Former, Record
    from promote.render.trace import Cause


class Story:
    """A resource as the last step left it.

    Attributes:
        record: the resource.
        node: its nodes, None if they cannot be told.
    """

    def __init__(self, record: Record) -> None:
        self.record = record
        self.node: Node | None = generated(record)
        self._doc: Document = record.doc
        self._formers = record.formers
        self._notes = record.changed_by

    def follow(self, step: Transformer | None) -> None:
        """Tell what a step has done."""
        self.take_notes()
        doc, formers = self._doc, self._formers
        self._doc, self._formers = self.record.doc, self.record.formers
        same = doc is self._doc and formers == self._formers
        if self.node is None or (same and not isinstance(step, AddEntries | SetReplicas)):
            return
        if formers != self._formers[: len(formers)]:
            self.node = None
            return
        try:
            self._told(self.node, step, doc, self._formers[len(formers) :])
        except UntoldError:
            self.node = None

    def take_notes(self) -> None:
        """Tell what has been noted of the last step: it makes all annotations anew."""
        notes = self.record.changed_by
        if self.node is not None and len(notes) != len(self._notes):
            known = texts_of(self.node.below("metadata", "annotations"))
            noted = {**known, TRANSFORMERS: transformers_text(self.record)}
            set_texts(self.node, "annotations", noted)
        self._notes = notes

    def _told(
        self, node: Node, step: Transformer | None, old: Document, formers: tuple[Former, ...]
    ) -> None:
        record = self.record
        if isinstance(step, MergePatches):
            patched(node, old, record, formers, step)
        elif isinstance(step, JsonPatches):
            self.node = reread(node, record, formers, step)
        elif isinstance(step, AddAffix | AddAffixes):
            steps.affixed(node, record, formers)
        elif isinstance(step, SetNamespace):
            steps.moved(node, record, formers, always=not step.unset_only)
        elif isinstance(step, AddEntries):
            steps.labelled(node, record, step)
        elif isinstance(step, SetReplicas):
            steps.scaled(node, record, step)
        elif isinstance(step, Replace):
            steps.replaced(node, with_history(record)[0])
        else:
            steps.moved(node, record, formers, tag="")


class Stories(Trace):
    """Follows what is to have a hash in its name."""

    def __init__(self) -> None:
        super().__init__()
        self._stories: dict[int, Story] = {}

    def note(
        self, cause: Cause, records: Sequence[Record], step: Transformer | None = None
    ) -> None:
        """Follow a step."""
        for record in records:
            story = self._stories.get(id(record))
            if story is not None:
                story.follow(step)
            elif record.needs_hash and cause.kind.endswith("Generator"):
                self._stories[id(record)] = Story(record)

    def hash_of(self, record: Record) -> str | None:
        """The hash of a resource, if its nodes can be told."""
        story = self._stories.get(id(record))
        if story is None:
            return None
        story.take_notes()
        if story.node is None:
            return None
        return hash_of_text(story.node.encoded())
