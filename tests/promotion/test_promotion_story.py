"""A release from dev through staging to two regions and their recovery, back, and forth again.

One script on the local forge and on Gitea: what a pipeline runs is `run_job`, people approve and
merge on the forge, and only the clock is ours.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from stage import DEPLOYMENT, Stage, gitea_stage, local_stage, overlay

from promote.forge import LocalForge
from promote.git import Identity
from promote.promotion import promote, read_status, records, roll_back
from promote.promotion.job.run import run_job
from promote.promotion.recording.verification import verify

if TYPE_CHECKING:
    from git_sandbox import Sandbox

    from promote.promotion import Outcome, Status
    from promote.promotion.job.run import Job

REGIONS = ("prod-east", "prod-west")
ENVIRONMENTS = ("dev", "staging", *REGIONS)

PROJECT = """\
apiVersion: promote/v1
kind: Project
name: shop
forge: {kind: local, remote: origin, branch: main}
apps: {cart: {}}
environments:
  dev: {clusters: [dev-1]}
  staging: {from: dev, clusters: [staging-1]}
  prod-east: &region
    from: staging
    clusters: [east-1]
    gates: [soak: 24h, verification: true, approvals: 1, freeze: {windows: [{from: FROM, to: TO}]}]
  prod-west:
    from: staging
    clusters: [west-1]
    gates: [soak: 24h, verification: true, approvals: 1, freeze: {windows: [{from: FROM, to: TO}]}]
  prod-dr:
    variant-of: prod-east
    clusters: [dr-1]
    rename: {namespaces: {shop-prod-east: shop-dr}}
"""


def shop(now: datetime) -> dict[str, str]:
    """The shop; its production is frozen from the 24th to the 30th hour from now."""
    start, end = (now + timedelta(hours=hours) for hours in (24, 30))
    project = PROJECT.replace("&region", "").replace("FROM", f"'{start:%Y-%m-%dT%H:%M:%S}+00:00'")
    files = {
        "promote.yaml": project.replace("TO", f"'{end:%Y-%m-%dT%H:%M:%S}+00:00'"),
        "bases/cart/deployment.yaml": DEPLOYMENT.replace("APP", "cart"),
        "bases/cart/kustomization.yaml": "resources: [deployment.yaml]\n",
    }
    return files | {path(environment): pinned(environment, "1.0") for environment in ENVIRONMENTS}


def path(environment: str) -> str:
    return f"overlays/{environment}/cart/kustomization.yaml"


def pinned(environment: str, tag: str) -> str:
    return overlay("prod", "cart", tag).replace("shop-prod", f"shop-{environment}")


class Story:
    """Those who act, one word each."""

    def __init__(self, stage: Stage, bob: str) -> None:
        self.stage = stage
        self._bob = bob

    def build(self, tag: str) -> None:
        self.stage.push({path("dev"): pinned("dev", tag)}, f"cart {tag}")

    def pipeline(self) -> Job:
        with self.stage.session() as session:
            job = run_job(session)
        assert not job.troubles, [str(one.error) for one in job.troubles]
        return job

    def status(self) -> Status:
        with self.stage.session() as session:
            return read_status(session)

    def verify(self, environment: str) -> None:
        with self.stage.session() as session:
            verify(session, environment, "cart", "succeeded")

    def approve(self, number: int) -> None:
        """Bob does."""
        if not self._bob:
            with self.stage.session() as session:
                store, remote = session.repository.store, session.remote
                forge = LocalForge(store, remote, Identity("Bob", "bob@example.com"))
                forge.review(number, "approved")
            return
        ada, self.stage.sandbox.environ["GITEA_TOKEN"] = (
            self.stage.sandbox.environ["GITEA_TOKEN"],
            self._bob,
        )
        with self.stage.session() as session:
            session.forge.review(number, "approved")
        self.stage.sandbox.environ["GITEA_TOKEN"] = ada

    def merge(self, environment: str, verb: str = "promote") -> None:
        """Someone does, on the forge."""
        with self.stage.session() as session:
            pull = session.forge.find(f"{verb}/{environment}/cart", "main")
            assert pull is not None
            assert session.forge.merge(pull.number, expect=pull.head_commit).state == "merged"

    def tags(self) -> dict[str, str]:
        found = self.status()
        return {
            environment: cell.release.label
            for environment in found.environments
            if (cell := found.cell(environment, "cart")).release is not None
        }

    def gates(self, environment: str) -> dict[str, bool]:
        cell = self.status().cell(environment, "cart")
        return {verdict.gate: verdict.passed for verdict in cell.verdicts}


@pytest.fixture(params=["local", "gitea"])
def story(request: pytest.FixtureRequest, sandbox: Sandbox) -> Story:
    now = datetime.now(UTC).replace(microsecond=0)
    if request.param == "local":
        stage, bob = local_stage(sandbox, shop(now)), ""
    else:
        server = request.getfixturevalue("gitea_server")
        stage, bob = gitea_stage(sandbox, shop(now), server), server.user("bob")
        server.invite(stage.name, "bob")
    stage.now = now
    return Story(stage, bob)


def did(job: Job) -> list[tuple[str, str]]:
    return [(one.plan.target, one.status) for one in job.outcomes]


def numbers(job: Job) -> dict[str, int]:
    return {one.plan.target: one.pull.number for one in job.outcomes if one.pull is not None}


def test_a_release_goes_to_production_and_back_and_forth_again(story: Story) -> None:
    reaches_staging(story)
    waits_for_its_gates(story)
    is_approved_and_merged(story)
    goes_back_and_is_held(story)
    comes_again(story)
    all_is_told(story)


def reaches_staging(story: Story) -> None:
    same = dict.fromkeys(ENVIRONMENTS, "1.0") | {"prod-dr": "1.0"}
    assert story.tags() == same

    story.build("1.1")
    assert did(story.pipeline()) == [("staging", "opened")]
    assert did(story.pipeline()) == [("staging", "open already")]
    story.merge("staging")
    assert story.tags() == same | {"dev": "1.1", "staging": "1.1"}


def waits_for_its_gates(story: Story) -> None:
    """Nobody knows yet how it does: soak and verification hold it back, each saying why."""
    stage, job = story.stage, story.pipeline()
    assert (did(job), [plan.target for plan in job.held]) == ([], list(REGIONS))
    assert job.recorded == 1
    cell = story.status().cell("prod-east", "cart")
    (soak,) = (verdict for verdict in cell.verdicts if verdict.gate == "soak")
    assert soak.until is not None
    assert timedelta(hours=23) < soak.until - stage.now < timedelta(hours=25)
    stage.wait(hours=25)
    gates = {"hold": True, "soak": True, "verification": False, "freeze": False}
    assert {gate: story.gates("prod-east")[gate] for gate in gates} == gates
    story.verify("staging")
    assert story.gates("prod-west")["verification"]
    assert did(story.pipeline()) == [], "it is frozen"
    stage.wait(hours=6)


def is_approved_and_merged(story: Story) -> None:
    """It may be proposed, and waits for someone's approval as a draft."""
    stage, job = story.stage, story.pipeline()
    assert did(job) == [(region, "opened") for region in REGIONS]
    opened = numbers(job)
    with stage.session() as session:
        pull = session.forge.show(opened["prod-east"])
        (check,) = session.forge.checks(pull.head_commit or "")
    assert (pull.draft, check.state) == (True, "pending")
    assert "waits for **approvals**" in pull.comments[0].body
    assert "- `staging`: #1" in pull.body
    for region in REGIONS:
        story.approve(opened[region])
    assert did(story.pipeline()) == [(region, "updated") for region in REGIONS]
    with stage.session() as session:
        pull = session.forge.show(opened["prod-east"])
        (check,) = session.forge.checks(pull.head_commit or "")
    assert (pull.draft, check.state, len(pull.comments)) == (False, "success", 1)
    for region in REGIONS:
        story.merge(region)
    assert set(story.tags().values()) == {"1.1"}, "recovery has followed"


def goes_back_and_is_held(story: Story) -> None:
    """It breaks in the east; the west stays."""
    stage = story.stage
    with stage.session() as session:
        back: Outcome = roll_back(session, "prod-east", "cart", reason="it broke")
    assert (back.status, back.pull and back.pull.draft) == ("opened", False)
    story.merge("prod-east", "rollback")
    tags = dict.fromkeys(ENVIRONMENTS, "1.1") | {"prod-east": "1.0", "prod-dr": "1.0"}
    assert story.tags() == tags
    job = story.pipeline()
    assert [plan.target for plan in job.held] == ["prod-east"]
    assert story.gates("prod-east")["hold"] is False


def comes_again(story: Story) -> None:
    """The next release goes the same way; whoever promotes it in the east ends the hold."""
    stage = story.stage
    story.build("1.2")
    story.pipeline()
    story.merge("staging")
    story.verify("staging")
    stage.wait(hours=25)
    job = story.pipeline()
    assert did(job) == [("prod-west", "opened")]
    assert [plan.target for plan in job.held] == list(REGIONS)
    with stage.session() as session:
        outcome = promote(session, "prod-east", ["cart"], overrides={"hold": "1.2 is mended"})
    assert outcome.pull is not None
    assert (outcome.status, outcome.pull.draft) == ("opened", True)
    story.approve(outcome.pull.number)
    with stage.session() as session:
        outcome = promote(session, "prod-east", ["cart"], overrides={"hold": "1.2 is mended"})
    assert outcome.pull is not None
    assert not outcome.pull.draft
    story.merge("prod-east")
    story.approve(numbers(job)["prod-west"])
    story.pipeline()
    story.merge("prod-west")


def all_is_told(story: Story) -> None:
    """All have it, nothing is open, and the notes tell what happened."""
    stage = story.stage
    assert story.tags() == dict.fromkeys((*ENVIRONMENTS, "prod-dr"), "1.2")
    job = story.pipeline()
    assert (did(job), job.held) == ([], [])
    assert stage.branches() == ["main"]
    with stage.session() as session:
        assert session.forge.pulls("open") == []
        assert len(session.forge.pulls("merged")) == 7
        told = [(one.environment, one.outcome) for one in records(session)]
    assert sum(outcome == "succeeded" for _, outcome in told) == 2
    assert {environment for environment, _ in told} >= {"staging", *REGIONS}
    assert len([one for one in told if one[0] == "prod-east"]) == 3
