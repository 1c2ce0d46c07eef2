"""When two values are the same.

Equality here is exact about types, as the cluster is: `1`, `1.0`, `true` and `"1"` are four
different values, though Python takes the first three for equal.
"""

from __future__ import annotations

import re
from fractions import Fraction
from typing import TYPE_CHECKING, Protocol

from promote.model.json_types import json_type

if TYPE_CHECKING:
    from collections.abc import Hashable

    from promote.model.json import Json

QUANTITY_PARENTS = frozenset({
    "allocatable", "capacity", "default", "defaultRequest", "hard", "limits", "max",
    "maxLimitRequestRatio", "min", "overhead", "podFixed", "requests", "used",
})  # fmt: skip
"""Mappings whose values are quantities, by the Kubernetes OpenAPI document."""

QUANTITY_FIELDS = frozenset({"averageValue", "divisor", "sizeLimit", "targetAverageValue"})
"""Fields that are quantities themselves."""

_QUANTITY = re.compile(
    r"([+-]?(?:\d+\.?\d*|\.\d+))(?:([eE][+-]?\d{1,3})|([KMGTPE]i|[numkMGTPE]))?\Z", re.ASCII
)
_SUFFIXES = {
    **{letter: Fraction(1000) ** power for power, letter in enumerate("kMGTPE", 1)},
    **{f"{letter}i": Fraction(1024) ** power for power, letter in enumerate("KMGTPE", 1)},
    **{letter: Fraction(1, 1000**power) for power, letter in enumerate("mun", 1)},
}


class SameScalar(Protocol):
    """Decides whether two scalars (or a scalar and a container) at one place are the same."""

    def __call__(self, left: Json, right: Json, keys: tuple[str, ...], /) -> bool:
        """Compare; `keys` are the last mapping keys that lead there, outermost first."""
        ...


def same_scalar(left: Json, right: Json, _keys: tuple[str, ...] = ()) -> bool:
    """Compare exactly; a NaN is the same as itself."""
    if json_type(left) is not json_type(right):
        return False
    return left == right or (left != left and right != right)  # noqa: PLR0124 - that is a NaN


def same_quantity(left: Json, right: Json, keys: tuple[str, ...]) -> bool:
    """Compare exactly, but quantities by what they mean: `1000m` is `1`."""
    if same_scalar(left, right):
        return True
    inside = len(keys) > 1 and keys[-2] in QUANTITY_PARENTS
    if not inside and (not keys or keys[-1] not in QUANTITY_FIELDS):
        return False
    before, after = quantity(left), quantity(right)
    return before is not None and before == after


def quantity(value: Json) -> Fraction | None:
    """Read a Kubernetes quantity, written as text or as a number; None if it is not one.

    The forms are those of the Kubernetes API reference of `Quantity`.
    """
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    match = _QUANTITY.match(str(value))
    if match is None:
        return None
    number, exponent, suffix = match.groups()
    return Fraction(number + (exponent or "")) * _SUFFIXES.get(suffix or "", Fraction(1))


def same(left: Json, right: Json) -> bool:
    """Whether two values are exactly the same, whatever the order of their mappings' keys."""
    if left is right:
        return True
    if json_type(left) is not json_type(right):
        return False
    if isinstance(left, dict) and isinstance(right, dict):
        if len(left) != len(right):
            return False
        return all(key in right and same(value, right[key]) for key, value in left.items())
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(same, left, right))
    return same_scalar(left, right)


def token(value: Json) -> Hashable:
    """Something hashable that is equal for the same values, and only for them."""
    if isinstance(value, dict):
        return ("map", frozenset((key, token(item)) for key, item in value.items()))
    if isinstance(value, list):
        return ("list", *map(token, value))
    return value if isinstance(value, str) else (json_type(value), repr(value))
