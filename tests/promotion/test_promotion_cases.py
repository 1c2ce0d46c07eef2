"""What people and machines do in between, on the local forge and on Gitea."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from promote.errors import GitError
from promote.forge import Change
from promote.promotion import promote, roll_back

if TYPE_CHECKING:
    from stage import Stage

    from promote.forge import PullRequest

BRANCH = "promote/staging/cart"
FILE = "overlays/staging/cart/kustomization.yaml"


def pulls(stage: Stage) -> list[PullRequest]:
    with stage.session() as session:
        return session.forge.pulls(None)


def close(stage: Stage, number: int) -> None:
    with stage.session() as session:
        session.forge.close(number)


@pytest.fixture
def proposed(any_stage: Stage) -> Stage:
    """Cart 1.1 is proposed to staging, in pull request 1."""
    any_stage.release("cart", "1.1")
    outcome = any_stage.promote("staging", "cart")
    assert (outcome.status, outcome.pull and outcome.pull.number) == ("opened", 1)
    return any_stage


def test_a_second_runner_finds_what_the_first_made(proposed: Stage) -> None:
    clone = proposed.sandbox.folder / "second"
    proposed.git("clone", "-q", proposed.address, str(clone))
    proposed.git("remote", "set-url", "origin", proposed.origin, where=clone)
    before = proposed.git("for-each-ref", "refs/heads", where=proposed.bare)
    with proposed.session(clone) as session:
        outcome = promote(session, "staging", ["cart"])
    assert (outcome.status, outcome.pull and outcome.pull.number) == ("open already", 1)
    assert proposed.git("for-each-ref", "refs/heads", where=proposed.bare) == before


def test_one_that_someone_closed_stays_closed(proposed: Stage) -> None:
    close(proposed, 1)
    outcome = proposed.promote("staging", "cart")
    assert (outcome.status, outcome.pull and outcome.pull.state) == ("declined", "closed")
    assert len(pulls(proposed)) == 1
    with proposed.session() as session:
        again = promote(session, "staging", ["cart"], again=True)
    assert (again.status, again.pull and again.pull.number) == ("opened", 2)
    assert proposed.promote("staging", "cart").status == "open already"


def test_another_release_is_another_question(proposed: Stage) -> None:
    close(proposed, 1)
    proposed.release("cart", "1.2")
    outcome = proposed.promote("staging", "cart")
    assert (outcome.status, outcome.pull and outcome.pull.number) == ("opened", 2)
    assert proposed.tag("staging", "cart", BRANCH) == "1.2"


def test_one_that_we_closed_is_opened_anew_when_it_is_needed(proposed: Stage) -> None:
    proposed.push({FILE: proposed.show(FILE, BRANCH)}, "by hand")
    assert proposed.promote("staging", "cart").status == "closed"
    proposed.push({FILE: proposed.show(FILE).replace('"1.1"', '"1.0"')}, "and back")
    assert proposed.promote("staging", "cart").status == "up to date", "they went back on purpose"
    with proposed.session() as session:
        outcome = promote(session, "staging", ["cart"], take={"": "upstream"})
    assert outcome.status == "opened"
    assert [pull.state for pull in pulls(proposed)] == ["closed", "open"]


def test_one_that_was_merged_is_done(proposed: Stage) -> None:
    proposed.merge(1)
    assert proposed.promote("staging", "cart").status == "up to date"
    assert [pull.state for pull in pulls(proposed)] == ["merged"]
    proposed.release("cart", "1.2")
    outcome = proposed.promote("staging", "cart")
    assert (outcome.status, outcome.pull and outcome.pull.number) == ("opened", 2)


def test_a_branch_that_someone_deleted(proposed: Stage) -> None:
    proposed.delete(BRANCH)
    outcome = proposed.promote("staging", "cart")
    # Gitea closes the pull request of a branch that goes away.
    assert outcome.status == ("declined" if proposed.remote else "updated")
    if outcome.status == "declined":
        with proposed.session() as session:
            outcome = promote(session, "staging", ["cart"], again=True)
    assert outcome.pull is not None
    assert proposed.tag("staging", "cart", BRANCH) == "1.1"
    assert [pull.state for pull in pulls(proposed)].count("open") == 1
    proposed.merge(outcome.pull.number)
    assert proposed.tag("staging", "cart") == "1.1"


def test_commits_of_people_are_kept_and_named(proposed: Stage) -> None:
    text = proposed.show(FILE, BRANCH).replace("count: 2", "count: 9")
    theirs = proposed.push_to(BRANCH, {FILE: text}, "more replicas")
    proposed.release("cart", "1.2")
    outcome = proposed.promote("staging", "cart")
    assert [commit.object_id for commit in outcome.kept] == [theirs]
    assert outcome.pull is not None
    assert "Commits of others on this branch, kept" in outcome.pull.body
    assert "more replicas" in outcome.pull.body
    assert (proposed.tag("staging", "cart", BRANCH), len(pulls(proposed))) == ("1.2", 1)
    assert "count: 9" in proposed.show(FILE, BRANCH)


def test_a_base_branch_that_moved(proposed: Stage) -> None:
    main = proposed.push({FILE: proposed.show(FILE).replace("count: 2", "count: 5")}, "hand edit")
    assert proposed.promote("staging", "cart").status == "open already", "it merges as it is"
    main = proposed.push({FILE: proposed.show(FILE).replace("# moved", "# is moved")}, "a note")
    assert proposed.promote("staging", "cart").status == "updated"
    assert proposed.git("rev-parse", f"{BRANCH}^", where=proposed.bare) == main
    assert "count: 5" in proposed.show(FILE, BRANCH)


def rewrite(stage: Stage) -> str:
    """Someone takes the newest commit out of the base branch; returns which."""
    gone = stage.git("rev-parse", "main", where=stage.bare)
    stage.git("push", "-q", "--force", stage.address, f"{gone}^:refs/heads/main", where=stage.bare)
    return gone


def test_what_was_taken_out_of_the_base_branch_does_not_come_back(any_stage: Stage) -> None:
    stage = any_stage
    stage.release("cart", "1.1")
    stage.push({"secret": "by mistake"}, "a mistake")
    stage.promote("staging", "cart")
    gone = rewrite(stage)
    outcome = stage.promote("staging", "cart")
    assert (outcome.status, outcome.kept) == ("updated", ())
    log = stage.git("rev-list", BRANCH, where=stage.bare)
    assert gone not in log
    assert stage.git("rev-list", "--count", f"main..{BRANCH}", where=stage.bare) == "1"


def test_commits_of_others_on_a_base_branch_that_was_rewritten_are_not_touched(
    any_stage: Stage,
) -> None:
    stage = any_stage
    stage.release("cart", "1.1")
    stage.push({"secret": "by mistake"}, "a mistake")
    stage.promote("staging", "cart")
    theirs = stage.push_to(BRANCH, {"notes": "x"}, "a note")
    rewrite(stage)
    with pytest.raises(
        GitError, match=r"main was rewritten, and the branch .* has commits of othe"
    ):
        stage.promote("staging", "cart")
    assert stage.git("rev-parse", BRANCH, where=stage.bare) == theirs


def test_what_people_changed_of_a_pull_request_is_mended_or_stays(proposed: Stage) -> None:
    with proposed.session() as session:
        session.forge.update(1, Change(title="mine", labels=("promote", "staging", "urgent")))
    outcome = proposed.promote("staging", "cart")
    assert outcome.pull is not None
    assert (outcome.status, outcome.pull.title) == ("updated", "Promote cart 1.1 to staging")
    assert set(outcome.pull.labels) == {"promote", "staging", "urgent"}
    assert proposed.promote("staging", "cart").status == "open already"


def test_a_rollback_is_asked_for_by_a_person_and_opens_again(any_stage: Stage) -> None:
    stage = any_stage
    stage.wait(hours=1)
    stage.release("cart", "1.1", "staging")
    for number in (1, 2):
        with stage.session() as session:
            outcome = roll_back(session, "staging", "cart")
        assert (outcome.status, outcome.pull and outcome.pull.number) == ("opened", number)
        close(stage, number)
