"""Soak: a release must have been in its upstream for some time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from promote.promotion.gates.base import Case, Verdict, parse_duration, say_duration, stamp

if TYPE_CHECKING:
    from datetime import timedelta

    from promote.model.json import Json


@dataclass(frozen=True, slots=True)
class Soak:
    """Holds until the release has been in every upstream for `time`.

    The time starts when the release landed on the base branch, which the branch's history tells.
    """

    time: timedelta
    kind = "soak"

    @classmethod
    def parse(cls, value: Json) -> Soak:
        """Read a duration."""
        return cls(parse_duration(value))

    def check(self, case: Case) -> Verdict:
        """Say since when the upstreams have had the release."""
        landed = [(source, case.landed(source)) for source in case.sources]
        unknown = [source for source, time in landed if time is None]
        if unknown:
            return Verdict(self.kind, False, f"{unknown[0]} has no release in the history")
        source, latest = max(
            ((source, time) for source, time in landed if time is not None),
            key=lambda one: one[1],
        )
        # No age is said: the same state must give the same words an hour later.
        saw = f"in {source} since {stamp(latest)}, {say_duration(self.time)} asked"
        until = latest + self.time
        return Verdict(self.kind, case.now >= until, saw, until=until)
