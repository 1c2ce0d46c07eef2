"""Stop: a switch that holds everything until it is taken out again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from promote.errors import ProjectError
from promote.promotion.gates.base import Case, Verdict

if TYPE_CHECKING:
    from promote.model.json import Json


@dataclass(frozen=True, slots=True)
class Stop:
    """Holds as long as it stands in the project file; its value says why, or is `false`."""

    reason: str
    active: bool = True
    kind = "stop"

    @classmethod
    def parse(cls, value: Json) -> Stop:
        """Read a reason, or true or false."""
        if isinstance(value, bool):
            return cls("everything is stopped", active=value)
        if not isinstance(value, str) or not value:
            raise ProjectError("a stop says why, or is true or false")
        return cls(value)

    def check(self, case: Case) -> Verdict:  # noqa: ARG002 - it holds whatever comes
        """Say why everything is stopped."""
        if not self.active:
            return Verdict(self.kind, True, "the switch is off")
        return Verdict(self.kind, False, self.reason)
