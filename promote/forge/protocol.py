"""What every forge can do, and the records that it is asked and answers with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol

if TYPE_CHECKING:
    from datetime import datetime

    from promote.forge.sizes import Unit

State = Literal["open", "merged", "closed"]
CheckState = Literal["success", "failure", "pending"]
ReviewState = Literal["approved", "changes requested", "commented"]


@dataclass(frozen=True, slots=True)
class Limits:
    """How much text a forge takes.

    Attributes:
        title: in characters.
        body: in `unit`.
    """

    title: int
    body: int
    unit: Unit = "characters"


@dataclass(frozen=True, slots=True)
class Check:
    """What a system says of a commit: a status or a check run, whichever the forge calls it.

    Attributes:
        name: what was checked; the newest of each name counts.
        url: where a person reads more; empty if nowhere.
    """

    name: str
    state: CheckState
    description: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class Review:
    """What a person says of a pull request; the newest of each author counts.

    Attributes:
        commit: the head that was looked at; None if the forge does not say.
    """

    author: str
    state: ReviewState
    commit: str | None = None


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment of ours, kept up to date in place.

    Attributes:
        key: what it is about; there is one comment a key.
    """

    key: str
    author: str
    body: str
    time: datetime


@dataclass(frozen=True, slots=True)
class Proposal:
    """A pull request to be opened.

    Attributes:
        head: the branch to merge, without `refs/heads/`.
        base: the branch to merge it into.
        marker: what it is for, the same for whoever opens it; finds it again.
        reviewers: who is asked to review it: user names, or what the forge calls teams.
        auto_merge: have the forge merge it once all that it requires is there.
    """

    head: str
    base: str
    title: str
    body: str
    marker: str = ""
    draft: bool = False
    labels: tuple[str, ...] = ()
    reviewers: tuple[str, ...] = ()
    auto_merge: bool = False


@dataclass(frozen=True, slots=True)
class Change:
    """What to change of a pull request; None leaves a field as it is."""

    title: str | None = None
    body: str | None = None
    draft: bool | None = None
    labels: tuple[str, ...] | None = None
    reviewers: tuple[str, ...] | None = None
    auto_merge: bool | None = None


@dataclass(frozen=True, slots=True)
class PullRequest:
    """A pull request as the forge has it.

    Attributes:
        head_commit: where its branch stands, or stood when it was merged or closed; None when an
            open one's branch is gone.
        merge_commit: the commit that merged it.
        url: where a person reads it; empty if nowhere.
        reviewers: who was asked to review it.
        auto_merge: whether the forge will merge it once all that it requires is there.
        reviews: the newest of each author, by author; read by `show` alone on some forges.
    """

    number: int
    title: str
    body: str
    head: str
    base: str
    state: State
    author: str
    created: datetime
    marker: str = ""
    draft: bool = False
    labels: tuple[str, ...] = ()
    comments: tuple[Comment, ...] = ()
    head_commit: str | None = None
    merge_commit: str | None = None
    url: str = ""
    reviewers: tuple[str, ...] = ()
    auto_merge: bool = False
    reviews: tuple[Review, ...] = ()


class Forge(Protocol):
    """A place where pull requests live.

    Every method may be called again after a lost answer or a kill, and then ends in the same state.
    Each raises `ForgeError` when the forge refuses and `GitError` when Git does.
    """

    @property
    def name(self) -> str:
        """What the configuration calls this kind of forge."""
        ...

    @property
    def limits(self) -> Limits:
        """How much text fits."""
        ...

    def create(self, proposal: Proposal) -> PullRequest:
        """Open a pull request, or return the open one that has the same head and base."""
        ...

    def find(self, head: str, base: str) -> PullRequest | None:
        """The open pull request of a branch."""
        ...

    def declined(self, head: str, base: str) -> PullRequest | None:
        """The newest pull request of a branch, if someone closed it without merging.

        One that the forge or a runner closed for reasons of its own is no one's answer.
        """
        ...

    def pulls(self, state: State | None = "open") -> list[PullRequest]:
        """All in a state, or all; by number."""
        ...

    def show(self, number: int) -> PullRequest:
        """One pull request, with its comments."""
        ...

    def update(self, number: int, change: Change) -> PullRequest:
        """Change what is said of it; nothing is written when nothing differs."""
        ...

    def comment(self, number: int, key: str, body: str) -> PullRequest:
        """Write or rewrite the one comment of a key."""
        ...

    def merge(self, number: int, *, expect: str | None = None) -> PullRequest:
        """Merge it, never past a review or a check that the forge requires.

        Args:
            number: which.
            expect: the head commit that was looked at; another one there is refused.
        """
        ...

    def close(self, number: int) -> PullRequest:
        """Close it without merging."""
        ...

    def reopen(self, number: int) -> PullRequest:
        """Open a closed one again."""
        ...

    def review(self, number: int, state: ReviewState, body: str = "") -> PullRequest:
        """Say what the one who asks thinks of it, in place of what they said before."""
        ...

    def checks(self, commit: str) -> list[Check]:
        """What was reported of a commit: the newest of each name, by name."""
        ...

    def report(self, commit: str, check: Check) -> None:
        """Report of a commit; nothing is written when the newest of that name says the same."""
        ...

    def required_approvals(self, base: str) -> int | None:
        """How many approvals a merge into a branch needs; None if the forge does not tell."""
        ...
