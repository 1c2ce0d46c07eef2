"""Hold: the pin that a rollback, or a person, set in `holds.yaml`."""

from __future__ import annotations

from dataclasses import dataclass

from promote.promotion.gates.base import Case, Verdict


@dataclass(frozen=True, slots=True)
class HoldGate:
    """Holds while `holds.yaml` pins the app in the target. Every environment has this gate."""

    kind = "hold"

    def check(self, case: Case) -> Verdict:
        """Say what pins the app, and why."""
        if case.hold is None:
            return Verdict(self.kind, True, "nothing pins it")
        return Verdict(self.kind, False, str(case.hold))


@dataclass(frozen=True, slots=True)
class Agreement:
    """Holds while several upstreams differ, as nobody knows which release should move."""

    kind = "upstreams"

    def check(self, case: Case) -> Verdict:
        """Say what each upstream has."""
        found = dict(zip(case.sources, case.releases, strict=True))
        saw = ", ".join(f"{source} has {release.id}" for source, release in found.items())
        agree = len({release.id for release in case.releases}) <= 1
        return Verdict(self.kind, agree, saw)
