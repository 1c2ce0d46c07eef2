"""What a pipeline runs: all that may move is proposed, and what is open is brought up to date.

Every step may be run again, by several at once; what one environment meets does not stop others.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from promote.errors import ForgeError, GateHoldsError, PromoteError
from promote.forge import Check
from promote.promotion.apply import Outcome, promote
from promote.promotion.landing import land
from promote.promotion.plan import make_plan
from promote.promotion.pulls.branch import branch_name
from promote.promotion.pulls.opened import Asked, asked
from promote.promotion.pulls.related import leftovers, purpose
from promote.promotion.pulls.request import close, hold_back
from promote.promotion.recording.reconcile import reconcile
from promote.promotion.releases.merging import branch_suffix

if TYPE_CHECKING:
    from collections.abc import Sequence

    from promote.forge import CheckState, PullRequest
    from promote.promotion.plans import Plan
    from promote.promotion.session import Session

CHECK: Final = "promote/gates"
"""The status of a promotion's head; a branch protection may require it."""

MERGED_HERE: Final = frozenset({"local", "bitbucket"})
"""The forges that merge nothing by themselves."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """What kept a promotion from being made, and is no gate."""

    environment: str
    apps: tuple[str, ...]
    error: PromoteError


@dataclass(slots=True)
class Job:
    """What a run came to.

    Attributes:
        dry: nothing was written.
        recorded: how many merges were recorded that had no record.
        plans: each group of apps that would move, in the order of the environments.
        outcomes: what was done for those that may.
        merged: the pull requests that were merged, where the environment says so.
        closed: the pull requests of what the project no longer has, and why.
        troubles: what went wrong.
    """

    dry: bool
    recorded: int = 0
    plans: list[Plan] = field(default_factory=list)
    outcomes: list[Outcome] = field(default_factory=list)
    merged: list[PullRequest] = field(default_factory=list)
    closed: list[tuple[PullRequest, str]] = field(default_factory=list)
    troubles: list[Trouble] = field(default_factory=list)

    @property
    def held(self) -> list[Plan]:
        """What a gate holds, before it is proposed or before it is merged."""
        return [plan for plan in self.plans if plan.held or plan.waiting]


def run_job(session: Session, *, dry: bool = False) -> Job:
    """Do what a pipeline needs in one call.

    Merges that have no record get one. Then, environment by environment, upstreams first: each
    bundle, and each app that is in none, is promoted when it may; otherwise its open pull request
    becomes a draft that says what it waits for. What people opened of some fields or apps, with
    overrides or sides, stays as they asked for it. Each open one gets a status. Nothing is merged
    but where an environment says `auto-merge`, and then only as the forge allows.

    Args:
        session: the project on its base branch.
        dry: only plan; nothing is written anywhere.

    Raises:
        GitError: the remote cannot be read.
        ForgeError: the forge cannot be read.
        InputError: the project cannot be read.
    """
    job = Job(dry)
    if not dry:
        job.recorded = len(reconcile(session))
        session.refresh()
        _close_leftovers(session, job)
    for environment in session.view.environments:
        if environment in session.view.environments and session.view.upstreams(environment):
            _one_environment(session, environment, job)
    return job


def groups(session: Session, environment: str) -> list[tuple[str, ...]]:
    """The apps of an environment that move together: those of a bundle, and each of the others."""
    present = session.view.apps(environment)
    taken: set[str] = set()
    found: list[tuple[str, ...]] = []
    for apps in session.view.config.bundles.values():
        if {*apps} <= {*present} and not taken & {*apps}:
            taken |= {*apps}
            found.append(tuple(sorted(apps)))
    return [*found, *((app,) for app in present if app not in taken)]


def _one_environment(session: Session, environment: str, job: Job) -> None:
    try:
        found = groups(session, environment)
        moving = {app.app for app in make_plan(session, environment, render=False).moving}
    except PromoteError as error:
        job.troubles.append(Trouble(environment, (), error))
        return
    pulls = [] if job.dry else session.forge.pulls("open")
    heads = {pull.head: pull for pull in pulls}
    wanted = {branch_name("promote", environment, apps): apps for apps in found}
    for pull in pulls:
        apps_of_it = _asked_otherwise(session, environment, pull)
        if apps_of_it:
            wanted.setdefault(pull.head, apps_of_it)
    for head, apps in wanted.items():
        if not moving & {*apps} and head not in heads:
            continue
        try:
            _one_group(session, environment, apps, heads.get(head), job)
        except PromoteError as error:
            job.troubles.append(Trouble(environment, apps, error))


def _asked_otherwise(session: Session, environment: str, pull: PullRequest) -> tuple[str, ...]:
    """The apps of a promotion that someone opened of one field or of apps of their choice.

    Anyone may write a marker: it has to give the name of the branch, and the branch to be ours.
    """
    meant = purpose(pull)
    if meant is None or meant.back or meant.environment != environment:
        return ()
    name = branch_name("promote", environment, meant.apps)
    ref = f"refs/heads/{pull.head}"
    if pull.head != name + branch_suffix(pull.marker.split(" ")[1:]):
        return ()
    return meant.apps if ref in session.remote.refs(ref) else ()


def _one_group(
    session: Session,
    environment: str,
    apps: Sequence[str],
    pull: PullRequest | None,
    job: Job,
) -> None:
    if job.dry:
        job.plans.append(make_plan(session, environment, apps))
        return
    how = asked(session, pull, environment, apps) if pull is not None else Asked()
    try:
        outcome = promote(
            session, environment, apps, fields=how.fields, overrides=how.overrides, take=how.take
        )
    except GateHoldsError:
        plan = make_plan(
            session, environment, apps, fields=how.fields, overrides=how.overrides, take=how.take
        )
        job.plans.append(plan)
        if pull is not None:
            _report(session, plan, hold_back(session, plan, pull))
        return
    if outcome.plan.moving:
        job.plans.append(outcome.plan)
    job.outcomes.append(outcome)
    if outcome.pull is not None and outcome.pull.state == "open":
        _report(session, outcome.plan, outcome.pull)
        _merge(session, outcome.plan, outcome.pull, job)


def _report(session: Session, plan: Plan, pull: PullRequest) -> None:
    """Say of the promotion's head how its gates stand."""
    if pull.head_commit is None:
        return
    holding = [
        f"{app.app}: {verdict}" for app in plan.moving for verdict in app.verdicts if verdict.holds
    ]
    state: CheckState = "pending" if holding else "success"
    said = "; ".join(holding) or "no gate holds"
    session.forge.report(pull.head_commit, Check(CHECK, state, said, pull.url))


def _merge(session: Session, plan: Plan, pull: PullRequest, job: Job) -> None:
    """Merge where nothing else does; what a merge still lacks is no trouble, but waited for."""
    if session.forge.name not in MERGED_HERE or not session.view.merges_itself(plan.target):
        return
    if pull.draft or plan.held or plan.waiting:
        return
    try:
        job.merged.append(land(session, pull.number, expect=pull.head_commit).pull)
    except (ForgeError, GateHoldsError):
        return
    session.refresh()


def _close_leftovers(session: Session, job: Job) -> None:
    for pull, why in leftovers(session.view, session.forge.pulls("open")):
        if purpose(pull) is not None:
            job.closed.append((close(session, pull, f"{why}."), why))
