"""Rules of which versions go together stop promotions and rollbacks that would break them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from promote.errors import GateHoldsError
from promote.promotion import land, promote, roll_back
from promote.promotion.compatible import in_range

if TYPE_CHECKING:
    from stage import Stage

RULE = """\
compatible:
  - app: cart
    field: image:shop/cart
    version: ">=2"
    needs: {app: web, field: "image:shop/web", version: ">=1.22 <1.24"}
"""


@pytest.mark.parametrize(
    ("version", "wanted", "holds"),
    [
        ("1.22.0", ">=1.22 <1.24", True),
        ("v1.23.9-rc1", ">=1.22 <1.24", True),
        ("1.24", ">=1.22 <1.24", False),
        ("1.9", "<1.10", True),
        ("1.2", "= 1.2.0", True),
        ("1.2", "!=1.2", False),
        ("2", ">2", False),
        ("2", "<=2", True),
        ("main", ">=1", None),
    ],
)
def test_ranges(version: str, wanted: str, holds: bool | None) -> None:
    assert in_range(version, wanted) is holds


@pytest.fixture
def ruled(stage: Stage) -> Stage:
    stage.push({"promote.yaml": stage.show("promote.yaml") + RULE}, "a rule")
    stage.wait(hours=1)
    stage.release("web", "1.22", "staging")
    stage.release("cart", "2.0", "staging")
    return stage


def test_a_promotion_that_breaks_a_rule_is_stopped(ruled: Stage) -> None:
    refs = ruled.git("for-each-ref", where=ruled.bare)
    with pytest.raises(GateHoldsError) as caught:
        ruled.promote("prod", "cart")
    assert str(caught.value).splitlines()[0] == (
        "held back from prod: cart: compatible holds: cart with image:shop/cart 2.0 needs web "
        "image:shop/web >=1.22 <1.24, and prod would have 1.0; "
        "web 1.22 of staging would have to move with it"
    )
    assert ruled.git("for-each-ref", where=ruled.bare) == refs


def test_both_together_keep_it(ruled: Stage) -> None:
    assert ruled.promote("prod", "cart", "web").status == "opened"


def test_an_override_is_recorded(ruled: Stage) -> None:
    outcome = ruled.promote("prod", "cart", compatible="the next minute")
    said = ruled.git("log", "-1", "--format=%B", outcome.branch, where=ruled.bare)
    assert "Promotion-Override: cart compatible: the next minute" in said


def test_a_rollback_that_breaks_a_rule_is_stopped(ruled: Stage) -> None:
    for app in ("web", "cart"):
        outcome = ruled.promote("prod", app)
        assert outcome.pull is not None
        ruled.wait(hours=1)
        ruled.merge(outcome.pull.number)
    with ruled.session() as session:
        with pytest.raises(GateHoldsError, match=r"cart .* needs web .* prod would have 1.0"):
            roll_back(session, "prod", "web")
        broken = {"compatible": "cart is down anyway"}
        assert roll_back(session, "prod", "web", overrides=broken).status == "opened"


def test_a_rule_does_not_stop_versions_that_it_is_not_about(ruled: Stage) -> None:
    ruled.release("cart", "1.5", "staging")
    with ruled.session() as session:
        assert promote(session, "prod", ["cart"]).status == "opened"


def test_an_override_of_the_opening_counts_for_the_merge(ruled: Stage) -> None:
    outcome = ruled.promote("prod", "cart", compatible="the next minute")
    assert outcome.pull is not None
    with ruled.session() as session:
        (record,) = land(session, outcome.pull.number).records
    said = {gate.gate: gate.overridden for gate in record.gates}
    assert said == {"hold": None, "compatible": "the next minute"}


def test_a_rollback_that_would_break_a_rule_by_now_is_not_merged(ruled: Stage) -> None:
    ruled.release("web", "1.22", "prod")
    with ruled.session() as session:
        outcome = roll_back(session, "prod", "web")
    assert outcome.pull is not None
    ruled.wait(hours=1)
    ruled.release("cart", "2.0", "prod")
    number = outcome.pull.number
    with ruled.session() as session:
        with pytest.raises(GateHoldsError, match=r"not merged: web: compatible holds: cart"):
            land(session, number)
        landing = land(session, number, overrides={"compatible": "cart is down anyway"})
    assert ruled.tag("prod", "web") == "1.0"
    (gate,) = landing.records[0].gates
    assert (gate.gate, gate.passed, gate.overridden) == ("compatible", False, "cart is down anyway")
