"""A comparison as JSON, for programs. `docs/comparing.md` describes it; it only grows."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING

from promote.compare.patch import json_patch
from promote.compare.paths import format_path, pointer
from promote.compare.records import Change

if TYPE_CHECKING:
    from collections.abc import Mapping

    from promote.compare.conceal import Concealed
    from promote.compare.records import FieldChange, ResourceChange
    from promote.model.json import Json
    from promote.model.resource import Resource

API_VERSION = "promote/v1"


def to_json(
    diff: Concealed, *, names: tuple[str, str], namespaces: Mapping[str, str] | None = None
) -> str:
    """Write a comparison as a JSON document.

    Args:
        diff: the comparison.
        names: what the left and the right side are called.
        namespaces: those of the left side that were taken for others of the right one.
    """
    document: Json = {
        "apiVersion": API_VERSION,
        "kind": "Diff",
        "left": names[0],
        "right": names[1],
        "namespaces": dict(namespaces or {}),
        "summary": summary(diff),
        "resources": [_resource(change) for change in diff.resources],
    }
    # ASCII only: no control and no direction mark is left for a terminal to act on.
    return json.dumps(_strict(document), indent=2).replace("##", "#\\u0023") + "\n"


def summary(diff: Concealed) -> dict[str, Json]:
    """How much differs, as the document says it."""
    counts = diff.summary
    return {
        "added": counts.added,
        "removed": counts.removed,
        "changed": counts.changed,
        "unchanged": counts.unchanged,
        "ignored": counts.ignored,
        "fields": counts.fields,
    }


def _resource(change: ResourceChange) -> Json:
    both = change.left is not None and change.right is not None
    patch: Json = [*json_patch(change.left.doc, change.changes)] if change.left and both else None
    ignored: list[Json] = [{**_field(one.change), "rule": one.rule} for one in change.ignored]
    if change.ignored_whole is not None:
        ignored.append({"change": change.kind.value, "rule": change.ignored_whole})
    return {
        "status": change.kind.value if change.is_shown else "ignored",
        "change": change.kind.value,
        "left": _identity(change.left),
        "right": _identity(change.right),
        "changes": [_field(field) for field in change.changes],
        "ignored": ignored,
        "patch": patch,
        "document": None if both else _document(change),
    }


def _document(change: ResourceChange) -> Json:
    resource = change.right or change.left
    return resource.doc if resource else None


def _identity(resource: Resource | None) -> Json:
    if resource is None:
        return None
    group, version, kind, name, namespace = resource.id
    return {
        "group": group,
        "version": version,
        "kind": kind,
        "namespace": namespace,
        "name": name,
    }


def _field(change: FieldChange) -> dict[str, Json]:
    field: dict[str, Json] = {
        "change": change.kind.value,
        "path": format_path(change.path),
        "pointer": pointer(change.right if change.kind is Change.ADDED else change.left),
    }
    if change.kind is not Change.ADDED:
        field["old"] = change.old
    if change.kind is not Change.REMOVED:
        field["new"] = change.new
    return field


def _strict(value: Json) -> Json:
    """What JSON has no number for, as the text that YAML has for it."""
    if isinstance(value, dict):
        return {key: _strict(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_strict(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return ".nan" if math.isnan(value) else ".inf" if value > 0 else "-.inf"
    return value
