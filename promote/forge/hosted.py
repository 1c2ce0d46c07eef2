"""What all forges on a server share: how calls that may be lost, doubled or raced converge.

Each forge says in its own module how one thing is read or written; in what order, after which look
and how often is decided here, once.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from promote.errors import ForgeError
from promote.forge.answers import LostAnswerError, RefusedError
from promote.forge.calls import Calls
from promote.forge.http import TRIES
from promote.forge.marking import hide, reveal
from promote.forge.protocol import Change, Comment, Review
from promote.forge.rules import mergeable_head, refuse_unless_open
from promote.git.names import check_object_id

if TYPE_CHECKING:
    from promote.forge.notes import Note
    from promote.forge.protocol import Check, Proposal, PullRequest, ReviewState, State

_ABSENT: Final = 404
_DOUBLED: Final = "doubled"
"""The key of the comment that says that a runner closed one of several it opened at once."""

_LOOKS: Final = TRIES + 4
"""How often a merge is asked for: after each, Gitea looks anew at all that are open, one by one."""


class HostedForge(Calls):
    """A forge on a server; see `Calls` for what each of them says for itself."""

    def create(self, proposal: Proposal) -> PullRequest:
        """Open a pull request, or return the open one that has the same head and base."""
        marked = replace(proposal, body=self._marked(proposal.body, proposal.marker))
        opened = self._found(proposal.head, proposal.base)
        if opened is None:
            opened = self._api.once(
                lambda: self._open(marked), lambda: self._found(proposal.head, proposal.base)
            )
            opened = self._only(opened)
        # Who opened one that was there may have been ended before this. Labels that others gave
        # it, such as a workflow that answers to its opening, stay.
        change = Change(
            labels=tuple({*opened.labels, *proposal.labels}) if proposal.labels else None,
            reviewers=proposal.reviewers or None,
            auto_merge=proposal.auto_merge or None,
        )
        return self.update(opened.number, change)

    def find(self, head: str, base: str) -> PullRequest | None:
        """The open pull request of a branch."""
        found = self._found(head, base)
        return None if found is None else self.show(found.number)

    def declined(self, head: str, base: str) -> PullRequest | None:
        """The newest pull request of a branch, if someone closed it without merging."""
        every = self._search(None, head, base)
        same = [pull for pull in every if (pull.head, pull.base) == (head, base)]
        for pull in sorted(same, key=lambda pull: pull.number, reverse=True):
            if pull.state != "closed":
                return None
            shown = self.show(pull.number)
            if all(comment.key != _DOUBLED for comment in shown.comments):
                return None if self._was_swept_away(pull) else shown
        return None

    def pulls(self, state: State | None = "open") -> list[PullRequest]:
        """All in a state, or all; by number."""
        found = {pull.number: self._plain(pull) for pull in self._search(state)}
        return [found[number] for number in sorted(found)]

    def show(self, number: int) -> PullRequest:
        """One pull request, with its comments and reviews."""
        pull = self._plain(self._one(number))
        comments = {}
        for note in self._notes(number):
            text, hidden = reveal(note.text, self.style)
            key = hidden.get("comment")
            if key is not None and key not in comments:
                comments[key] = Comment(key, note.author, text, note.time)
        newest = {review.author: review for review in self._reviews(pull)}
        return replace(
            pull,
            auto_merge=self._auto_merge(pull),
            comments=tuple(comments[key] for key in sorted(comments)),
            reviews=tuple(newest[author] for author in sorted(newest)),
        )

    def update(self, number: int, change: Change) -> PullRequest:
        """Change what is said of it; nothing is written when nothing differs."""
        old = self.show(number) if change.reviewers else self._plain(self._one(number))
        if change.auto_merge is not None:
            old = replace(old, auto_merge=self._auto_merge(old))
        differing = _difference(old, change)
        if differing.body is not None:
            differing = replace(differing, body=self._marked(differing.body, old.marker))
        if differing != Change():
            self._write(old, differing)
        return self.show(number)

    def comment(self, number: int, key: str, body: str) -> PullRequest:
        """Write or rewrite the one comment of a key; of two that raced, the older stays."""
        unit = self.limits.unit
        text = hide(body, "comment", key, self.style, limit=self.note_limit, unit=unit)

        def add() -> list[Note]:
            self._add_note(number, text)
            return self._notes_of(number, key)

        self._one(number)
        ours = self._notes_of(number, key)
        ours = ours or self._api.once(add, lambda: self._notes_of(number, key) or None)
        if ours and self._shown(ours[0].text) != self._shown(text):
            self._set_note(number, ours[0], text)
        for doubled in ours[1:]:
            self._drop_note(number, doubled)
        return self.show(number)

    def merge(self, number: int, *, expect: str | None = None) -> PullRequest:
        """Merge it, and take its branch away; a server that still makes up its mind is waited for.

        Raises:
            ForgeError: it is not open, is a draft, has moved, conflicts, or the forge refuses.
        """
        refusal: ForgeError | None = None
        for attempt in range(_LOOKS):
            pull = self._one(number)
            if pull.state == "merged":
                self._tidy(pull)
                return self.show(number)
            refusal = self._try_merge(pull, mergeable_head(pull, expect))
            if refusal is not None or self._one(number).state != "merged":
                self._api.pause(attempt)
        raise refusal or ForgeError(
            f"pull request {number} was to be merged and is not yet", hint="look again later"
        )

    def close(self, number: int) -> PullRequest:
        """Close it without merging."""
        pull = self._one(number)
        if pull.state != "closed":
            refuse_unless_open(pull, "closed")
            self._set_state(pull, "closed")
        return self.show(number)

    def reopen(self, number: int) -> PullRequest:
        """Open a closed one again."""
        pull = self._one(number)
        if pull.state == "merged":
            raise ForgeError(f"pull request {number} is merged and cannot be opened again")
        if pull.state == "closed":
            other = self._found(pull.head, pull.base)
            if other is not None:
                raise ForgeError(f"another pull request of the branch {pull.head} is open")
            self._set_state(pull, "open")
        return self.show(number)

    def review(self, number: int, state: ReviewState, body: str = "") -> PullRequest:
        """Review it as the token's owner; nothing is written when they said so of this commit."""
        pull = self.show(number)
        refuse_unless_open(pull, "reviewed")
        said = {(review.author, review.state, review.commit) for review in pull.reviews}
        if (self._me(), state, pull.head_commit) not in said:
            self._api.once(
                lambda: self._reviewed(pull, state, body),
                lambda: self._standing(number, state),
            )
        return self.show(number)

    def checks(self, commit: str) -> list[Check]:
        """What was reported of a commit."""
        newest = {check.name: check for check in self._checks(check_object_id(commit))}
        return [newest[name] for name in sorted(newest)]

    def report(self, commit: str, check: Check) -> None:
        """Report of a commit; nothing is written when the newest of that name says the same."""
        kept = replace(check, description=check.description[: self.description_limit])

        def there() -> Check | None:
            return next((found for found in self.checks(commit) if found == kept), None)

        def act() -> Check:
            self._report(commit, kept)
            return kept

        if there() is None:
            self._api.once(act, there)

    # Between the two.

    def _try_merge(self, pull: PullRequest, head: str) -> ForgeError | None:
        """Ask for a merge; what is returned may be otherwise when it is asked again."""
        try:
            self._merge(pull, head)
        except LostAnswerError as lost:
            return lost
        except RefusedError as refused:
            if self._one(pull.number).state == "open" and not self._passes(pull, refused):
                raise
            return refused
        return None

    def _found(self, head: str, base: str) -> PullRequest | None:
        found = [pull for pull in self._search("open", head, base) if _is_of(pull, head, base)]
        return min(found, key=lambda pull: pull.number, default=None)

    def _only(self, opened: PullRequest) -> PullRequest:
        """The oldest of those that runners opened at once, as Gitea lets them; the rest are closed.

        Each runner looks after it has opened its own, so the last to look sees all of them.
        """
        found = self._search("open", opened.head, opened.base)
        same = [pull for pull in found if _is_of(pull, opened.head, opened.base)]
        oldest = min([opened, *same], key=lambda pull: pull.number)
        for pull in same:
            if pull.number > oldest.number and pull.author == opened.author:
                why = f"Closed: pull request {oldest.number} asks for the same."
                self.comment(pull.number, _DOUBLED, why)
                self._set_state(pull, "closed")
        return oldest

    def _one(self, number: int) -> PullRequest:
        try:
            return self._get(number)
        except RefusedError as error:
            if error.status != _ABSENT:
                raise
            raise ForgeError(
                f"there is no pull request {number} in {self._repository}",
                hint=error.hint or "`promote pull list --all` shows them",
            ) from None

    def _plain(self, pull: PullRequest) -> PullRequest:
        """A pull request with its text as it was given, and the marker that was hidden in it."""
        text, hidden = reveal(pull.body, self.style)
        return replace(pull, body=text, marker=hidden.get("marker", ""))

    def _marked(self, body: str, marker: str) -> str:
        limits = self.limits
        return hide(body, "marker", marker, self.style, limit=limits.body, unit=limits.unit)

    def _shown(self, text: str) -> str:
        """What a reader sees of a text; forges cut off white space at its end."""
        return reveal(text, self.style)[0].rstrip()

    def _notes_of(self, number: int, key: str) -> list[Note]:
        notes = self._notes(number)
        return [note for note in notes if reveal(note.text, self.style)[1].get("comment") == key]

    def _reviewed(self, pull: PullRequest, state: ReviewState, body: str) -> Review:
        self._add_review(pull, state, body)
        return Review(self._me(), state, pull.head_commit)

    def _standing(self, number: int, state: ReviewState) -> Review | None:
        me = self._me()
        standing = (review for review in self.show(number).reviews if review.author == me)
        return next((review for review in standing if review.state == state), None)


def _difference(old: PullRequest, change: Change) -> Change:
    """The part of a change that is not there yet.

    Whoever was asked to review, or has, is not asked again, nor is the author; nobody is sent away.
    """
    there = (*old.reviewers, *(review.author for review in old.reviews), old.author)
    asked = {name.casefold() for name in there}  # forges tell nobody apart by case
    missing = tuple(name for name in change.reviewers or () if name.casefold() not in asked)
    labels = change.labels
    return Change(
        title=None if change.title == old.title else change.title,
        # Forges cut off white space at the ends.
        body=None if (change.body or old.body).strip() == old.body.strip() else change.body,
        draft=None if change.draft == old.draft else change.draft,
        labels=None if labels is None or set(labels) == set(old.labels) else labels,
        reviewers=missing or None,
        auto_merge=None if change.auto_merge == old.auto_merge else change.auto_merge,
    )


def _is_of(pull: PullRequest, head: str, base: str) -> bool:
    return (pull.head, pull.base, pull.state) == (head, base, "open")
