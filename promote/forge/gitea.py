"""Gitea and Forgejo, by version 1 of their API.

Drafts are titles that begin with `WIP:`. A merge that waits is known by the timeline alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from promote.forge.hosted import HostedForge, Note, refuse_further
from promote.forge.http import RefusedError
from promote.forge.protocol import (
    Change,
    Check,
    CheckState,
    Limits,
    Proposal,
    PullRequest,
    Review,
    ReviewState,
    State,
)
from promote.forge.reading import at, items, mapping, moment, number, own_branch, text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from promote.forge.http import Api, Query
    from promote.model.json import Document, Json

_PAGE: Final = 50
_COLOUR: Final = "#5319e7"
_DRAFT: Final = "WIP: "
_EVENTS: Final[dict[ReviewState, str]] = {
    "approved": "APPROVED",
    "changes requested": "REQUEST_CHANGES",
    "commented": "COMMENT",
}
_REVIEWS: Final[dict[str, ReviewState]] = {event: state for state, event in _EVENTS.items()}
_CHECKS: Final[dict[str, CheckState]] = {
    "success": "success",
    "warning": "success",
    "skipped": "success",
    "failure": "failure",
    "error": "failure",
}


class GiteaForge(HostedForge):
    """A repository on a Gitea or Forgejo server.

    Args:
        api: speaks to `…/api/v1`.
        repository: `owner/name`.
        name: which of the two it is.
    """

    # The database holds 255 characters of a title; of a body, on MySQL, 65,535 bytes.
    limits = Limits(title=255 - len(_DRAFT), body=60_000)
    description_limit = 255

    def __init__(self, api: Api, repository: str, name: str = "gitea") -> None:
        super().__init__(api, repository)
        self.name = name
        self._repo = f"/repos/{quote(repository)}"

    def required_approvals(self, base: str) -> int | None:
        """As the branch's protection has it, which everyone may read."""
        branch = self._api.find(f"{self._repo}/branches/{quote(base, safe='')}")
        if branch is None:
            return None
        needed = at(branch, "required_approvals")
        return needed if isinstance(needed, int) else 0

    def _me(self) -> str:
        return text(self._api.get("/user"), "login")

    def _open(self, proposal: Proposal) -> PullRequest:
        body: Document = {
            "title": _title(proposal.title, draft=proposal.draft),
            "body": proposal.body,
            "head": proposal.head,
            "base": proposal.base,
        }
        return _pull(self._api.send("POST", f"{self._repo}/pulls", body).document)

    def _search(self, state: State | None, head: str = "", base: str = "") -> Iterator[PullRequest]:
        asked = {"open": "open", None: "all"}.get(state, "closed")
        for document in self._pages(f"{self._repo}/pulls", {"state": asked, "sort": "oldest"}):
            pull = _pull(document)
            if state in {None, pull.state} and head in {"", pull.head} and base in {"", pull.base}:
                yield pull

    def _get(self, number: int) -> PullRequest:
        return _pull(self._api.get(f"{self._repo}/pulls/{number}"))

    def _write(self, old: PullRequest, change: Change) -> None:
        path = f"{self._repo}/pulls/{old.number}"
        if change.title is not None or change.draft is not None or change.body is not None:
            title = old.title if change.title is None else change.title
            draft = old.draft if change.draft is None else change.draft
            body: Document = {"title": _title(title, draft=draft)}
            if change.body is not None:
                body["body"] = change.body
            self._api.send("PATCH", path, body)
        if change.labels is not None:
            ids: list[Json] = [self._label(label) for label in change.labels]
            labels = f"{self._repo}/issues/{old.number}/labels"
            self._api.send("PUT", labels, {"labels": ids})
        for reviewer in change.reviewers or ():
            self._ask(path, reviewer)
        if change.auto_merge is not None:
            self._schedule(old, wanted=change.auto_merge)

    def _set_state(self, pull: PullRequest, state: State) -> None:
        self._api.send("PATCH", f"{self._repo}/pulls/{pull.number}", {"state": state})

    def _merge(self, pull: PullRequest, expect: str) -> None:
        self._api.send(
            "POST",
            f"{self._repo}/pulls/{pull.number}/merge",
            {"Do": "merge", "head_commit_id": expect, "delete_branch_after_merge": True},
        )

    def _notes(self, number: int) -> list[Note]:
        # This list is not in pages.
        found = items(self._api.get(f"{self._repo}/issues/{number}/comments"))
        return [_note(document) for document in found]

    def _add_note(self, number: int, text: str) -> None:
        self._api.send("POST", f"{self._repo}/issues/{number}/comments", {"body": text})

    def _set_note(self, number: int, note: Note, text: str) -> None:  # noqa: ARG002
        self._api.send("PATCH", f"{self._repo}/issues/comments/{note.id}", {"body": text})

    def _drop_note(self, number: int, note: Note) -> None:  # noqa: ARG002
        path = f"{self._repo}/issues/comments/{note.id}"
        self._api.send("DELETE", path, allow=(404,))

    def _reviews(self, pull: PullRequest) -> list[Review]:
        found = self._pages(f"{self._repo}/pulls/{pull.number}/reviews", {})
        return [
            Review(
                text(document, "user", "login"),
                _REVIEWS[text(document, "state")],
                text(document, "commit_id") or None,
            )
            for document in found
            if text(document, "state") in _REVIEWS and not at(document, "dismissed")
        ]

    def _add_review(self, pull: PullRequest, state: ReviewState, body: str) -> None:
        said = body or ("" if state == "approved" else state.capitalize())
        self._api.send(
            "POST",
            f"{self._repo}/pulls/{pull.number}/reviews",
            {"event": _EVENTS[state], "body": said, "commit_id": pull.head_commit},
        )

    def _checks(self, commit: str) -> list[Check]:
        found = self._pages(f"{self._repo}/commits/{commit}/statuses", {"sort": "oldest"})
        return [
            Check(
                text(document, "context"),
                _CHECKS.get(text(document, "status"), "pending"),
                text(document, "description"),
                text(document, "target_url"),
            )
            for document in sorted(found, key=lambda document: number(document, "id"))
        ]

    def _report(self, commit: str, check: Check) -> None:
        body: Document = {
            "context": check.name,
            "state": check.state,
            "description": check.description,
            "target_url": check.url,
        }
        self._api.send("POST", f"{self._repo}/statuses/{commit}", body)

    def _auto_merge(self, pull: PullRequest) -> bool:
        if pull.state != "open":
            return False
        said = [
            text(event, "type")
            for event in self._pages(f"{self._repo}/issues/{pull.number}/timeline", {})
        ]
        marks = [kind for kind in said if kind in _SCHEDULING]
        return bool(marks) and marks[-1] == "pull_scheduled_merge"

    def _passes(self, pull: PullRequest, refused: RefusedError) -> bool:  # noqa: ARG002
        """Whether it can be merged is worked out behind the scenes; until then it says 405."""
        return refused.status == _NOT_NOW and "try again" in refused.said.lower()

    def _schedule(self, pull: PullRequest, *, wanted: bool) -> None:
        path = f"{self._repo}/pulls/{pull.number}/merge"
        if not wanted:
            self._api.send("DELETE", path, allow=(404,))
            return
        body: Document = {
            "Do": "merge",
            "merge_when_checks_succeed": True,
            "delete_branch_after_merge": True,
            "head_commit_id": pull.head_commit,
        }
        self._api.once(
            lambda: self._api.send("POST", path, body).status == _CREATED,
            lambda: self._auto_merge(pull) or self._get(pull.number).state == "merged" or None,
        )

    def _ask(self, path: str, reviewer: str) -> None:
        """Ask a user, or a team that is written `owner/team`."""
        team = reviewer.partition("/")[2]
        body: Document = {"team_reviewers": [team]} if team else {"reviewers": [reviewer]}
        try:
            self._api.once(
                lambda: self._api.send("POST", f"{path}/requested_reviewers", body),
                lambda: None,
            )
        except RefusedError as error:
            refuse_further(error, {404, 422})

    def _label(self, name: str) -> int:
        """The id of a label, which is made where it is missing."""
        path = f"{self._repo}/labels"

        def found() -> int | None:
            labels = self._pages(path, {})
            same = (label for label in labels if text(label, "name") == name)
            return next((number(label, "id") for label in same), None)

        there = found()
        if there is not None:
            return there
        return self._api.once(
            lambda: number(
                self._api.send("POST", path, {"name": name, "color": _COLOUR}).document, "id"
            ),
            found,
        )

    def _pages(self, path: str, query: Query) -> Iterator[Document]:
        page = 1
        while True:
            found = items(self._api.get(path, {**query, "limit": _PAGE, "page": page}))
            yield from found
            if len(found) < _PAGE:
                return
            page += 1


_CREATED: Final = 201
_NOT_NOW: Final = 405
_SCHEDULING: Final = frozenset({"pull_scheduled_merge", "pull_cancel_scheduled_merge"})


def _title(title: str, *, draft: bool) -> str:
    return _DRAFT + title if draft else title


def _pull(value: Json) -> PullRequest:
    document = mapping(value)
    title = text(document, "title")
    merged = at(document, "merged") is True
    closed: State = "closed" if text(document, "state") == "closed" else "open"
    teams = items(at(document, "requested_reviewers_teams"))
    return PullRequest(
        number=number(document, "number"),
        title=title.removeprefix(_DRAFT),
        body=text(document, "body"),
        # `ref` is that of the pull request itself once the branch is gone.
        head=own_branch(
            text(document, "head", "label") or text(document, "head", "ref"),
            at(document, "head", "repo_id"),
            at(document, "base", "repo_id"),
        ),
        base=text(document, "base", "ref"),
        state="merged" if merged else closed,
        author=text(document, "user", "login"),
        created=moment(document, "created_at"),
        draft=at(document, "draft") is True,
        labels=tuple(sorted(text(label, "name") for label in items(at(document, "labels")))),
        head_commit=text(document, "head", "sha") or None,
        merge_commit=(text(document, "merge_commit_sha") or None) if merged else None,
        url=text(document, "html_url"),
        reviewers=tuple(
            sorted(
                [
                    *(text(user, "login") for user in items(at(document, "requested_reviewers"))),
                    *(text(team, "name") for team in teams),
                ]
            )
        ),
    )


def _note(document: Document) -> Note:
    return Note(
        str(number(document, "id")),
        text(document, "user", "login"),
        text(document, "body"),
        moment(document, "created_at"),
    )
