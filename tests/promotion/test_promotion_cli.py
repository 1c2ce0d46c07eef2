"""The commands as a user types them, on a shop with a local forge."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest

from promote.cli.main import main
from promote.errors import ExitCode

if TYPE_CHECKING:
    from collections.abc import Callable

    from stage import Stage

    Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(stage: Stage, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    monkeypatch.chdir(stage.work)
    for name, value in stage.sandbox.environ.items():
        monkeypatch.setenv(name, value)

    def run(*arguments: str) -> tuple[int, str, str]:
        code = main(arguments)
        said = capsys.readouterr()
        return code, said.out, said.err

    return run


def test_a_release_moves_by_commands(stage: Stage, run: Run) -> None:
    stage.release("cart", "1.1")
    code, out, _ = run("plan", "--to", "staging")
    assert code == ExitCode.DONE
    assert out.splitlines()[:4] == [
        "into staging:",
        "  cart: 1.0 → 1.1 (moves)",
        "    image shop/cart newTag: 1.0 → 1.1",
        "  web: 1.0 (up to date)",
    ]
    assert "rendered in staging:" in out
    code, out, _ = run("promote", "cart", "--alone", "--to", "staging")
    assert (code, out.splitlines()[0]) == (
        0,
        "pull request 1 opened: Promote cart 1.1 to staging",
    )
    assert run("promote", "cart", "--alone", "--to", "staging")[1].startswith(
        "pull request 1 is open already"
    )
    assert "1.0 (behind, #1)" in run("status")[1]
    line = "Promote cart 1.1 to staging (promote/staging/cart → main)\n"
    assert run("pull", "list")[1] == f"#1 open: {line}"
    assert "### Into `staging`" in run("pull", "show", "1")[1]
    merged = run("pull", "merge", "1")[1]
    assert re.fullmatch(
        re.escape(f"#1 merged: {line}") + "  cart: [0-9a-f]{12} merged in staging\n", merged
    )
    assert run("pull", "list") == (0, "", "")
    assert run("promote", "cart", "--alone", "--to", "staging")[1] == "staging: up to date\n"
    assert run("plan", "--to", "staging")[2] == "nothing would move\n"


def test_all_moves_each_app_by_itself(stage: Stage, run: Run) -> None:
    project = stage.show("promote.yaml").replace("bundles: {both: [cart, web]}\n", "")
    stage.push({"promote.yaml": project}, "no bundles")
    stage.release("cart", "1.1")
    stage.release("web", "2.0")
    stage.push({"holds.yaml": "- {environment: staging, app: web, release: x, reason: y}\n"})
    code, out, err = run("promote", "--all", "--to", "staging")
    assert (code, out.splitlines()[0]) == (
        ExitCode.GATE_HOLDS,
        "pull request 1 opened: Promote cart 1.1 to staging",
    )
    assert "web: hold holds: held on x: y" in err
    assert run("plan")[0] == ExitCode.GATE_HOLDS
    override = ("--override", "hold", "--reason", "fixed")
    assert run("promote", "web", "--to", "staging", *override)[0] == ExitCode.DONE


def test_rollback_by_commands(stage: Stage, run: Run) -> None:
    stage.release("cart", "1.1", "prod")
    code, out, _ = run("rollback", "prod", "cart", "--reason", "it broke")
    assert (code, out.splitlines()[0]) == (0, "pull request 1 opened: Roll back cart 1.0 in prod")
    run("pull", "merge", "1")
    assert "held on" in run("status")[1]
    code, _, err = run("promote", "cart", "--alone", "--to", "prod")
    assert code == ExitCode.DONE, "prod has what staging has"
    assert not err


@pytest.mark.parametrize(
    ("arguments", "kind"),
    [
        (["plan"], "Plan"),
        (["status"], "Status"),
        (["promote", "cart", "--alone", "--to", "staging"], "Promotion"),
        (["pull", "list"], "PullRequests"),
    ],
)
def test_json(stage: Stage, run: Run, arguments: list[str], kind: str) -> None:
    stage.release("cart", "1.1")
    code, out, err = run(*arguments, "--output", "json")
    document = json.loads(out)
    assert (code, err) == (0, "")
    assert (document["apiVersion"], document["kind"]) == ("promote/v1", kind)


def test_what_became_of_a_pull_request_as_json(stage: Stage, run: Run) -> None:
    stage.release("cart", "1.1")
    run("promote", "cart", "--alone", "--to", "staging")
    for command, state in (("close", "closed"), ("reopen", "open")):
        document = json.loads(run("pull", command, "1", "--output", "json")[1])
        assert (document["kind"], document["number"], document["state"]) == (
            "PullRequest",
            1,
            state,
        )


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["plan", "crat"], 1, "did you mean 'cart'?"),
        (["promote", "--to", "staging"], 2, "say which apps, or --all"),
        (["promote", "cart", "--all", "--to", "staging"], 2, "say which apps, or --all"),
        (["promote", "cart", "--to", "stagin"], 1, "did you mean 'staging'?"),
        (["promote", "cart", "--to", "staging", "--override", "hold"], 2, "needs a reason"),
        (["promote", "cart", "--to", "staging", "--reason", "x"], 2, "--reason is for --override"),
        (["rollback", "prod", "cart"], 1, "cart has no earlier release in prod"),
        (["pull", "merge", "7"], 1, "there is no pull request 7"),
        (["pull", "merge", "0"], 2, ""),
    ],
)
def test_errors_are_two_lines(run: Run, arguments: list[str], code: int, message: str) -> None:
    got, out, err = run(*arguments)
    assert (got, out) == (code, "")
    assert message in err
    assert "Traceback" not in err
    if code == 1:
        assert len(err.splitlines()) <= 2


def test_outside_a_repository_or_a_project(
    stage: Stage, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(stage.sandbox.folder)
    assert "is not in a Git repository" in run("plan")[2]
    stage.git("rm", "-q", "promote.yaml")
    monkeypatch.chdir(stage.work)
    code, _, err = run("status")
    assert code == 1
    assert err.startswith("promote: there is no promote.yaml in ")


def test_words_of_others_do_not_act_on_the_terminal(stage: Stage, run: Run) -> None:
    evil = "\x1b[31mred ::set-env name=A::b\u202e"
    stage.push(
        {"holds.yaml": '- {environment: staging, app: web, release: x, reason: "\\e[31m"}\n'}
    )
    stage.release("cart", "1.1")
    run("promote", "cart", "--alone", "--to", "staging")
    stage.push_to("promote/staging/cart", {"x": "y"}, evil)
    for arguments in (
        ["promote", "cart", "--alone", "--to", "staging"],
        ["pull", "show", "1"],
        ["status"],
    ):
        out = run(*arguments)[1]
        assert "\x1b" not in out
        assert "\u202e" not in out


def test_status_says_what_waits_for_what_and_until_when(stage: Stage, run: Run) -> None:
    window = "{from: 2020-01-01, to: 2099-01-01, reason: summer}"
    stage.gates("staging", f"[{{freeze: {{windows: [{window}]}}}}]")
    stage.release("cart", "1.1")
    out = run("status")[1]
    assert "staging cart: freeze holds: " in out
    assert "until 2099-01-01 00:00 UTC" in out
    document = json.loads(run("status", "--output", "json")[1])
    (cell,) = (
        one for one in document["cells"] if (one["environment"], one["app"]) == ("staging", "cart")
    )
    (freeze,) = (gate for gate in cell["gates"] if gate["gate"] == "freeze")
    assert (cell["state"], freeze["holds"]) == ("held", True)
    assert freeze["until"] == "2099-01-01T00:00:00+00:00"


def test_status_says_what_people_edited_and_what_is_proposed_of_one_field(
    stage: Stage, run: Run
) -> None:
    stage.release("cart", "1.1", "staging")
    stage.release("web", "9", "prod")
    stage.release("web", "1.1", "staging")
    assert run("promote", "cart", "--to", "prod", "--field", "image:shop/cart")[0] == ExitCode.DONE
    code, out, _ = run("status")
    assert code == ExitCode.DONE
    assert [line.split()[0] for line in out.splitlines()[:3]] == ["dev", "cart", "web"]
    assert "1.0 (behind, #1)" in out
    assert "9 (conflict)" in out
    assert "prod web: conflict: image shop/web was newTag 1.0; the target has newTag 9" in out
    stage.release("web", "1.0", "staging")
    out = run("status")[1]
    assert "9 (edited)" in out
    assert "prod web: kept: image shop/web newTag 9 (edited by Ada in commit" in out
    cells = json.loads(run("status", "--output", "json")[1])["cells"]
    (web,) = (one for one in cells if (one["environment"], one["app"]) == ("prod", "web"))
    assert (web["state"], web["kept"][0]["target"], web["conflicts"]) == (
        "same",
        {"newTag": "9"},
        [],
    )


def test_an_app_of_a_bundle_does_not_leave_it_unasked(stage: Stage, run: Run) -> None:
    stage.release("cart", "1.1")
    code, _, err = run("promote", "cart", "--to", "staging")
    assert (code, err.splitlines()) == (
        ExitCode.USAGE,
        [
            "promote: cart moves with web, as the bundle 'both' says",
            "  promote both, or add --alone",
        ],
    )
    assert run("promote", "cart", "--to", "staging", "--alone")[0] == ExitCode.DONE


def test_a_bundle_of_which_one_is_held_moves_none(stage: Stage, run: Run) -> None:
    stage.release("cart", "1.1")
    stage.release("web", "2.0")
    stage.push({"holds.yaml": "- {environment: staging, app: web, release: x, reason: y}\n"})
    code, _, err = run("promote", "--all", "--to", "staging")
    assert (code, "web: hold holds" in err) == (ExitCode.GATE_HOLDS, True)
    assert stage.branches() == ["main"]
