"""Calls of a promotion faulted in turn, in each way; run again, it ends in one of everything."""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING

import pytest
from contract import WITHOUT_LABELS, fake
from support.faultproxy import DELAY, FAULTS, FaultProxy
from support.serving import serving

from promote.errors import ForgeError
from promote.forge import Change, Check, Proposal
from promote.forge.gitea import GiteaForge
from promote.forge.http import Api
from promote.forge.tokens import Token

if TYPE_CHECKING:
    from collections.abc import Iterator

    from support.gitea import GiteaServer
    from support.parts import Part

    from promote.forge.hosted import HostedForge

# On the real server, each call that writes, in the ways that leave it otherwise than the client
# believes. All ways are tried on the stand-ins, which are faster.
# What came late may undo what came after it, and a reviewer who is refused is done without: the
# next run mends it. After all others, a run that went through has left all as it should be.
AGAIN = ("delayed", "422")
USER = "token-of-ada-0123456789"
REAL = ("answer lost", "repeated")


@dataclass
class Stage:
    """A forge behind a proxy, with a new branch for each play."""

    proxy: FaultProxy
    behind: HostedForge
    direct: HostedForge
    token: str
    branches: Iterator[tuple[str, str]]
    labels: tuple[str, ...] = ("x", "y")


def play(forge: HostedForge, head: str, commit: str) -> None:
    """What a promotion asks of a forge."""
    proposal = Proposal(head, "main", "t", "b", marker=head, labels=("x",), reviewers=("bob",))
    number = forge.create(proposal).number
    forge.update(number, Change(title="t2", body="b2", draft=True, labels=("x", "y")))
    forge.comment(number, "plan", "one")
    forge.comment(number, "plan", "two")
    forge.report(commit, Check(f"promote/{head}", "success"))
    forge.update(number, Change(draft=False))


def check(stage: Stage, head: str, commit: str) -> None:
    forge = stage.direct
    (pull,) = [pull for pull in forge.pulls() if pull.head == head]
    pull = forge.show(pull.number)
    assert (pull.title, pull.body, pull.marker, pull.draft) == ("t2", "b2", head, False)
    assert (pull.labels, pull.reviewers) == (stage.labels, ("bob",))
    assert [comment.body for comment in pull.comments] == ["two"]
    assert len(forge._notes(pull.number)) == 1  # noqa: SLF001 - none of others, none doubled
    assert [check.state for check in forge.checks(commit) if check.name.endswith(head)] == [
        "success"
    ]


@pytest.fixture
def fake_stage(request: pytest.FixtureRequest, part: Part) -> Iterator[Stage]:
    stand_in, connect = fake(request.param, part)

    def branches() -> Iterator[tuple[str, str]]:
        for each in count():
            yield f"p/{each}", stand_in.repository.commit(f"p/{each}", {"a": str(each)})

    with serving(stand_in) as address:
        proxy = FaultProxy(address, writes_only=True)
        with serving(proxy) as behind:
            forges = connect(behind, "ada", 0.3), connect(address, "ada", 20)
            labels = () if request.param in WITHOUT_LABELS else ("x", "y")
            yield Stage(proxy, *forges, USER, branches(), labels)
    assert not stand_in.complaints


@pytest.fixture
def stage(gitea_server: GiteaServer) -> Iterator[Stage]:
    token = gitea_server.user("ada")
    gitea_server.user("bob")
    name = gitea_server.repository("ada")
    gitea_server.invite(name, "bob")
    add = f"/repos/{name}/contents/a"
    gitea_server.call("POST", add, {"content": "MQ==", "branch": "main"}, as_user="ada")

    def branches() -> Iterator[tuple[str, str]]:
        for each in count():
            body = {"content": "Mg==", "new_branch": f"p/{each}", "branch": "main"}
            path = f"/repos/{name}/contents/f{each}"
            made = gitea_server.call("POST", path, body, as_user="ada")
            yield f"p/{each}", made["commit"]["sha"]

    proxy = FaultProxy(gitea_server.url, writes_only=True)
    with serving(proxy) as address:

        def forge(url: str, seconds: float) -> GiteaForge:
            secret = Token(token, "token", "ada", "GITEA_TOKEN")
            api = Api(f"{url}/api/v1", secret, sleep=lambda _: None, seconds=seconds)
            return GiteaForge(api, name)

        yield Stage(proxy, forge(address, 20), forge(gitea_server.url, 20), token, branches())


def outcome(forge: HostedForge, head: str, commit: str) -> str:
    """What a play ended with; empty when it went through."""
    try:
        play(forge, head, commit)
    except ForgeError as error:
        return str(error)
    return ""


def faulted(stage: Stage, faults: tuple[str, ...]) -> tuple[int, int]:
    """Fault each call in each way, and run again; returns the runs, and how many it ended."""
    runs = ended = 0
    for fault in faults:
        at = 1
        while True:
            head, commit = next(stage.branches)
            stage.proxy.arm(at, fault)
            said = outcome(stage.behind, head, commit)
            assert stage.token not in said
            ended += bool(said)
            if stage.proxy.counted < at:
                break
            runs += 1
            stage.proxy.arm(0, "")
            if said or fault in AGAIN:
                time.sleep(DELAY if fault == "delayed" else 0)
                play(stage.behind, head, commit)
            check(stage, head, commit)
            at += 1
    return runs, ended


@pytest.mark.parametrize("fault", REAL)
def test_each_call_to_gitea_may_fail(
    stage: Stage,
    fault: str,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    caplog.set_level(logging.DEBUG)
    runs, ended = faulted(stage, (fault,))
    assert runs > 8
    assert not ended, "what passes by itself is waited for"
    captured = capfd.readouterr()
    assert stage.token not in caplog.text + captured.out + captured.err


# What to do is decided in code that all forges share: the first is put through all of it, and the
# others through what their own calls may take otherwise.
OTHERS = (
    *("lost", "answer lost", "repeated", "done, but 502"),
    *("409", "422", "secondary limit", "500"),
)
CASES = [("github", fault) for fault in FAULTS]
CASES += [(name, fault) for name in ("gitlab", "bitbucket", "azure") for fault in OTHERS]
WRITES = {"github": 10, "gitlab": 7, "bitbucket": 7, "azure": 9}
"""The calls of a play that write, each of which is faulted."""
READS_TOO = {"answer cut": 42, "503": 42}
"""Faults that calls which read may have as well: all calls of a play."""


@pytest.mark.parametrize(("fake_stage", "fault"), CASES, indirect=["fake_stage"])
def test_each_call_may_fail(
    fake_stage: Stage,
    fault: str,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    caplog.set_level(logging.DEBUG)
    fake_stage.proxy.writes_only = fault not in READS_TOO
    runs, ended = faulted(fake_stage, (fault,))
    assert runs == READS_TOO.get(fault, WRITES[fake_stage.direct.name])
    refusals = {"403", "405", "409", "422"}
    assert (ended > 0) == (fault in refusals), "what passes by itself is waited for"
    captured = capfd.readouterr()
    assert fake_stage.token not in caplog.text + captured.out + captured.err
