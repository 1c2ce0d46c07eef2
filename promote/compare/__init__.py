"""Comparing what is rendered: by meaning, field by field, with what is ignored counted."""

from __future__ import annotations

from promote.compare.impact import Dependent, Reference, impact, references_between
from promote.compare.patch import json_patch
from promote.compare.paths import Item, Path, format_path, parse_path, resolve
from promote.compare.records import (
    Change,
    Diff,
    FieldChange,
    IgnoredChange,
    ResourceChange,
    Summary,
)
from promote.compare.semantic import diff

__all__ = [
    "Change",
    "Dependent",
    "Diff",
    "FieldChange",
    "IgnoredChange",
    "Item",
    "Path",
    "Reference",
    "ResourceChange",
    "Summary",
    "diff",
    "format_path",
    "impact",
    "json_patch",
    "parse_path",
    "references_between",
    "resolve",
]
