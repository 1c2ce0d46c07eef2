"""JSON patches (RFC 6902) for the resources that a selector chooses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from promote.errors import PatchError
from promote.render.history import with_history, without_history
from promote.render.merge.json_patch import apply_json_patch
from promote.yamlio.watched import note

if TYPE_CHECKING:
    from promote.render.accumulator import Accumulator
    from promote.render.merge.json_patch import JsonPatch
    from promote.render.record import Record
    from promote.render.selectors import Selector


_WHOLE: Final = {"/metadata", "/metadata/annotations"}


class JsonPatches:
    """Applies a JSON patch (RFC 6902) to the resources that a selector chooses.

    Args:
        patch: the operations.
        target: the resources.
        source: where the patch comes from, for errors.
        remember: note the identity that each resource had before.
    """

    def __init__(
        self, patch: JsonPatch, target: Selector, *, source: str = "", remember: bool = True
    ) -> None:
        self.patch = patch
        self.target = target
        self.source = source
        self.remember = remember
        self._sees_annotations = any(
            not operation.path or "/metadata" in operation.path + operation.source
            for operation in patch
        )
        self.takes_annotations = any(
            _WHOLE & {operation.path, operation.source if operation.op == "move" else ""}
            for operation in patch
            if operation.op != "test"
        )

    def __call__(self, resources: Accumulator) -> None:
        """Apply it.

        Raises:
            PatchError: an operation fails on one of the resources.
        """
        for record in self.target.choose(resources.records):
            if self.remember:
                record.remember_key()
            try:
                self._apply(record)
            except PatchError as error:
                raise PatchError(
                    f"{self.source} on {record.key}: {error.message}", hint=error.hint
                ) from None
            if not self.remember:  # then nothing else has the references looked at
                note(record.doc)
            record.ties = None
            record.in_braces = False
            record.rewritten = True
            if self.takes_annotations:
                record.forget_notes()
        resources.changed()

    def _apply(self, record: Record) -> None:
        if not self._sees_annotations:
            record.doc = apply_json_patch(record.doc, self.patch)
            return
        doc, history = with_history(record)
        record.doc = without_history(apply_json_patch(doc, self.patch), history)
