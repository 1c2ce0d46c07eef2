"""Each call of each forge refused by a server that repeats the token; nothing of ours does."""

from __future__ import annotations

import base64
import logging
import os
import subprocess
import sys
import traceback
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from contract import FAKES, fake
from support.faultproxy import FaultProxy
from support.serving import Asked, Said, said, serving

from promote.errors import ForgeError
from promote.forge import Change, Check, Proposal

if TYPE_CHECKING:
    from support.parts import Part
    from support.repositories import MakeRemote, MakeRepo

    from promote.forge.hosted import HostedForge

TOKEN = "token-of-ada-0123456789"  # noqa: S105 - nobody's
OTHER = "token-of-bob-0123456789"
SHOWN = [
    *(TOKEN, OTHER),
    *(base64.b64encode(f"promote:{token}".encode()).decode() for token in (TOKEN, OTHER)),
]
PATH = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])


def _token(asked: Asked) -> str:
    scheme, _, secret = asked.headers["authorization"].partition(" ")
    return base64.b64decode(secret).decode().partition(":")[2] if scheme == "Basic" else secret


def _said(asked: Asked) -> str:
    return f"who are you, {asked.headers['authorization']}? {_token(asked)}"


def _refused(status: int, asked: Asked) -> Said:
    text = _said(asked)
    return said(status, {"message": text, "errors": [{"message": text}], "error": text})


def _moved(asked: Asked) -> Said:
    target = f"https://elsewhere.example.com/?private_token={_token(asked)}"
    return said(302, None, Location=target)


def _other_shape(asked: Asked) -> Said:
    text = _said(asked)
    times = dict.fromkeys(("created_at", "created_on", "creationDate", "publishedDate"), text)
    numbers = dict.fromkeys(("number", "iid", "id", "pullRequestId"), 1)
    return said(200, {"login": text, "username": text, **times, **numbers})


def _no_json(asked: Asked) -> Said:
    return Said(200, f'{{"token": "{_said(asked)}'.encode())


def _plain_page(asked: Asked) -> Said:
    """The token is where a message that is too long is cut."""
    return Said(400, ("x" * 285 + _token(asked)).encode())


ANSWERS = [
    *(lambda asked, status=status: _refused(status, asked) for status in (401, 403, 422, 500)),
    _moved,
    _other_shape,
    _no_json,
    _plain_page,
]


@dataclass
class Repeater(FaultProxy):
    """As of one call answers all with what it was sent."""

    def __call__(self, asked: Asked) -> Said:
        self.counted += 1
        if self.counted < self.at or not self.at:
            return self._forward(asked)
        return ANSWERS[self.at % len(ANSWERS)](asked)


def story(forge: HostedForge, other: HostedForge, head: str, commit: str) -> None:
    """Everything that a forge can be asked."""
    number = forge.create(Proposal(head, "main", "t", "b", "m", labels=("x",))).number
    forge.update(number, Change("t2", "b2", draft=True, labels=("y",), reviewers=("bob",)))
    forge.update(number, Change(draft=False, auto_merge=False))
    forge.comment(number, "plan", "one")
    forge.comment(number, "plan", "two")
    other.review(number, "approved", "good")
    forge.report(commit, Check("build", "success"))
    forge.checks(commit)
    forge.required_approvals("main")
    forge.pulls(None)
    forge.find(head, "main")
    forge.merge(number, expect=commit)


@pytest.mark.parametrize("name", FAKES)
def test_no_error_log_or_traceback_has_it(
    name: str,
    part: Part,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    caplog.set_level(logging.DEBUG)
    logging.getLogger("httpcore").setLevel(logging.INFO)  # lists the headers of answers
    stand_in, connect = fake(name, part)
    ended = 0
    with serving(stand_in) as address:
        proxy = Repeater(address)
        with serving(proxy) as behind:
            forge, other = connect(behind, "ada", 5), connect(behind, "bob", 5)
            for at in count(1):
                stand_in.repository.pulls.clear()
                head = f"p/{at}"
                commit = stand_in.repository.commit(head, {f"f{at}": "1"})
                proxy.at, proxy.counted = at, 0
                try:
                    story(forge, other, head, commit)
                except ForgeError as error:
                    shown = "".join(traceback.format_exception(error))
                    shown += f"{error} {error!r} {error.hint} {vars(error)}"
                    assert not any(secret[:12] in shown for secret in SHOWN), shown
                    ended += 1
                if proxy.counted < at:
                    break
    captured = capfd.readouterr()
    everything = caplog.text + captured.out + captured.err
    assert not any(secret in everything for secret in SHOWN)
    assert ended > at * 2 // 3, "most of what is refused ends the story"
    assert at > 40


COMMANDS = (
    "pull list --all --output json",
    "pull show 1 --output json",
    "pull merge 1",
    "pull approve 1 -m fine",
    "status --output json",
    "plan --output json",
)
VARIABLES = {
    "github": "GITHUB_TOKEN",
    "gitlab": "GITLAB_TOKEN",
    "gitea": "GITEA_TOKEN",
    "bitbucket": "BITBUCKET_TOKEN",
    "azure": "AZURE_DEVOPS_EXT_PAT",
}
PROJECT = """\
apiVersion: promote/v1
kind: Project
name: shop
forge: {{kind: {kind}, url: "{url}", repository: {repository}}}
apps: {{web: {{}}}}
environments: {{dev: {{}}, prod: {{from: dev}}}}
"""


@pytest.mark.parametrize("kind", VARIABLES)
def test_no_command_prints_it(
    kind: str, git_repo: MakeRepo, bare_remote: MakeRemote, tmp_path: Path
) -> None:
    asked: list[Asked] = []

    def repeat(each: Asked) -> Said:
        asked.append(each)
        return ANSWERS[len(asked) % 3](each)

    with serving(repeat) as url:
        named = "org/project/shop" if kind == "azure" else "ada/shop"
        files = {"promote.yaml": PROJECT.format(kind=kind, url=url, repository=named)}
        for folder in ("bases/web", "overlays/dev/web", "overlays/prod/web"):
            files[f"{folder}/kustomization.yaml"] = "images: [{name: a, newTag: '1'}]\n"
        repository = git_repo({**files})
        bare_remote(repository)
        for command in COMMANDS:
            done = subprocess.run(
                ["promote", *command.split()],
                cwd=repository.path,
                env={**os.environ, "PATH": PATH, VARIABLES[kind]: TOKEN, "TMPDIR": str(tmp_path)},
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                check=False,
            )
            assert not any(secret in done.stdout + done.stderr for secret in SHOWN), done.stderr
            assert done.returncode in {0, 1, 10, 11}, done.stderr
    assert len(asked) >= 4, "the server was asked"
    assert all(any(secret in each.headers["authorization"] for secret in SHOWN) for each in asked)
    assert not [*tmp_path.glob("promote-bug-*")]
