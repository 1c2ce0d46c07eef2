"""The type that a value has in JSON, for code that compares values."""

from __future__ import annotations

_KNOWN: dict[type, type] = {}


def json_type(value: object) -> type:
    """The type of a value, whatever the value knows of how it was written.

    The readers make numbers, strings and mappings of types of their own, equal to ordinary ones.
    """
    own = type(value)
    known = _KNOWN.get(own)
    if known is None:
        known = next(base for base in own.__mro__ if base.__module__ == "builtins")
        _KNOWN[own] = known
    return known
