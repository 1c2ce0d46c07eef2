from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from git_sandbox import snapshot
from stage import START

from promote.errors import GitError, PromoteError, UnknownNameError, UsageError
from promote.git.program import run_process
from promote.promotion import make_plan, read_status

if TYPE_CHECKING:
    from stage import Stage

    from promote.git.program import Call, Completed


def test_a_plan_says_what_would_move_and_what_it_does(stage: Stage) -> None:
    stage.release("cart", "1.1")
    work, bare = snapshot(stage.work), snapshot(stage.bare)
    with stage.session() as session:
        plan = make_plan(session, "staging")
    assert [(app.app, app.state) for app in plan.apps] == [("cart", "moves"), ("web", "same")]
    assert [str(move.key) for move in plan.moving[0].moves] == ["image shop/cart newTag"]
    assert (plan.moving[0].moves[0].old, plan.moving[0].moves[0].new) == ("1.0", "1.1")
    effect = plan.effects[0]
    assert (effect.place, effect.diff.summary.changed, effect.diff.summary.fields) == (
        "staging",
        1,
        1,
    )
    assert (snapshot(stage.work), snapshot(stage.bare)) == (work, bare)


def test_the_rendered_difference_is_also_that_of_the_variants(stage: Stage) -> None:
    stage.release("cart", "1.1", "staging")
    with stage.session() as session:
        plan = make_plan(session, "prod", ["cart"])
    assert [effect.environment for effect in plan.effects] == ["prod", "prod-dr"]
    namespaces = [effect.diff.shown[0].id.namespace for effect in plan.effects]
    assert namespaces == ["shop-prod", "shop-dr"]


def test_gates_are_read_from_the_base_branch_and_not_from_the_work_tree(stage: Stage) -> None:
    stage.gates("staging", "[{stop: incident 7}]")
    stage.release("cart", "1.1")
    with stage.session() as session:
        plan = make_plan(session, "staging", ["cart"], render=False)
    assert plan.held[0].verdicts[-1].saw == "incident 7"
    assert "incident" not in (stage.work / "promote.yaml").read_text()


def test_soak_counts_from_the_merge(stage: Stage) -> None:
    stage.gates("prod", "[{soak: 24h}]")
    stage.release("cart", "1.1", "staging")
    stage.wait(hours=23)
    stage.push({"overlays/staging/cart/notes.txt": "no release"}, "unrelated")
    with stage.session() as session:
        plan = make_plan(session, "prod", ["cart"], render=False)
        assert plan.apps[0].state == "held"
    stage.wait(hours=1)
    with stage.session() as session:
        assert make_plan(session, "prod", ["cart"], render=False).apps[0].state == "moves"


def test_soak_is_not_shortened_by_a_commit_that_says_it_is_old(stage: Stage) -> None:
    stage.gates("prod", "[{soak: 24h}]")
    stage.wait(days=9)
    stage.push({"README": "of another thing"}, "yesterday's")
    stage.wait(days=-30)
    stage.release("cart", "1.1", "staging")
    stage.wait(days=30, hours=23)
    with stage.session() as session:
        (app,) = make_plan(session, "prod", ["cart"], render=False).apps
    assert app.state == "held"
    assert app.verdicts[-1].until == START + timedelta(days=10)
    stage.wait(hours=1)
    with stage.session() as session:
        assert make_plan(session, "prod", ["cart"], render=False).apps[0].state == "moves"


def test_soak_in_a_shallow_clone(stage: Stage) -> None:
    stage.gates("prod", "[{soak: 24h}]")
    stage.release("cart", "1.1", "staging")
    stage.wait(days=2)
    stage.push({"overlays/staging/cart/notes.txt": "no release"}, "unrelated")
    shallow = stage.sandbox.folder / "shallow"
    stage.git("clone", "-q", "--depth=1", f"file://{stage.bare}", str(shallow))
    before = snapshot(shallow)
    with stage.session(shallow) as session:
        plan = make_plan(session, "prod", ["cart"], render=False)
    assert plan.apps[0].state == "moves"
    assert snapshot(shallow) == before


@pytest.mark.parametrize(
    ("target", "apps", "message"),
    [
        ("prd", [], "there is no environment 'prd'\n  did you mean 'prod'?"),
        ("dev", [], "dev has no upstream to promote from\n  see `from` of dev"),
        ("prod", ["crat"], "prod has no app 'crat'\n  did you mean 'cart'?"),
    ],
)
def test_what_is_not_there(stage: Stage, target: str, apps: list[str], message: str) -> None:
    with stage.session() as session, pytest.raises((UnknownNameError, UsageError)) as caught:
        make_plan(session, target, apps)
    assert str(caught.value) == message


def test_a_gate_that_this_version_does_not_have_stops_everything(stage: Stage) -> None:
    stage.gates("staging", "[{aprovals: 2}]")
    with pytest.raises(PromoteError, match="unknown field 'aprovals'"), stage.session() as session:
        make_plan(session, "staging")


def test_a_bundle_is_its_apps(stage: Stage) -> None:
    with stage.session() as session:
        plan = make_plan(session, "staging", ["both"], render=False)
    assert [app.app for app in plan.apps] == ["cart", "web"]


def test_two_upstreams_must_agree(stage: Stage) -> None:
    project = stage.show("promote.yaml").replace("{from: staging,", "{from: [dev, staging],")
    stage.push({"promote.yaml": project})
    stage.release("cart", "1.1")
    with stage.session() as session:
        plan = make_plan(session, "prod", ["cart"], render=False)
    assert [(v.gate, v.holds) for v in plan.apps[0].verdicts] == [
        ("hold", False),
        ("upstreams", True),
    ]


def test_unreachable_remote_and_unpushed_branch(stage: Stage) -> None:
    stage.git("update-ref", "-d", "refs/heads/main", where=stage.bare)
    with pytest.raises(PromoteError) as caught, stage.session():
        pass
    assert str(caught.value) == (
        "the remote origin has no branch main\n  `git push origin main` first"
    )
    stage.bare.rename(stage.bare.with_name("gone"))
    with pytest.raises(GitError, match="cannot read the remote origin"), stage.session():
        pass


def test_a_base_branch_without_a_project(stage: Stage) -> None:
    stage.push({"promote.yaml": None}, "remove")
    with pytest.raises(PromoteError, match="origin/main: there is no file"), stage.session():
        pass


def test_a_bare_repository_plans_from_its_own_commit(stage: Stage) -> None:
    stage.git("remote", "set-url", "origin", str(stage.bare), where=stage.bare)
    stage.release("cart", "1.1")
    with stage.session(stage.bare) as session:
        assert make_plan(session, "staging", render=False).moving[0].app == "cart"


def test_status_is_the_matrix(stage: Stage) -> None:
    stage.release("cart", "1.1")
    stage.promote("staging", "cart")
    holds = "- {environment: prod, app: web, release: abc, reason: why}\n"
    stage.push({"holds.yaml": holds})
    with stage.session() as session:
        status = read_status(session)
    assert status.environments == ("dev", "staging", "prod", "prod-dr")
    states = {
        environment: [status.cell(environment, app).state for app in status.apps]
        for environment in status.environments
    }
    assert states == {
        "dev": ["first", "first"],
        "staging": ["moves", "same"],
        "prod": ["same", "same"],
        "prod-dr": ["follows", "follows"],
    }
    waiting = status.cell("staging", "cart")
    assert (waiting.pull, waiting.behind) == (1, 1)
    assert status.cell("prod", "web").hold is not None
    dev, staging = status.cell("dev", "cart").release, waiting.release
    assert dev is not None
    assert staging is not None
    assert (dev.label, staging.label) == ("1.1", "1.0")


def test_history_is_read_once_for_all_apps(stage: Stage) -> None:
    """Git is started no more often for a hundred apps and four environments than for one."""
    calls: list[str] = []

    def counting(call: Call) -> Completed:
        calls.append(" ".join(call.argv))
        return run_process(call)

    stage.gates("staging", "[{soak: 1h}]")
    stage.gates("prod", "[{soak: 1h}]")
    started = []
    for app in ("cart", "web"):
        for environment, tag in (("dev", "2.0"), ("staging", "2.0"), ("dev", "2.1")):
            stage.release(app, tag, environment)
        calls.clear()
        with stage.session(runner=counting) as session:
            found = read_status(session)
        assert {found.cell(place, app).state for place in ("staging", "prod")} == {"held"}
        started.append(len(calls))
    assert started[0] == started[1]


def test_broken_holds_say_where(stage: Stage) -> None:
    stage.push({"holds.yaml": "- {environment: prod, app: web}\n"})
    with stage.session() as session, pytest.raises(PromoteError) as caught:
        read_status(session)
    assert str(caught.value).startswith("holds.yaml:1:3: a hold has a release\n")
