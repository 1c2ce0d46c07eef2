"""What every forge does, run against each."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest
from contract import HEAD, WITHOUT_LABELS, WITHOUT_REOPENING

from promote.errors import ForgeError
from promote.forge import Change, Check, Proposal

if TYPE_CHECKING:
    from contract import Place

PROPOSAL = Proposal(HEAD, "main", "Shop to prod", "A body.\n\n### Part\n\ntext", marker="m-1--x")


def labels(place: Place, *names: str) -> tuple[str, ...]:
    return () if place.name in WITHOUT_LABELS else names


def test_what_is_opened_is_found_again(place: Place) -> None:
    assert place.forge.find(HEAD, "main") is None
    pull = place.forge.create(PROPOSAL)
    assert (pull.head, pull.base, pull.state, pull.draft) == (HEAD, "main", "open", False)
    assert (pull.title, pull.body, pull.marker) == (PROPOSAL.title, PROPOSAL.body, "m-1--x")
    assert pull.head_commit == place.tip(HEAD)
    assert place.forge.find(HEAD, "main") == pull == place.other.show(pull.number)
    assert [found.number for found in place.forge.pulls()] == [pull.number]
    assert place.forge.find("nope", "main") is None


def test_opening_twice_opens_once(place: Place) -> None:
    first = place.forge.create(PROPOSAL)
    assert place.again().create(PROPOSAL) == first
    assert len(place.forge.pulls(None)) == 1


def test_eight_who_open_at_once_open_one(place: Place) -> None:
    forges = [place.again() for _ in range(8)]
    with ThreadPoolExecutor(len(forges)) as pool:
        numbers = list(pool.map(lambda forge: forge.create(PROPOSAL).number, forges))
    assert len(set(numbers)) == 1
    assert [pull.number for pull in place.forge.pulls()] == numbers[:1]
    assert place.forge.merge(numbers[0]).state == "merged"
    assert place.forge.declined(HEAD, "main") is None, "the others were closed by those who lost"


def test_a_change_is_written_and_again_changes_nothing(place: Place) -> None:
    opened = place.forge.create(PROPOSAL)
    change = Change("New", "other text", draft=True, labels=("promotion", "to: prod"))
    pull = place.forge.update(opened.number, change)
    assert (pull.title, pull.body, pull.draft) == ("New", "other text", True)
    assert pull.labels == labels(place, "promotion", "to: prod")
    assert pull.marker == PROPOSAL.marker, "the marker survives"
    assert place.forge.update(opened.number, change) == pull
    pull = place.forge.update(opened.number, Change(draft=False, labels=("promotion",)))
    assert (pull.title, pull.draft, pull.labels) == ("New", False, labels(place, "promotion"))


def test_opened_with_all_that_it_gets(place: Place) -> None:
    reviewer = "bob" if place.name != "local" else "Bob"
    asked = Proposal(
        HEAD, "main", "t", "b", draft=True, labels=("x", "y"), reviewers=(reviewer, "no-such-user")
    )
    pull = place.forge.create(asked)
    assert (pull.draft, pull.labels) == (True, labels(place, "x", "y"))
    assert reviewer in pull.reviewers


def test_one_comment_a_key(place: Place) -> None:
    number = place.forge.create(PROPOSAL).number
    place.forge.comment(number, "plan", "first")
    place.forge.comment(number, "gates", "others")
    pull = place.again().comment(number, "plan", "second")
    assert {comment.key: comment.body for comment in pull.comments} == {
        "plan": "second",
        "gates": "others",
    }
    assert place.forge.comment(number, "plan", "second") == pull


def test_reviews(place: Place) -> None:
    opened = place.forge.create(PROPOSAL)
    pull = place.other.review(opened.number, "changes requested", "not so")
    assert [review.state for review in pull.reviews] == ["changes requested"]
    pull = place.other.review(opened.number, "approved")
    assert [review.state for review in pull.reviews] == ["approved"]
    assert pull.reviews[0].commit == opened.head_commit
    assert place.other.review(opened.number, "approved").reviews == pull.reviews


def test_checks(place: Place) -> None:
    commit = place.tip(HEAD) or ""
    assert place.forge.checks(commit) == []
    place.forge.report(commit, Check("verify", "pending"))
    place.forge.report(commit, Check("build", "failure", "it broke", "https://ci.example.com/1"))
    done = Check("verify", "success", "seen in staging")
    place.forge.report(commit, done)
    place.forge.report(commit, done)
    assert place.other.checks(commit) == [
        Check("build", "failure", "it broke", "https://ci.example.com/1"),
        done,
    ]


def test_a_merge_takes_the_branch_away(place: Place) -> None:
    opened = place.forge.create(PROPOSAL)
    pull = place.forge.merge(opened.number, expect=opened.head_commit)
    assert (pull.state, pull.merge_commit) == ("merged", place.tip("main"))
    assert (pull.head, pull.head_commit) == (HEAD, opened.head_commit)
    assert place.tip(HEAD) is None
    assert place.forge.merge(opened.number) == pull, "merged again"
    assert place.forge.pulls() == []
    assert [found.number for found in place.forge.pulls("merged")] == [pull.number]
    with pytest.raises(ForgeError, match="is merged and cannot be"):
        place.forge.close(pull.number)
    with pytest.raises(ForgeError, match="is merged and cannot be opened"):
        place.forge.reopen(pull.number)


def test_what_moved_since_it_was_looked_at_is_not_merged(place: Place) -> None:
    opened = place.forge.create(PROPOSAL)
    before = place.tip("main")
    moved = place.commit(HEAD, {"c": "1\n"})
    with pytest.raises(ForgeError, match="since it was looked at"):
        place.forge.merge(opened.number, expect=opened.head_commit)
    assert place.tip("main") == before
    assert place.forge.show(opened.number).head_commit == moved


def test_a_draft_is_not_merged(place: Place) -> None:
    number = place.forge.create(PROPOSAL).number
    place.forge.update(number, Change(draft=True))
    with pytest.raises(ForgeError, match="is a draft"):
        place.forge.merge(number)


def test_a_conflict_is_not_merged(place: Place) -> None:
    number = place.forge.create(PROPOSAL).number
    main = place.commit("main", {"a": "3\n"})
    with pytest.raises(ForgeError):
        place.forge.merge(number)
    assert place.tip("main") == main
    assert place.forge.show(number).state == "open"


def test_closed_opened_again_and_a_second_one(place: Place) -> None:
    first = place.forge.create(PROPOSAL).number
    assert place.forge.close(first).state == "closed"
    assert place.forge.close(first).state == "closed"
    assert place.forge.declined(HEAD, "main") == place.forge.show(first)
    assert [pull.number for pull in place.forge.pulls("closed")] == [first]
    with pytest.raises(ForgeError, match="is closed and cannot be merged"):
        place.forge.merge(first)
    second = place.forge.create(PROPOSAL).number
    assert second != first
    assert place.forge.declined(HEAD, "main") is None, "the newest one is open"
    with pytest.raises(ForgeError, match="another pull request of the branch"):
        place.forge.reopen(first)
    place.forge.close(second)
    if place.name in WITHOUT_REOPENING:
        with pytest.raises(ForgeError, match="does not open the declined"):
            place.forge.reopen(first)
        return
    assert place.forge.reopen(first).state == "open"
    assert place.forge.reopen(first).state == "open"


def test_a_branch_that_was_deleted(place: Place) -> None:
    number = place.forge.create(PROPOSAL).number
    place.delete(HEAD)
    with pytest.raises(ForgeError):
        place.forge.merge(number)
    assert place.forge.show(number).state in {"open", "closed"}
    place.commit(HEAD, {"a": "9\n"})
    found = place.forge.create(PROPOSAL)
    assert (found.state, found.head_commit) == ("open", place.tip(HEAD))
    assert len(place.forge.pulls()) == 1


def test_a_number_that_is_not_there(place: Place) -> None:
    with pytest.raises(ForgeError, match="there is no pull request 404"):
        place.forge.show(404)
    with pytest.raises(ForgeError, match="there is no pull request 404"):
        place.forge.comment(404, "plan", "x")


def test_a_body_that_is_longer_than_the_forge_takes(place: Place) -> None:
    limit = place.forge.limits.body
    if limit > 200_000:
        pytest.skip("it takes any text that we write")
    body = "### One\n\ntext\n\n### Two\n\n" + "x" * (limit // 3) + "\n\n### Three\n\n" + "y" * limit
    pull = place.forge.create(Proposal(HEAD, "main", "t", body, marker="m"))
    assert pull.marker == "m"
    assert "### Two" in pull.body
    assert "cut: the text is longer" in pull.body
