"""Freeze: windows of time, in a time zone, in which nothing moves."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from promote.errors import ProjectError
from promote.promotion.gates.base import Case, Verdict

if TYPE_CHECKING:
    from promote.model.json import Json

_DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_WEEKLY: Final = re.compile(r"([A-Za-z]{3})[a-z]* (\d{1,2}):(\d{2})")
_WEEK: Final = timedelta(days=7)
_CHAIN: Final = 8
_MIDNIGHT: Final = "T00:00:00Z"
"""What YAML makes of a plain date. Whoever writes a date means that of the zone, not of UTC."""


@dataclass(frozen=True, slots=True)
class Weekly:
    """A window that comes back each week: its ends in minutes after Monday 00:00, local time."""

    start: int
    end: int

    def end_if_inside(self, now: datetime, zone: ZoneInfo) -> datetime | None:
        """When the window that `now` lies in ends, or None if it lies in none."""
        local = now.astimezone(zone)
        monday = (local - timedelta(days=local.weekday())).replace(
            hour=0, minute=0, second=0, microsecond=0, tzinfo=None
        )
        for week in (-1, 0):
            first = monday + week * _WEEK
            start = first + timedelta(minutes=self.start)
            end = first + timedelta(minutes=self.end)
            if self.end <= self.start:
                end += _WEEK
            # Wall clocks are compared in the zone, so that a window keeps its hours over a change
            # of the clocks.
            if start.replace(tzinfo=zone) <= now < (aware := end.replace(tzinfo=zone)):
                return aware
        return None


@dataclass(frozen=True, slots=True)
class Once:
    """A window between two moments."""

    start: datetime
    end: datetime

    def end_if_inside(self, now: datetime, zone: ZoneInfo) -> datetime | None:  # noqa: ARG002 - its ends have their zone
        """When the window ends, if `now` lies in it."""
        return self.end if self.start <= now < self.end else None


@dataclass(frozen=True, slots=True)
class Freeze:
    """Holds while the time lies in one of its windows."""

    windows: tuple[tuple[Weekly | Once, str], ...]
    zone: ZoneInfo
    kind = "freeze"

    @classmethod
    def parse(cls, value: Json) -> Freeze:
        """Read `{zone: Europe/Zurich, windows: [{from: Fri 16:00, to: Mon 08:00}, …]}`."""
        if not isinstance(value, dict) or not isinstance(value.get("windows"), list):
            raise ProjectError("a freeze has windows", hint="windows: [{from: …, to: …}]")
        zone = _zone(value.get("zone", "UTC"))
        windows = value["windows"]
        return cls(tuple(_window(entry, zone) for entry in windows), zone)  # type: ignore[union-attr]  # a list, checked above

    def check(self, case: Case) -> Verdict:
        """Say which window the time lies in."""
        reasons: list[str] = []
        until = case.now
        # One window may end inside the next: follow them, but not for ever.
        for _ in range(_CHAIN):
            ends = [(window.end_if_inside(until, self.zone), why) for window, why in self.windows]
            inside = [(end, why) for end, why in ends if end is not None]
            if not inside:
                break
            until, why = max(inside, key=lambda one: one[0])
            reasons.append(why)
        if not reasons:
            return Verdict(self.kind, True, f"outside {len(self.windows)} window(s)")
        local = case.now.astimezone(self.zone).strftime("%a %Y-%m-%d %H:%M")
        saw = f"{local} in {self.zone.key} is in the window {reasons[0]}"
        return Verdict(self.kind, False, saw, until=until.astimezone(UTC))


def _zone(value: Json) -> ZoneInfo:
    try:
        return ZoneInfo(str(value))
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ProjectError(
            f"{value!r} is not a time zone", hint="write a name such as Europe/Zurich"
        ) from None


def _window(entry: Json, zone: ZoneInfo) -> tuple[Weekly | Once, str]:
    if not isinstance(entry, dict) or not {"from", "to"} <= entry.keys():
        raise ProjectError("a window of a freeze has 'from' and 'to'")
    start, end = (str(entry[key]).removesuffix(_MIDNIGHT) for key in ("from", "to"))
    why = f"{start} to {end}" + (f" ({entry['reason']})" if entry.get("reason") else "")
    weekly = _minutes(start), _minutes(end)
    if weekly[0] is not None and weekly[1] is not None:
        return Weekly(weekly[0], weekly[1]), why
    once = Once(_moment(start, zone), _moment(end, zone))
    if once.end <= once.start:
        raise ProjectError(f"the window {why} ends before it starts")
    return once, why


def _minutes(text: str) -> int | None:
    match = _WEEKLY.fullmatch(text)
    if match is None or match[1].lower() not in _DAYS:
        return None
    hours, minutes = int(match[2]), int(match[3])
    if hours * 60 + minutes > 1440 or minutes > 59:  # noqa: PLR2004 - the clock's own numbers
        return None
    return _DAYS.index(match[1].lower()) * 1440 + hours * 60 + minutes


def _moment(text: str, zone: ZoneInfo) -> datetime:
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        raise ProjectError(
            f"{text!r} is not a time of a freeze",
            hint="write 'Fri 16:00', '2026-12-20' or '2026-12-20T18:00'",
        ) from None
    return time if time.tzinfo else time.replace(tzinfo=zone)
