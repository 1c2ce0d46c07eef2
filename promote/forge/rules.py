"""What the local forge asks before it changes a pull request, as a server would."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from promote.errors import ForgeError

if TYPE_CHECKING:
    from promote.forge.protocol import Change, PullRequest


def changed(pull: PullRequest, change: Change) -> PullRequest:
    """A pull request with what a change says laid over it."""
    return replace(
        pull,
        title=pull.title if change.title is None else change.title,
        body=pull.body if change.body is None else change.body,
        draft=pull.draft if change.draft is None else change.draft,
        labels=pull.labels if change.labels is None else change.labels,
        reviewers=pull.reviewers if change.reviewers is None else change.reviewers,
        auto_merge=pull.auto_merge if change.auto_merge is None else change.auto_merge,
    )


def refuse_unless_approved(pull: PullRequest, head: str, needed: int) -> None:
    """A review counts for the commit that it looked at, and nobody approves their own.

    Raises:
        ForgeError: approvals are missing, or changes were requested.
    """
    if not needed:
        return
    others = [review for review in pull.reviews if review.author != pull.author]
    against = [review.author for review in others if review.state == "changes requested"]
    if against:
        raise ForgeError(f"{against[0]} requested changes to pull request {pull.number}")
    given = sum(review.state == "approved" and review.commit == head for review in others)
    if given < needed:
        raise ForgeError(
            f"pull request {pull.number} has {given} of the {needed} approvals that it needs",
            hint=f"someone else than {pull.author}: `promote pull approve {pull.number}`",
        )


def refuse_unless_open(pull: PullRequest, done: str) -> None:
    """Only an open pull request changes its state.

    Raises:
        ForgeError: it is not open.
    """
    if pull.state != "open":
        raise ForgeError(f"pull request {pull.number} is {pull.state} and cannot be {done}")


def mergeable_head(pull: PullRequest, expect: str | None) -> str:
    """The commit that a merge would take in.

    Args:
        pull: as it is now.
        expect: the head that was looked at; None for any.

    Raises:
        ForgeError: it is not open, is a draft, has lost its branch, or has moved.
    """
    refuse_unless_open(pull, "merged")
    if pull.draft:
        raise ForgeError(f"pull request {pull.number} is a draft: a gate holds it")
    if pull.head_commit is None:
        raise ForgeError(f"the branch {pull.head} of pull request {pull.number} is gone")
    if expect not in {None, pull.head_commit}:
        raise ForgeError(
            f"pull request {pull.number} moved to {pull.head_commit[:12]} since it was looked at",
            hint=f"look again: `promote pull show {pull.number}`",
        )
    return pull.head_commit
