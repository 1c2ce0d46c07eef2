"""What a plain scalar means: go-yaml's rules, as kustomize reads and writes with them.

Reading is go-yaml v3 (YAML 1.2's words, numbers of both 1.1 and 1.2, dates). Writing is go-yaml v2,
which quotes what YAML 1.1 would take for something other than a string. The rules are those of
`resolve.go` in go.yaml.in/yaml v2.4 and v3.0, on Go's own parsers of numbers and times.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from promote.yamlio.numbers import FITS_FLOAT, go_int, json_float, written, written_time

if TYPE_CHECKING:
    from promote.model.json import Json

_NULLS: Final = ("", "~", "null", "Null", "NULL")
_WORDS: Final[dict[str, Json]] = {
    **dict.fromkeys(_NULLS),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
OLD_WORDS: Final[dict[str, Json]] = {
    form: value
    for word, value in {
        "y": True, "n": False, "yes": True, "no": False, "on": True, "off": False,
    }.items()
    for form in (word, word.capitalize(), word.upper())
}  # fmt: skip
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
# An integer to v3 and not to v2.
_NEW_OCTAL: Final = re.compile(r"0_*o_*[-+]")
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
            return written_time(moment, text)
    number = _number(text)
    return text if number is None else written(number, text)


def resolve_own(text: str) -> Json:
    """As `resolve`, with the booleans of YAML 1.1, which kustomize knows in its own files.

    There a date is text, as the tag of an image may be one.

    Raises:
        NotJsonError: as `resolve`.
    """
    if text in OLD_WORDS:
        return OLD_WORDS[text]
    return text if text and _moment(text) else resolve(text)


def is_plain_string(text: str) -> bool:
    """Whether a string written plainly is read as a string, by YAML 1.1 and 1.2 alike."""
    if not text:
        return False
    if text[0] not in _NUMBER_START:
        return text not in _WORDS and text not in OLD_WORDS
    if text in _SPECIAL_FLOATS:
        return False
    if _number(text) is not None and not _NEW_OCTAL.match(text):
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
    digits = (fraction or "")[:9].rstrip("0")
    rest = (f".{digits}" if digits else "") + _zone(zone)
    return f"{year}-{month:0>2}-{day:0>2}T{hour:0>2}:{minute:0>2}:{second:0>2}{rest}"


def _zone(text: str | None) -> str:
    """A time zone as Go prints it. It reads 24 hours and 60 minutes, and prints neither."""
    if text is None or text == "Z":
        return "Z"
    hours, minutes = divmod(int(text[1:3]) * 60 + int(text[4:6]), 60)
    if hours > 23:  # noqa: PLR2004 - of a clock
        raise NotJsonError(f"no time has the zone {text}")
    return f"{text[0]}{hours:02d}:{minutes:02d}" if hours or minutes else "Z"


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
    on_the_clock = int(hour) < 24 and int(minute) < 60 and int(second) < 60  # noqa: PLR2004
    # A zone stands with a T, and only there. Go takes 24 hours and 60 minutes in one.
    named = zone is None or zone == "Z" or (int(zone[1:3]) <= 24 and int(zone[4:6]) <= 60)  # noqa: PLR2004
    return match if on_the_clock and named and (separator == " ") is (zone is None) else None


def _is_date(year: int, month: int, day: int) -> bool:
    try:
        from datetime import date  # noqa: PLC0415 - few documents have dates

        date(year or 2000, month, day)  # the year 0 is a leap year that Python does not have
    except ValueError:
        return False
    return True
