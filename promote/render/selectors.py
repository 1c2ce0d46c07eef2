"""Choosing resources by kind, name, namespace, labels and annotations."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from promote.render.decode import Fields
from promote.render.label_selectors import label_test
from promote.render.patterns import whole_match

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from promote.model.json import FieldPath, Json
    from promote.render.record import Key, Record

FIELDS = ("group", "version", "kind", "name", "namespace", "labelSelector", "annotationSelector")


class _Parts(NamedTuple):
    """What a patch or replacement is aimed at. An empty part matches everything.

    Group, version, kind, name and namespace are regular expressions that match the whole of it;
    name and namespace match what the resource was called in its file or is called now.
    """

    group: str = ""
    version: str = ""
    kind: str = ""
    name: str = ""
    namespace: str = ""
    labels: str = ""
    annotations: str = ""


class Selector(_Parts):
    """A selector, with what its parts are compiled to."""

    @classmethod
    def read(cls, data: Mapping[str, Json], path: FieldPath = ()) -> Selector:
        """Read a selector as a kustomization writes it.

        Raises:
            FieldError: an unknown field or a value that is not a string.
        """
        fields = Fields(data, FIELDS, path)
        return cls(
            fields.text("group"),
            fields.text("version"),
            fields.text("kind"),
            fields.text("name"),
            fields.text("namespace"),
            fields.text("labelSelector"),
            fields.text("annotationSelector"),
        )

    def choose(self, records: Iterable[Record]) -> list[Record]:
        """Those that match, in their order.

        Raises:
            KustomizationError: a part is not a regular expression or a label selector.
        """
        return [record for record in records if self.matches(record)]

    def matches(self, record: Record) -> bool:
        """Whether one resource is meant.

        Raises:
            KustomizationError: as `choose`.
        """
        return (
            self._matches_identity(record.original, record.key)
            and self._labels(record.metadata_map("labels"))
            and self._annotations(record.metadata_map("annotations"))
        )

    def _matches_identity(self, original: Key, current: Key) -> bool:
        group, version, kind, name, namespace = self._patterns
        return (
            (
                not self.namespace
                or bool(namespace(original.namespace) or namespace(current.namespace))
            )
            and (not self.name or bool(name(original.name) or name(current.name)))
            and (not self.group or bool(group(current.group)))
            and (not self.version or bool(version(current.version)))
            and (not self.kind or bool(kind(current.kind)))
        )

    @cached_property
    def _patterns(self) -> tuple[Callable[[str], object], ...]:
        parts = (self.group, self.version, self.kind, self.name, self.namespace)
        return tuple(whole_match(part) for part in parts)

    @cached_property
    def _labels(self) -> Callable[[Mapping[str, Json]], bool]:
        return label_test(self.labels)

    @cached_property
    def _annotations(self) -> Callable[[Mapping[str, Json]], bool]:
        return label_test(self.annotations)
