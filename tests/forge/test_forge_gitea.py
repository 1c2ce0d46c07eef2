"""What only a real server can show: protected branches, rights, merges that wait, Git over HTTP."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pytest
from contract import HEAD, gitea_place
from support.faultproxy import FaultProxy
from support.serving import said, serving

from promote.config import ForgeConfig
from promote.errors import ForgeError, GitError
from promote.forge import Change, Check, Proposal, open_forge
from promote.forge.gitea import GiteaForge
from promote.forge.http import Api
from promote.forge.tokens import Token
from promote.git import RefUpdate, Repository, commit
from promote.git.credentials import authenticate
from promote.git.program import Call, Completed, Program, run_process

if TYPE_CHECKING:
    from collections.abc import Iterator

    from contract import GitPlace
    from git_sandbox import Sandbox
    from support.gitea import GiteaServer
    from support.serving import Asked, Said

PROPOSAL = Proposal(HEAD, "main", "Shop to prod", "body", marker="m")


@pytest.fixture
def place(sandbox: Sandbox, gitea_server: GiteaServer) -> Iterator[GitPlace]:
    yield from gitea_place(sandbox, gitea_server)


def named(place: GitPlace) -> str:
    return str(place.sandbox.git(place.work, "remote", "get-url", "origin")).split("/", 3)[3][:-4]


def test_approvals_that_a_protected_branch_asks_for(
    place: GitPlace, gitea_server: GiteaServer
) -> None:
    assert place.forge.required_approvals("main") == 0
    gitea_server.protect(named(place), required_approvals=1)
    assert place.forge.required_approvals("main") == 1
    opened = place.forge.create(PROPOSAL)
    before = place.tip("main")
    with pytest.raises(ForgeError, match="approvals"):
        place.forge.merge(opened.number, expect=opened.head_commit)
    assert place.tip("main") == before
    place.other.review(opened.number, "approved")
    assert place.forge.merge(opened.number, expect=opened.head_commit).state == "merged"


def test_a_status_that_a_protected_branch_asks_for(
    place: GitPlace, gitea_server: GiteaServer
) -> None:
    gitea_server.protect(named(place), enable_status_check=True, status_check_contexts=["build"])
    opened = place.forge.create(PROPOSAL)
    with pytest.raises(ForgeError, match="status"):
        place.forge.merge(opened.number)
    place.forge.report(opened.head_commit or "", Check("build", "success"))
    assert place.forge.merge(opened.number).state == "merged"


def test_it_merges_by_itself_once_all_is_there(place: GitPlace, gitea_server: GiteaServer) -> None:
    gitea_server.protect(
        named(place),
        required_approvals=1,
        enable_status_check=True,
        status_check_contexts=["build"],
    )
    opened = place.forge.create(Proposal(HEAD, "main", "t", "b", auto_merge=True))
    assert (opened.state, opened.auto_merge) == ("open", True)
    assert place.forge.update(opened.number, Change(auto_merge=True)) == opened
    assert not place.forge.update(opened.number, Change(auto_merge=False)).auto_merge
    assert place.forge.update(opened.number, Change(auto_merge=True)).auto_merge
    place.forge.report(opened.head_commit or "", Check("build", "success"))
    assert place.forge.show(opened.number).state == "open", "never past a required review"


@dataclass
class Busy(FaultProxy):
    """Says of the first two merges that it still makes up its mind, as Gitea does."""

    def __call__(self, asked: Asked) -> Said:
        if asked.method == "POST" and asked.path.endswith("/merge") and self.counted < 2:
            self.counted += 1
            return said(405, {"message": "Please try again later"})
        return self._forward(asked)


def test_one_that_was_just_opened_is_waited_for(place: GitPlace, gitea_server: GiteaServer) -> None:
    gitea_server.protect(named(place), required_approvals=1)
    proxy = Busy(gitea_server.url)
    with serving(proxy) as url:
        secret = Token(gitea_server.user("ada"), "token", "ada", "GITEA_TOKEN")
        api = Api(f"{url}/api/v1", secret, sleep=lambda _: None)
        opened = GiteaForge(api, named(place)).create(replace(PROPOSAL, auto_merge=True))
    assert (proxy.counted, opened.state, opened.auto_merge) == (2, "open", True)


def _wait_until_closed(place: GitPlace, number: int) -> None:
    for _ in range(600):
        if place.forge.show(number).state == "closed":
            return
        time.sleep(0.1)
    pytest.fail(f"Gitea keeps pull request {number} open")


def test_one_closed_for_the_end_of_an_earlier_branch_is_declined_by_nobody(place: GitPlace) -> None:
    opened = place.forge.create(PROPOSAL)
    commit = place.tip(HEAD)
    place.delete(HEAD)
    _wait_until_closed(place, opened.number)
    declined = place.forge.declined(HEAD, "main")
    assert declined is not None, "whoever deletes a branch declines its pull request"
    assert declined.number == opened.number
    place.sandbox.git(place.work, "push", "-q", "origin", f"{commit}:refs/heads/{HEAD}")
    assert place.forge.declined(HEAD, "main") is None
    place.forge.close(place.forge.reopen(opened.number).number)
    assert place.forge.declined(HEAD, "main") is not None


@dataclass
class Short(FaultProxy):
    """Gets pages of two, as from a server that was told to give no longer ones."""

    def __call__(self, asked: Asked) -> Said:
        if asked.path.endswith("/settings/api"):
            return said(200, {"max_response_items": 2})
        query = {**asked.query, "limit": "2"} if "limit" in asked.query else asked.query
        return self._forward(replace(asked, query=query))


def test_pages_that_are_shorter_than_asked_for(place: GitPlace, gitea_server: GiteaServer) -> None:
    gitea_server.protect(named(place), required_approvals=1)
    with serving(Short(gitea_server.url)) as url:
        secret = Token(gitea_server.user("ada"), "token", "ada", "GITEA_TOKEN")
        forge = GiteaForge(Api(f"{url}/api/v1", secret), named(place))
        numbers = []
        for name in ("b1", "b2", "b3", "b4", "b5"):
            commit = place.commit(name, {name: "1"})
            proposal = Proposal(name, "main", "t", "b", labels=("x", "y", "z"))
            numbers.append(forge.create(proposal).number)
            forge.report(commit, Check(name, "success"))
        assert [pull.number for pull in forge.pulls()] == numbers
        labels = gitea_server.call("GET", f"/repos/{named(place)}/labels", as_user="ada")
        assert sorted(label["name"] for label in labels) == ["x", "y", "z"]
        for name in ("c1", "c2", "c3", "c4"):
            forge.report(commit, Check(name, "success"))
        assert [check.name for check in forge.checks(commit)] == ["b5", "c1", "c2", "c3", "c4"]
        assert forge.update(numbers[0], Change(title="t1", auto_merge=True)).auto_merge
        assert forge.update(numbers[0], Change(title="t2")).auto_merge


def test_what_has_nothing_to_wait_for_is_merged(place: GitPlace) -> None:
    pull = place.forge.create(replace(PROPOSAL, auto_merge=True))
    for _ in range(100):  # Gitea does it behind the scenes
        if pull.state == "merged":
            break
        time.sleep(0.1)
        pull = place.forge.show(pull.number)
    assert pull.state == "merged"


def test_a_repository_without_merge_commits(place: GitPlace, gitea_server: GiteaServer) -> None:
    styles = {"has_pull_requests": True, "allow_merge_commits": False, "allow_squash_merge": True}
    gitea_server.call("PATCH", f"/repos/{named(place)}", styles, as_user="ada")
    git = place.sandbox.git
    place.sandbox.commit(place.work, {"c": "1\n"}, "x\n\nshop: 1 -> 2\n\nPromotion: prod/shop\n")
    git(place.work, "push", "-q", "origin", HEAD)
    pull = place.forge.merge(place.forge.create(PROPOSAL).number)
    assert (pull.state, pull.merge_commit) == ("merged", place.tip("main"))
    git(place.work, "fetch", "-q", "origin")
    parents, _, message = git(place.work, "log", "-1", "--format=%P%n%B", "origin/main").partition(
        "\n"
    )
    assert len(parents.split()) == 1
    assert message.startswith("Shop to prod (#1)\n\nshop: 1 -> 2\n\nPromotion: prod/shop")


def test_a_token_that_may_not(place: GitPlace, gitea_server: GiteaServer) -> None:
    number = place.forge.create(PROPOSAL).number
    for secret, word in (
        (gitea_server.access("ada", ["read:repository", "read:issue"]), "403"),
        (gitea_server.user("eve"), "40[345]"),
        ("0" * 40, "401"),
    ):
        forge = place.opened(secret)  # type: ignore[call-arg]
        with pytest.raises(ForgeError, match=word) as caught:
            forge.merge(number)
        assert secret not in str(caught.value)
        assert "GITEA_TOKEN" in (caught.value.hint or "")


class TestGitOverHttp:
    """Git gets the token, and nothing that is printed or listed does."""

    def test_it_pushes_and_fetches(self, place: GitPlace, gitea_server: GiteaServer) -> None:
        token = gitea_server.user("ada")
        calls: list[Call] = []

        def recorded(call: Call) -> Completed:
            calls.append(call)
            return run_process(call)

        program = Program(place.sandbox.environ, runner=recorded)
        with Repository.open(place.sandbox.folder / "clone", program=program) as repository:
            remote = repository.remote()
            authenticate(repository.store, remote.url, "promote", token)
            main = remote.fetch("refs/heads/main")["refs/heads/main"]
            new = commit(repository.store, main, {"n": b"1"}, "m", repository.identity())
            assert remote.push([RefUpdate("refs/heads/new", None, new)]) == "done"
            written = b"".join(
                path.read_bytes()
                for path in repository.store.git_dir.rglob("*config*")
                if path.is_file()
            )
        assert place.tip("new") == new
        assert token not in " ".join(word for call in calls for word in call.argv)
        assert token.encode() not in written
        local = [call for call in calls if call.environment["GIT_ALLOW_PROTOCOL"] == "none"]
        assert not any(token in value for call in local for value in call.environment.values())

    def test_a_wrong_token_is_refused_and_not_shown(self, place: GitPlace) -> None:
        secret = "0123456789" * 4
        with place.sandbox.open(place.sandbox.folder / "clone") as repository:
            remote = repository.remote()
            authenticate(repository.store, remote.url, "promote", secret)
            head = repository.resolve("refs/heads/main")
            with pytest.raises(GitError) as caught:
                remote.push([RefUpdate("refs/heads/new", None, head)])
        assert secret not in str(caught.value)

    def test_the_token_is_for_its_host_alone(self, place: GitPlace) -> None:
        with place.sandbox.open(place.sandbox.folder / "clone") as repository:
            config = ForgeConfig(kind="gitea", url="http://127.0.0.1:1/api/v1")
            remote, identity = repository.remote(), repository.identity()
            forge = open_forge(config, repository.store, remote, identity, {"GITEA_TOKEN": "t"})
            assert forge.name == "gitea", "`url` says so, on the base branch"
            plain = ForgeConfig(kind="gitea", url="http://forge.example.com/api/v1")
            with pytest.raises(Exception, match="without encryption"):
                open_forge(plain, repository.store, remote, identity, {})
