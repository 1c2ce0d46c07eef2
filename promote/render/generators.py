"""Generators: resources made from files and values, and how they join those that are there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from promote.errors import ConflictError, KustomizationError
from promote.render.generate.config_map import make_config_map
from promote.render.generate.secret import make_secret
from promote.render.record import Record

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from promote.model.json import Document, Json
    from promote.render.accumulator import Accumulator
    from promote.render.layer import Layer

Generator = "Callable[[], list[Record]]"
_DATA = ("data", "binaryData")


def absorb(resources: Accumulator, made: list[Record]) -> None:
    """Add generated resources, or merge them into those of their name, as each one says.

    Raises:
        ConflictError: one is to be created and is there, or is to be merged and is not.
    """
    for record in made:
        same = resources.by_any(record.key)
        if len(same) > 1:
            raise ConflictError(f"{len(same)} resources could take what {record.key} generates")
        if not same:
            if record.behavior in {"merge", "replace"}:
                raise ConflictError(
                    f"{record.key} is generated with behavior {record.behavior!r}, "
                    "and there is none to do that to",
                    hint="use behavior create, or check its name and namespace",
                )
            resources.append(record)
            continue
        if record.behavior not in {"merge", "replace"}:
            raise ConflictError(
                f"{record.key} is generated and exists already",
                hint="give the generator behavior: merge or behavior: replace",
            )
        _take_over(record, same[0])
        resources.replace(same[0], record)


def _take_over(new: Record, old: Record) -> None:
    """Let a generated resource replace or merge with the one that it stands for."""
    doc = new.doc
    for field in ("labels", "annotations"):
        both = {**old.metadata_map(field), **new.metadata_map(field)}
        doc = _with_metadata(doc, field, both or None)
    identity = old.id
    doc = _with_metadata(doc, "name", identity.name)
    doc = _with_metadata(doc, "namespace", identity.namespace or None)
    if new.behavior == "merge":
        for field in _DATA:
            older, newer = old.doc.get(field), doc.get(field)
            both = {
                **(older if isinstance(older, dict) else {}),
                **(newer if isinstance(newer, dict) else {}),
            }
            doc = {key: value for key, value in doc.items() if key != field}
            if both:
                doc = {**doc, field: both}
        new.made_by = old.made_by or new.made_by
    new.doc = doc
    new.take_history(old)
    new.behavior = old.behavior
    new.needs_hash = new.needs_hash and old.needs_hash
    new.changed_by = old.changed_by


def _with_metadata(doc: Document, field: str, value: Json) -> Document:
    metadata = doc.get("metadata")
    known = metadata if isinstance(metadata, dict) else {}
    rest = {key: item for key, item in known.items() if key != field}
    return {**doc, "metadata": rest if value is None else {**rest, field: value}}
