"""`promote verify`: what a CD job says of a release, and the gate that asks for it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from stage import overlay
from test_promotion_cli import run

from promote.errors import ExitCode
from promote.promotion import make_plan, records
from promote.promotion.recording.notes import read_notes
from promote.promotion.recording.verification import verify

if TYPE_CHECKING:
    from collections.abc import Callable

    from stage import Stage

    from promote.promotion import Verdict
    from promote.promotion.recording.verification import Outcome

    Run = Callable[..., tuple[int, str, str]]

__all__ = ["run"]


def asked(stage: Stage, gate: str = "verification") -> Verdict:
    """What a gate of prod says of cart."""
    with stage.session() as session:
        plan = make_plan(session, "prod", ["cart"], render=False)
    return next(one for one in plan.apps[0].verdicts if one.gate == gate)


def say(stage: Stage, outcome: Outcome, **options: str) -> bool:
    with stage.session() as session:
        return verify(session, "staging", "cart", outcome, **options).written


def test_a_report_is_recorded_once(stage: Stage, run: Run) -> None:
    stage.release("cart", "2.0", "staging")
    arguments = ("verify", "staging", "cart", "--succeeded", "--by", "cd", "--reason", "all\ngreen")
    code, out, _ = run(*arguments)
    assert code == ExitCode.DONE
    assert out.startswith("cart 2.0 (")
    assert out.endswith(") succeeded in staging\n")
    assert run(*arguments)[1] == out.replace("\n", " (was said already)\n")
    code, out, _ = run("verify", "staging", "cart", "--failed", "--by", "cd", "-o", "json")
    document = json.loads(out)
    assert (document["kind"], document["outcome"], document["written"]) == (
        "Verification",
        "failed",
        True,
    )
    with stage.session() as session:
        assert [(one.outcome, one.by, one.reason) for one in records(session)] == [
            ("succeeded", "cd", "all green"),
            ("failed", "cd", ""),
        ]


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("stagng", "cart", "--failed"), 1, "there is no environment 'stagng'"),
        (("staging", "crt", "--failed"), 1, "staging has no app 'crt'\n  did you mean 'cart'?"),
        (("staging", "cart"), 2, "say --succeeded or --failed"),
        (("staging", "cart", "--failed", "--succeeded"), 2, "say --succeeded or --failed"),
        (("staging", "cart", "--failed", "--release", "beef"), 1, "'beef' is no release of cart"),
        (("staging", "cart", "--failed", "--url", "javascript:1"), 2, "is not an address"),
        (("staging", "cart", "--failed", "--url", "https://a:b@c"), 2, "is not an address"),
    ],
)
def test_what_cannot_be_verified(
    stage: Stage, run: Run, arguments: tuple[str, ...], code: int, said: str
) -> None:
    found = run("verify", *arguments)
    assert found[0] == code
    assert said in found[2]
    with stage.session() as session:
        assert read_notes(session).tip is None, "nothing was written"


def test_the_gate_wants_the_newest_report_of_this_release(stage: Stage) -> None:
    stage.gates("prod", "[{verification: {within: 2d}}]")
    stage.wait(minutes=1)
    stage.release("cart", "2.0", "staging")
    assert asked(stage).saw == "nobody has verified the release in staging"
    stage.wait(minutes=1)
    assert say(stage, "succeeded", by="cd")
    verdict = asked(stage)
    assert verdict.passed
    assert verdict.saw == "succeeded in staging at 2026-03-02 09:02 UTC, says cd"
    stage.wait(hours=1)
    say(stage, "failed", by="cd", reason="5xx")
    assert asked(stage).saw == "failed in staging at 2026-03-02 10:02 UTC, says cd (5xx)"
    stage.wait(hours=1)
    say(stage, "succeeded", by="cd")
    assert asked(stage).passed
    stage.wait(days=3)
    assert asked(stage).saw.endswith("which is older than 2d")


def test_a_report_of_another_release_is_none_of_this_one(stage: Stage) -> None:
    stage.gates("prod", "[{verification: true}]")
    stage.wait(minutes=1)
    stage.release("cart", "2.0", "staging")
    say(stage, "succeeded")
    assert asked(stage).passed
    with stage.session() as session:
        two = records(session)[0].release
    stage.wait(minutes=1)
    stage.release("cart", "3.0", "staging")
    assert asked(stage).holds
    # A job that looked at the old release says so, and does not let the new one pass.
    say(stage, "succeeded", release=two[:6], reason="late")
    assert asked(stage).holds
    # The same release again is one that must be looked at again.
    stage.wait(minutes=1)
    stage.push({"overlays/staging/cart/kustomization.yaml": overlay("staging", "cart", "2.0")})
    assert asked(stage).saw == "nobody has verified the release in staging"


def test_a_success_from_the_future_is_none_and_a_failure_is_one(stage: Stage) -> None:
    stage.gates("prod", "[{verification: true}]")
    stage.release("cart", "2.0", "staging")
    stage.wait(days=400)
    say(stage, "succeeded")
    stage.wait(days=-400)
    assert asked(stage).saw == "nobody has verified the release in staging"
    say(stage, "succeeded")
    assert asked(stage).passed
    stage.wait(days=300)
    say(stage, "failed")
    stage.wait(days=-300)
    assert asked(stage).holds
