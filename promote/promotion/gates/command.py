"""Command: a program of the project's own looks at the plan."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from promote.errors import ProjectError
from promote.promotion.gates.base import Case, Verdict

if TYPE_CHECKING:
    from promote.model.json import Json

_SECONDS: Final = 60.0


@dataclass(frozen=True, slots=True)
class Command:
    """Holds unless a program of the base branch ends with 0. `commands.py` says how it is run.

    Attributes:
        argv: the program and its arguments; no shell reads them.
        seconds: how long it may take.
    """

    argv: tuple[str, ...]
    seconds: float = _SECONDS
    kind = "command"

    @classmethod
    def parse(cls, value: Json) -> Command:
        """Read a list of arguments, or `{run: […], seconds: 60}`."""
        entry = value if isinstance(value, dict) else {"run": value}
        argv, seconds = entry.get("run"), entry.get("seconds", _SECONDS)
        if not isinstance(argv, list) or not argv or not all(isinstance(a, str) for a in argv):
            raise ProjectError(
                "a command is a list of a program and its arguments", hint="command: [./check.sh]"
            )
        if not isinstance(seconds, int | float) or not seconds > 0:
            raise ProjectError(f"{seconds!r} is no number of seconds")
        return cls(tuple(str(word) for word in argv), float(seconds))

    def check(self, case: Case) -> Verdict:
        """Say what the program said last."""
        ran = case.run(self.argv, self.seconds)
        said = ran.said or "said nothing"
        ending = "" if ran.code in {0, None} else f" (ended with {ran.code})"
        return Verdict(self.kind, ran.code == 0, f"{self.argv[0]}: {said}{ending}")
