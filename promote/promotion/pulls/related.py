"""Other pull requests that a promotion is about: of the same release, or of what is gone."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from promote.promotion.pulls.text import releases_in
from promote.promotion.recording.landed import pull_number
from promote.promotion.releases.history import periods

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from promote.forge import PullRequest
    from promote.promotion.plans import Plan
    from promote.promotion.session import Session
    from promote.promotion.view import View

_MARKER: Final = re.compile(r"(?P<back>rollback )?(?P<environment>[^/\s]+)/(?P<apps>\S+)(?: .*)?")
_SIGNS: Final = {"gitlab": "!", "azure": "!"}


@dataclass(frozen=True, slots=True)
class Purpose:
    """What a pull request of ours is for, as its marker says.

    Attributes:
        back: whether it is a rollback.
    """

    environment: str
    apps: tuple[str, ...]
    back: bool = False


def purpose(pull: PullRequest) -> Purpose | None:
    """What a pull request is for; None if it is none of ours.

    Anyone may write a marker, so it has to go with the name of the branch.
    """
    found = _MARKER.fullmatch(pull.marker)
    if found is None:
        return None
    back = found["back"] is not None
    if not pull.head.startswith(f"{'rollback' if back else 'promote'}/{found['environment']}/"):
        return None
    return Purpose(found["environment"], tuple(found["apps"].split("+")), back)


def leftovers(view: View, pulls: Sequence[PullRequest]) -> list[tuple[PullRequest, str]]:
    """The open ones of environments or apps that the project no longer has, and what is gone."""
    found = []
    for pull in pulls:
        meant = purpose(pull)
        if meant is None or pull.state != "open":
            continue
        if meant.environment not in view.environments:
            found.append((pull, f"there is no environment {meant.environment} any more"))
            continue
        gone = [app for app in meant.apps if app not in view.apps(meant.environment)]
        if gone:
            found.append((pull, f"{meant.environment} has no {', '.join(gone)} any more"))
    return found


def same_release(
    session: Session, plan: Plan, pulls: Sequence[PullRequest]
) -> list[tuple[str, str]]:
    """Where else the releases that move went, or are proposed: environments and pull requests.

    Those that were merged are found in the base branch's history, open ones by their texts. Neither
    state is said, so that the same text results before and after a merge.
    """
    found: dict[str, str] = {}
    for environment in session.view.environments:
        if environment != plan.target:
            number = _merged(session, plan, environment) or _proposed(plan, environment, pulls)
            if number:
                found[environment] = f"{_SIGNS.get(session.forge.name, '#')}{number}"
    return list(found.items())


def _merged(session: Session, plan: Plan, environment: str) -> int | None:
    """The pull request that brought the release of one of the apps to an environment."""
    view = session.view
    for app in plan.moving:
        if app.app in view.apps(environment) and view.upstreams(environment):
            newest = next(periods(session, environment, app.app), None)
            if newest is not None and newest.release.id == app.wanted.id:
                return pull_number(newest.commit)
    return None


def _proposed(plan: Plan, environment: str, pulls: Sequence[PullRequest]) -> int | None:
    return next(_proposing(_wanted(plan), environment, pulls), None)


def _proposing(
    wanted: Mapping[str, str], environment: str, pulls: Sequence[PullRequest]
) -> Iterator[int]:
    for pull in pulls:
        meant = purpose(pull)
        if meant is not None and meant.environment == environment and not meant.back:
            there = releases_in(pull.body)
            if any(there.get(app) == release for app, release in wanted.items()):
                yield pull.number


def _wanted(plan: Plan) -> dict[str, str]:
    return {app.app: app.wanted.id for app in plan.moving}


def asks_the_same(plan: Plan, pull: PullRequest) -> bool:
    """Whether a pull request proposes just the releases that a plan wants."""
    wanted = _wanted(plan)
    there = releases_in(pull.body)
    return bool(wanted) and {app: there.get(app) for app in wanted} == wanted
