"""The kinds of gate, and how all of them are asked."""

from __future__ import annotations

import difflib
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from promote.errors import ProjectError, UsageError
from promote.promotion.gates.freeze import Freeze
from promote.promotion.gates.hold import Agreement, HoldGate
from promote.promotion.gates.soak import Soak
from promote.promotion.gates.stop import Stop

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from promote.model.json import Json
    from promote.promotion.gates.base import Case, Gate, Verdict

GATES: Final[dict[str, Callable[[Json], Gate]]] = {
    "soak": Soak.parse,
    "freeze": Freeze.parse,
    "stop": Stop.parse,
}
"""Reads the value of each kind of gate that a project may ask for."""


def parse_gates(wanted: Iterable[tuple[str, Json]], *, upstreams: int = 1) -> list[Gate]:
    """The gates of an environment: those that it always has, then those that it asks for.

    Args:
        wanted: each gate's kind, and what it is told.
        upstreams: how many upstreams the environment has; several must agree.

    Raises:
        ProjectError: a gate's value is wrong, or this version has no such gate.
    """
    always: list[Gate] = [HoldGate(), Agreement()] if upstreams > 1 else [HoldGate()]
    return [*always, *(_parse(kind, value) for kind, value in wanted)]


def _parse(kind: str, value: Json) -> Gate:
    parse = GATES.get(kind)
    if parse is None:
        near = difflib.get_close_matches(kind, GATES, 1)
        raise ProjectError(
            f"gate {kind!r} is not supported by this version",
            hint=f"did you mean {near[0]!r}?" if near else f"it has {', '.join(sorted(GATES))}",
        )
    return parse(value)


def judge(gates: Sequence[Gate], case: Case, overrides: Mapping[str, str]) -> list[Verdict]:
    """Ask every gate.

    Args:
        gates: the gates of the target.
        case: what is about to move.
        overrides: reasons by the kind of gate that is to be passed all the same.

    Raises:
        UsageError: an override names no gate of the target, or gives no reason.
    """
    kinds = [gate.kind for gate in gates]
    for kind, reason in overrides.items():
        if kind not in kinds:
            near = difflib.get_close_matches(kind, kinds, 1) or kinds[:1]
            raise UsageError(
                f"{case.target} has no gate {kind!r}", hint=f"did you mean {near[0]!r}?"
            )
        if not reason.strip():
            raise UsageError(f"an override of {kind!r} needs a reason", hint="--reason TEXT")
    verdicts = [gate.check(case) for gate in gates]
    return [replace(verdict, overridden=overrides.get(verdict.gate)) for verdict in verdicts]
