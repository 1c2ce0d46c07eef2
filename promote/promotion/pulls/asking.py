"""One branch and one pull request for edits that are no promotion: holds, failovers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from promote.forge import Change, Proposal
from promote.promotion.apply import Race
from promote.promotion.pulls.branch import Wish, settle

if TYPE_CHECKING:
    from collections.abc import Callable

    from promote.forge import PullRequest
    from promote.promotion.session import Session


@dataclass(frozen=True, slots=True)
class Ask:
    """What is asked for.

    Attributes:
        wish: what shall stand on the branch.
        title, text, labels: of the pull request.
    """

    wish: Wish
    title: str
    text: str
    labels: tuple[str, ...] = ()


def ask(session: Session, what: str, make: Callable[[], Ask | None]) -> PullRequest | None:
    """Open the pull request, or bring it up to date, however often and by how many it is asked.

    Args:
        session: the project on its base branch.
        what: names it, for an error.
        make: what to ask for on the base branch as the session has it; None for nothing.

    Raises:
        GitError: Git or the remote refuses, or others kept winning the race.
        ForgeError: the forge refuses.
    """
    race = Race(session, what)
    while race.again():
        asked = make()
        if asked is None:
            return None
        if settle(session, asked.wish) is None:
            continue
        forge = session.forge
        found = forge.find(asked.wish.branch, session.base)
        if found is not None:
            return forge.update(found.number, Change(title=asked.title, body=asked.text))
        return forge.create(
            Proposal(
                head=asked.wish.branch,
                base=session.base,
                title=asked.title,
                body=asked.text,
                marker=asked.wish.marker,
                labels=asked.labels,
            )
        )
    raise race.lost()
