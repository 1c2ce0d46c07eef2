"""What a plain scalar means: go-yaml's rules, as kustomize reads and writes with them.

Reading is go-yaml v3 (YAML 1.2's words, numbers of both 1.1 and 1.2, dates). Writing is go-yaml v2,
which quotes what YAML 1.1 would take for something other than a string. The rules are those of
`resolve.go` in go.yaml.in/yaml v2.4 and v3.0, on Go's own parsers of numbers and times.
"""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING, Final

from promote.yamlio.numbers import FITS_FLOAT, go_int, json_float

if TYPE_CHECKING:
    from promote.model.json import Json

_NULLS: Final = ("", "~", "null", "Null", "NULL")
_WORDS: Final[dict[str, Json]] = {
    **dict.fromkeys(_NULLS),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_OLD_WORDS: Final = frozenset(
    form
    for word in ("y", "n", "yes", "no", "on", "off")
    for form in (word, word.capitalize(), word.upper())
)
_SPECIAL_FLOATS: Final = frozenset(
    [sign + form for sign in ("", "+", "-") for form in (".inf", ".Inf", ".INF")]
    + [".nan", ".NaN", ".NAN"]
)
_NUMBER_START: Final = frozenset("+-.0123456789")
_FLOAT: Final = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?\Z")
# What starts with a point goes to Go's parser as it is, which allows single underscores in digits.
_POINT_FLOAT: Final = re.compile(
    r"\.[0-9](?:_?[0-9])*(?:[eE][-+]?[0-9](?:_?[0-9])*)?\Z",
)
_BASE_60: Final = re.compile(r"[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?\Z")
_TIME: Final = re.compile(
    r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})"
    r"(?:([Tt ])([0-9]{1,2}):([0-9]{1,2}):([0-9]{1,2})(?:[.,]([0-9]+))?"
    r"(Z|[-+][0-9]{2}:[0-9]{2})?)?\Z"
)


class NotJsonError(ValueError):
    """A scalar that JSON has no value for."""


def resolve(text: str) -> Json:
    """The value of a plain scalar.

    Raises:
        NotJsonError: it is infinite, not a number, or a time that RFC 3339 cannot write.
    """
    if not text or text[0] not in _NUMBER_START:
        return _WORDS.get(text, text)
    if text in _SPECIAL_FLOATS:
        raise NotJsonError(f"{text} has no form in JSON")
    if text[0] != ".":
        moment = timestamp(text)
        if moment is not None:
            return moment
    number = _number(text)
    return text if number is None else number


def is_plain_string(text: str) -> bool:
    """Whether a string written plainly is read as a string, by YAML 1.1 and 1.2 alike."""
    if not text:
        return False
    if text[0] not in _NUMBER_START:
        return text not in _WORDS and text not in _OLD_WORDS
    if text in _SPECIAL_FLOATS or _number(text) is not None:
        return False
    return not (_BASE_60.match(text) or _moment(text))


def _number(text: str) -> int | float | None:
    if text[0] == ".":
        match = _POINT_FLOAT.match(text)
        return _float(text.replace("_", "")) if match else None
    bare = text.replace("_", "") if "_" in text else text
    whole = go_int(bare)
    if whole is not None:
        return whole
    return _float(bare) if _FLOAT.match(bare) else None


def _float(text: str) -> int | float | None:
    value = float(text)
    return json_float(value) if abs(value) <= FITS_FLOAT else None


def timestamp(text: str) -> str | None:
    """A date or time as kustomize prints it, or None if the text is neither.

    Raises:
        NotJsonError: its zone is more than a day away.
    """
    fields = _moment(text)
    if fields is None:
        return None
    year, month, day, _, hour, minute, second, fraction, zone = fields.groups()
    if hour is None:
        return f"{year}-{month:0>2}-{day:0>2}T00:00:00Z"
    if zone and zone != "Z" and int(zone[1:3]) == 24:  # noqa: PLR2004 - Go reads it, and writes no 24
        raise NotJsonError(f"{text} has a time zone that no time can have")
    digits = (fraction or "")[:9].rstrip("0")
    rest = f".{digits}" if digits else ""
    zone = "Z" if zone in {None, "+00:00", "-00:00"} else zone
    return f"{year}-{month:0>2}-{day:0>2}T{hour:0>2}:{minute:0>2}:{second:0>2}{rest}{zone}"


def _moment(text: str) -> re.Match[str] | None:
    """The fields of a text that Go's time parser takes in one of go-yaml's four layouts."""
    match = _TIME.match(text) if text[4:5] == "-" else None
    if match is None:
        return None
    year, month, day, separator, hour, minute, second, _, zone = match.groups()
    if not _is_date(int(year), int(month), int(day)):
        return None
    if hour is None:
        return match
    if (separator == " ") is (zone is not None):  # a zone stands with a T, and only there
        return None
    is_moment = _is_clock(hour, minute, second) and _is_zone(zone)
    return match if is_moment else None


def _is_clock(hour: str, minute: str, second: str) -> bool:
    return int(hour) < 24 and int(minute) < 60 and int(second) < 60  # noqa: PLR2004 - of a clock


def _is_zone(zone: str | None) -> bool:
    """Whether Go takes it: it lets a zone have 24 hours and 60 minutes."""
    if zone is None or zone == "Z":
        return True
    return int(zone[1:3]) <= 24 and int(zone[4:6]) <= 60  # noqa: PLR2004 - of a clock


def _is_date(year: int, month: int, day: int) -> bool:
    try:
        date(year or 2000, month, day)  # the year 0 is a leap year that Python does not have
    except ValueError:
        return False
    return True
