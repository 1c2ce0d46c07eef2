"""What a plain scalar means: go-yaml's rules, as kustomize reads and writes with them.

Reading follows go-yaml v3 (YAML 1.2's words, octal as in 1.1), writing v2, which quotes whatever
YAML 1.1 would take for something other than a string.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from promote.model.json import Json

_WORDS: Final[dict[str, Json]] = {
    "": None, "~": None, "null": None, "Null": None, "NULL": None,
    "true": True, "True": True, "TRUE": True,
    "false": False, "False": False, "FALSE": False,
}  # fmt: skip
_OLD_WORDS: Final = frozenset(
    form
    for word in ("y", "n", "yes", "no", "on", "off")
    for form in (word, word.capitalize(), word.upper())
)
_SPECIAL_FLOATS: Final = frozenset(
    sign + form for sign in ("", "+", "-") for form in (".inf", ".Inf", ".INF")
) | {".nan", ".NaN", ".NAN"}
_NUMBER_START: Final = frozenset("+-.0123456789")
_DECIMAL: Final = re.compile(r"[-+]?(?:0|[1-9][0-9]*)\Z")
_PREFIXED: Final = re.compile(r"([-+]?)0(?:[xX]([0-9a-fA-F]+)|[bB]([01]+)|[oO]?([0-7]+))\Z")
_FLOAT: Final = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?\Z")
_BASE_60: Final = re.compile(r"[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?\Z")
_TIMESTAMP: Final = re.compile(
    r"(\d{4})-(\d{1,2})-(\d{1,2})"
    r"(?:(?:[Tt]|[ \t]+)(\d{1,2}):(\d{2}):(\d{2})(\.\d+)?[ \t]*(Z|[-+]\d{1,2}(?::?\d{2})?)?)?\Z"
)
_MIN_INT: Final = -(2**63)
_MAX_INT: Final = 2**64 - 1


class NotJsonError(ValueError):
    """A scalar that JSON has no value for."""


def resolve(text: str) -> Json:
    """The value of a plain scalar.

    Raises:
        NotJsonError: it is infinite or not a number.
    """
    if not text or text[0] not in _NUMBER_START:
        return _WORDS.get(text, text)
    if text in _SPECIAL_FLOATS:
        raise NotJsonError(f"{text} has no form in JSON")
    number = _number(text.replace("_", "") if "_" in text else text)
    if number is not None:
        return number
    return timestamp(text) or text


def _number(text: str) -> int | float | None:
    if _DECIMAL.match(text):
        return _fit(int(text))
    prefixed = _PREFIXED.match(text)
    if prefixed:
        sign, hexadecimal, binary, octal = prefixed.groups()
        digits, base = (hexadecimal, 16) if hexadecimal else (binary, 2) if binary else (octal, 8)
        value = int(digits, base)
        return _fit(-value if sign == "-" else value)
    if _FLOAT.match(text):
        number = float(text)
        if number in {float("inf"), float("-inf")}:
            return None
        return int(number) if number.is_integer() and abs(number) < 2**53 else number
    return None


def _fit(value: int) -> int | float:
    """Go has no integers past 64 bits."""
    return value if _MIN_INT <= value <= _MAX_INT else float(value)


def timestamp(text: str) -> str | None:
    """A date or time as kustomize prints it, or None if the text is neither."""
    match = _TIMESTAMP.match(text)
    if not match:
        return None
    year, month, day, hour, minute, second, fraction, zone = match.groups()
    if not (1 <= int(month) <= 12 and 1 <= int(day) <= 31):  # noqa: PLR2004 - the calendar's
        return None
    date = f"{year}-{int(month):02d}-{int(day):02d}"
    if hour is None:
        return f"{date}T00:00:00Z" if len(month) == len(day) == 2 else None  # noqa: PLR2004
    fraction = (fraction or "").rstrip("0").rstrip(".")
    return f"{date}T{int(hour):02d}:{minute}:{second}{fraction}{_zone(zone)}"


def _zone(zone: str | None) -> str:
    if zone in {None, "Z", "+00:00", "-00:00"}:
        return "Z"
    assert zone is not None  # noqa: S101 - None is in the set above
    hours, _, minutes = zone[1:].partition(":")
    return f"{zone[0]}{int(hours):02d}:{minutes or '00'}"


def is_plain_string(text: str) -> bool:
    """Whether a string written plainly is read as a string, by YAML 1.1 and 1.2 alike."""
    if not text or text in _WORDS or text in _OLD_WORDS or text in _SPECIAL_FLOATS:
        return False
    if text[0] not in _NUMBER_START:
        return True
    bare = text.replace("_", "")
    if _DECIMAL.match(bare) or _PREFIXED.match(bare):
        return False
    if _FLOAT.match(bare) and abs(float(bare)) != float("inf"):
        return False
    return not (_BASE_60.match(text) or _TIMESTAMP.match(text))
