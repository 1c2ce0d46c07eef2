"""An environment whose overlays are renamed keeps its history: edits, soak and earlier releases."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stage import START, overlay

from promote.promotion import land, make_plan, roll_back

if TYPE_CHECKING:
    from stage import Stage


def promoted(stage: Stage, tag: str) -> None:
    stage.wait(hours=1)
    stage.release("cart", tag, "staging")
    outcome = stage.promote("prod", "cart")
    assert outcome.pull is not None
    stage.wait(hours=1)
    with stage.session() as session:
        land(session, outcome.pull.number)


def test_an_edit_stays_an_edit(stage: Stage) -> None:
    promoted(stage, "1.1")
    stage.push({"overlays/prod/cart/kustomization.yaml": overlay("prod", "cart", "9")}, "by hand")
    stage.rename("prod", "live")
    with stage.session() as session:
        (app,) = make_plan(session, "live", ["cart"], render=False).apps
    assert (app.state, app.kept[0].commit and app.kept[0].commit.subject) == ("same", "by hand")
    stage.release("cart", "1.2", "staging")
    with stage.session() as session:
        assert make_plan(session, "live", ["cart"], render=False).apps[0].state == "conflict"


def test_what_was_promoted_is_no_edit(stage: Stage) -> None:
    promoted(stage, "1.1")
    stage.rename("prod", "live")
    stage.release("cart", "1.2", "staging")
    with stage.session() as session:
        (app,) = make_plan(session, "live", ["cart"], render=False).apps
    assert (app.state, app.kept) == ("moves", ())


def test_a_rollback_finds_what_was_there_under_the_old_name(stage: Stage) -> None:
    promoted(stage, "1.1")
    promoted(stage, "1.2")
    stage.rename("prod", "live")
    with stage.session() as session:
        outcome = roll_back(session, "live", "cart", reason="it broke")
    path = "overlays/live/cart/kustomization.yaml"
    assert 'newTag: "1.1"' in stage.show(path, outcome.branch)


def test_a_soak_goes_on(stage: Stage) -> None:
    stage.gates("prod", "[{soak: 24h}]")
    stage.release("cart", "1.1", "staging")
    stage.wait(hours=20)
    stage.rename("staging", "stage")
    stage.wait(hours=3)
    with stage.session() as session:
        (app,) = make_plan(session, "prod", ["cart"], render=False).apps
    assert app.verdicts[-1].until is not None
    assert (app.verdicts[-1].until - START).total_seconds() == 24 * 3600


def test_a_copy_is_no_rename(stage: Stage) -> None:
    """A new environment made like another has a history of its own."""
    stage.gates("prod", "[{soak: 24h}]")
    stage.release("cart", "1.1", "staging")
    stage.wait(hours=30)
    old = stage.show("overlays/staging/cart/kustomization.yaml")
    project = stage.show("promote.yaml").replace("from: staging", "from: canary")
    project = project.replace("  prod: {", "  canary: {from: staging, clusters: [c-1]}\n  prod: {")
    new = {"promote.yaml": project, "overlays/canary/cart/kustomization.yaml": old}
    stage.push({**new}, "canary")
    with stage.session() as session:
        (app,) = make_plan(session, "prod", ["cart"], render=False).apps
    assert app.state == "held"
