"""A hold is asked for, and lifted, by a pull request; promotions respect it in between."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from promote.cli.main import main
from promote.errors import GateHoldsError, UnknownNameError, UsageError
from promote.promotion.holding import hold_release, lift
from promote.promotion.holds import read_holds

if TYPE_CHECKING:
    from stage import Stage


def held(stage: Stage, reason: str = "the audit") -> int:
    """The number of the pull request that holds cart in prod."""
    with stage.session() as session:
        hold, pull = hold_release(session, "prod", "cart", reason)
    assert hold.reason == reason
    assert pull is not None
    return pull.number


def lifted(stage: Stage) -> int:
    with stage.session() as session:
        _, pull = lift(session, "prod", "cart", "it is over")
    assert pull is not None
    return pull.number


def test_a_hold_holds_until_it_is_lifted(stage: Stage) -> None:
    stage.release("cart", "1.1", "staging")
    stage.merge(held(stage))
    with pytest.raises(GateHoldsError, match="the audit"):
        stage.promote("prod", "cart")
    stage.merge(lifted(stage))
    with stage.session() as session:
        assert read_holds(session.tree, session.root) == []
    assert stage.promote("prod", "cart").status == "opened"


def test_asking_again_is_the_same_request(stage: Stage) -> None:
    number = held(stage)
    assert held(stage) == number
    assert held(stage, "another reason") == number, "the newest reason counts"
    stage.merge(number)
    with stage.session() as session:
        hold, pull = hold_release(session, "prod", "cart", "once more")
    assert (hold.reason, pull) == ("another reason", None)


def test_a_hold_follows_a_release_that_moved_meanwhile(stage: Stage) -> None:
    first = held(stage)
    stage.release("cart", "1.5", "prod")
    assert held(stage) == first
    stage.merge(first)
    with stage.session() as session:
        (hold,) = read_holds(session.tree, session.root)
        found, pull = hold_release(session, "prod", "cart", "x")
    assert (hold.release, pull) == (found.release, None)


def test_what_cannot_be_held_is_said(stage: Stage) -> None:
    with stage.session() as session:
        with pytest.raises(UnknownNameError, match="has no app 'carts'"):
            hold_release(session, "prod", "carts", "why")
        with pytest.raises(UsageError, match="has a reason"):
            hold_release(session, "prod", "cart", " ")
        with pytest.raises(UnknownNameError, match="nothing holds web in prod"):
            lift(session, "prod", "web")


def test_a_hold_of_what_is_gone_can_be_lifted(stage: Stage) -> None:
    text = "- {environment: old, app: cart, release: 0123456789ab, reason: left over}\n"
    stage.push({"holds.yaml": text}, "a hold")
    with stage.session() as session:
        hold, pull = lift(session, "old", "cart")
    assert hold.reason == "left over"
    assert pull is not None
    stage.merge(pull.number)
    with stage.session() as session:
        assert read_holds(session.tree, session.root) == []


def test_the_command(
    stage: Stage, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(stage.work)
    assert main(["hold"]) == 0
    assert capsys.readouterr().out == ""
    assert main(["hold", "prod", "cart", "--reason", "the audit"]) == 0
    assert "Hold cart in prod on 1.0" in capsys.readouterr().out
    stage.merge(1)
    assert main(["hold", "--output", "json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["kind"] == "Holds"
    (hold,) = document["holds"]
    assert (hold["environment"], hold["app"], hold["reason"]) == ("prod", "cart", "the audit")
    assert main(["hold", "prod", "cart", "--lift"]) == 0
    assert "Lift the hold of cart in prod" in capsys.readouterr().out
    assert main(["hold", "prod"]) == 2
    assert "name an environment and an app" in capsys.readouterr().err
    assert main(["hold", "prod", "cart"]) == 0, "it is held already: no reason is needed"
