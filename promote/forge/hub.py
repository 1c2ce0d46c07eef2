"""GitHub's dialect, which Gitea and Forgejo speak as well: what the two write alike.

A comment of a pull request is one of the issue of its number.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final
from urllib.parse import quote

from promote.forge.answers import RefusedError
from promote.forge.calls import refuse_further
from promote.forge.hosted import HostedForge
from promote.forge.notes import Note, read_note
from promote.forge.protocol import Check, PullRequest, Review, ReviewState, State
from promote.forge.reading import at, items, moment, number, text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from promote.forge.http import Api, Query
    from promote.model.json import Document, Json


class HubForge(HostedForge):
    """A repository on a forge that speaks GitHub's dialect.

    Attributes:
        page: what the size of a page is called, and how large it may be.
        events: what a review is called when it is written.
        reviews: what a review is called when it is read.
        asking: what its timeline calls that someone was asked to review.
    """

    page: ClassVar[tuple[str, int]]
    events: ClassVar[Mapping[ReviewState, str]]
    reviews: ClassVar[Mapping[str, ReviewState]]
    asking: ClassVar[str]

    def __init__(self, api: Api, repository: str, name: str) -> None:
        super().__init__(api, repository, name)
        self._owner = repository.partition("/")[0]
        self._repo = f"/repos/{quote(repository)}"

    def _read(self, value: Json) -> PullRequest:
        """A pull request as the forge has it."""
        raise NotImplementedError

    def _get(self, number: int) -> PullRequest:
        return self._read(self._api.get(self._path(number)))

    def _set_state(self, pull: PullRequest, state: State) -> None:
        self._api.send("PATCH", self._path(pull.number), {"state": state})

    def _notes(self, number: int) -> list[Note]:
        found = self._pages(f"{self._repo}/issues/{number}/comments", {})
        return [read_note(document, ("user", "login"), ("body",)) for document in found]

    def _add_note(self, number: int, text: str) -> None:
        self._api.send("POST", f"{self._repo}/issues/{number}/comments", {"body": text})

    def _set_note(self, number: int, note: Note, text: str) -> None:  # noqa: ARG002
        self._api.send("PATCH", f"{self._repo}/issues/comments/{note.id}", {"body": text})

    def _drop_note(self, number: int, note: Note) -> None:  # noqa: ARG002
        path = f"{self._repo}/issues/comments/{note.id}"
        self._api.send("DELETE", path, allow=(404,))

    def _reviews(self, pull: PullRequest) -> list[Review]:
        """Of each author what stands: words alone take back no opinion, a dismissal does."""
        standing: dict[str, Review | None] = {}
        for document in self._pages(f"{self._path(pull.number)}/reviews", {}):
            author, said = text(document, "user", "login"), text(document, "state")
            if said == _DISMISSED or at(document, "dismissed") is True:
                standing[author] = None
            elif said in self.reviews:
                state = self.reviews[said]
                if state != "commented" or standing.get(author) is None:
                    commit = text(document, "commit_id") or None
                    standing[author] = Review(author, state, commit)
        return [review for review in standing.values() if review is not None]

    def _add_review(self, pull: PullRequest, state: ReviewState, body: str) -> None:
        review: Document = {"event": self.events[state], "commit_id": pull.head_commit}
        if body or state != "approved":
            review["body"] = body or state.capitalize()
        self._api.send("POST", f"{self._path(pull.number)}/reviews", review)

    def _report(self, commit: str, check: Check) -> None:
        body: Document = {
            "state": check.state,
            "context": check.name,
            "description": check.description,
        }
        if check.url:
            body["target_url"] = check.url
        self._api.send("POST", f"{self._repo}/statuses/{commit}", body)

    def _ask_all(self, pull: PullRequest, reviewers: Sequence[str]) -> None:
        """Ask those who were never asked.

        A team is asked no more once a member has reviewed or was chosen in its place, and someone
        may have taken a request back: only the timeline still knows.
        """
        if reviewers:
            known = {name.casefold() for name in self._asked_before(pull)}
            for reviewer in reviewers:
                if reviewer.casefold() not in known:
                    self._ask(pull, reviewer)

    def _asked_before(self, pull: PullRequest) -> Iterator[str]:
        for event in self._timeline(pull):
            if self.asking not in {text(event, "event"), text(event, "type")}:
                continue
            for person in ("requested_reviewer", "assignee"):
                yield text(event, person, "login")
            team = text(event, "requested_team", "slug") or text(event, "assignee_team", "name")
            yield self._team(team)

    def _timeline(self, pull: PullRequest) -> Iterator[Document]:
        """All that happened to one, oldest first."""
        return self._pages(f"{self._repo}/issues/{pull.number}/timeline", {})

    def _team(self, name: str) -> str:
        """A team as CODEOWNERS has it: it is of the organisation that the repository is of."""
        return f"{self._owner}/{name}"

    def _ask(self, pull: PullRequest, reviewer: str) -> None:
        """Ask a user, or a team that is written `owner/team`."""
        team = reviewer.partition("/")[2]
        body: Document = {"team_reviewers": [team]} if team else {"reviewers": [reviewer]}
        path = f"{self._path(pull.number)}/requested_reviewers"
        try:
            self._api.once(lambda: self._api.send("POST", path, body), lambda: None)
        except RefusedError as error:
            refuse_further(error, {404, 422})

    def _squashed_words(self, pull: PullRequest) -> tuple[str, str]:
        """The title and the text of the one commit that a squash leaves.

        The text is that of the branch's tip: what its trailers record would be lost otherwise.
        """
        document = self._api.find(f"{self._repo}/git/commits/{pull.head_commit}")
        message = text(document, "message") or text(document, "commit", "message")
        return f"{pull.title} (#{pull.number})", message.partition("\n")[2].strip()

    def _path(self, number: int) -> str:
        return f"{self._repo}/pulls/{number}"

    def _pages(self, path: str, query: Query, key: str = "") -> Iterator[Document]:
        return self._api.pages(path, query, size=self.page, key=key)


_DISMISSED: Final = "DISMISSED"


def read_pull(document: Document, *, head: str, merged: bool, teams: list[str]) -> PullRequest:
    """What both say of a pull request in the same words.

    Args:
        document: the forge's answer.
        head: its branch.
        merged: whether it is.
        teams: those that were asked to review it.
    """
    closed: State = "closed" if text(document, "state") == "closed" else "open"
    asked = [text(user, "login") for user in items(at(document, "requested_reviewers"))]
    return PullRequest(
        number=number(document, "number"),
        title=text(document, "title"),
        body=text(document, "body"),
        head=head,
        base=text(document, "base", "ref"),
        state="merged" if merged else closed,
        author=text(document, "user", "login"),
        created=moment(document, "created_at"),
        draft=at(document, "draft") is True,
        labels=tuple(sorted(text(label, "name") for label in items(at(document, "labels")))),
        head_commit=text(document, "head", "sha") or None,
        merge_commit=(text(document, "merge_commit_sha") or None) if merged else None,
        url=text(document, "html_url"),
        reviewers=tuple(sorted([*asked, *teams])),
        auto_merge=at(document, "auto_merge") is not None,
    )
