"""What `promote/model/json.py` is while tests are type-checked: see `tools/typecheck`.

A test makes the documents that it hands in and knows the shape of those that come out. Spelling
that out for a recursive type, whose literals mypy infers as something narrower, would hide what the
test says; where a test is wrong about a shape, it fails when it runs.
"""

from __future__ import annotations

from typing import Any, TypeAlias

Json: TypeAlias = Any
Document: TypeAlias = dict[str, Any]
FieldPath: TypeAlias = tuple[str | int, ...]
