"""Merging: a promotion is judged again by the gates of now, and what it did is recorded."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from git_sandbox import Sandbox
from stage import gitea_stage, overlay, shop
from test_promotion_cli import run

from promote.errors import ExitCode, ForgeError, GateHoldsError, UsageError
from promote.forge import Check
from promote.promotion import GateRecord, land, make_plan, promote, reconcile, records, roll_back
from promote.promotion.recording.verification import verify

if TYPE_CHECKING:
    from collections.abc import Callable

    from stage import Stage
    from support.gitea import GiteaServer

    from promote.forge import PullRequest
    from promote.promotion import Landing

    Run = Callable[..., tuple[int, str, str]]

__all__ = ["run"]

CART = "overlays/prod/cart/kustomization.yaml"


def proposed(stage: Stage, **overrides: str) -> PullRequest:
    """A pull request of cart 2.0 into prod."""
    stage.release("cart", "2.0", "staging")
    pull = stage.promote("prod", "cart", **overrides).pull
    assert pull is not None
    return pull


def merge(stage: Stage, number: int = 1, **overrides: str) -> Landing:
    with stage.session() as session:
        return land(session, number, overrides=overrides)


def refused(stage: Stage, error: type[Exception] = GateHoldsError, **overrides: str) -> str:
    """Why pull request 1 is not merged; and it is not."""
    before = stage.git("rev-parse", "main", where=stage.bare)
    with pytest.raises(error) as caught:
        merge(stage, 1, **overrides)
    assert stage.git("rev-parse", "main", where=stage.bare) == before
    with stage.session() as session:
        assert session.forge.show(1).state == "open"
        assert records(session) == []
    return str(caught.value)


def eve(stage: Stage, name: str = "Eve") -> Stage:
    """Somebody else at the same remote."""
    someone = {
        f"GIT_{role}_{part}": value
        for role in ("AUTHOR", "COMMITTER")
        for part, value in (("NAME", name), ("EMAIL", f"{name.lower()}@example.org"))
    }
    sandbox = Sandbox(stage.sandbox.folder, stage.sandbox.environ | someone)
    return replace(stage, sandbox=sandbox)


def approve(stage: Stage, state: str = "approved") -> None:
    with stage.session() as session:
        session.forge.review(1, "approved" if state == "approved" else "changes requested")


def test_a_merge_is_recorded_with_what_the_gates_saw(stage: Stage) -> None:
    stage.gates("prod", "[{soak: 1h}]")
    stage.wait(hours=1)
    stage.release("cart", "2.0", "staging")
    stage.wait(hours=2)
    assert stage.promote("prod", "cart").pull is not None
    landing = merge(stage)
    (record,) = landing.records
    with stage.session() as session:
        assert records(session, "prod", "cart") == [record]
    assert (record.commit, record.outcome, record.label, record.pull) == (
        landing.pull.merge_commit,
        "merged",
        "2.0",
        1,
    )
    assert record.sources == ("staging",)
    assert not record.reconciled
    assert record.gates == (
        GateRecord("hold", passed=True, saw="nothing pins it"),
        GateRecord("soak", passed=True, saw="in staging since 2026-03-02 10:00 UTC, 1h asked"),
    )


def test_a_gate_that_closed_since_holds_the_merge_unless_it_is_overridden(stage: Stage) -> None:
    proposed(stage)
    stage.gates("prod", "[{stop: incident 7}]")
    assert "cart: stop holds: incident 7" in refused(stage)
    (record,) = merge(stage, stop="it is the fix").records
    assert record.gates[-1] == GateRecord(
        "stop", passed=False, saw="incident 7", overridden="it is the fix"
    )
    assert stage.tag("prod", "cart") == "2.0"


def test_a_branch_that_loosens_a_gate_changes_nothing(stage: Stage) -> None:
    gates = "[{stop: incident 7, at: merge, override: false}]"
    stage.gates("prod", gates)
    proposed(stage)
    tight = stage.show("promote.yaml")
    loose = tight.replace(f"gates: {gates}, ", "")
    assert loose != tight
    stage.push_to("promote/prod/cart", {"promote.yaml": loose})
    with stage.session() as session:
        assert make_plan(session, "prod", ["cart"], render=False).waiting
    assert "stop holds" in refused(stage)
    assert "is never overridden" in refused(stage, UsageError, stop="please")


def test_an_override_of_the_opening_counts_for_the_merge(stage: Stage) -> None:
    stage.gates("prod", "[{soak: 9d}]")
    proposed(stage, soak="a fix")
    (record,) = merge(stage).records
    assert [gate.overridden for gate in record.gates] == [None, "a fix"]


def test_but_not_where_the_base_branch_forbids_it_by_now(stage: Stage) -> None:
    stage.gates("prod", "[{soak: 9d}]")
    proposed(stage, soak="a fix")
    text = stage.show("promote.yaml").replace("{soak: 9d}", "{soak: 9d, override: false}")
    stage.push({"promote.yaml": text})
    assert "soak holds" in refused(stage)


def test_approvals_hold_the_merge_and_not_the_opening(stage: Stage) -> None:
    stage.gates("prod", "[{approvals: 1}]")
    pull = proposed(stage)
    assert pull.draft
    with stage.session() as session:
        (plan,) = make_plan(session, "prod", ["cart"], render=False).apps
    assert (plan.state, plan.waits) == ("moves", True)
    assert "approvals holds: 0 of 1 for" in refused(stage)
    approve(stage)
    assert "0 of 1" in refused(stage), "nobody approves their own"
    approve(eve(stage), "changes requested")
    assert "Eve <eve@example.org> asks for changes" in refused(stage)
    approve(eve(stage))
    stage.push_to("promote/prod/cart", {"NOTES.md": "one more thing"})
    assert "0 of 1 for" in (said := refused(stage))
    assert "1 for an older commit" in said
    approve(eve(stage))
    (record,) = merge(stage).records
    assert record.gates[-1].saw.endswith("by Eve <eve@example.org>")


def test_only_some_peoples_approvals_count(stage: Stage) -> None:
    stage.gates("prod", '[{approvals: {count: 1, from: ["Eve <eve@example.org>"]}}]')
    proposed(stage)
    approve(eve(stage, "Mallory"))
    assert "0 of 1" in refused(stage)
    approve(eve(stage))
    assert merge(stage).pull.state == "merged"


def test_a_gate_may_be_asked_at_the_merge_alone(stage: Stage) -> None:
    stage.gates("prod", "[{soak: 2h, at: merge}]")
    assert proposed(stage).draft
    assert "soak holds" in refused(stage)
    stage.wait(hours=2)
    assert merge(stage).pull.state == "merged"


def test_what_is_merged_is_what_was_judged(stage: Stage) -> None:
    """Upstream moves on, and people push to the branch: neither gets past the gates."""
    proposed(stage)
    stage.release("cart", "3.0", "staging")
    assert refused(stage, ForgeError) == (
        "pull request 1 would give prod the release 2.0 of cart, where now 3.0 is to be promoted\n"
        "  bring it up to date: `promote promote cart --to prod`"
    )
    stage.promote("prod", "cart")
    stage.push_to("promote/prod/cart", {CART: overlay("prod", "cart", "6.6.6")})
    assert "would give prod the release 6.6.6 of cart" in refused(stage, ForgeError)
    stage.push_to("promote/prod/cart", {CART: overlay("prod", "cart", "3.0")})
    path = "overlays/dev/web/kustomization.yaml"
    stage.push_to("promote/prod/cart", {path: overlay("dev", "web", "6.6.6")})
    assert "also changes the release of web in dev" in refused(stage, ForgeError)


def test_another_apps_release_on_the_branch_is_judged_too(stage: Stage) -> None:
    proposed(stage)
    path = "overlays/prod/web/kustomization.yaml"
    stage.push_to("promote/prod/cart", {path: overlay("prod", "web", "6.6.6")})
    assert "would give prod the release 6.6.6 of web" in refused(stage, ForgeError)


def test_a_side_that_was_chosen_at_the_opening_is_chosen_at_the_merge(stage: Stage) -> None:
    stage.push({CART: overlay("prod", "cart", "1.0-hotfix")}, "by hand")
    stage.release("cart", "2.0", "staging")
    with stage.session() as session:
        promote(session, "prod", ["cart"], take={"": "upstream"})
    assert [record.label for record in merge(stage).records] == ["2.0"]


def test_one_field_is_merged_alone(stage: Stage) -> None:
    path = "overlays/staging/cart/kustomization.yaml"
    side = '  - {name: shop/side, newTag: "7"}\n'
    stage.push({CART: stage.show(CART) + '  - {name: shop/side, newTag: "6"}\n'})
    stage.push({path: overlay("staging", "cart", "2.0") + side})
    with stage.session() as session:
        pull = promote(session, "prod", ["cart"], fields=["image:shop/side"]).pull
    assert pull is not None
    assert [record.outcome for record in merge(stage, pull.number).records] == ["merged"]
    text = stage.show(CART)
    assert ('newTag: "1.0"' in text, 'newTag: "7"' in text) == (True, True)


def test_a_rollback_is_held_by_no_gate_and_recorded(stage: Stage) -> None:
    proposed(stage)
    merge(stage)
    stage.gates("prod", "[{stop: incident}]")
    with stage.session() as session:
        roll_back(session, "prod", "cart", reason="it broke")
    (record,) = merge(stage, 2).records
    assert (record.outcome, record.label, record.sources) == ("rolled back", "1.0", ())


def test_a_run_that_was_killed_after_the_merge_is_finished_by_the_next(stage: Stage) -> None:
    proposed(stage)
    stage.merge(1)
    landing = merge(stage)
    assert [record.reconciled for record in landing.records] == [True]
    assert merge(stage).records == ()
    with stage.session() as session:
        assert records(session) == list(landing.records)


def test_a_pull_request_of_no_promotion_is_merged_as_it_is(stage: Stage) -> None:
    stage.git("push", "-q", "origin", "main:refs/heads/topic")
    stage.push_to("topic", {"README.md": "hello"})
    with stage.session() as session:
        from promote.forge import Proposal  # noqa: PLC0415

        session.forge.create(Proposal("topic", "main", "hello", ""))
    landing = merge(stage)
    assert (landing.pull.state, landing.plans, landing.records) == ("merged", (), ())


def test_checks_verification_approvals_and_notes_on_gitea(
    sandbox: Sandbox, gitea_server: GiteaServer
) -> None:
    stage = gitea_stage(sandbox, shop(), gitea_server)
    stage.gates("prod", "[{checks: [ci]}, {verification: true}, {approvals: 1}]")
    stage.release("cart", "2.0", "staging")
    brought = stage.git("rev-parse", "main", where=stage.bare)
    with pytest.raises(GateHoldsError) as caught:
        stage.promote("prod", "cart")
    assert "ci is missing" in str(caught.value)
    assert "nobody has verified" in str(caught.value)
    with stage.session() as session:
        session.forge.report(brought, Check("ci", "success"))
        verify(session, "staging", "cart", "succeeded", by="cd")
    pull = stage.promote("prod", "cart").pull
    assert pull is not None
    assert pull.draft
    with pytest.raises(GateHoldsError, match="approvals holds: 0 of 1"):
        merge(stage, pull.number)
    token = gitea_server.user("bob")
    gitea_server.invite(
        stage.remote.partition("@")[2].partition("/")[2].removesuffix(".git"), "bob"
    )
    other = Sandbox(stage.sandbox.folder, stage.sandbox.environ | {"GITEA_TOKEN": token})
    with replace(stage, sandbox=other).session() as session:
        session.forge.review(pull.number, "approved")
    landing = merge(stage, pull.number)
    (record,) = landing.records
    assert landing.pull.state == "merged"
    assert [gate.saw.partition(" ")[0] for gate in record.gates] == [
        "nothing",
        "ci",
        "succeeded",
        "1",
    ]
    with stage.session() as session:
        assert [one.outcome for one in records(session)] == ["succeeded", "merged"]
        assert reconcile(session) == []
    assert stage.tag("prod", "cart") == "2.0"


def test_the_command(stage: Stage, run: Run) -> None:
    windows = "[{from: 2020-01-01, to: 2999-01-01}]"
    stage.gates("prod", f"[{{freeze: {{windows: {windows}}}, at: merge}}]")
    proposed(stage)
    code, out, err = run("pull", "merge", "1")
    assert (code, out) == (ExitCode.GATE_HOLDS, "")
    assert "pull request 1 is not merged: cart: freeze holds" in err
    arguments = ("--override", "freeze", "--reason", "now", "-o", "json")
    code, out, _ = run("pull", "merge", "1", *arguments)
    document = json.loads(out)
    assert (code, document["kind"], document["pull"]["state"]) == (0, "Merge", "merged")
    assert document["records"][0]["gates"][-1]["overridden"] == "now"
