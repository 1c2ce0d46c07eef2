"""Runs that race: twenty at once make one branch and one pull request, and lose nothing."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from killing import ended, fork

from promote.promotion import promote, roll_back

if TYPE_CHECKING:
    from collections.abc import Callable

    import pytest
    from stage import Stage

    from promote.forge import PullRequest
    from promote.promotion import Session

BRANCH = "promote/staging/cart"
RACERS = 20
_LOOKS = 10
_MOMENT = 1.0


def _promote(session: Session) -> None:
    promote(session, "staging", ["cart"])


def _roll_back(session: Session) -> None:
    roll_back(session, "staging", "cart")


def _race(stage: Stage, act: Callable[[Session], None]) -> list[int]:
    return [ended(child) for child in [fork(stage, act) for _ in range(RACERS)]]


def _pulls(stage: Stage) -> list[PullRequest]:
    with stage.session() as session:
        return [session.forge.show(pull.number) for pull in session.forge.pulls("open")]


def _promote_until_it_stays(stage: Stage) -> None:
    """Gitea closes what is open from a branch's name some time after it deleted the merged one."""
    for _ in range(_LOOKS):
        assert stage.promote("staging", "cart").status != "declined"
        time.sleep(_MOMENT if stage.remote else 0)
        if _pulls(stage):
            return


def test_twenty_promoters_at_once_make_one_pull_request(
    any_stage: Stage, record_property: Callable[[str, object], None]
) -> None:
    stage = any_stage
    stage.release("cart", "1.1")
    for tag in ("1.1", "1.2"):
        stage.release("cart", tag)
        assert _race(stage, _promote) == [0] * RACERS
        assert stage.branches() == ["main", BRANCH]
        (pull,) = _pulls(stage)
        assert (pull.title, pull.labels) == (
            f"Promote cart {tag} to staging",
            ("promote", "staging"),
        )
        assert stage.git("rev-list", "--count", f"main..{BRANCH}", where=stage.bare) == "1"
        assert stage.tag("staging", "cart", BRANCH) == tag
    record_property("raced", f"2 races of {RACERS} promoters")


def test_twenty_rollbacks_at_once_make_one_pull_request(
    any_stage: Stage, request: pytest.FixtureRequest
) -> None:
    stage = any_stage
    stage.release("cart", "1.1", "staging")
    assert _race(stage, _roll_back) == [0] * RACERS
    (pull,) = _pulls(stage)
    if stage.remote:
        found = request.getfixturevalue("gitea_server").call("GET", f"/repos/{stage.name}/labels")
        assert sorted(label["name"] for label in found) == ["roll back", "staging"]
    assert pull.head == "rollback/staging/cart"
    assert stage.show("holds.yaml", pull.head).count("app: cart") == 1


def test_promoters_that_race_a_merge_and_a_new_release_lose_nothing(any_stage: Stage) -> None:
    stage = any_stage
    stage.release("cart", "1.1")
    outcome = stage.promote("staging", "cart")
    assert outcome.pull is not None
    children = [fork(stage, _promote) for _ in range(4)]
    stage.merge(outcome.pull.number)
    stage.release("cart", "1.2")
    assert [ended(child) for child in children] == [0] * 4
    _promote_until_it_stays(stage)
    assert len(_pulls(stage)) == 1
    assert stage.tag("staging", "cart", BRANCH) == "1.2"
    assert stage.tag("staging", "cart") == "1.1"
