"""JSON as Go's encoder writes it."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from promote.model.json import Json

_ESCAPES: Final = str.maketrans(
    {char: f"\\u{ord(char):04x}" for char in ("<", ">", "&", "\u2028", "\u2029")}
)
# Between these a float is written without an exponent.
_SMALL: Final = 1e-6
_LARGE: Final = 1e21
_LEADING_ZERO: Final = re.compile(r"e-0")


def go_json(value: Json, *, pretty: bool = False) -> str:
    """The value with its keys sorted, and escaped what HTML could mistake.

    Args:
        value: what to write.
        pretty: on lines of their own, indented by two; else without any space.
    """
    return _written(value, "\n" if pretty else "")


def _written(value: Json, line: str) -> str:
    """The value; `line` begins a new line at its own indentation, if there are to be lines."""
    inner = f"{line}  " if line else ""
    if isinstance(value, dict) and value:
        colon = ": " if line else ":"
        fields = (f"{_text(key)}{colon}{_written(value[key], inner)}" for key in sorted(value))
        return "{" + inner + f",{inner}".join(fields) + line + "}"
    if isinstance(value, list) and value:
        return "[" + inner + f",{inner}".join(_written(item, inner) for item in value) + line + "]"
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, float):
        return go_float(value)
    return json.dumps(value)


def _text(value: str) -> str:
    return json.dumps(str(value), ensure_ascii=False).translate(_ESCAPES)


def go_float(value: float) -> str:
    """A float with the shortest digits that read back as the same one."""
    shortest = float.__repr__(value)
    if value == 0 or _SMALL <= abs(value) < _LARGE:
        whole = shortest.removesuffix(".0")
        return whole if "e" not in whole else format(Decimal(whole), "f")
    return _LEADING_ZERO.sub("e-", shortest)
