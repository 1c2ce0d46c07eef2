"""What a plan is: what would happen to the apps of an environment."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from promote.errors import MergeConflictError
from promote.promotion.releases.merging import Edit, Side, conflict_line, name_of, only

if TYPE_CHECKING:
    from collections.abc import Mapping

    from promote.promotion.effects import Effect
    from promote.promotion.gates import Verdict
    from promote.promotion.releases.release import Move, Release

AppState = Literal["moves", "held", "same", "empty", "conflict"]


@dataclass(frozen=True, slots=True)
class AppPlan:
    """What would happen to one app.

    Attributes:
        sources: the environments that it comes from.
        wanted: the release that they have.
        current: the release that the target has.
        moves: the fields that would change.
        homeless: fields that would move, had the target's overlay a place for them.
        verdicts: what each gate says; empty when nothing would move.
        kept: edits of people on the target that stay.
        conflicts: what both sides changed to something else: nothing moves before each is settled.
            `moves` then says what would, were upstream's side taken.
        took: the fields of which someone chose a side, and which.
    """

    app: str
    sources: tuple[str, ...]
    wanted: Release
    current: Release
    moves: tuple[Move, ...]
    homeless: tuple[Move, ...] = ()
    verdicts: tuple[Verdict, ...] = ()
    kept: tuple[Edit, ...] = ()
    conflicts: tuple[Edit, ...] = ()
    took: tuple[tuple[str, Side], ...] = ()

    @property
    def moving(self) -> Release:
        """The part of the wanted release that moves."""
        return only(self.wanted, {move.key.subject for move in self.moves})

    @property
    def state(self) -> AppState:
        """`empty`: the upstream pins nothing; `same`: the target has it already."""
        if self.conflicts:
            return "conflict"
        if not self.wanted:
            return "empty"
        if not self.moves:
            return "same"
        return "held" if any(verdict.stops("open") for verdict in self.verdicts) else "moves"

    @property
    def waits(self) -> bool:
        """Whether it may be proposed, but not merged yet."""
        merge = any(verdict.stops("merge") for verdict in self.verdicts)
        return self.state == "moves" and merge


@dataclass(frozen=True, slots=True)
class Plan:
    """What would happen to a target environment.

    Attributes:
        tip: the commit of the base branch that all was read from.
        edits: the files that would change, by path in the tree.
        effects: the rendered difference of the target and of its variants.
        lifted: the apps whose hold the promotion ends.
        also: of a rollback: what goes back with it in the target's variants.
        not_restored: of a rollback: what it leaves as it is, and why.
        warnings: what someone should look at, such as holds of what is not there.
    """

    target: str
    tip: str
    apps: tuple[AppPlan, ...]
    edits: Mapping[str, bytes]
    effects: tuple[Effect, ...]
    lifted: tuple[str, ...] = ()
    also: tuple[Plan, ...] = ()
    not_restored: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()

    @property
    def moving(self) -> tuple[AppPlan, ...]:
        """The apps of which a field would change, held or not."""
        return tuple(app for app in self.apps if app.moves)

    @property
    def held(self) -> tuple[AppPlan, ...]:
        """The apps that a gate holds back."""
        return tuple(app for app in self.apps if app.state == "held")

    @property
    def conflicted(self) -> tuple[AppPlan, ...]:
        """The apps that people changed here otherwise than upstream was changed."""
        return tuple(app for app in self.apps if app.conflicts)

    @property
    def waiting(self) -> tuple[AppPlan, ...]:
        """The apps that may be proposed, but that a gate does not let be merged yet."""
        return tuple(app for app in self.apps if app.waits)


def refuse_conflicts(plan: Plan) -> None:
    """Stop where people edited on the target what upstream changed.

    Raises:
        MergeConflictError: it says what both sides have, and who changed it.
    """
    lines = [
        f"{app.app}: {conflict_line(edit)}" for app in plan.conflicted for edit in app.conflicts
    ]
    if lines:
        name = name_of(plan.conflicted[0].conflicts[0].subject)
        raise MergeConflictError(
            f"held back from {plan.target}: " + "; ".join(lines),
            hint=f"`--take upstream`, `--take target`, or for one field `--take {name}=upstream`",
        )
