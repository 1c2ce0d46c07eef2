from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from promote.config import GateConfig
from promote.errors import ProjectError, UsageError
from promote.promotion.gates import Case, judge, parse_gates
from promote.promotion.gates.base import parse_duration, say_duration
from promote.promotion.holds import Hold
from promote.promotion.releases.release import FieldKey, Release
from promote.yamlio import load_one

if TYPE_CHECKING:
    from promote.model.json import Json
    from promote.promotion.gates import Verdict

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)  # a Wednesday
ONE = Release({FieldKey("image", "a", "newTag"): "1"})
TWO = Release({FieldKey("image", "a", "newTag"): "2"})


def _case(
    now: datetime = NOON,
    landed: datetime | None = NOON,
    hold: Hold | None = None,
    releases: tuple[Release, ...] = (ONE,),
) -> Case:
    sources = tuple(f"s{number}" for number in range(len(releases)))
    return Case(now, "cart", "prod", sources, releases, lambda _: landed, hold)


def _ask(kind: str, value: Json, case: Case) -> Verdict:
    return judge(parse_gates([GateConfig(kind, value)]), case, {})[-1]


def test_soak() -> None:
    case = _case(landed=NOON - timedelta(hours=23))
    verdict = _ask("soak", "24h", case)
    assert verdict.holds
    assert verdict.until == NOON + timedelta(hours=1)
    assert str(verdict) == (
        "soak holds: in s0 since 2026-03-03 13:00 UTC, 1d asked, until 2026-03-04 13:00 UTC"
    )
    assert _ask("soak", "23h", case).passed
    assert _ask("soak", "1s", _case(landed=NOON + timedelta(days=1))).holds, "from the future"
    assert _ask("soak", "1s", _case(landed=None)).holds


WEEKEND: Json = {
    "zone": "Europe/Zurich",
    "windows": [{"from": "Fri 16:00", "to": "Mon 08:00", "reason": "weekend"}],
}


@pytest.mark.parametrize(
    ("now", "holds"),
    [
        ("2026-03-06T14:59", False),  # 15:59 in Zurich
        ("2026-03-06T15:00", True),
        ("2026-03-08T12:00", True),
        ("2026-03-09T06:59", True),
        ("2026-03-09T07:00", False),
        ("2026-03-29T12:00", True),  # the clocks go forward in this night
        ("2026-03-30T05:59", True),
        ("2026-03-30T06:00", False),
    ],
)
def test_a_weekly_freeze_keeps_its_local_hours(now: str, holds: bool) -> None:
    case = _case(datetime.fromisoformat(now).replace(tzinfo=UTC))
    assert _ask("freeze", WEEKEND, case).holds == holds


def test_a_freeze_says_which_window_and_until_when() -> None:
    verdict = _ask("freeze", WEEKEND, _case(datetime(2026, 3, 28, 12, tzinfo=UTC)))
    assert str(verdict) == (
        "freeze holds: Sat 2026-03-28 13:00 in Europe/Zurich is in the window "
        "Fri 16:00 to Mon 08:00 (weekend), until 2026-03-30 06:00 UTC"
    )


def test_windows_that_touch_are_one_and_dates_are_local() -> None:
    value: Json = {
        "zone": "America/New_York",
        "windows": [
            {"from": "2026-12-20", "to": "2026-12-27"},
            {"from": "2026-12-26T12:00", "to": "2027-01-02"},
        ],
    }
    inside = _ask("freeze", value, _case(datetime(2026, 12, 20, 5, tzinfo=UTC)))
    assert inside.until == datetime(2027, 1, 2, 5, tzinfo=UTC)
    assert _ask("freeze", value, _case(datetime(2026, 12, 20, 4, 59, tzinfo=UTC))).passed


def test_windows_that_never_end_are_no_endless_loop() -> None:
    value: Json = {"windows": [{"from": "Mon 00:00", "to": "Mon 00:00"}]}
    assert _ask("freeze", value, _case()).holds


def test_stop_and_hold_and_agreement() -> None:
    assert _ask("stop", "incident 7", _case()).saw == "incident 7"
    assert _ask("stop", True, _case()).holds
    assert _ask("stop", False, _case()).passed
    (hold,) = judge(parse_gates([]), _case(hold=Hold("prod", "cart", "ab", "bad")), {})
    assert (hold.holds, hold.saw) == (True, "held on ab: bad")
    two = parse_gates([], upstreams=2)
    assert judge(two, _case(releases=(ONE, ONE)), {})[1].passed
    differ = judge(two, _case(releases=(ONE, TWO)), {})[1]
    assert differ.holds
    assert differ.saw == f"s0 has {ONE.id}, s1 has {TWO.id}"


def test_overrides_are_named_and_need_a_reason() -> None:
    gates = parse_gates([GateConfig("stop", "x")])
    verdict = judge(gates, _case(), {"stop": "asked by Eve"})[-1]
    assert (verdict.passed, verdict.holds, verdict.overridden) == (False, False, "asked by Eve")
    with pytest.raises(UsageError, match="prod has no gate 'stp'") as caught:
        judge(gates, _case(), {"stp": "x"})
    assert caught.value.hint == "did you mean 'stop'?"
    with pytest.raises(UsageError, match="needs a reason"):
        judge(gates, _case(), {"stop": " "})


@pytest.mark.parametrize(
    ("kind", "value", "message"),
    [
        ("cheks", ["ci"], "gate 'cheks' is not supported by this version"),
        ("soka", "1h", "gate 'soka' is not supported"),
        ("soak", "soon", "'soon' is not a duration"),
        ("soak", "", "'' is not a duration"),
        ("soak", 5, "5 is not a duration"),
        ("soak", "36501d", "36501d is longer than 36500 days"),
        ("soak", "99999999w", "is longer than"),
        ("soak", "9" * 5000 + "d", "is not a duration"),
        ("verification", {"within": "99999999w"}, "is longer than"),
        ("freeze", [], "a freeze has windows"),
        ("freeze", {"windows": [{"from": "x"}]}, "has 'from' and 'to'"),
        ("freeze", {"windows": [{"from": "Fri", "to": "Mon"}]}, "is not a time of a freeze"),
        ("freeze", {"windows": [{"from": "Fri 25:00", "to": "Mon 1:00"}]}, "is not a time"),
        ("freeze", {"windows": [{"from": "Fri 24:01", "to": "Mon 1:00"}]}, "is not a time"),
        ("freeze", {"windows": [{"from": "2026-02-01", "to": "2026-01-01"}]}, "ends before"),
        ("freeze", {"zone": "Mars/Base", "windows": []}, "'Mars/Base' is not a time zone"),
        ("freeze", {"zone": "../../etc/passwd", "windows": []}, "is not a time zone"),
        ("stop", "", "a stop says why"),
    ],
)
def test_what_a_project_may_not_ask_for(kind: str, value: Json, message: str) -> None:
    with pytest.raises(ProjectError, match=message):
        parse_gates([GateConfig(kind, value)])


def test_durations() -> None:
    assert parse_duration("1w2d3h4m5s") == timedelta(weeks=1, days=2, hours=3, minutes=4, seconds=5)
    assert say_duration(timedelta(days=1, hours=2, minutes=3)) == "1d 2h"
    assert say_duration(timedelta(0)) == "0s"


def test_a_plain_date_of_a_file_is_local() -> None:
    """YAML says that it is midnight in UTC."""
    text = "zone: America/New_York\nwindows: [{from: 2026-12-20, to: 2026-12-27}]\n"
    verdict = _ask(
        "freeze", load_one(text.encode(), "x"), _case(datetime(2026, 12, 20, 5, 0, tzinfo=UTC))
    )
    assert verdict.until == datetime(2026, 12, 27, 5, tzinfo=UTC)
    assert "is in the window 2026-12-20 to 2026-12-27" in verdict.saw


DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
ENDS = st.tuples(st.integers(0, 6), st.integers(0, 23), st.integers(0, 59))
MOMENTS = st.datetimes(
    min_value=datetime(2024, 1, 1),  # noqa: DTZ001 - Hypothesis adds the zone
    max_value=datetime(2030, 1, 1),  # noqa: DTZ001
    timezones=st.just(UTC),
)


@given(ENDS, ENDS, MOMENTS, st.sampled_from(["UTC", "Europe/Zurich", "Australia/Lord_Howe"]))
def test_a_week_is_frozen_in_a_window_or_outside_it(
    start: tuple[int, int, int], end: tuple[int, int, int], now: datetime, zone: str
) -> None:
    """A window and the one from its end to its start: of the two, just one holds at any time."""
    assume(start != end)
    first, last = (f"{DAYS[day]} {hour:02}:{minute:02}" for day, hour, minute in (start, end))
    window: Json = {"zone": zone, "windows": [{"from": first, "to": last}]}
    rest: Json = {"zone": zone, "windows": [{"from": last, "to": first}]}
    inside, outside = _ask("freeze", window, _case(now)), _ask("freeze", rest, _case(now))
    assert inside.holds != outside.holds
    held = inside if inside.holds else outside
    assert held.until is not None
    assert now < held.until <= now + timedelta(days=7, hours=2)
    again = _ask("freeze", window if inside.holds else rest, _case(held.until))
    assert again.passed, "it ends when it says"
