"""Verification: a CD job has said that the release does well where it comes from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from promote.errors import ProjectError
from promote.promotion.gates.base import Case, Verdict, parse_duration, say_duration, stamp

if TYPE_CHECKING:
    from datetime import timedelta

    from promote.model.json import Json


@dataclass(frozen=True, slots=True)
class Verification:
    """Holds until the newest `promote verify` of every upstream's release says that it succeeded.

    Only what was said of the release since it landed there counts.

    Attributes:
        within: how old it may be; None for any age.
    """

    within: timedelta | None = None
    kind = "verification"

    @classmethod
    def parse(cls, value: Json) -> Verification:
        """Read `true` or `{within: 7d}`."""
        if value is True:
            return cls()
        if not isinstance(value, dict) or value.keys() - {"within"}:
            raise ProjectError("a verification is true, or says within when", hint="{within: 7d}")
        return cls(parse_duration(value["within"]) if "within" in value else None)

    def check(self, case: Case) -> Verdict:
        """Say what was reported of each upstream's release."""
        answers = [self._of(case, source) for source in case.sources]
        wrong = [saw for passed, saw in answers if not passed]
        return Verdict(self.kind, not wrong, "; ".join(wrong or [saw for _, saw in answers]))

    def _of(self, case: Case, source: str) -> tuple[bool, str]:
        record = case.verification(source)
        if record is None:
            return False, f"nobody has verified the release in {source}"
        why = f" ({record.reason})" if record.reason else ""
        saw = f"{record.outcome} in {source} at {stamp(record.time)}, says {record.by}{why}"
        if record.outcome != "succeeded":
            return False, saw
        if self.within is not None and case.now - record.time > self.within:
            return False, f"{saw}, which is older than {say_duration(self.within)}"
        return True, saw
