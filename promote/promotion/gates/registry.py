"""The kinds of gate, and how all of them are asked."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from promote.errors import ProjectError, UsageError
from promote.model.names import nearest
from promote.promotion.gates.approvals import Approvals
from promote.promotion.gates.checks import Checks
from promote.promotion.gates.command import Command
from promote.promotion.gates.digest import Digest
from promote.promotion.gates.freeze import Freeze
from promote.promotion.gates.hold import Agreement, HoldGate
from promote.promotion.gates.policy import Policy
from promote.promotion.gates.signed import Signed
from promote.promotion.gates.soak import Soak
from promote.promotion.gates.stop import Stop
from promote.promotion.gates.verification import Verification

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from promote.config import GateConfig
    from promote.model.json import Json
    from promote.promotion.gates.base import Case, Gate, Stage, Verdict

GATES: Final[dict[str, Callable[[Json], Gate]]] = {
    "soak": Soak.parse,
    "freeze": Freeze.parse,
    "stop": Stop.parse,
    "checks": Checks.parse,
    "approvals": Approvals.parse,
    "verification": Verification.parse,
    "signed": Signed.parse,
    "digest": Digest.parse,
    "policy": Policy.parse,
    "command": Command.parse,
}
"""Reads the value of each kind of gate that a project may ask for."""

_AT_MERGE: Final = frozenset({"approvals"})
"""They look at the pull request, which is not there before it is opened."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A gate as an environment has it.

    Attributes:
        stage: when it decides.
        overridable: whether it may be passed all the same.
    """

    gate: Gate
    stage: Stage = "open"
    overridable: bool = True

    @property
    def kind(self) -> str:
        """What the project file calls it, and `--override` takes."""
        return self.gate.kind


def always(*, upstreams: int = 1) -> list[Asked]:
    """The gates that every environment has; several upstreams must agree."""
    gates: list[Gate] = [HoldGate(), Agreement()] if upstreams > 1 else [HoldGate()]
    return [Asked(gate) for gate in gates]


def parse_gates(wanted: Iterable[GateConfig], *, upstreams: int = 1) -> list[Asked]:
    """The gates of an environment: those that it always has, then those that it asks for.

    Args:
        wanted: each gate as the project asks for it.
        upstreams: how many upstreams the environment has; several must agree.

    Raises:
        ProjectError: a gate's value is wrong, or this version has no such gate.
    """
    return [*always(upstreams=upstreams), *(parse_gate(entry) for entry in wanted)]


def parse_gate(wanted: GateConfig) -> Asked:
    """One gate that a project asks for.

    Raises:
        ProjectError: its value is wrong, or this version has no such gate.
    """
    parse = GATES.get(wanted.kind)
    if parse is None:
        raise ProjectError(
            f"gate {wanted.kind!r} is not supported by this version",
            hint=nearest(wanted.kind, sorted(GATES)),
        )
    if wanted.at == "open" and wanted.kind in _AT_MERGE:
        raise ProjectError(f"{wanted.kind} are of a pull request, so they decide at its merge")
    stage: Stage = "merge" if wanted.kind in _AT_MERGE else wanted.at or "open"
    return Asked(parse(wanted.value), stage, wanted.override)


def judge(gates: Sequence[Asked], case: Case, overrides: Mapping[str, str]) -> list[Verdict]:
    """Ask every gate.

    Args:
        gates: the gates of the target.
        case: what is about to move.
        overrides: reasons by the kind of gate that is to be passed all the same.

    Raises:
        UsageError: an override names no gate of the target, or one that is never passed, or gives
            no reason.
    """
    _check_overrides(gates, case.target, overrides)
    return [
        replace(asked.gate.check(case), overridden=overrides.get(asked.kind), stage=asked.stage)
        for asked in gates
    ]


def _check_overrides(gates: Sequence[Asked], target: str, overrides: Mapping[str, str]) -> None:
    kinds = [gate.kind for gate in gates]
    for kind, reason in overrides.items():
        if kind not in kinds:
            raise UsageError(f"{target} has no gate {kind!r}", hint=nearest(kind, kinds))
        if not all(gate.overridable for gate in gates if gate.kind == kind):
            raise UsageError(
                f"the gate {kind!r} of {target} is never overridden",
                hint="the project's base branch says `override: false`",
            )
        if not reason.strip():
            raise UsageError(f"an override of {kind!r} needs a reason", hint="--reason TEXT")
