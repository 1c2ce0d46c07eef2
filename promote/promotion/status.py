"""The matrix of apps and environments: what is where, waits, and is proposed. Read-only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from promote.promotion.holds import Hold, find_hold, read_holds
from promote.promotion.plan import make_plan
from promote.promotion.pulls.related import purpose
from promote.promotion.recording.landed import ROLLBACK
from promote.promotion.releases.fields import find

if TYPE_CHECKING:
    from collections.abc import Iterable

    from promote.forge import PullRequest
    from promote.promotion.gates import Verdict
    from promote.promotion.releases.merging import Edit
    from promote.promotion.releases.release import Release
    from promote.promotion.session import Session

CellState = Literal["first", "follows", "same", "moves", "held", "empty", "conflict", "absent"]


@dataclass(frozen=True, slots=True)
class Cell:
    """One app in one environment.

    Attributes:
        state: `first`: it has no upstream; `follows`: it is a variant and has its primary's
            release; `absent`: the app is not in the environment; the others as in a plan.
        release: what it has.
        behind: the fields that a promotion would change.
        verdicts: what the gates say, when it would move.
        hold: what pins it.
        pull: number of the open pull request that would change it: of all that it pins before one
            of some fields.
        kept: edits of people here that a promotion leaves.
        conflicts: what people edited here and upstream changed, too.
    """

    environment: str
    app: str
    state: CellState
    release: Release | None = None
    behind: int = 0
    verdicts: tuple[Verdict, ...] = ()
    hold: Hold | None = None
    pull: int | None = None
    kept: tuple[Edit, ...] = ()
    conflicts: tuple[Edit, ...] = ()


@dataclass(frozen=True, slots=True)
class Status:
    """The whole matrix, its environments and apps in the project's order."""

    tip: str
    environments: tuple[str, ...]
    apps: tuple[str, ...]
    cells: tuple[Cell, ...]

    def cell(self, environment: str, app: str) -> Cell:
        """One cell."""
        return next(c for c in self.cells if (c.environment, c.app) == (environment, app))


def read_status(session: Session) -> Status:
    """Read what every environment has, and what waits for what. Renders and writes nothing."""
    pulls = session.forge.pulls("open")
    environments, apps = session.view.environments, session.view.all_apps
    cells = [
        cell for environment in environments for cell in _row(session, environment, apps, pulls)
    ]
    return Status(session.tip, environments, apps, tuple(cells))


def _row(
    session: Session, environment: str, apps: Iterable[str], pulls: list[PullRequest]
) -> list[Cell]:
    view, tree = session.view, session.tree
    holds = read_holds(tree, session.root)
    present = set(view.apps(environment))
    primary = view.primary(environment)
    plans = {}
    if view.upstreams(environment):
        plan = make_plan(session, environment, render=False)
        plans = {one.app: one for one in plan.apps}
    cells = []
    for app in apps:
        if app not in present:
            cells.append(Cell(environment, app, "absent"))
            continue
        own = primary is None or view.is_independent(environment, app)
        where = environment if own or primary is None else primary
        release = find(tree, view.overlay(where, app), view.promotable(app)).release
        planned = plans.get(app) if own else None
        fallback: CellState = "first" if own else "follows"
        cells.append(
            Cell(
                environment,
                app,
                planned.state if planned else fallback,
                release,
                behind=len(planned.moves) if planned else 0,
                verdicts=planned.verdicts if planned else (),
                hold=find_hold(holds, environment, app),
                pull=_pull(pulls, environment, app),
                kept=planned.kept if planned else (),
                conflicts=planned.conflicts if planned else (),
            )
        )
    return cells


def _pull(pulls: list[PullRequest], environment: str, app: str) -> int | None:
    found = [
        (" " in pull.marker.removeprefix(ROLLBACK), pull.number)
        for pull in pulls
        if (meant := purpose(pull)) is not None
        and meant.environment == environment
        and app in meant.apps
    ]
    return min(found)[1] if found else None
