"""Numbers as Go prints them."""

from __future__ import annotations

from typing import Final

_LARGE: Final = 1e21


def go_number(value: float) -> str:
    """A number as go-yaml writes it: the shortest digits, an exponent only where it is far off."""
    if isinstance(value, float) and value.is_integer() and abs(value) < _LARGE:
        return str(int(value))
    return repr(value)
