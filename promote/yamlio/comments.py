"""Comments that hold the schema of a field, as tools that set values write them.

    containers: # {"type": "array"}

To kustomize the schema of such a field is this one, whatever the kind of the resource says of it.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from promote.model.json import Json

_STARTS: Final = ('# {"', '#{"')
_SCHEMA: Final = re.compile(r'(?:^|\s)#+ *(\{".*\})\s*\Z')


def may_hold_schemas(text: str) -> bool:
    """Whether there may be such a comment in a text."""
    return any(start in text for start in _STARTS)


class SchemaComments:
    """The schemas in the comments of a text.

    Args:
        text: the text.
    """

    def __init__(self, text: str) -> None:
        self._lines = text.split("\n") if may_hold_schemas(text) else []

    def schema_of(self, line: int, column: int) -> dict[str, Json] | None:
        """The schema of a field whose key is at a place: behind it, or alone on the line above."""
        if not self._lines:
            return None
        found = _schema(self._lines[line][column:])
        if found is not None or not line:
            return found
        above = self._lines[line - 1]
        is_second = line > 1 and self._lines[line - 2].lstrip(" ").startswith("#")
        if above[: column + 1] != " " * column + "#" or is_second:
            return None
        return _schema(above)


def _schema(text: str) -> dict[str, Json] | None:
    match = _SCHEMA.search(text)
    if match is None:
        return None
    try:
        found: Json = json.loads(match[1])
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None
