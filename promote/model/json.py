"""The values that a document is made of: what JSON can hold, and nothing else.

Documents are shared between everything that reads them and are never changed in place: code that
"changes" one makes a new dict or list along the path that changes and keeps the rest.
"""

from __future__ import annotations

from typing import TypeAlias

Json: TypeAlias = "dict[str, Json] | list[Json] | str | int | float | bool | None"
Document: TypeAlias = dict[str, Json]
FieldPath: TypeAlias = tuple[str | int, ...]
"""A path of keys and list indexes into a document, from its top."""
