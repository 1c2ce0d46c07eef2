"""One record as one line of JSON, and back: what is not exactly a record is none."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final, Literal, cast, get_args

if TYPE_CHECKING:
    from collections.abc import Collection

    from promote.model.json import Document, Json

Happening = Literal["merged", "rolled back", "succeeded", "failed"]

VERIFICATIONS: Final[frozenset[Happening]] = frozenset({"succeeded", "failed"})

_VERSION: Final = 1
_START: Final = b'{"v":'
_LONGEST_LINE: Final = 32_768
_LONGEST_NOTE: Final = 1_048_576
_LONGEST_TEXT: Final = 500
_MOST_GATES: Final = 50
_MOST_LINES: Final = 500
_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
_RELEASE: Final = re.compile(r"[0-9a-f]{12}|none")
_UNPRINTABLE: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")


@dataclass(frozen=True, slots=True)
class GateRecord:
    """What a gate said when a promotion was merged.

    Attributes:
        overridden: why someone let the promotion go on all the same; None when nobody had to.
    """

    gate: str
    passed: bool
    saw: str
    overridden: str | None = None


@dataclass(frozen=True, slots=True)
class Record:
    """One thing that happened to an app's release in an environment.

    Attributes:
        commit: the commit of the base branch that brought the release there.
        outcome: `merged` and `rolled back` say what that commit did; `succeeded` and `failed` how
            the release did afterwards, as `promote verify` was told.
        release: the id of the release.
        previous: the id of the release that it took the place of; empty when nobody knows.
        sources: the environments that it came from.
        by: who merged it, or verified it.
        pull: the number of its pull request.
        reason: why, for a verification.
        url: where a person reads more.
        gates: what each gate said; only known of merges that `promote` made itself.
        reconciled: it was merged elsewhere, and written down afterwards from the history.
    """

    commit: str
    outcome: Happening
    environment: str
    app: str
    release: str
    time: datetime
    by: str
    label: str = ""
    previous: str = ""
    sources: tuple[str, ...] = ()
    pull: int | None = None
    reason: str = ""
    url: str = ""
    gates: tuple[GateRecord, ...] = ()
    reconciled: bool = False

    @property
    def is_verification(self) -> bool:
        """Whether it says how a release did, and not how it came."""
        return self.outcome in VERIFICATIONS


def encode(record: Record) -> bytes:
    """A record as one line of ASCII, without its end: the same record gives the same bytes."""
    gates: list[Json] = [
        _without_empty(
            {
                "gate": gate.gate,
                "passed": gate.passed,
                "saw": _text(gate.saw),
                "overridden": None if gate.overridden is None else _text(gate.overridden),
            }
        )
        for gate in record.gates[:_MOST_GATES]
    ]
    document: Document = {
        "v": _VERSION,
        "time": record.time.astimezone(UTC).isoformat(timespec="milliseconds"),
        "outcome": record.outcome,
        "environment": record.environment,
        "app": record.app,
        "release": record.release,
        "label": record.label,
        "previous": record.previous,
        "from": [*record.sources],
        "by": _text(record.by),
        "pull": record.pull,
        "reason": _text(record.reason),
        "url": _text(record.url),
        "gates": gates,
        "reconciled": record.reconciled or None,
    }
    return json.dumps(_without_empty(document), separators=(",", ":")).encode()


def to_milliseconds(time: datetime) -> datetime:
    """A time as exact as a record keeps it."""
    return time.replace(microsecond=time.microsecond // 1000 * 1000)


def parse_note(commit: str, data: bytes) -> tuple[list[Record], int]:
    """The records of a note, and how many of its lines are none."""
    if len(data) > _LONGEST_NOTE:
        return [], 1
    found: list[Record] = []
    lines = [line for line in data.splitlines() if line.strip()]
    for line in lines:
        record = _parse(commit, line)
        if record is not None:
            found.append(record)
    return found, len(lines) - len(found)


def shortened(lines: Collection[bytes], kept: Collection[bytes] = ()) -> list[bytes]:
    """Lines as a note has them: sorted, and of too many the oldest left out, garbage first.

    Each record begins with its version and its time, so that their order is that of time.

    Args:
        lines: all of them.
        kept: those that stay in any case.
    """
    newest_first = sorted(lines, key=lambda line: (line.startswith(_START), line), reverse=True)
    left: list[bytes] = []
    room = _LONGEST_NOTE - sum(len(line) + 1 for line in kept)
    for line in newest_first:
        if line not in kept:
            room -= len(line) + 1
        if line in kept or (room >= 0 and len(left) < _MOST_LINES):
            left.append(line)
    return sorted(left)


def _parse(commit: str, line: bytes) -> Record | None:
    if len(line) > _LONGEST_LINE:
        return None
    try:
        document = json.loads(line)
        return _record(commit, document)
    except (ValueError, KeyError, TypeError, RecursionError, OverflowError):
        return None


def _record(commit: str, document: Document) -> Record:
    outcome = _string(document["outcome"])
    if document["v"] != _VERSION or outcome not in get_args(Happening):
        raise ValueError(outcome)
    time = datetime.fromisoformat(_string(document["time"]))
    if time.tzinfo is None:
        raise ValueError("a time without a zone")
    pull = document.get("pull")
    return Record(
        commit=commit,
        outcome=cast("Happening", outcome),
        environment=_matching(_NAME, document["environment"]),
        app=_matching(_NAME, document["app"]),
        release=_matching(_RELEASE, document["release"]),
        time=time.astimezone(UTC),
        by=_string(document.get("by", "")),
        label=_string(document.get("label", "")),
        previous=_string(document.get("previous", "")),
        sources=tuple(_matching(_NAME, name) for name in _list(document.get("from", []))),
        pull=pull if type(pull) is int and pull > 0 else None,
        reason=_string(document.get("reason", "")),
        url=_string(document.get("url", "")),
        gates=tuple(_gate(entry) for entry in _list(document.get("gates", []))[:_MOST_GATES]),
        reconciled=document.get("reconciled") is True,
    )


def _gate(entry: Json) -> GateRecord:
    if not isinstance(entry, dict):
        raise TypeError(entry)
    overridden = entry.get("overridden")
    return GateRecord(
        _matching(_NAME, entry["gate"]),
        entry["passed"] is True,
        _string(entry.get("saw", "")),
        None if overridden is None else _string(overridden),
    )


def _matching(pattern: re.Pattern[str], value: Json) -> str:
    if not isinstance(value, str) or not pattern.fullmatch(value):
        raise ValueError(value)
    return value


def _list(value: Json) -> list[Json]:
    if not isinstance(value, list):
        raise TypeError(value)
    return value


def _string(value: Json) -> str:
    if not isinstance(value, str):
        raise TypeError(value)
    return _text(value)


def _text(value: str) -> str:
    """Text as a record keeps it: one line, and no longer than a person reads."""
    text = _UNPRINTABLE.sub(" ", value).strip()
    return text if len(text) <= _LONGEST_TEXT else text[: _LONGEST_TEXT - 1] + "…"


def _without_empty(document: Document) -> Document:
    empty: tuple[Json, ...] = ("", None, [])
    return {key: value for key, value in document.items() if key == "passed" or value not in empty}
