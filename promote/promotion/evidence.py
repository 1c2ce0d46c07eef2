"""What gates look at, for one plan: each thing is read when a gate asks for it, and then kept."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from promote.promotion.gates import Case
from promote.promotion.history import periods
from promote.promotion.holds import find_hold, read_holds

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from promote.promotion.plan import AppPlan
    from promote.promotion.release import Release
    from promote.promotion.session import Session


class Evidence:
    """The facts of one plan, all of one commit of the base branch.

    Args:
        session: the project on its base branch.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self._tip = session.tip

    def case(self, target: str, plan: AppPlan, releases: tuple[Release, ...]) -> Case:
        """What the gates of `target` are asked about.

        Args:
            target: the environment to promote into.
            plan: what would move.
            releases: what each of its upstreams has, in their order.
        """
        session = self._session
        holds = read_holds(session.tree, session.root)
        return Case(
            now=session.clock(),
            app=plan.app,
            target=target,
            sources=plan.sources,
            releases=releases,
            landed=self._landed(plan.app),
            hold=find_hold(holds, target, plan.app),
        )

    def _landed(self, app: str) -> Callable[[str], datetime | None]:
        @cache
        def landed(environment: str) -> datetime | None:
            session, view = self._session, self._session.view
            session.need_history()
            overlay, promotable = view.overlay(environment, app), view.promotable(app)
            found = periods(session.repository, self._tip, overlay, promotable)
            newest = next(found, None)
            return newest.time if newest else None

        return landed
