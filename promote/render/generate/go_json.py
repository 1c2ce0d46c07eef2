"""JSON as Go's encoder writes it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from promote.model.json import Json

_ESCAPES: Final = str.maketrans(
    {char: f"\\u{ord(char):04x}" for char in ("<", ">", "&", "\u2028", "\u2029")}
)
_DIGITS_ONLY: Final = 1e21


def go_json(value: Json, *, pretty: bool = False) -> str:
    """The value with its keys sorted, and escaped what HTML could mistake.

    Args:
        value: what to write.
        pretty: on lines of their own, indented by two; else without any space.
    """
    text = json.dumps(
        _numbers(value),
        sort_keys=True,
        indent=2 if pretty else None,
        separators=(",", ": ") if pretty else (",", ":"),
        ensure_ascii=False,
    )
    return text.translate(_ESCAPES)


def _numbers(value: Json) -> Json:
    """The value with numbers as floating point holds them, whole ones without a point."""
    if isinstance(value, dict):
        return {key: _numbers(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_numbers(item) for item in value]
    if isinstance(value, float) and value.is_integer() and abs(value) < _DIGITS_ONLY:
        return int(value)
    return value
