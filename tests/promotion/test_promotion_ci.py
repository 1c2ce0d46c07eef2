"""One call for a pipeline: what it does, what it says, and where it refuses to write."""

from __future__ import annotations

import json
import subprocess
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import yaml
from stage import overlay
from support.documents import blocks

from promote.cli.main import main
from promote.errors import ExitCode, ForgeError, UsageError
from promote.forge import Proposal, PullRequest
from promote.git import RefUpdate
from promote.promotion import promote, read_status
from promote.promotion.job.pipeline import command, read_pipeline
from promote.promotion.job.report import links, summary
from promote.promotion.job.run import Job, Trouble, run_job

if TYPE_CHECKING:
    from collections.abc import Callable

    from stage import Stage

    Run = Callable[..., tuple[int, str, str]]


TIME = datetime(2026, 1, 2, tzinfo=UTC)


def run_once(stage: Stage, *, dry: bool = False) -> Job:
    with stage.session() as session:
        return run_job(session, dry=dry)


def pulls(stage: Stage) -> list[PullRequest]:
    with stage.session() as session:
        return [session.forge.show(pull.number) for pull in session.forge.pulls("open")]


def unbundled(stage: Stage) -> None:
    text = stage.show("promote.yaml").replace("bundles: {both: [cart, web]}\n", "")
    stage.push({"promote.yaml": text}, "no bundles")


def test_all_that_may_move_is_proposed_once(any_stage: Stage) -> None:
    stage = any_stage
    unbundled(stage)
    stage.release("cart", "1.1")
    stage.release("web", "2.0", "staging")
    first = run_once(stage)
    assert [(one.plan.target, one.status) for one in first.outcomes] == [
        ("staging", "opened"),
        ("prod", "opened"),
    ]
    assert not first.troubles
    refs = stage.git("for-each-ref", "refs/heads", where=stage.bare)
    again = run_once(stage)
    assert {one.status for one in again.outcomes} == {"open already"}
    assert stage.git("for-each-ref", "refs/heads", where=stage.bare) == refs
    assert len(pulls(stage)) == 2, "what people gave staging stays there"
    with stage.session() as session:
        (check,) = session.forge.checks(pulls(stage)[0].head_commit or "")
    assert (check.name, check.state) == ("promote/gates", "success")


def test_a_bundle_moves_together(stage: Stage) -> None:
    stage.release("cart", "1.1")
    job = run_once(stage)
    assert [one.branch for one in job.outcomes] == ["promote/staging/cart+web"]


def test_a_gate_that_closes_later_makes_a_draft_of_what_is_open(any_stage: Stage) -> None:
    stage = any_stage
    stage.release("cart", "1.1")
    run_once(stage)
    stage.gates("staging", "[{stop: incident 42}]")
    job = run_once(stage)
    (pull,) = pulls(stage)
    assert (pull.draft, [plan.target for plan in job.held]) == (True, ["staging"])
    assert "incident 42" in pull.comments[0].body
    with stage.session() as session:
        (check,) = session.forge.checks(pull.head_commit or "")
    assert (check.state, "incident 42" in check.description) == ("pending", True)
    stage.push(
        {"promote.yaml": stage.show("promote.yaml").replace("gates: [{stop: incident 42}], ", "")}
    )
    run_once(stage)
    (pull,) = pulls(stage)
    assert (pull.draft, len(pull.comments)) == (False, 1)
    assert "The gates let it pass" in pull.comments[0].body


def test_what_was_opened_past_a_gate_stays_open_for_that_release(any_stage: Stage) -> None:
    stage = any_stage
    unbundled(stage)
    stage.gates("staging", "[{stop: incident 42}]")
    stage.release("cart", "1.1")
    assert stage.promote("staging", "cart", stop="it is the fix").status == "opened"
    job = run_once(stage)
    (pull,) = pulls(stage)
    assert ([one.status for one in job.outcomes], pull.draft) == (["open already"], False)
    stage.release("cart", "1.2")
    run_once(stage)
    (pull,) = pulls(stage)
    assert (pull.draft, stage.tag("staging", "cart", pull.head)) == (True, "1.1")


def test_a_side_that_was_taken_is_no_trouble(stage: Stage) -> None:
    unbundled(stage)
    stage.release("cart", "9", "staging")
    stage.release("cart", "1.1")
    with stage.session() as session:
        promote(session, "staging", ["cart"], take={"": "upstream"})
    job = run_once(stage)
    assert (next(one.status for one in job.outcomes), job.troubles) == ("open already", [])


def test_what_people_chose_is_kept_up_to_date(any_stage: Stage) -> None:
    """One field of an app, and an app without its bundle."""
    stage = any_stage
    path = "overlays/dev/cart/kustomization.yaml"
    stage.push({path: overlay("dev", "cart", "1.1") + '  - {name: side, newTag: "5"}\n'}, "two")
    with stage.session() as session:
        part = promote(session, "staging", ["cart"], fields=["image:side"])
    run_once(stage)
    heads = {pull.head: pull for pull in pulls(stage)}
    assert {*heads} == {part.branch, "promote/staging/cart+web"}
    with stage.session() as session:
        (check,) = session.forge.checks(heads[part.branch].head_commit or "")
        assert check.state == "success"
        session.forge.merge(heads["promote/staging/cart+web"].number)
    job = run_once(stage)
    assert [one.status for one in job.outcomes if one.branch == part.branch] == ["closed"]


def test_a_marker_that_is_not_of_its_branch_asks_for_nothing(stage: Stage) -> None:
    stage.release("cart", "1.1")
    with stage.session() as session:
        branch = "promote/staging/else"
        tip = session.tip
        session.remote.push([RefUpdate(f"refs/heads/{branch}", None, tip)])
    stage.push_to(branch, {"README": "x"})
    with stage.session() as session:
        session.forge.create(Proposal(branch, "main", "x", "x", marker="staging/cart"))
    run_once(stage)
    assert [pull.head for pull in pulls(stage)] == [branch, "promote/staging/cart+web"]


def test_an_environment_that_is_gone(any_stage: Stage) -> None:
    stage = any_stage
    stage.release("cart", "1.1")
    run_once(stage)
    text = stage.show("promote.yaml").replace("staging", "stage")
    moved = {
        path: stage.show(path)
        for path in (f"overlays/staging/{app}/kustomization.yaml" for app in ("cart", "web"))
    }
    stage.push(
        {
            "promote.yaml": text,
            **{path.replace("staging", "stage"): content for path, content in moved.items()},
            **dict.fromkeys(moved),
        },
        "staging is called stage",
    )
    job = run_once(stage)
    assert [(pull.state, why) for pull, why in job.closed] == [
        ("closed", "there is no environment staging any more")
    ]
    assert [pull.head for pull in pulls(stage)] == ["promote/stage/cart+web"]


def test_what_goes_wrong_in_one_environment_does_not_stop_another(stage: Stage) -> None:
    unbundled(stage)
    stage.release("cart", "1.1")
    stage.release("web", "2.0", "staging")
    run_once(stage)
    name = "overlays/staging/cart/kustomization.yaml"
    text = stage.show(name, "promote/staging/cart").replace("count: 2", "count: 9")
    stage.push_to("promote/staging/cart", {name: text})
    stage.push({name: stage.show(name).replace("count: 2", "count: 7")})
    job = run_once(stage)
    assert [(one.environment, one.apps) for one in job.troubles] == [("staging", ("cart",))]
    assert "prod" in [one.plan.target for one in job.outcomes]


def test_a_dry_run_writes_nothing(any_stage: Stage) -> None:
    stage = any_stage
    stage.release("cart", "1.1")
    before = stage.git("for-each-ref", where=stage.bare)
    job = run_once(stage, dry=True)
    assert [plan.target for plan in job.plans] == ["staging"]
    assert stage.git("for-each-ref", where=stage.bare) == before


def test_an_environment_may_merge_by_itself_but_not_past_a_review(stage: Stage) -> None:
    text = stage.show("promote.yaml").replace("{from: dev, ", "{from: dev, auto-merge: true, ")
    stage.push({"promote.yaml": text})
    stage.release("cart", "1.1")
    job = run_once(stage)
    assert [pull.state for pull in job.merged] == ["merged"]
    assert stage.tag("staging", "cart") == "1.1"
    assert [one.plan.target for one in job.outcomes] == ["staging", "prod"], "on what was merged"
    stage.push({"promote.yaml": text.replace("branch: main}", "branch: main, approvals: 1}")})
    stage.release("cart", "1.2")
    assert not run_once(stage).merged
    assert stage.tag("staging", "cart") == "1.1"


@pytest.fixture
def run(stage: Stage, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    monkeypatch.chdir(stage.work)
    for name, value in stage.sandbox.environ.items():
        monkeypatch.setenv(name, value)

    def run(*arguments: str, **environ: str) -> tuple[int, str, str]:
        with monkeypatch.context() as patch:
            for name, value in environ.items():
                patch.setenv(name, value)
            code = main(arguments)
        said = capsys.readouterr()
        return code, said.out, said.err

    return run


GITHUB = {
    "GITHUB_ACTIONS": "true",
    "GITHUB_EVENT_NAME": "push",
    "GITHUB_REF": "refs/heads/main",
    "GITHUB_REF_PROTECTED": "true",
}


def test_on_github(stage: Stage, run: Run, tmp_path: Path) -> None:
    stage.gates("prod", "[{stop: incident 42}]")
    stage.release("web", "2.0", "staging")
    stage.release("cart", "1.1")
    summary = tmp_path / "summary"
    code, out, err = run("ci", **GITHUB, GITHUB_STEP_SUMMARY=str(summary))
    assert code == ExitCode.GATE_HOLDS
    assert "pull request 1 opened" in out
    assert "::notice title=staging::pull request 1 opened" in err
    assert "::notice title=prod web waits::stop holds" in err
    text = summary.read_text()
    assert "| `prod` | `web` | `stop` |" in text
    assert "| `cart` | `1.1` | `1.0` (behind, #1) |" in text


def test_as_a_document_and_a_file(stage: Stage, run: Run, tmp_path: Path) -> None:
    stage.release("cart", "1.1")
    code, out, err = run("ci", "--output", "json", "--summary", str(tmp_path / "job.md"))
    document = json.loads(out)
    assert (code, err, document["kind"]) == (0, "", "Job")
    assert [one["status"] for one in document["outcomes"]] == ["opened"]
    assert "## Promotions" in (tmp_path / "job.md").read_text()
    code, _, err = run("ci", "--summary", str(tmp_path / "none" / "job.md"))
    assert (code, f"cannot write {tmp_path}" in err) == (ExitCode.ERROR, True)


def test_what_gitlab_shows_beside_a_job(stage: Stage, run: Run, tmp_path: Path) -> None:
    """Links, in the form that its documentation of `artifacts:reports:annotations` gives."""
    stage.release("cart", "1.1")
    report = tmp_path / "links.json"
    environ = {"GITLAB_CI": "true", "CI_COMMIT_BRANCH": "main", "CI_DEFAULT_BRANCH": "main"}
    job = {"CI_JOB_URL": "https://gitlab.example.com/g/p/-/jobs/1"}
    named = ("--summary", "my job.md", "--annotations", str(report))
    assert run("ci", *named, **environ, **job)[0] == 0
    (link,) = json.loads(report.read_text())["promote"]
    assert link == {
        "external_link": {
            "label": "Promotions",
            "url": "https://gitlab.example.com/g/p/-/jobs/1/artifacts/file/my%20job.md",
        }
    }


def test_links_to_pull_requests() -> None:
    pull = PullRequest(
        1, "t\n::error::" + "x" * 300, "b", "h", "main", "merged", "ada", TIME, url="https://f/1"
    )
    (link,) = links(Job(dry=False, merged=[pull, replace(pull, url="")]))["promote"]
    assert link["external_link"]["url"] == "https://f/1"
    assert link["external_link"]["label"].startswith("merged: t\\n")
    assert len(link["external_link"]["label"]) <= 200


def test_a_summary_is_cut_to_what_github_shows(stage: Stage) -> None:
    stage.release("cart", "1.1")
    job = run_once(stage, dry=True)
    error = ForgeError("é" * 10_000)
    job.troubles += [Trouble("prod", (), error)] * 60
    with stage.session() as session:
        text = summary(job, read_status(session))
    assert 980_000 < len(text.encode()) <= 1_000_000
    assert text.endswith("**This text is cut.**\n")
    assert all(line.count("`") % 2 == 0 for line in text.splitlines())


def test_a_pull_request_only_plans(stage: Stage, run: Run) -> None:
    stage.release("cart", "1.1")
    before = stage.git("for-each-ref", where=stage.bare)
    event = GITHUB | {"GITHUB_EVENT_NAME": "pull_request", "GITHUB_REF": "refs/pull/7/merge"}
    code, out, err = run("ci", **event)
    assert (code, stage.git("for-each-ref", where=stage.bare)) == (0, before)
    assert "cart: 1.0 → 1.1 (moves)" in out
    assert "::notice title=Plans only::" in err
    code, _, err = run("ci", **GITHUB | {"GITHUB_EVENT_NAME": "pull_request_target"})
    assert (code, "does not run on pull_request_target" in err) == (ExitCode.USAGE, True)


def test_words_of_others_command_nothing(stage: Stage, run: Run, tmp_path: Path) -> None:
    evil = "x\n::add-mask::y\r::set-env name=A::b %0A::error::z\x1b[31m"
    reason = json.dumps(evil)
    unbundled(stage)
    stage.push(
        {"holds.yaml": f"- {{environment: staging, app: cart, release: x, reason: {reason}}}\n"}
    )
    stage.release("cart", "1.1")
    summary = tmp_path / "summary"
    _, out, err = run("ci", **GITHUB, GITHUB_STEP_SUMMARY=str(summary))
    lines = (out + err).replace("\r", "\n").splitlines()
    commands = [line for line in lines if line.lstrip().startswith("::")]
    assert [line.split("::")[1].split()[0] for line in commands] == ["notice"]
    assert "\x1b" not in out + err + summary.read_text()
    assert not any(line.startswith("::") for line in summary.read_text().splitlines())


@pytest.mark.parametrize(
    ("environ", "untrusted"),
    [
        ({}, ""),
        (GITHUB, ""),
        (GITHUB | {"GITHUB_EVENT_NAME": "schedule", "GITHUB_REF_PROTECTED": "false"}, ""),
        (GITHUB | {"GITHUB_REF_PROTECTED": "false"}, "neither the default branch nor protected"),
        (GITHUB | {"GITHUB_EVENT_NAME": "pull_request"}, "the event is pull_request"),
        (GITHUB | {"GITHUB_EVENT_NAME": "something_new"}, "the event is something_new"),
        ({"GITLAB_CI": "true", "CI_COMMIT_REF_PROTECTED": "true"}, ""),
        ({"GITLAB_CI": "true", "CI_COMMIT_BRANCH": "x", "CI_DEFAULT_BRANCH": "x"}, ""),
        ({"GITLAB_CI": "true", "CI_COMMIT_BRANCH": "x", "CI_DEFAULT_BRANCH": "main"}, "neither"),
        (
            {
                "GITLAB_CI": "true",
                "CI_COMMIT_REF_PROTECTED": "true",
                "CI_PIPELINE_SOURCE": "merge_request_event",
            },
            "it is a merge request",
        ),
        ({"BITBUCKET_BUILD_NUMBER": "1", "BITBUCKET_PR_ID": "3"}, "it is a pull request"),
        ({"TF_BUILD": "True", "BUILD_REASON": "PullRequest"}, "it is a pull request"),
        ({"CHANGE_ID": "3"}, "it is a pull request"),
        ({"CI_PIPELINE_EVENT": "pull_request_closed"}, "it is a pull request"),
        ({"CIRCLE_PULL_REQUEST": "https://x/3"}, "it is a pull request"),
        ({"BUILDKITE_PULL_REQUEST": "3"}, "it is a pull request"),
        ({"BUILDKITE_PULL_REQUEST": "false", "BUILDKITE_BRANCH": "main"}, ""),
        ({"TRAVIS_PULL_REQUEST": "false", "TRAVIS_BRANCH": "x"}, "x is not the base branch main"),
        ({"BITBUCKET_BUILD_NUMBER": "1", "BITBUCKET_BRANCH": "main"}, ""),
        ({"BITBUCKET_BUILD_NUMBER": "1", "BITBUCKET_BRANCH": "x"}, "x is not the base branch main"),
        ({"TF_BUILD": "True", "BUILD_SOURCEBRANCH": "refs/heads/main"}, ""),
        ({"TF_BUILD": "True", "BUILD_SOURCEBRANCH": "refs/heads/a/main"}, "a/main is not the base"),
        ({"BRANCH_NAME": "main"}, ""),
        ({"BRANCH_NAME": "x"}, "x is not the base branch main"),
    ],
)
def test_whose_ref_it_is(environ: dict[str, str], untrusted: str) -> None:
    found = read_pipeline(environ).untrusted_for("main")
    assert untrusted in found
    assert bool(found) == bool(untrusted)


def test_the_default_branch_is_known_from_the_event(tmp_path: Path) -> None:
    event = tmp_path / "event.json"
    event.write_text(json.dumps({"repository": {"default_branch": "main"}}))
    environ = GITHUB | {"GITHUB_REF_PROTECTED": "false", "GITHUB_EVENT_PATH": str(event)}
    assert not read_pipeline(environ).untrusted
    assert read_pipeline(environ | {"GITHUB_REF": "refs/heads/evil"}).untrusted
    for text in ("[", "[]", '{"repository": 3}'):
        event.write_text(text)
        assert read_pipeline(environ).untrusted


@pytest.mark.parametrize("event", ["pull_request_target", "workflow_run", "issue_comment"])
def test_events_of_outsiders_are_refused(event: str) -> None:
    with pytest.raises(UsageError, match="would have its token"):
        read_pipeline(GITHUB | {"GITHUB_EVENT_NAME": event})


def test_a_command_says_one_thing() -> None:
    said = command("notice", "a,b:c\n", "x%\r\n::error::y")
    assert said == "::notice title=a%2Cb%3Ac%0A::x%25%0D%0A::error::y"


DOCUMENT = Path(__file__).parents[2] / "docs" / "ci.md"
WORKFLOWS = [
    yaml.safe_load(block.text)
    for block in blocks(DOCUMENT.read_text(encoding="utf-8"))
    if block.language == "yaml"
]


def test_the_workflow_for_github_works(stage: Stage, run: Run) -> None:
    workflow = WORKFLOWS[0]
    events = workflow[True]  # `on`, as YAML 1.1 reads it
    assert not {*events} & {"pull_request", "pull_request_target"}
    assert {"contents", "pull-requests", "statuses"} <= {*workflow["permissions"]}
    (step,) = (step for step in workflow["jobs"]["promote"]["steps"] if "run" in step)
    line, _, rest = step["run"].partition(" || ")
    assert rest == "test $? -eq 11"
    stage.release("cart", "1.1")
    for event in events:
        code, out, err = run(*line.split()[1:], **GITHUB | {"GITHUB_EVENT_NAME": event})
        assert code == 0
        assert "pull request 1" in out
        assert "Plans only" not in err


def test_the_pipeline_for_gitlab_works(
    stage: Stage, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = WORKFLOWS[1]["promote"]
    set_url, line = job["script"]
    stage.git("remote", "set-url", "origin", "https://user:token@gitlab.invalid/shop.git")
    monkeypatch.setenv("CI_PROJECT_URL", str(stage.bare).removesuffix(".git"))
    stage.sandbox.environ["CI_PROJECT_URL"] = str(stage.bare).removesuffix(".git")
    subprocess.run(["sh", "-c", set_url], cwd=stage.work, env=stage.sandbox.environ, check=True)
    stage.gates("staging", "[{stop: incident 42}]")
    stage.release("cart", "1.1")
    environ = {"GITLAB_CI": "true", "CI_COMMIT_BRANCH": "main", "CI_DEFAULT_BRANCH": "main"}
    code, _, _ = run(*line.split()[1:], **environ)
    report = job["artifacts"]["reports"]["annotations"]
    assert "promote" in json.loads((stage.work / report).read_text())
    assert [code] == job["allow_failure"]["exit_codes"]
    (artifact,) = job["artifacts"]["paths"]
    assert "incident 42" in (stage.work / artifact).read_text()
