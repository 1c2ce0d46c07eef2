"""What a forge on a server says for itself: how one thing is read or written, asked once.

In what order, after which look and how often is decided in `hosted.py`, for all of them.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, ClassVar, Final

if TYPE_CHECKING:
    from collections.abc import Container, Iterator, Mapping

    from promote.forge.answers import RefusedError
    from promote.forge.http import Api
    from promote.forge.marking import Style
    from promote.forge.notes import Note
    from promote.forge.protocol import (
        Change,
        Check,
        Limits,
        Proposal,
        PullRequest,
        Review,
        ReviewState,
        State,
    )

_BUSY: Final = frozenset({405, 409, 422})
"""What forges answer to a merge while they still work out whether it can be merged."""


class Calls(ABC):
    """A forge's own calls.

    A pull request that it reads has the body as the forge has it, marks and all.

    Args:
        api: speaks to the server.
        repository: its name there.
        name: what the configuration calls this kind of forge.

    Attributes:
        limits: how much text fits.
        style: how text is hidden from readers of the rendered page.
        headers: what each request says besides.
        note_limit: how long a comment may be, in the unit of `limits`.
        description_limit: the characters of a check's description.
        draft_prefix: what the title of a draft begins with, where that is what makes it one.
    """

    limits: Limits
    style: ClassVar[Style] = "html"
    headers: ClassVar[Mapping[str, str]] = {}
    note_limit: ClassVar[int] = 60_000
    description_limit: ClassVar[int] = 140
    draft_prefix: ClassVar[str] = ""

    def __init__(self, api: Api, repository: str, name: str) -> None:
        self._api = api
        api.always(self.headers)
        self._repository = repository
        self.name = name

    @abstractmethod
    def _open(self, proposal: Proposal) -> PullRequest:
        """Ask once for a pull request with a title, a body, whether it is a draft, and no more."""

    @abstractmethod
    def _search(self, state: State | None, head: str = "", base: str = "") -> Iterator[PullRequest]:
        """All in a state, of a branch where one is named."""

    @abstractmethod
    def _get(self, number: int) -> PullRequest:
        """One as it is now, without comments and reviews."""

    @abstractmethod
    def _write(self, old: PullRequest, change: Change) -> None:
        """Bring about what a change says; each of its fields differs from the old one's."""

    @abstractmethod
    def _set_state(self, pull: PullRequest, state: State) -> None:
        """Close or open it."""

    @abstractmethod
    def _merge(self, pull: PullRequest, expect: str) -> None:
        """Ask once for a merge of the commit, with the branch removed."""

    @abstractmethod
    def _notes(self, number: int) -> list[Note]:
        """All comments, oldest first."""

    @abstractmethod
    def _add_note(self, number: int, text: str) -> None:
        """Write a comment."""

    @abstractmethod
    def _set_note(self, number: int, note: Note, text: str) -> None:
        """Write a comment anew."""

    @abstractmethod
    def _drop_note(self, number: int, note: Note) -> None:
        """Remove a comment."""

    @abstractmethod
    def _reviews(self, pull: PullRequest) -> list[Review]:
        """All reviews, oldest first."""

    @abstractmethod
    def _add_review(self, pull: PullRequest, state: ReviewState, body: str) -> None:
        """Write a review."""

    @abstractmethod
    def _checks(self, commit: str) -> list[Check]:
        """What was reported of a commit; the newest of a name last."""

    @abstractmethod
    def _report(self, commit: str, check: Check) -> None:
        """Report once."""

    @abstractmethod
    def required_approvals(self, base: str) -> int | None:
        """How many approvals a merge into a branch needs; None if the forge does not tell."""

    # What most forges need not say.

    def _me(self) -> str:
        """Who the token belongs to."""
        return ""

    def _auto_merge(self, pull: PullRequest) -> bool:
        """Whether the forge will merge it by itself, where reading it does not say so."""
        return pull.auto_merge

    def _was_swept_away(self, pull: PullRequest) -> bool:  # noqa: ARG002
        """Whether the forge closed it by itself, for the end of an earlier branch of its name."""
        return False

    def _tidy(self, pull: PullRequest) -> None:  # noqa: B027 - most have nothing to do
        """Take away the branch of one that is merged, where the forge does not by itself."""

    def _passes(self, pull: PullRequest, refused: RefusedError) -> bool:  # noqa: ARG002
        """Whether a refusal to merge passes by itself."""
        return refused.status in _BUSY and "try again" in refused.said.lower()

    def _titled(self, title: str, *, draft: bool) -> str:
        """A title as the forge has it."""
        return self.draft_prefix + title if draft else title


def refuse_further(error: RefusedError, allowed: Container[int]) -> None:
    """Let a refusal pass that leaves out a courtesy, such as a reviewer whom the forge lacks."""
    if error.status not in allowed:
        raise error
