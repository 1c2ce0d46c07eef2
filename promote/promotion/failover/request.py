"""The pull request of a failover, or of the way back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from promote.errors import BugError
from promote.git.records import with_trailers
from promote.project import open_project
from promote.promotion.failover.planning import Failover, plan_failover, plan_return
from promote.promotion.failover.report import as_markdown, as_text, title
from promote.promotion.pulls.asking import Ask, ask
from promote.promotion.pulls.branch import MARKER, Wish
from promote.promotion.releases.fields import find

if TYPE_CHECKING:
    from promote.forge import PullRequest
    from promote.model.tree import Tree
    from promote.project import Project
    from promote.promotion.session import Session
    from promote.promotion.view import View


def releases_of(view: View, tree: Tree, environment: str) -> dict[str, str]:
    """The release of each app of an environment, by its id."""
    found = {
        app: find(tree, view.overlay(environment, app), view.promotable(app)).release
        for app in view.apps(environment)
    }
    return {app: release.id for app, release in found.items() if release}


def make_failover(project: Project, view: View, variant: str, *, back: bool) -> Failover:
    """The plan of a failover, or of the way back, for the files of a project.

    Raises:
        PromoteError: as `plan_failover` and `plan_return`.
    """
    if back:
        return plan_return(project, variant)
    primary = project.environment(variant).variant_of
    releases = {} if primary is None else releases_of(view, project.tree, primary)
    return plan_failover(project, variant, releases)


def request_failover(session: Session, variant: str, *, back: bool) -> tuple[Failover, PullRequest]:
    """Open, or bring up to date, the pull request of a failover or of the way back.

    Raises:
        PromoteError: as `make_failover`.
        GitError: Git or the remote refuses, or others kept winning the race.
        ForgeError: the forge refuses.
    """
    verb = "failback" if back else "failover"
    branch, marker = f"{verb}/{variant}", f"{verb} {variant}"

    def planned(tree: Tree) -> Failover:
        with open_project(session.root, tree=tree) as project:
            return make_failover(project, session.view, variant, back=back)

    made: list[Failover] = []

    def make() -> Ask:
        plan = planned(session.tree)
        made[:] = [plan]
        message = with_trailers(as_text(plan).replace("\n", "\n\n", 1), [(MARKER, marker)])
        wish = Wish(branch, marker, lambda tree: planned(tree).edits, message)
        return Ask(wish, title(plan), as_markdown(plan), (verb, variant))

    pull = ask(session, f"{verb} {variant}", make)
    if pull is None:
        raise BugError("a failover asks for something")
    return made[0], pull
