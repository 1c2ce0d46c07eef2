"""Runs that are killed at each call of git and of the forge in turn: a rerun finishes each."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from killing import Killer, Tally, ended, fork
from stage import DEPLOYMENT, PROJECT, gitea_stage, local_stage, overlay

from promote.promotion import land, promote, records, roll_back
from promote.promotion.holding import hold_release
from promote.promotion.recording.verification import verify

if TYPE_CHECKING:
    from collections.abc import Callable

    from git_sandbox import Sandbox
    from killing import Moment
    from stage import Stage
    from support.gitea import GiteaServer

    from promote.forge import PullRequest
    from promote.promotion import Session

APPS = tuple(f"app{number:02}" for number in range(99))
"""Each killed run has an app of its own: what is left behind is looked at as it is."""


def many() -> dict[str, str]:
    """A shop of many apps that wait in dev."""
    apps = ", ".join(f"{app}: {{}}" for app in APPS)
    files = {"promote.yaml": PROJECT.replace("cart: {}, web: {}", apps)}
    files["promote.yaml"] = files["promote.yaml"].replace("bundles: {both: [cart, web]}\n", "")
    files["CODEOWNERS"] = "* @bob\n"
    for app in APPS:
        files[f"bases/{app}/deployment.yaml"] = DEPLOYMENT.replace("APP", app)
        files[f"bases/{app}/kustomization.yaml"] = "resources: [deployment.yaml]\n"
        for environment, tag in (("dev", "1.1"), ("staging", "1.0"), ("prod", "1.0")):
            path = f"overlays/{environment}/{app}/kustomization.yaml"
            files[path] = overlay(environment, app, tag)
    return files


def promoting(app: str) -> Callable[[Session], None]:
    def act(session: Session) -> None:
        promote(session, "staging", [app])

    return act


def merging_alone(app: str) -> Callable[[Session], None]:
    """What the forge does at a merge, without the record of it."""

    def act(session: Session) -> None:
        pull = session.forge.find(f"promote/staging/{app}", "main")
        if pull is not None:
            session.forge.merge(pull.number, expect=pull.head_commit)

    return act


def merging(app: str) -> Callable[[Session], None]:
    def act(session: Session) -> None:
        pulls = session.forge.pulls(None)
        branch = f"promote/staging/{app}"
        land(session, max(pull.number for pull in pulls if pull.head == branch))

    return act


def rolling_back(app: str) -> Callable[[Session], None]:
    def act(session: Session) -> None:
        roll_back(session, "staging", app, alone=True)

    return act


def verifying(app: str) -> Callable[[Session], None]:
    def act(session: Session) -> None:
        verify(session, "staging", app, "succeeded")

    return act


def holding(app: str) -> Callable[[Session], None]:
    def act(session: Session) -> None:
        hold_release(session, "staging", app, "the audit")

    return act


ACTS = {
    "promote": promoting,
    "update": promoting,
    "merge": merging,
    "verify": verifying,
    "roll back": rolling_back,
    "hold": holding,
}
TAGS = {"promote": "1.1", "update": "1.2", "roll back": "1.2"}


def prepare(stage: Stage, act: str) -> None:
    """What happened in between: a newer release, or one that shall be rolled back."""
    landing = {"update": [("dev", "1.2")], "roll back": [("staging", "1.2"), ("staging", "1.3")]}
    name = "overlays/{}/{}/kustomization.yaml"
    for environment, tag in landing.get(act, []):
        stage.wait(hours=1)
        new = {name.format(environment, app): overlay(environment, app, tag) for app in APPS}
        stage.push(dict(new), act)


def branch(act: str, app: str) -> str:
    verb = {"roll back": "rollback", "hold": "hold"}.get(act, "promote")
    return f"{verb}/staging/{app}"


def pulls_of(session: Session, head: str) -> list[PullRequest]:
    return [session.forge.show(p.number) for p in session.forge.pulls(None) if p.head == head]


def state(stage: Stage, session: Session, act: str, app: str) -> object:
    """What can be seen of a run: its branch, its pull request, the base branch."""
    head = branch(act, app)
    there = head in stage.branches()
    pulls = [
        (p.state, p.title, p.labels, p.reviewers, p.draft, bool(p.marker), len(p.comments))
        for p in pulls_of(session, head)
    ]
    records_it = act in {"merge", "verify"}
    written = [one.outcome for one in records(session, "staging", app)] if records_it else []
    return str(
        (written, there and stage.tag("staging", app, head), stage.tag("staging", app), pulls)
    ).replace(app, "APP")


def check(stage: Stage, session: Session, act: str, app: str) -> None:
    """One branch of one commit and one pull request, as a run that nobody kills leaves them."""
    head = branch(act, app)
    written = [record.outcome for record in records(session, "staging", app)]
    if act == "verify":
        assert written.count("succeeded") == 1
        return
    (pull,) = pulls_of(session, head)
    if act == "hold":
        assert stage.show("holds.yaml", head).count(f"app: {app}\n") == 1
        assert pull.labels == ("hold", "staging")
        return
    environment = "merged" if act == "merge" else "open"
    assert pull.state == environment
    if act == "merge":
        assert head not in stage.branches()
        assert stage.tag("staging", app) == stage.tag("dev", app)
        assert written == ([] if stage.remote else ["merged"])
        return
    assert stage.tag("staging", app, head) == TAGS[act]
    assert stage.git("rev-list", "--count", f"main..{head}", where=stage.bare) == "1"
    assert pull.head_commit == stage.git("rev-parse", head, where=stage.bare)
    assert pull.labels == (("roll back" if act == "roll back" else "promote"), "staging")
    assert TAGS[act] in pull.title
    assert pull.marker.endswith(f"staging/{app}")


def play(stage: Stage, moments: tuple[Moment, ...], acts: tuple[str, ...]) -> Tally:
    """Kill each act at each of its calls, and run it again."""
    tally = Tally()
    for act in acts:
        prepare(stage, act)
        apps = iter(APPS)
        for moment in moments:
            code, at = -9, 0
            while code == -9:
                app, at = next(apps), at + 1
                if act == "merge":
                    with stage.session() as session:
                        promoting(app)(session)
                code = ended(fork(stage, ACTS[act](app), Killer(at, moment)))
                assert code in (0, -9)
                with stage.session() as session:
                    if code == -9:
                        tally.saw(act, state(stage, session, act, app))
                        ACTS[act](app)(session)
                    # The last run was not killed, so all others are to be as it is.
                    check(stage, session, act, app)
    return tally


@pytest.mark.parametrize(
    "acts",
    [("promote", "update"), ("merge",), ("verify",), ("roll back",), ("hold",)],
    ids=" ".join,
)
def test_killed_at_every_call_on_the_local_forge(
    sandbox: Sandbox, acts: tuple[str, ...], record_property: Callable[[str, object], None]
) -> None:
    """Each with a shop of its own, since every run reads what those before it left open."""
    tally = play(local_stage(sandbox, many()), ("before", "during"), acts)
    record_property("killed", str(tally))
    print(tally)
    assert min(tally.kills.values()) > 10
    assert {act: len(seen) for act, seen in tally.states.items()} == {a: STATES[a] for a in acts}


STATES = {"promote": 3, "update": 4, "merge": 3, "verify": 2, "roll back": 3, "hold": 3}
"""What can be seen after a kill: nothing was done, the branch was pushed, what is said was, too; of
a merge, that it has no record yet."""


@pytest.mark.parametrize("moments", [("before",), ("during", "after")], ids="-".join)
def test_killed_at_every_call_on_gitea(
    sandbox: Sandbox,
    gitea_server: GiteaServer,
    moments: tuple[Moment, ...],
    record_property: Callable[[str, object], None],
) -> None:
    gitea_server.user("bob")
    stage = gitea_stage(sandbox, many(), gitea_server)
    tally = play(stage, moments, ("promote",))
    record_property("killed", str(tally))
    print(tally)
    assert tally.kills["promote"] > (30 if "before" in moments else 2)
    assert len(tally.states["promote"]) > 2


def test_killed_while_it_merges_on_gitea(
    sandbox: Sandbox,
    gitea_server: GiteaServer,
    record_property: Callable[[str, object], None],
) -> None:
    """One pull request at a time: with each merge, Gitea looks at all that are open."""
    stage = gitea_stage(sandbox, many(), gitea_server)
    tally = Tally()
    apps = iter(APPS)
    for moment in MOMENTS:
        code, at = -9, 0
        while code == -9:
            app, at = next(apps), at + 1
            with stage.session() as session:
                promoting(app)(session)
            code = ended(fork(stage, merging_alone(app), Killer(at, moment)))
            with stage.session() as session:
                if code == -9:
                    tally.saw("merge", state(stage, session, "merge", app))
                    merging_alone(app)(session)
                check(stage, session, "merge", app)
    record_property("killed", str(tally))
    print(tally)
    assert tally.kills["merge"] > 10
    assert len(tally.states["merge"]) == 2


MOMENTS: tuple[Moment, ...] = ("before", "after")
