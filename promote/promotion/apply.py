"""Doing what a plan says: one branch, one pull request, however often and by how many it is run."""

from __future__ import annotations

import random
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from promote.errors import ForgeError, GateHoldsError, GitError, UsageError
from promote.promotion.holds import lift_hold
from promote.promotion.plan import make_plan
from promote.promotion.plans import refuse_conflicts
from promote.promotion.pulls.branch import Settled, Wish, branch_name, others_on, settle
from promote.promotion.pulls.related import same_release
from promote.promotion.pulls.request import NOTHING_LEFT, Request, close, closed_by_someone, one_of
from promote.promotion.pulls.text import message
from promote.promotion.releases.edits import apply_moves
from promote.promotion.releases.fields import find
from promote.promotion.releases.history import periods
from promote.promotion.releases.merging import branch_suffix
from promote.promotion.releases.release import moves

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from promote.forge import Proposal, PullRequest
    from promote.git import Commit
    from promote.model.tree import Tree
    from promote.promotion.plans import Plan
    from promote.promotion.releases.merging import Side
    from promote.promotion.session import Session

_TRIES: Final = 30
_LONGEST_PAUSE: Final = 0.5

Status = Literal["opened", "updated", "open already", "up to date", "closed", "declined"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a promotion or a rollback came to.

    Attributes:
        status: `closed` when there is nothing left to move and the open pull request was closed;
            `declined` when someone closed the pull request of just this release, which stays so
            until it is asked for again.
        pull: its pull request; None when there is none.
        kept: commits of others that the branch has, and keeps.
    """

    status: Status
    plan: Plan
    branch: str
    pull: PullRequest | None = None
    kept: tuple[Commit, ...] = ()


@dataclass(frozen=True, slots=True)
class Draft:
    """All that a branch and its pull request are made of, besides the plan.

    Attributes:
        again: open a new pull request although someone closed the one of this release.
    """

    verb: str
    wish: Wish
    since: tuple[Commit, ...] = ()
    notes: tuple[str, ...] = ()
    again: bool = False


def promote(
    session: Session,
    target: str,
    apps: Sequence[str],
    *,
    overrides: Mapping[str, str] | None = None,
    again: bool = False,
    fields: Sequence[str] = (),
    take: Mapping[str, Side] | None = None,
) -> Outcome:
    """Open, or bring up to date, the pull request that gives `target` its upstream's releases.

    Several apps move in one pull request, all or none of them.

    Args:
        session: the project on its base branch.
        target: the environment to promote into.
        apps: the apps to move, or bundles of them.
        overrides: gates to pass all the same, with the reason for each, which is recorded.
        again: open a new pull request although someone closed the one of this release.
        fields: only these, as `image:shop/cart`, on a branch of their own.
        take: which side to take of a field that people edited on the target, by the same names;
            the empty name stands for all. It is recorded.

    Raises:
        GateHoldsError: a gate holds an app; nothing was written.
        MergeConflictError: people edited on the target what upstream changed; nothing was written.
        UnknownNameError: an app, environment or field does not exist.
        UsageError: no app is named.
        GitError: Git or the remote refuses, or others kept winning the race.
        ForgeError: the forge refuses.
    """
    if not apps:
        raise UsageError(f"which apps should move to {target}?", hint="name them, or use --all")
    race = Race(session, f"promote to {target}")
    while race.again():
        chosen = sorted(session.view.check_apps(target, apps))
        branch = branch_name("promote", target, chosen) + branch_suffix(fields)
        marker = " ".join([f"{target}/{'+'.join(chosen)}", *sorted({*fields})])
        plan = make_plan(session, target, chosen, overrides=overrides, fields=fields, take=take)
        refuse_conflicts(plan)
        if not plan.moving:
            return _nothing_to_do(session, plan, branch, marker)
        refuse_held(plan)
        wish = Wish(branch, marker, _editor(session, plan), message("Promote", plan, marker))
        since = _commits_since(session, plan)
        outcome = carry_out(session, plan, Draft("Promote", wish, since=since, again=again))
        if outcome is not None:
            return outcome
    raise race.lost()


def carry_out(session: Session, plan: Plan, draft: Draft) -> Outcome | None:
    """Push the branch, then open or update its pull request; None when a race was lost."""
    pulls = session.forge.pulls("open")
    found = one_of(pulls, draft.wish.branch, session.base)
    if found is None and not draft.again:
        closed = closed_by_someone(session, plan, draft.wish.branch)
        if closed is not None:
            return Outcome("declined", plan, draft.wish.branch, closed)
    settled = settle(session, draft.wish)
    if settled is None or _base_moved(session):
        return None
    request = Request(session, plan, draft.verb, draft.wish)
    proposal = request.proposal(
        since=draft.since,
        kept=settled.kept,
        notes=draft.notes,
        elsewhere=same_release(session, plan, pulls),
    )
    if found is None:
        opened = _opened(session, proposal, settled)
        if opened is None or opened.state != "open":
            return None
        opened = request.comment(opened)
        return Outcome("opened", plan, proposal.head, opened, settled.kept)
    updated, changed = request.update(found, proposal)
    if updated.state != "open":
        return None  # someone merged or closed it meanwhile: read all again
    status: Status = "updated" if changed or settled.pushed else "open already"
    return Outcome(status, plan, proposal.head, updated, settled.kept)


def _opened(session: Session, proposal: Proposal, settled: Settled) -> PullRequest | None:
    try:
        return session.forge.create(proposal)
    except ForgeError:
        # The branch may have been merged and deleted since it was read: then look again.
        ref = f"refs/heads/{proposal.head}"
        if session.remote.refs(ref).get(ref) == settled.commit:
            raise
        return None


def _base_moved(session: Session) -> bool:
    ref = f"refs/heads/{session.base}"
    return session.remote.refs(ref).get(ref) != session.tip


def refuse_held(*plans: Plan) -> None:
    """Stop what a gate holds.

    Raises:
        GateHoldsError: it says which gates, and what they saw.
    """
    lines = [
        f"{app.app}: {verdict}"
        for plan in plans
        for app in plan.held
        for verdict in app.verdicts
        if verdict.stops("open")
    ]
    if lines:
        raise GateHoldsError(
            f"held back from {plans[0].target}: " + "; ".join(lines) + _with_it(plans),
            hint="wait, or `--override GATE --reason TEXT`, which is recorded",
        )


def _with_it(plans: Sequence[Plan]) -> str:
    """The apps that no gate holds, and that move only together with the held ones."""
    free = [app.app for plan in plans for app in plan.moving if app.state != "held"]
    return f"; {', '.join(dict.fromkeys(free))} would move with it" if free else ""


def _nothing_to_do(session: Session, plan: Plan, branch: str, marker: str) -> Outcome:
    """Close a pull request that has become pointless, unless others have worked on it."""
    found = session.forge.find(branch, session.base)
    if found is None:
        return Outcome("up to date", plan, branch)
    kept = others_on(session, branch, marker)
    if kept:
        return Outcome("open already", plan, branch, found, kept)
    return Outcome("closed", plan, branch, close(session, found, NOTHING_LEFT))


def _editor(session: Session, plan: Plan) -> Callable[[Tree], dict[str, bytes]]:
    """What makes the plan's edits in any tree: the base branch, or one that others worked on."""
    view, root = session.view, session.root

    def edits(tree: Tree) -> dict[str, bytes]:
        if tree is session.tree:
            return dict(plan.edits)
        changed: dict[str, bytes] = {}
        for app in plan.moving:
            pinned = find(tree, view.overlay(plan.target, app.app), view.promotable(app.app))
            skipped = {move.key for move in app.homeless}
            wanted = [m for m in moves(pinned.release, app.moving) if m.key not in skipped]
            changed |= apply_moves(tree, pinned, wanted)
        for app_name in plan.lifted:
            changed |= lift_hold(tree, root, plan.target, app_name)
        return changed

    return edits


def _commits_since(session: Session, plan: Plan) -> tuple[Commit, ...]:
    """What happened to the apps upstream since the target got what it has."""
    session.need_history()
    view, repository = session.view, session.repository
    found: dict[str, Commit] = {}
    for app in plan.moving:
        last = next(periods(session, plan.target, app.app), None)
        paths = [view.base(app.app)]
        for source in app.sources:
            overlay = view.overlay(source, app.app)
            paths += [overlay.directory, overlay.values]
        since = last.commit.object_id if last else None
        log = repository.history.log(session.tip, since=since, paths=paths)
        found |= {commit.object_id: commit for commit in log if len(commit.parents) < 2}  # noqa: PLR2004 - a merge says nothing of its own
    return tuple(sorted(found.values(), key=lambda one: (one.time, one.object_id), reverse=True))


class Race:
    """Counts tries; before each but the first it waits a little and reads the base branch again."""

    def __init__(self, session: Session, what: str) -> None:
        self._session = session
        self._what = what
        self._tries = 0

    def again(self) -> bool:
        """Whether to try; the session is fresh when it says so."""
        if self._tries >= _TRIES:
            return False
        if self._tries:
            pause = min(_LONGEST_PAUSE, 0.03 * self._tries)
            time.sleep(pause * random.random())  # noqa: S311 - not a secret
            self._session.refresh()
        self._tries += 1
        return True

    def lost(self) -> GitError:
        """The error when others were always faster."""
        return GitError(f"cannot {self._what}: others kept writing", hint="try again")
