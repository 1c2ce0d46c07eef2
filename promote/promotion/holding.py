"""Setting a hold, and lifting it, by a pull request as any other change."""

from __future__ import annotations

from typing import TYPE_CHECKING

from promote.compare.formats.markdown import code
from promote.compare.formats.safe import one_line
from promote.errors import UnknownNameError, UsageError
from promote.git.records import with_trailers
from promote.promotion.holds import Hold, find_hold, lift_hold, read_holds, set_hold
from promote.promotion.pulls.asking import Ask, ask
from promote.promotion.pulls.branch import MARKER, Wish, branch_name
from promote.promotion.pulls.text import cut
from promote.promotion.releases.fields import find

if TYPE_CHECKING:
    from promote.forge import PullRequest
    from promote.model.tree import Tree
    from promote.promotion.session import Session


def hold_release(
    session: Session, environment: str, app: str, reason: str
) -> tuple[Hold, PullRequest | None]:
    """Ask for a hold on the release that an app has now.

    Args:
        session: the project on its base branch.
        environment: where.
        app: what.
        reason: why, for all who meet the hold.

    Returns:
        The hold, and its pull request; None if it is held on that release already.

    Raises:
        UnknownNameError: there is no such environment or app, or it has no release.
        UsageError: no reason is given.
        GitError: Git or the remote refuses.
        ForgeError: the forge refuses.
    """
    session.view.check_apps(environment, [app])
    held: list[Hold] = []

    def make() -> Ask | None:
        view = session.view
        release = find(session.tree, view.overlay(environment, app), view.promotable(app)).release
        if not release:
            raise UnknownNameError(f"{app} has no release in {environment}")
        hold = Hold(environment, app, release.id, one_line(reason.strip()))
        held[:] = [hold]
        old = find_hold(read_holds(session.tree, session.root), environment, app)
        if old is not None and old.release == hold.release:
            held[:] = [old]
            return None
        if not hold.reason:
            raise UsageError("a hold has a reason", hint="--reason TEXT, for those who meet it")
        return _ask(
            session,
            "hold",
            hold,
            f"Hold {app} in {environment} on {release.label}",
            f"Promotions leave {code(app)} in {code(environment)} on release {code(release.id)} "
            f"until the hold is lifted: {code(hold.reason)}",
        )

    pull = ask(session, f"hold {app} in {environment}", make)
    return held[0], pull


def lift(
    session: Session, environment: str, app: str, reason: str = ""
) -> tuple[Hold, PullRequest | None]:
    """Ask for the end of a hold.

    A hold may be left of an environment or app that the project no longer has, so these are not
    looked up.

    Raises:
        UnknownNameError: nothing holds the app there.
        GitError: Git or the remote refuses.
        ForgeError: the forge refuses.
    """
    found: list[Hold] = []

    def make() -> Ask | None:
        hold = find_hold(read_holds(session.tree, session.root), environment, app)
        if hold is None:
            raise UnknownNameError(
                f"nothing holds {app} in {environment}", hint="'promote hold' lists the holds"
            )
        found[:] = [hold]
        why = f" {code(one_line(reason.strip()))}" if reason.strip() else ""
        return _ask(
            session,
            "lift",
            hold,
            f"Lift the hold of {app} in {environment}",
            f"Ends the hold of {code(app)} in {code(environment)} on release "
            f"{code(hold.release)}, which said: {code(hold.reason)}.{why}",
        )

    pull = ask(session, f"lift the hold of {app} in {environment}", make)
    return found[0], pull


def _ask(session: Session, verb: str, hold: Hold, title: str, text: str) -> Ask:
    def edits(tree: Tree) -> dict[str, bytes]:
        if verb == "lift":
            return lift_hold(tree, session.root, hold.environment, hold.app)
        return set_hold(tree, session.root, hold)

    marker = f"{verb} {hold.environment}/{hold.app}"
    message = with_trailers(f"{title}\n\n{hold.reason}", [(MARKER, marker)])
    branch = branch_name(verb, hold.environment, [hold.app])
    wish = Wish(branch, marker, edits, message)
    shown = cut(title, session.forge.limits.title)
    return Ask(wish, shown, text, (verb, hold.environment))
