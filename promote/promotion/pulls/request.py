"""What a pull request of a promotion gets: its texts, labels, reviewers, state and one comment."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from promote.forge import Change, Proposal
from promote.forge.sizes import size
from promote.promotion.pulls.owners import reviewers
from promote.promotion.pulls.related import asks_the_same
from promote.promotion.pulls.text import body, comment, title

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from promote.forge import PullRequest
    from promote.git import Commit
    from promote.promotion.plans import Plan
    from promote.promotion.pulls.branch import Wish
    from promote.promotion.session import Session

COMMENT: Final = "promotion"
"""The key of the one comment."""

CLOSED: Final = "Closed by promote: "
NOTHING_LEFT: Final = "nothing is left to move."
_COMMENT_ROOM: Final = 32_000
"""What every forge takes of a comment."""
_LONGEST_LABEL: Final = 50
"""What GitHub takes of a label's name; an environment's may be longer."""
_MARK_ROOM: Final = 64
_ALL: Final = 10**9


class Request:
    """The pull request of one plan.

    Args:
        session: the project on its base branch.
        plan: what moves.
        verb: `Promote` or `Roll back`.
        wish: its branch.
    """

    def __init__(self, session: Session, plan: Plan, verb: str, wish: Wish) -> None:
        self._session = session
        self._plan = plan
        self._verb = verb
        self._wish = wish
        limits = session.forge.limits
        # The marker is hidden at the end of the text, with all but letters and digits escaped.
        mark = _MARK_ROOM + 2 * len(quote(wish.marker))
        self._limits = replace(limits, body=limits.body - mark)
        self._is_cut = False

    def proposal(
        self,
        *,
        since: Sequence[Commit] = (),
        kept: Sequence[Commit] = (),
        notes: Sequence[str] = (),
        elsewhere: Sequence[tuple[str, str]] = (),
    ) -> Proposal:
        """What it shall be: the same for whoever asks, in the same state of the base branch."""
        session, plan = self._session, self._plan

        def text(room: int) -> str:
            """Written in characters, and shorter as long as the forge counts more than these."""
            limits = replace(self._limits, body=room)
            while True:
                said = body(plan, limits, since=since, kept=kept, notes=notes, elsewhere=elsewhere)
                counted = size(said, limits.unit)
                if counted <= room or not limits.body:
                    return said
                limits = replace(limits, body=limits.body * room // counted)

        shown = text(self._limits.body)
        self._is_cut = len(text(_ALL)) > len(shown)
        waits = bool(plan.waiting)
        return Proposal(
            head=self._wish.branch,
            base=session.base,
            title=title(self._verb, plan, self._limits.title),
            body=shown,
            marker=self._wish.marker,
            draft=waits,
            labels=(self._verb.lower(), plan.target[:_LONGEST_LABEL]),
            reviewers=reviewers(session, plan.edits),
            auto_merge=self._merges_itself and not waits,
        )

    def update(self, found: PullRequest, proposal: Proposal) -> tuple[PullRequest, bool]:
        """Bring an open one up to date; says also whether anything changed.

        What people added stays: labels and reviewers of theirs, and that it shall merge by itself.
        """
        session = self._session
        asked = {*found.reviewers, found.author}
        change = Change(
            title=proposal.title,
            body=proposal.body,
            draft=proposal.draft,
            labels=_with(found.labels, proposal.labels),
            reviewers=_with(found.reviewers, proposal.reviewers)
            if {*proposal.reviewers} - asked
            else None,
            auto_merge=proposal.auto_merge if self._merges_itself else None,
        )
        updated = session.forge.update(found.number, change)
        changed = _said(updated) != _said(found)
        if updated.state != "open":
            return updated, changed
        commented = self.comment(updated)
        return commented, changed or commented.comments != updated.comments

    def comment(self, pull: PullRequest) -> PullRequest:
        """Say in one comment what waits, and what did not fit; nothing if there is nothing."""
        old = next((one for one in pull.comments if one.key == COMMENT), None)
        if old is None and not self._plan.waiting and not self._is_cut:
            return pull
        said = comment(self._plan, _COMMENT_ROOM)
        if old is not None and old.body.strip() == said.strip():
            return pull
        return self._session.forge.comment(pull.number, COMMENT, said)

    @property
    def _merges_itself(self) -> bool:
        return self._verb == "Promote" and self._session.view.merges_itself(self._plan.target)


def one_of(pulls: Iterable[PullRequest], head: str, base: str) -> PullRequest | None:
    """The open pull request of a branch."""
    return next((pull for pull in pulls if (pull.head, pull.base) == (head, base)), None)


def closed_by_someone(session: Session, plan: Plan, branch: str) -> PullRequest | None:
    """The last pull request of a branch, if someone closed it and it asked for the same releases.

    Whoever closes a pull request declines what it asks for, and opening the next one at once would
    only make them close that, too. Another release is another question.
    """
    last = session.forge.declined(branch, session.base)
    if last is None or not asks_the_same(plan, last):
        return None
    ours = any(one.key == COMMENT and one.body.startswith(CLOSED) for one in last.comments)
    return None if ours else last


def close(session: Session, pull: PullRequest, why: str) -> PullRequest:
    """Close a pull request, and say why: what nobody declined may be asked for again."""
    session.forge.comment(pull.number, COMMENT, CLOSED + why)
    return session.forge.close(pull.number)


def hold_back(session: Session, plan: Plan, pull: PullRequest) -> PullRequest:
    """Make an open one a draft that says what it waits for: a gate closed after it was opened."""
    auto = False if session.view.merges_itself(plan.target) else None
    session.forge.update(pull.number, Change(draft=True, auto_merge=auto))
    return session.forge.comment(pull.number, COMMENT, comment(plan, _COMMENT_ROOM))


def _with(there: tuple[str, ...], wanted: tuple[str, ...]) -> tuple[str, ...]:
    return (*there, *(one for one in wanted if one not in there))


def _said(pull: PullRequest) -> tuple[object, ...]:
    return pull.title, pull.body.strip(), pull.draft, {*pull.labels}, {*pull.reviewers}
