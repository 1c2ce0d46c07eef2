"""Approvals: people who have looked at the pull request as it is now, and agree."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from promote.errors import ProjectError
from promote.promotion.gates.base import Case, Verdict

if TYPE_CHECKING:
    from promote.forge import Review
    from promote.model.json import Json


@dataclass(frozen=True, slots=True)
class Approvals:
    """Holds the merge until enough people have approved the pull request's newest commit.

    Nobody approves their own, and an approval of an older commit is none of this one. Someone who
    asks for changes holds it, too. It is asked at the merge, so a pull request can be opened for
    people to look at.

    Attributes:
        count: how many are needed.
        users: whose approvals count, as the forge names them; None for anyone's.
    """

    count: int
    users: frozenset[str] | None = None
    kind = "approvals"

    @classmethod
    def parse(cls, value: Json) -> Approvals:
        """Read a number, or `{count: 2, from: [ada, eve]}`."""
        entry = value if isinstance(value, dict) else {"count": value}
        count, users = entry.get("count", 1), entry.get("from")
        if type(count) is not int or count < 1:
            raise ProjectError("approvals are counted from 1", hint="approvals: 2")
        if users is None:
            return cls(count)
        named = users if isinstance(users, list) else []
        if len(named) < count:
            raise ProjectError(f"{len(named)} user(s) cannot give {count} approvals")
        return cls(count, frozenset(str(user) for user in named))

    def check(self, case: Case) -> Verdict:
        """Say who approved what."""
        pull = case.pull()
        if pull is None:
            return Verdict(self.kind, False, f"0 of {self.count}: there is no pull request yet")
        others = [review for review in pull.reviews if review.author != pull.author]
        against = [review.author for review in others if review.state == "changes requested"]
        if against:
            return Verdict(self.kind, False, f"{against[0]} asks for changes")
        head = pull.head_commit or ""
        given = [review for review in others if review.state == "approved" and self._counts(review)]
        valid = [review.author for review in given if review.commit in {head, None}]
        stale = len(given) - len(valid)
        saw = f"{len(valid)} of {self.count} for {head[:12]}"
        saw += f" by {', '.join(valid)}" if valid else ""
        saw += f"; {stale} for an older commit" if stale else ""
        return Verdict(self.kind, len(valid) >= self.count, saw)

    def _counts(self, review: Review) -> bool:
        return self.users is None or review.author in self.users
