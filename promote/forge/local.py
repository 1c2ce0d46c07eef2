"""Pull requests in a plain Git remote, with nothing else installed anywhere.

They are refs of the remote (`board.py` says which). Every change is one atomic
push with a lease on each ref that it read, so two clones, or twenty, see and leave one state.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from promote.errors import ForgeError
from promote.forge.board import PULLS, Board, Records, Stored, key_of
from promote.forge.local_checks import LocalChecks
from promote.forge.protocol import (
    Change,
    Check,
    Comment,
    Limits,
    Proposal,
    PullRequest,
    Review,
    ReviewState,
    State,
)
from promote.forge.rules import (
    changed,
    mergeable_head,
    refuse_unless_approved,
    refuse_unless_open,
)
from promote.git import Identity, ObjectStore, RefUpdate, Remote
from promote.git.commits import commit_tree
from promote.git.history import History
from promote.git.names import check_branch
from promote.git.records import with_trailers

if TYPE_CHECKING:
    from collections.abc import Iterator

_TRIES: Final = 60
_LONGEST_PAUSE: Final = 0.4

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """The time, which is said of commits and of nothing that is rendered."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class _Step:
    """One change to write: the pull request after it, and the refs that move with it."""

    pull: PullRequest
    action: str
    updates: tuple[RefUpdate, ...] = ()


class LocalForge:
    """Pull requests as refs of a remote.

    Nothing runs between two calls, so nothing merges by itself: that a pull request asks for it
    (`auto_merge`) is kept, and whoever runs `merge` once the conditions hold merges it.

    Args:
        store: where objects are made.
        remote: where the refs live.
        identity: who acts.
        clock: says the time; tests put their own.
        approvals: how many a merge needs, of the commit that is merged and not of its author.
    """

    name = "local"
    limits = Limits(title=200, body=1_000_000)

    def __init__(
        self,
        store: ObjectStore,
        remote: Remote,
        identity: Identity,
        clock: Clock = utc_now,
        *,
        approvals: int = 0,
    ) -> None:
        self._store = store
        self._remote = remote
        self._identity = identity
        self._clock = clock
        self._approvals = approvals
        self._records = Records(store, remote, identity, clock)
        self._checks = LocalChecks(store, remote, identity, clock)

    def create(self, proposal: Proposal) -> PullRequest:
        """Open a pull request, or return the open one that has the same head and base."""
        key = key_of(proposal.head, proposal.base)
        for _ in self._attempts("open a pull request"):
            board = self._records.read()
            there = self._holder(board, key, proposal)
            if there is not None:
                return self._live([there.pull])[0]
            tip = self._tip(proposal.head)
            number = max(board.pulls, default=0) + 1
            pull = PullRequest(
                number=number,
                title=proposal.title,
                body=proposal.body,
                head=proposal.head,
                base=proposal.base,
                state="open",
                author=str(self._identity),
                created=self._clock(),
                marker=proposal.marker,
                draft=proposal.draft,
                labels=proposal.labels,
                head_commit=tip,
                reviewers=proposal.reviewers,
                auto_merge=proposal.auto_merge,
            )
            commit = self._records.write(pull, "open", parent=None)
            updates = [RefUpdate(f"{PULLS}{number}", None, commit), RefUpdate(key, None, commit)]
            if self._remote.push(updates) == "done":
                return pull
        raise AssertionError

    def find(self, head: str, base: str) -> PullRequest | None:
        """The open pull request of a branch."""
        stored = self._records.read().opened(head, base)
        return None if stored is None else self._live([stored.pull])[0]

    def declined(self, head: str, base: str) -> PullRequest | None:
        """The newest pull request of a branch, if someone closed it without merging."""
        every = (stored.pull for _, stored in sorted(self._records.read().pulls.items()))
        same = [pull for pull in every if (pull.head, pull.base) == (head, base)]
        return self._live(same[-1:])[0] if same and same[-1].state == "closed" else None

    def pulls(self, state: State | None = "open") -> list[PullRequest]:
        """All in a state, or all; by number."""
        pulls = [stored.pull for _, stored in sorted(self._records.read().pulls.items())]
        return self._live([pull for pull in pulls if state in {None, pull.state}])

    def show(self, number: int) -> PullRequest:
        """One pull request, with its comments."""
        return self._live([self._records.read().the(number).pull])[0]

    def update(self, number: int, change: Change) -> PullRequest:
        """Change what is said of it; nothing is written when nothing differs."""

        def step(pull: PullRequest) -> _Step:
            return _Step(changed(pull, change), "update")

        return self._change(number, step)

    def comment(self, number: int, key: str, body: str) -> PullRequest:
        """Write or rewrite the one comment of a key."""

        def step(pull: PullRequest) -> _Step:
            if any(comment.key == key and comment.body == body for comment in pull.comments):
                return _Step(pull, "comment")
            ours = Comment(key, str(self._identity), body, self._clock())
            others = [comment for comment in pull.comments if comment.key != key]
            return _Step(replace(pull, comments=(*others, ours)), f"comment {key}")

        return self._change(number, step)

    def merge(self, number: int, *, expect: str | None = None) -> PullRequest:
        """Merge it: base, branch and record move in one push, or none of them does."""

        def step(pull: PullRequest) -> _Step:
            if pull.state == "merged":
                return _Step(pull, "merge")
            refuse_unless_open(pull, "merged")
            base = self._tip(pull.base)
            head = mergeable_head(replace(pull, head_commit=self._tip(pull.head)), expect)
            refuse_unless_approved(pull, head, self._approvals)
            merged = self._merge_commit(pull, base, head)
            new = replace(pull, state="merged", head_commit=head, merge_commit=merged)
            moves = (
                RefUpdate(f"refs/heads/{pull.base}", base, merged),
                RefUpdate(f"refs/heads/{pull.head}", head, None),
            )
            return _Step(new, "merge", moves)

        return self._change(number, step)

    def close(self, number: int) -> PullRequest:
        """Close it without merging; its branch stays."""

        def step(pull: PullRequest) -> _Step:
            if pull.state == "closed":
                return _Step(pull, "close")
            refuse_unless_open(pull, "closed")
            return _Step(replace(self._live([pull])[0], state="closed"), "close")

        return self._change(number, step)

    def reopen(self, number: int) -> PullRequest:
        """Open a closed one again."""

        def step(pull: PullRequest) -> _Step:
            if pull.state == "open":
                return _Step(pull, "reopen")
            if pull.state == "merged":
                raise ForgeError(f"pull request {number} is merged and cannot be opened again")
            return _Step(replace(pull, state="open", head_commit=self._tip(pull.head)), "reopen")

        return self._change(number, step)

    def review(self, number: int, state: ReviewState, body: str = "") -> PullRequest:
        """Review it as the one who acts; a text is kept as their comment."""

        def step(pull: PullRequest) -> _Step:
            refuse_unless_open(pull, "reviewed")
            author = str(self._identity)
            ours = Review(author, state, self._tip(pull.head))
            reviews = [review for review in pull.reviews if review.author != author]
            reviews = sorted([*reviews, ours], key=lambda review: review.author)
            return _Step(replace(pull, reviews=tuple(reviews)), f"review ({state})")

        reviewed = self._change(number, step)
        return self.comment(number, f"review {self._identity}", body) if body else reviewed

    def checks(self, commit: str) -> list[Check]:
        """What was reported of a commit."""
        return self._checks.read(commit)

    def report(self, commit: str, check: Check) -> None:
        """Report of a commit."""
        self._checks.write(commit, check, self._attempts(f"report of {commit[:12]}"))

    def required_approvals(self, base: str) -> int | None:  # noqa: ARG002 - the same for each
        """How many approvals a merge needs, as the project says."""
        return self._approvals

    def _change(self, number: int, make: Callable[[PullRequest], _Step]) -> PullRequest:
        """Read, change and write one pull request, again when someone else wrote first."""
        for _ in self._attempts(f"change pull request {number}"):
            board = self._records.read()
            old = board.the(number)
            try:
                step = make(old.pull)
            except ForgeError:
                # Its branch may be gone because someone merged it since it was read.
                if self._records.is_current(old):
                    raise
                continue
            if step.pull == old.pull:
                return self._live([old.pull])[0]
            commit = self._records.write(step.pull, step.action, parent=old.commit)
            updates = [RefUpdate(f"{PULLS}{number}", old.commit, commit), *step.updates]
            updates += board.key_updates(old.pull, step.pull, commit)
            if self._remote.push(updates) == "done":
                return self._live([step.pull])[0]
        raise AssertionError

    def _holder(self, board: Board, key: str, proposal: Proposal) -> Stored | None:
        if key not in board.keys:
            return None
        stored = board.opened(proposal.head, proposal.base)
        if stored is not None:
            return stored
        raise ForgeError(
            f"{key} of the remote {self._remote.name} belongs to no pull request",
            hint=f"`git push {self._remote.name} :{key}` removes it",
        )

    def _merge_commit(self, pull: PullRequest, base: str, head: str) -> str:
        history = History(self._store)
        if history.is_ancestor(head, base):
            return base
        merged = history.merge(base, head)
        if merged.conflicts:
            raise ForgeError(
                f"pull request {pull.number} conflicts with {pull.base} in "
                + ", ".join(merged.conflicts),
                hint="promote again to build it on what is there now",
            )
        message = with_trailers(
            f"Merge pull request {pull.number}: {pull.title}",
            [("Pull-Request", str(pull.number))],
        )
        parents, now = [base, head], self._clock()
        return commit_tree(self._store, merged.tree, parents, message, self._identity, time=now)

    def _tip(self, branch: str) -> str:
        ref = f"refs/heads/{check_branch(branch)}"
        tip = self._remote.fetch(ref).get(ref)
        if tip is None:
            raise ForgeError(f"the remote {self._remote.name} has no branch {branch}")
        return tip

    def _live(self, pulls: Sequence[PullRequest]) -> list[PullRequest]:
        """The pull requests, each open one with its branch where it stands now."""
        heads = {f"refs/heads/{pull.head}" for pull in pulls if pull.state == "open"}
        tips = self._remote.refs(*sorted(heads)) if heads else {}
        return [
            replace(pull, head_commit=tips.get(f"refs/heads/{pull.head}"))
            if pull.state == "open"
            else pull
            for pull in pulls
        ]

    def _attempts(self, what: str) -> Iterator[int]:
        """Count tries, with a growing pause of uneven length between them."""
        for attempt in range(_TRIES):
            yield attempt
            pause = min(_LONGEST_PAUSE, 0.02 * (attempt + 1))
            time.sleep(pause * random.random())  # noqa: S311 - not a secret
        raise ForgeError(
            f"cannot {what}: others kept writing to {self._remote.name}", hint="try again"
        )
