"""Checks: what the forge was told of the commit that brought the upstream its release."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from promote.errors import ProjectError
from promote.promotion.gates.base import Case, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator

    from promote.model.json import Json

OURS: Final = "promote"
"""What `promote` itself reports under; a gate that waited for it would wait for itself."""


@dataclass(frozen=True, slots=True)
class Checks:
    """Holds until checks of the upstream's commit have succeeded: the named ones, or all.

    A check that nobody has reported, or that still runs, holds.
    """

    names: tuple[str, ...] | None
    kind = "checks"

    @classmethod
    def parse(cls, value: Json) -> Checks:
        """Read a list of names, or `all`."""
        if value == "all":
            return cls(None)
        names = value if isinstance(value, list) else []
        if not names or not all(isinstance(name, str) and name for name in names):
            raise ProjectError(
                "checks are a list of their names, or all", hint="checks: [build, e2e]"
            )
        return cls(tuple(str(name) for name in names))

    def check(self, case: Case) -> Verdict:
        """Say what was reported of each upstream's commit."""
        wrong: list[str] = []
        right: list[str] = []
        for source in case.sources:
            commit = case.arrival(source)
            if commit is None:
                wrong.append(f"{source} has no release in the history")
                continue
            bad = list(self._bad(case, commit))
            where = f"of {commit[:12]} in {source}"
            said = ", ".join(bad) if bad else self._all_good(case, commit)
            (wrong if bad else right).append(f"{said} {where}")
        return Verdict(self.kind, not wrong, "; ".join(wrong or right))

    def _bad(self, case: Case, commit: str) -> Iterator[str]:
        reported = {
            check.name: check.state
            for check in case.statuses(commit)
            if check.name != OURS and not check.name.startswith(f"{OURS}/")
        }
        if self.names is None and not reported:
            yield "no check was reported"
        for name in self.names if self.names is not None else sorted(reported):
            state = reported.get(name, "missing")
            if state != "success":
                yield f"{name} is {state}"

    def _all_good(self, case: Case, commit: str) -> str:
        names = self.names or [check.name for check in case.statuses(commit)]
        return f"{', '.join(names)} succeeded"
