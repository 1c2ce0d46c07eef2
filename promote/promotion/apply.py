"""Doing what a plan says: one branch, one pull request, however often and by how many it is run."""

from __future__ import annotations

import random
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from promote.errors import ForgeError, GateHoldsError, GitError, UsageError
from promote.forge import Change, Proposal
from promote.promotion.branch import Settled, Wish, branch_name, others_on, settle
from promote.promotion.edits import apply_moves
from promote.promotion.fields import find
from promote.promotion.history import periods
from promote.promotion.holds import lift_hold
from promote.promotion.plan import make_plan
from promote.promotion.release import moves
from promote.promotion.text import body, message, title

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from promote.forge import PullRequest
    from promote.git import Commit
    from promote.model.tree import Tree
    from promote.promotion.plan import Plan
    from promote.promotion.session import Session

_TRIES: Final = 30
_LONGEST_PAUSE: Final = 0.5

Status = Literal["opened", "updated", "open already", "up to date", "closed"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a promotion or a rollback came to.

    Attributes:
        status: `closed` when there is nothing left to move and the open pull request was closed.
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
    """All that a branch and its pull request are made of, besides the plan."""

    verb: str
    wish: Wish
    since: tuple[Commit, ...] = ()
    notes: tuple[str, ...] = ()


def promote(
    session: Session,
    target: str,
    apps: Sequence[str],
    *,
    overrides: Mapping[str, str] | None = None,
) -> Outcome:
    """Open, or bring up to date, the pull request that gives `target` its upstream's releases.

    Several apps move in one pull request, all or none of them.

    Args:
        session: the project on its base branch.
        target: the environment to promote into.
        apps: the apps to move, or bundles of them.
        overrides: gates to pass all the same, with the reason for each, which is recorded.

    Raises:
        GateHoldsError: a gate holds an app; nothing was written.
        UnknownNameError: an app or environment does not exist.
        UsageError: no app is named.
        GitError: Git or the remote refuses, or others kept winning the race.
        ForgeError: the forge refuses.
    """
    if not apps:
        raise UsageError(f"which apps should move to {target}?", hint="name them, or use --all")
    race = Race(session, f"promote to {target}")
    while race.again():
        chosen = sorted(session.view.check_apps(target, apps))
        branch, marker = branch_name("promote", target, chosen), f"{target}/{'+'.join(chosen)}"
        plan = make_plan(session, target, chosen, overrides=overrides)
        if not plan.moving:
            return _nothing_to_do(session, plan, branch, marker)
        _refuse_held(plan)
        wish = Wish(branch, marker, _editor(session, plan), message("Promote", plan, marker))
        since = _commits_since(session, plan)
        outcome = carry_out(session, plan, Draft("Promote", wish, since=since))
        if outcome is not None:
            return outcome
    raise race.lost()


def carry_out(session: Session, plan: Plan, draft: Draft) -> Outcome | None:
    """Push the branch, then open or update its pull request; None when a race was lost."""
    branch = draft.wish.branch
    settled = settle(session, draft.wish)
    if settled is None or _base_moved(session):
        return None
    forge = session.forge
    proposal = Proposal(
        head=branch,
        base=session.base,
        title=title(draft.verb, plan, forge.limits.title),
        body=body(plan, forge.limits, since=draft.since, kept=settled.kept, notes=draft.notes),
        marker=draft.wish.marker,
        labels=(draft.verb.lower(), plan.target),
    )
    found = forge.find(branch, session.base)
    if found is None:
        return _opened(session, plan, proposal, settled)
    change = Change(title=proposal.title, body=proposal.body, labels=proposal.labels)
    updated = forge.update(found.number, change)
    same = (updated.title, updated.body) == (found.title, found.body) and not settled.pushed
    status: Status = "open already" if same else "updated"
    return Outcome(status, plan, branch, updated, settled.kept)


def _opened(session: Session, plan: Plan, proposal: Proposal, settled: Settled) -> Outcome | None:
    try:
        pull = session.forge.create(proposal)
    except ForgeError:
        # The branch may have been merged and deleted since it was read: then look again.
        ref = f"refs/heads/{proposal.head}"
        if session.remote.refs(ref).get(ref) == settled.commit:
            raise
        return None
    return Outcome("opened", plan, proposal.head, pull, settled.kept)


def _base_moved(session: Session) -> bool:
    ref = f"refs/heads/{session.base}"
    return session.remote.refs(ref).get(ref) != session.tip


def _refuse_held(plan: Plan) -> None:
    lines = [
        f"{app.app}: {verdict}"
        for app in plan.held
        for verdict in app.verdicts
        if verdict.stops("open")
    ]
    if lines:
        raise GateHoldsError(
            f"nothing moves to {plan.target}: " + "; ".join(lines),
            hint="wait, or `--override GATE --reason TEXT`, which is recorded",
        )


def _nothing_to_do(session: Session, plan: Plan, branch: str, marker: str) -> Outcome:
    """Close a pull request that has become pointless, unless others have worked on it."""
    found = session.forge.find(branch, session.base)
    if found is None:
        return Outcome("up to date", plan, branch)
    kept = others_on(session, branch, marker)
    if kept:
        return Outcome("open already", plan, branch, found, kept)
    return Outcome("closed", plan, branch, session.forge.close(found.number))


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
            wanted = [m for m in moves(pinned.release, app.wanted) if m.key not in skipped]
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
        promotable = view.promotable(app.app)
        here = periods(repository, session.tip, view.overlay(plan.target, app.app), promotable)
        last = next(here, None)
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
