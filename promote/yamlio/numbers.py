"""Numbers as Go reads and prints them, and times that know how they were written."""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from promote.model.json import Json

MIN_INT: Final = -(2**63)
MAX_SIGNED: Final = 2**63 - 1
MAX_INT: Final = 2**64 - 1
_MOST_DIGITS: Final = 21  # of what may fit, with its sign
FITS_FLOAT: Final = sys.float_info.max
# From here on Go's JSON has an exponent, which makes a number a float for good.
_LARGE: Final = 1e21
_EXACT: Final = 2.0**53  # each integer below is a float of its own
# Where Go's shortest %g changes to an exponent, as powers of ten.
_SMALL_POWER, _LARGE_POWER = -4, 6

_DECIMAL: Final = re.compile(r"[-+]?(?:0|[1-9][0-9]*)\Z")
_PREFIXED: Final = re.compile(r"([-+]?)0(?:[xX]([0-9a-fA-F]+)|[bB]([01]+)|[oO]?([0-7]+))\Z")
# go-yaml strips "0b" and "0o" itself where Go refuses the whole, and so lets a sign stand behind.
_SIGN_INSIDE: Final = re.compile(r"0(?:b([-+][01]+)|o([-+][0-7]+))\Z")


class WrittenInt(int):
    """An integer that is not written as its digits, such as `0x1F`, with its text."""

    text: str


class WrittenFloat(float):
    """A number that is not written as Python would, such as `1.10`, with its text."""

    text: str


class WrittenTime(str):
    """A date or time in the form that kustomize prints, with the text that it was written as."""

    __slots__ = ("text",)

    text: str


class Bare(str):
    """A string that stands without quotes and is printed in them."""

    __slots__ = ()


def written_time(value: str, text: str) -> str:
    """A time that knows how it was written, and that it is one."""
    moment = WrittenTime(value)
    moment.text = text
    return moment


def written(value: float, text: str) -> int | float:
    """A number that knows how it was written, where that is not how it would be written.

    kustomize copies a number as the text that it still is: `version: 1.10` is the label "1.10".
    """
    if repr(value) == text:
        return value
    number = WrittenInt(value) if isinstance(value, int) else WrittenFloat(value)
    number.text = text
    return number


def without_text(value: Json) -> Json:
    """A value whose numbers and strings are plain ones, for libraries that know no others."""
    if isinstance(value, dict):
        return {key: without_text(item) for key, item in value.items()}
    if isinstance(value, list):
        return [without_text(item) for item in value]
    if isinstance(value, WrittenInt):
        return int(value)
    if isinstance(value, str):
        return str(value)
    return float(value) if isinstance(value, WrittenFloat) else value


def go_int(text: str) -> int | None:
    """The integer that Go's `ParseInt` with base 0 reads, if it fits 64 bits."""
    if _DECIMAL.match(text):
        return _within(int(text), text) if len(text) <= _MOST_DIGITS else None
    match = _PREFIXED.match(text)
    if match:
        sign, hexadecimal, binary, octal = match.groups()
        digits, base = (hexadecimal, 16) if hexadecimal else (binary, 2) if binary else (octal, 8)
        return _within(int(sign + digits, base), text)
    match = _SIGN_INSIDE.match(text)
    if match:
        binary, octal = match.groups()
        return _within(int(binary, 2) if binary else int(octal, 8), text)
    return None


def _within(value: int, text: str) -> int | None:
    """The value if its Go type holds it: only what has no sign may need the 64th bit."""
    most = MAX_SIGNED if "+" in text else MAX_INT
    return value if MIN_INT <= value <= most else None


def json_float(value: float) -> int | float:
    """A float as it comes out of Go's JSON: without a fraction it is an integer, if it fits."""
    if not value.is_integer() or abs(value) >= _LARGE:
        return value
    if abs(value) < _EXACT:
        return int(value)
    from decimal import Decimal  # noqa: PLC0415 - few documents have such numbers

    whole = int(Decimal(repr(value)))
    return whole if MIN_INT <= whole <= MAX_INT else value


def go_number(value: float) -> str:
    """A number as go-yaml writes it.

    Integers are plain digits up to 64 bits. Floats have the shortest digits that read back as the
    same float, and an exponent below 1e-4 and from 1e6 on; those that are integers of 64 bits are
    plain digits too.
    """
    if isinstance(value, int):
        if MIN_INT <= value <= MAX_INT:
            return int.__repr__(value)
        value = float(value)
    value = json_float(value)
    return int.__repr__(value) if isinstance(value, int) else go_shortest(value)


def go_shortest(value: float) -> str:
    """A float as Go prints it with `%v`: whole ones below 1e6 are plain digits."""
    if value.is_integer() and abs(value) < 10**_LARGE_POWER:
        return repr(value).removesuffix(".0")  # which has the sign of a negative zero
    from decimal import Decimal  # noqa: PLC0415 - as above

    sign, digits, exponent = Decimal(repr(value)).as_tuple()
    assert isinstance(exponent, int)  # noqa: S101 - JSON has no infinity
    shortest = "".join(map(str, digits)).rstrip("0")
    power = len(digits) + exponent - 1
    minus = "-" if sign else ""
    if _SMALL_POWER <= power < _LARGE_POWER:
        return _positional(minus, shortest, power)
    fraction = f".{shortest[1:]}" if len(shortest) > 1 else ""
    return f"{minus}{shortest[0]}{fraction}e{'-' if power < 0 else '+'}{abs(power):02d}"


def _positional(minus: str, digits: str, power: int) -> str:
    if power < 0:
        return f"{minus}0.{'0' * (-power - 1)}{digits}"
    return f"{minus}{digits[: power + 1]}.{digits[power + 1 :]}"
