"""The resources of a layer and the rules that work on them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from promote.errors import ConflictError
from promote.render.fieldspecs import EMPTY

if TYPE_CHECKING:
    from collections.abc import Iterable

    from promote.render.fieldspecs import FieldConfig
    from promote.render.record import Key, Record


class Accumulator:
    """Resources in the order of their files, found by identity, with the field rules of the layer.

    Whoever replaces a record's document or list of records from outside says so with `changed`.
    """

    def __init__(self, records: Iterable[Record] = (), config: FieldConfig = EMPTY) -> None:
        self.records = list(records)
        self.config = config
        self.variables: dict[str, object] = {}
        self._current: dict[Key, list[Record]] | None = None
        self._any: dict[Key, list[Record]] | None = None
        self._names: dict[str, list[Record]] | None = None
        self._is_unique = not self.records

    def changed(self) -> None:
        """Forget the indexes: identities may have changed."""
        self._current = None
        self._any = None
        self._names = None
        self._is_unique = False

    def by_current(self, key: Key) -> list[Record]:
        """The resources that are called so now."""
        if self._current is None:
            self._current = {}
            for record in self.records:
                self._current.setdefault(record.key, []).append(record)
        return self._current.get(key, [])

    def by_any(self, key: Key) -> list[Record]:
        """The resources that are called so now, or were before."""
        if self._any is None:
            self._any = {}
            for record in self.records:
                for known in {*record.former_keys, record.key}:
                    self._any.setdefault(known, []).append(record)
        return self._any.get(key, [])

    def by_name(self, name: str) -> list[Record]:
        """The resources of any kind that are called so now, or were before."""
        if self._names is None:
            self._names = {}
            for record in self.records:
                for known in {record.key.name, *(former.name for former in record.formers)}:
                    self._names.setdefault(known, []).append(record)
        return self._names.get(name, [])

    def append(self, record: Record) -> None:
        """Add a resource.

        Raises:
            ConflictError: there is one of the same identity.
        """
        key = record.key
        if self.by_current(key):
            raise ConflictError(
                f"two resources are {key}", hint="rename one, or make one a patch of the other"
            )
        self.records.append(record)
        self._names = None
        if self._current is not None:
            self._current.setdefault(key, []).append(record)
        if self._any is not None:
            for known in {*record.former_keys, key}:
                self._any.setdefault(known, []).append(record)

    def extend(self, records: Iterable[Record]) -> None:
        """Add resources.

        Raises:
            ConflictError: as `append`.
        """
        for record in records:
            self.append(record)

    def require_unique(self) -> None:
        """Check that no two resources have one identity.

        Raises:
            ConflictError: two have.
        """
        if self._is_unique:
            return
        for record in self.records:
            if len(self.by_current(record.key)) > 1:
                raise ConflictError(f"two resources would be {record.key}")
        self._is_unique = True

    def replace(self, old: Record, new: Record) -> None:
        """Put a resource in the place of another."""
        self.records[self.records.index(old)] = new
        self.changed()

    def drop(self, gone: Iterable[Record]) -> None:
        """Take resources out."""
        ids = {id(record) for record in gone}
        if ids:
            self.records = [record for record in self.records if id(record) not in ids]
            self.changed()
