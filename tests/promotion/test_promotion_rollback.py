"""What landed together goes back together, is held, and moves again when the hold is lifted."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from stage import overlay

from promote.errors import GateHoldsError
from promote.promotion import make_plan, promote, roll_back
from promote.promotion.holding import hold_release, lift

if TYPE_CHECKING:
    from stage import Stage

    from promote.promotion import Outcome

COPY = "overlays/prod-dr/cart/kustomization.yaml"


def landed(stage: Stage, *apps: str, tag: str) -> None:
    """A release of some apps goes to prod by one pull request."""
    stage.wait(hours=1)
    for app in apps:
        stage.release(app, tag, "staging")
    outcome = stage.promote("prod", *apps)
    assert outcome.pull is not None
    stage.wait(hours=1)
    stage.merge(outcome.pull.number)


def back(stage: Stage, app: str = "cart", *, alone: bool = False, to: str = "") -> Outcome:
    with stage.session() as session:
        return roll_back(session, "prod", app, alone=alone, to=to or None, reason="it broke")


def merged(stage: Stage, outcome: Outcome) -> None:
    assert outcome.pull is not None
    stage.wait(hours=1)
    stage.merge(outcome.pull.number)


def test_a_bundle_goes_back_together_and_stays(stage: Stage) -> None:
    landed(stage, "cart", "web", tag="1.1")
    outcome = back(stage)
    assert outcome.branch == "rollback/prod/cart+web"
    assert back(stage, "web").status == "open already", "it is the same rollback"
    merged(stage, outcome)
    assert [stage.tag("prod", app) for app in ("cart", "web")] == ["1.0", "1.0"]
    for app in ("cart", "web"):
        with pytest.raises(GateHoldsError, match="it broke"):
            stage.promote("prod", app)


def test_one_alone(stage: Stage) -> None:
    landed(stage, "cart", "web", tag="1.1")
    merged(stage, back(stage, alone=True))
    assert [stage.tag("prod", app) for app in ("cart", "web")] == ["1.0", "1.1"]


def test_what_moved_on_since_stays_and_is_named(stage: Stage) -> None:
    landed(stage, "cart", "web", tag="1.1")
    landed(stage, "web", tag="1.2")
    outcome = back(stage)
    assert [app.app for app in outcome.plan.apps] == ["cart"]
    assert outcome.plan.not_restored == ("web has moved on to 1.2 since, and stays there",)
    assert outcome.pull is not None
    assert "not restored: web has moved on" in outcome.pull.body


def test_the_same_release_moves_again_when_the_hold_is_lifted(stage: Stage) -> None:
    landed(stage, "cart", tag="1.1")
    merged(stage, back(stage))
    stage.wait(hours=1)
    stage.push({"holds.yaml": "[]\n"}, "lifted")
    merged(stage, stage.promote("prod", "cart"))
    assert stage.tag("prod", "cart") == "1.1"
    merged(stage, back(stage))
    assert stage.tag("prod", "cart") == "1.0", "and back again"


def test_a_rollback_of_a_rollback_names_a_release(stage: Stage) -> None:
    landed(stage, "cart", tag="1.1")
    with stage.session() as session:
        newest = make_plan(session, "prod", ["cart"], render=False).apps[0].current.id
    merged(stage, back(stage))
    outcome = back(stage, to=newest)
    assert [hold for hold in outcome.plan.edits if hold.endswith("holds.yaml")]
    merged(stage, outcome)
    assert stage.tag("prod", "cart") == "1.1"
    assert stage.show("holds.yaml").count("app: cart") == 1


def test_a_copy_in_a_variant_goes_back_too(stage: Stage) -> None:
    copy = overlay("prod", "cart", "1.0").replace("shop-prod", "shop-dr")
    stage.push({COPY: copy}, "a copy of its own")
    landed(stage, "cart", tag="1.1")
    merged(stage, stage.promote("prod-dr", "cart"))
    outcome = back(stage)
    assert [one.target for one in outcome.plan.also] == ["prod-dr"]
    merged(stage, outcome)
    assert [stage.tag(where, "cart") for where in ("prod", "prod-dr")] == ["1.0", "1.0"]
    assert stage.show("holds.yaml").count("app: cart") == 2
    with pytest.raises(GateHoldsError), stage.session() as session:
        promote(session, "prod", ["cart"])


def test_a_base_that_changed_since_is_said_to_stay(stage: Stage) -> None:
    landed(stage, "cart", tag="1.1")
    commit = stage.push({"bases/cart/more.yaml": "{}\n"}, "the base")
    assert back(stage).plan.not_restored == (
        f"bases/cart has changed since, lastly in {commit[:12]}",
    )


def test_a_hold_of_an_environment_that_was_renamed_is_warned_of(stage: Stage) -> None:
    stage.push({"holds.yaml": "- {environment: production, app: cart, release: x, reason: y}\n"})
    with stage.session() as session:
        plan = make_plan(session, "staging", render=False)
    assert plan.warnings == (
        "the hold of cart in production holds nothing: there is no such environment",
    )


def test_a_rollback_that_was_squashed_without_its_trailers_is_no_edit(stage: Stage) -> None:
    landed(stage, "cart", tag="1.1")
    outcome = back(stage)
    stage.wait(hours=1)
    changed = ("overlays/prod/cart/kustomization.yaml", "holds.yaml")
    stage.push({path: stage.show(path, outcome.branch) for path in changed}, "Roll back (#2)")
    stage.wait(hours=1)
    stage.push({"holds.yaml": "[]\n"}, "the hold is lifted")
    with stage.session() as session:
        (app,) = make_plan(session, "prod", ["cart"], render=False).apps
    assert (app.state, app.kept) == ("moves", ())


def test_a_hold_on_an_edit_keeps_it_an_edit(stage: Stage) -> None:
    landed(stage, "cart", tag="1.1")
    stage.wait(hours=1)
    stage.push({"overlays/prod/cart/kustomization.yaml": overlay("prod", "cart", "9")}, "by hand")
    with stage.session() as session:
        _, pull = hold_release(session, "prod", "cart", "the audit")
        assert pull is not None
        session.forge.merge(pull.number)
        session.refresh()
        _, pull = lift(session, "prod", "cart")
        assert pull is not None
        session.forge.merge(pull.number)
    with stage.session() as session:
        (app,) = make_plan(session, "prod", ["cart"], render=False).apps
    assert (app.state, len(app.kept)) == ("same", 1)


@pytest.mark.parametrize("between", ["a: [", None], ids=["no YAML", "no file"])
def test_what_could_not_be_read_is_no_release_to_go_back_to(
    stage: Stage, between: str | None
) -> None:
    path = "overlays/prod/cart/kustomization.yaml"
    for text in (overlay("prod", "cart", "1.1"), between, overlay("prod", "cart", "1.2")):
        stage.wait(hours=1)
        stage.push({path: text}, "by hand")
    outcome = back(stage)
    assert stage.tag("prod", "cart", outcome.branch) == "1.1"
