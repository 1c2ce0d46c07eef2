"""What one forge does and others do not, on its stand-in."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from contract import HEAD, fake
from support.serving import serving

from promote.errors import ForgeError
from promote.forge import Change, Check, Proposal
from promote.forge.marking import hide
from promote.forge.sizes import size, start

if TYPE_CHECKING:
    from collections.abc import Iterator

    from contract import Fake
    from support.fakeazure import FakeAzure
    from support.fakegithub import FakeGitHub
    from support.fakegitlab import FakeGitLab
    from support.parts import Part

    from promote.forge.hosted import HostedForge
    from promote.forge.sizes import Unit

PROPOSAL = Proposal(HEAD, "main", "t", "b", marker="m")
ITSELF = Proposal(HEAD, "main", "t", "b", marker="m", auto_merge=True)


@contextmanager
def standing_in(name: str, part: Part) -> Iterator[tuple[Fake, HostedForge]]:
    stand_in, connect = fake(name, part)
    stand_in.repository.commit(HEAD, {"a": "2"})
    with serving(stand_in) as url:
        yield stand_in, connect(url, "ada", 20)
    assert not stand_in.complaints


class TestGitHub:
    @pytest.fixture
    def github(self, part: Part) -> Iterator[tuple[FakeGitHub, HostedForge]]:
        with standing_in("github", part) as both:
            yield both  # type: ignore[misc]

    @pytest.mark.parametrize("state", ["clean", "has_hooks", "unstable"])
    def test_what_has_nothing_to_wait_for_is_merged(
        self, github: tuple[FakeGitHub, HostedForge], state: str
    ) -> None:
        """GitHub refuses to let such a one merge by itself."""
        server, forge = github
        server.state = state
        pull = forge.create(ITSELF)
        assert (pull.state, server.repository.tip(HEAD)) == ("merged", None)

    def test_what_waits_merges_by_itself(self, github: tuple[FakeGitHub, HostedForge]) -> None:
        _, forge = github
        pull = forge.create(ITSELF)
        assert (pull.state, pull.auto_merge) == ("open", True)
        assert not forge.update(pull.number, Change(auto_merge=False)).auto_merge

    def test_a_draft_does_not_merge_by_itself(self, github: tuple[FakeGitHub, HostedForge]) -> None:
        """GitHub takes that back by itself, and refuses to do it again."""
        _, forge = github
        number = forge.create(ITSELF).number
        pull = forge.update(number, Change(draft=True, auto_merge=False))
        assert (pull.draft, pull.auto_merge) == (True, False)

    @pytest.mark.parametrize(
        ("said", "stands"),
        [
            (["APPROVED", "COMMENTED"], "approved"),
            (["CHANGES_REQUESTED", "COMMENTED"], "changes requested"),
            (["COMMENTED", "APPROVED"], "approved"),
            (["APPROVED", "CHANGES_REQUESTED"], "changes requested"),
            (["APPROVED", "DISMISSED"], None),
            (["DISMISSED", "COMMENTED"], "commented"),
        ],
    )
    def test_what_stands_of_reviews(
        self, github: tuple[FakeGitHub, HostedForge], said: list[str], stands: str | None
    ) -> None:
        server, forge = github
        pull = forge.create(PROPOSAL)
        server.repository.pulls[pull.number].reviews = [
            {"author": "bob", "state": state, "commit": pull.head_commit or ""} for state in said
        ]
        found = [review.state for review in forge.show(pull.number).reviews]
        assert found == ([stands] if stands else [])

    def test_the_newest_run_of_a_name_counts(self, github: tuple[FakeGitHub, HostedForge]) -> None:
        server, forge = github
        commit = server.repository.tip(HEAD) or ""
        done = {"name": "build", "status": "completed"}
        server.runs = [
            done | {"id": 3, "conclusion": "failure"},
            done | {"id": 2, "conclusion": "success"},
        ]
        assert [(each.name, each.state) for each in forge.checks(commit)] == [("build", "failure")]

    @pytest.mark.parametrize("state", ["dirty", "behind", "draft", "unknown"])
    def test_what_cannot_be_merged_is_not(
        self, github: tuple[FakeGitHub, HostedForge], state: str
    ) -> None:
        server, forge = github
        server.state = state
        with pytest.raises(ForgeError, match=f"in {state} status"):
            forge.create(ITSELF)
        assert [pull.state for pull in forge.pulls(None)] == ["open"]

    def test_a_repository_without_drafts(self, github: tuple[FakeGitHub, HostedForge]) -> None:
        server, forge = github
        server.drafts = False
        pull = forge.create(replace(PROPOSAL, draft=True))
        assert (pull.state, pull.draft) == ("open", False)
        assert not forge.update(pull.number, Change(draft=True, title="t2")).draft
        assert [(one.title, one.draft) for one in forge.pulls()] == [("t2", False)]

    def test_a_repository_without_merge_commits(
        self, github: tuple[FakeGitHub, HostedForge]
    ) -> None:
        server, forge = github
        server.merge_commits = False
        number = forge.create(PROPOSAL).number
        assert forge.merge(number).state == "merged"
        words = "shop: 1 -> 2\n\nPromotion: prod/shop"
        assert server.squashed == {number: f"t (#{number})\n\n{words}"}, "its trailers stay"

    def test_too_many_queries_are_waited_for(self, github: tuple[FakeGitHub, HostedForge]) -> None:
        server, forge = github
        server.limited = 2
        number = forge.create(PROPOSAL).number
        assert forge.update(number, Change(draft=True)).draft

    def test_a_team_is_asked_once(self, github: tuple[FakeGitHub, HostedForge]) -> None:
        """Once a member has reviewed, or was chosen, the team is asked no more."""
        server, forge = github
        asked = Change(reviewers=("Ada/carts", "Bob"))
        number = forge.create(PROPOSAL).number
        assert forge.update(number, asked).reviewers == ("ada/carts", "bob")
        for left in ([], ["bob"]):
            server.repository.pulls[number].reviewers = left
            assert forge.update(number, asked).reviewers == tuple(left)
        assert len(server.asked[number]) == 2

    def test_labels_that_a_workflow_gave_it_stay(
        self, github: tuple[FakeGitHub, HostedForge]
    ) -> None:
        server, forge = github
        number = forge.create(PROPOSAL).number
        server.repository.pulls[number].labels = ["size/S"]
        again = Proposal(HEAD, "main", "t", "b", marker="m", labels=("promote",))
        assert forge.create(again).labels == ("promote", "size/S")


class TestGitLab:
    @pytest.fixture
    def gitlab(self, part: Part) -> Iterator[tuple[FakeGitLab, HostedForge]]:
        with standing_in("gitlab", part) as both:
            yield both  # type: ignore[misc]

    def test_it_is_waited_for_until_it_has_made_up_its_mind(
        self, gitlab: tuple[FakeGitLab, HostedForge]
    ) -> None:
        server, forge = gitlab
        server.busy = 3
        pull = forge.create(ITSELF)
        assert (pull.state, pull.auto_merge) == ("open", True)

    def test_without_a_pipeline_there_is_nothing_to_wait_for(
        self, gitlab: tuple[FakeGitLab, HostedForge]
    ) -> None:
        server, forge = gitlab
        server.pipelines = False
        assert forge.create(ITSELF).state == "merged"

    def test_a_project_that_squashes(self, gitlab: tuple[FakeGitLab, HostedForge]) -> None:
        server, forge = gitlab
        server.squashes = True
        assert forge.merge(forge.create(PROPOSAL).number).state == "merged"
        assert "\n\nPromotion: prod/shop" in server.squashed, "its trailers stay"

    def test_one_that_waits_may_wait_for_something_else(
        self, gitlab: tuple[FakeGitLab, HostedForge]
    ) -> None:
        server, forge = gitlab
        commit = server.repository.tip(HEAD) or ""
        forge.report(commit, Check("gates", "pending", "soak"))
        forge.report(commit, Check("gates", "pending", "freeze"))
        forge.report(commit, Check("gates", "success"))
        assert [each.state for each in forge.checks(commit)] == ["success"]

    def test_what_conflicts_is_not_merged(self, gitlab: tuple[FakeGitLab, HostedForge]) -> None:
        server, forge = gitlab
        server.repository.commit("main", {"a": "3"})
        with pytest.raises(ForgeError, match="Branch cannot be merged"):
            forge.create(ITSELF)
        assert [pull.state for pull in forge.pulls(None)] == ["open"]


class TestBitbucket:
    def test_a_new_text_leaves_reviewers_where_they_are(self, part: Part) -> None:
        with standing_in("bitbucket", part) as (server, forge):
            number = forge.create(Proposal(HEAD, "main", "t", "b", "m", reviewers=("bob",))).number
            pull = forge.update(number, Change(title="t2", body="b2", draft=True))
            assert (pull.title, pull.body, pull.marker) == ("t2", "b2", "m")
            assert (pull.draft, pull.reviewers) == (True, ("bob",))
            server.repository.pulls[number].reviewers = ["bob", "one-who-left"]
            assert forge.update(number, Change(title="t3")).title == "t3"
            pull = forge.update(number, Change(reviewers=("bob", "ada-2", "nobody")))
            assert (pull.body, pull.draft, pull.reviewers) == ("b2", True, ("bob",))


class TestAzure:
    @pytest.fixture
    def azure(self, part: Part) -> Iterator[tuple[FakeAzure, HostedForge]]:
        with standing_in("azure", part) as both:
            yield both  # type: ignore[misc]

    def test_the_address_is_one_for_people(self, azure: tuple[FakeAzure, HostedForge]) -> None:
        pull = azure[1].create(PROPOSAL)
        assert pull.url.endswith(f"/org/project/_git/shop/pullrequest/{pull.number}")

    @pytest.mark.parametrize(
        ("scope", "counts"),
        [
            ({"repositoryId": "1", "refName": "refs/heads/main", "matchKind": "Exact"}, True),
            ({"repositoryId": None, "refName": "refs/heads/main", "matchKind": "Exact"}, True),
            ({"repositoryId": "2", "refName": "refs/heads/main", "matchKind": "Exact"}, False),
            ({"repositoryId": "1", "refName": "refs/heads/x", "matchKind": "Exact"}, False),
            ({"repositoryId": "1", "refName": "refs/heads/", "matchKind": "Prefix"}, True),
            ({"repositoryId": None, "refName": None, "matchKind": "DefaultBranch"}, True),
            ({"repositoryId": "2", "refName": None, "matchKind": "DefaultBranch"}, False),
            ({"repositoryId": None}, True),
        ],
    )
    def test_policies_of_this_branch_count(
        self, azure: tuple[FakeAzure, HostedForge], scope: dict[str, str | None], *, counts: bool
    ) -> None:
        server, forge = azure
        kind = {"id": "fa4e907d-c16b-4a4c-9dfa-4906e5d171dd"}
        settings = {"minimumApproverCount": 2, "scope": [scope]}
        server.policies = [{"type": kind, "isEnabled": True, "settings": settings}]
        assert forge.required_approvals("main") == (2 if counts else 0)

    def test_the_default_branch_alone(self, azure: tuple[FakeAzure, HostedForge]) -> None:
        server, forge = azure
        kind = {"id": "fa4e907d-c16b-4a4c-9dfa-4906e5d171dd"}
        settings = {"minimumApproverCount": 2, "scope": [{"matchKind": "DefaultBranch"}]}
        server.policies = [{"type": kind, "isEnabled": True, "settings": settings}]
        assert forge.required_approvals("release") == 0


@pytest.mark.parametrize("unit", ["characters", "bytes", "UTF-16"])
@pytest.mark.parametrize("letter", ["x", "é", "→", "🚀"])
def test_what_is_hidden_fits_in_what_the_forge_counts(unit: Unit, letter: str) -> None:
    text = letter * 1000
    for limit in range(200, 210):
        marked = hide(text, "marker", "m", limit=limit, unit=unit)
        assert size(marked, unit) <= limit
        assert size(marked, unit) > limit - 4
        assert marked.endswith("<!-- promote:marker m -->")
        assert "cut" in marked
    assert start(text, 10, unit) == letter * (10 // size(letter, unit))


def test_a_cut_leaves_no_code_block_open() -> None:
    text = "words\n\n````diff\n```\n" + "+ x\n" * 100 + "````\n\nmore"
    assert hide(text, "marker", "m", limit=300).startswith("words\n\n\n\n… cut")
    closed = text.replace("more", "\n".join(["more"] * 40))
    assert hide(closed, "marker", "m", limit=len(closed)).count("````") == 2


def test_a_whole_text_is_not_cut() -> None:
    text = "words\n\n```\nx\n```\n"
    assert hide(text, "marker", "m", limit=100).startswith(text)
