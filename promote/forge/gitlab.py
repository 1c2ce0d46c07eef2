"""GitLab, by version 4 of its REST API: a pull request is a merge request here, by its `iid`.

Drafts are titles that begin with `Draft:`. Free of charge there are approvals, but neither rules
for them nor "request changes": the first is then not known, the second a comment.
"""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from promote.forge.answers import RefusedError
from promote.forge.hosted import HostedForge
from promote.forge.http import TRIES
from promote.forge.notes import Note, read_note
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

_PAGE: Final = ("per_page", 100)
_STATES: Final[dict[str, State]] = {"opened": "open", "merged": "merged", "locked": "open"}
_ASKED: Final = {"open": "opened", None: "all"}
_EVENTS: Final = {"open": "reopen", "closed": "close"}
_REVIEWS: Final[dict[str, ReviewState]] = {
    "approved": "approved",
    "requested_changes": "changes requested",
    "reviewed": "commented",
}
_CHECKS: Final[dict[str, CheckState]] = {
    "success": "success",
    "skipped": "success",
    "failed": "failure",
    "canceled": "failure",
}
_DECIDING: Final = frozenset(
    {"checking", "unchecked", "preparing", "approvals_syncing", "cannot_be_merged_recheck"}
)


class GitLabForge(HostedForge):
    """A project on GitLab.

    Args:
        api: speaks to `…/api/v4`.
        repository: `group/subgroup/name`.
        name: what the configuration calls it.
    """

    draft_prefix = "Draft: "
    limits = Limits(title=255 - len(draft_prefix), body=1_000_000, unit="bytes")
    note_limit = 1_000_000
    description_limit = 255

    def __init__(self, api: Api, repository: str, name: str = "gitlab") -> None:
        super().__init__(api, repository, name)
        self._project = f"/projects/{quote(repository, safe='')}"

    def required_approvals(self, base: str) -> int | None:
        """The most that a rule for the branch asks for; there are rules in paid editions only.

        One who approves counts for each rule that they are in.
        """
        rules = self._api.find(f"{self._project}/approval_rules", {"per_page": 100})
        if rules is None:
            return None
        counts = [
            number(rule, "approvals_required")
            for rule in items(rules)
            if not (names := _names(at(rule, "protected_branches"), "name"))
            or any(fnmatchcase(base, name) for name in names)
        ]
        return max(counts, default=0)

    def _me(self) -> str:
        return text(self._api.get("/user"), "username")

    def _open(self, proposal: Proposal) -> PullRequest:
        body: Document = {
            "title": self._titled(proposal.title, draft=proposal.draft),
            "description": proposal.body,
            "source_branch": proposal.head,
            "target_branch": proposal.base,
            "remove_source_branch": True,
        }
        return self._read(self._api.send("POST", f"{self._project}/merge_requests", body).document)

    def _search(self, state: State | None, head: str = "", base: str = "") -> Iterator[PullRequest]:
        query = {"state": _ASKED.get(state, state or ""), "sort": "asc"}
        if head:
            query["source_branch"] = head
        if base:
            query["target_branch"] = base
        for document in self._pages(f"{self._project}/merge_requests", query):
            yield self._read(document)

    def _get(self, number: int) -> PullRequest:
        return self._read(self._api.get(self._path(number)))

    def _write(self, old: PullRequest, change: Change) -> None:
        said: Document = {}
        if change.title is not None or change.draft is not None:
            title = old.title if change.title is None else change.title
            draft = old.draft if change.draft is None else change.draft
            said["title"] = self._titled(title, draft=draft)
        if change.body is not None:
            said["description"] = change.body
        if change.labels is not None:
            # Labels that are missing are made.
            said["labels"] = ",".join(change.labels)
        if change.reviewers is not None:
            names = (*old.reviewers, *change.reviewers)
            said["reviewer_ids"] = [found for name in names for found in self._user(name)]
        if said:
            self._api.send("PUT", self._path(old.number), said)
        if change.auto_merge is not None:
            self._schedule(old, wanted=change.auto_merge)

    def _set_state(self, pull: PullRequest, state: State) -> None:
        self._api.send("PUT", self._path(pull.number), {"state_event": _EVENTS[state]})

    def _merge(self, pull: PullRequest, expect: str) -> None:
        body: Document = {"sha": expect, "should_remove_source_branch": True}
        body |= self._squashed_words(pull)
        self._api.send("PUT", f"{self._path(pull.number)}/merge", body)

    def _passes(self, pull: PullRequest, refused: RefusedError) -> bool:
        """While it works out whether it can be merged it says the same as when it cannot."""
        status = text(self._api.get(self._path(pull.number)), "detailed_merge_status")
        return refused.status in _NOT_NOW and status in _DECIDING

    def _notes(self, number: int) -> list[Note]:
        query = {"sort": "asc", "order_by": "created_at"}
        found = self._pages(f"{self._path(number)}/notes", query)
        return [
            read_note(document, ("author", "username"), ("body",))
            for document in found
            if at(document, "system") is not True
        ]

    def _add_note(self, number: int, text: str) -> None:
        self._api.send("POST", f"{self._path(number)}/notes", {"body": text})

    def _set_note(self, number: int, note: Note, text: str) -> None:
        self._api.send("PUT", f"{self._path(number)}/notes/{note.id}", {"body": text})

    def _drop_note(self, number: int, note: Note) -> None:
        self._api.send("DELETE", f"{self._path(number)}/notes/{note.id}", allow=(404,))

    def _reviews(self, pull: PullRequest) -> list[Review]:
        states = items(self._api.find(f"{self._path(pull.number)}/reviewers"))
        found = {
            text(document, "user", "username"): _REVIEWS[text(document, "state")]
            for document in states
            if text(document, "state") in _REVIEWS
        }
        approvals = self._api.find(f"{self._path(pull.number)}/approvals")
        for approval in items(at(approvals, "approved_by")):
            found[text(approval, "user", "username")] = "approved"
        # Which commit was looked at is not told. A push takes approvals back where the project
        # says so, and then they are not listed.
        return [Review(author, state, pull.head_commit) for author, state in found.items()]

    def _add_review(self, pull: PullRequest, state: ReviewState, body: str) -> None:
        path = self._path(pull.number)
        if state == "approved":
            self._api.send("POST", f"{path}/approve", {"sha": pull.head_commit})
        else:
            self._api.send("POST", f"{path}/unapprove", allow=(401, 403, 404))
        command = "/submit_review requested_changes" if state == "changes requested" else ""
        said = "\n\n".join(filter(None, [body, command]))
        if said:
            self._add_note(pull.number, said)

    def _checks(self, commit: str) -> list[Check]:
        # The newest of each name, unless all are asked for.
        found = self._pages(f"{self._project}/repository/commits/{commit}/statuses", {})
        return [
            Check(
                text(document, "name"),
                _CHECKS.get(text(document, "status"), "pending"),
                text(document, "description"),
                text(document, "target_url"),
            )
            for document in found
        ]

    def _report(self, commit: str, check: Check) -> None:
        state = "failed" if check.state == "failure" else check.state
        body: Document = {"state": state, "name": check.name, "description": check.description}
        if check.url:
            body["target_url"] = check.url
        try:
            self._api.send("POST", f"{self._project}/statuses/{commit}", body)
        except RefusedError as refused:
            # One that waits cannot be told to wait again, as for another reason.
            if check.state != "pending" or "cannot transition" not in refused.said.lower():
                raise

    def _schedule(self, pull: PullRequest, *, wanted: bool) -> None:
        path = self._path(pull.number)
        if not wanted:
            undo = f"{path}/cancel_merge_when_pipeline_succeeds"
            self._api.once(
                lambda: self._api.send("POST", undo, allow=(405, 406)).status > 0,
                lambda: not self._get(pull.number).auto_merge or None,
            )
            return
        body: Document = {
            "auto_merge": True,
            "sha": pull.head_commit,
            "should_remove_source_branch": True,
        }
        body |= self._squashed_words(pull)
        before = ""
        for attempt in range(TRIES):
            try:
                self._api.send("PUT", f"{path}/merge", body)
            except RefusedError as refused:
                status = text(self._api.get(path), "detailed_merge_status")
                passing = refused.status in _NOT_NOW and status in {*_DECIDING, _READY}
                if not passing or attempt + 1 == TRIES:
                    raise
                if status == before == _READY:
                    # Without a pipeline, say, there is nothing to wait for, and it refuses to.
                    body.pop("auto_merge", None)
                before = status
                self._api.pause(attempt)
            else:
                return

    def _squashed_words(self, pull: PullRequest) -> Document:
        """The message of the one commit that a squash leaves, where the project asks for one.

        It is that of the branch's tip: what its trailers record would be lost otherwise.
        """
        if at(self._api.get(self._path(pull.number)), "squash_on_merge") is not True:
            return {}
        for commit in self._pages(f"{self._path(pull.number)}/commits", {}):
            if text(commit, "id") == pull.head_commit:
                return {"squash_commit_message": text(commit, "message")}
        return {}

    def _read(self, value: Json) -> PullRequest:
        document = mapping(value)
        state = _STATES.get(text(document, "state"), "closed")
        labels = at(document, "labels")
        merged = text(document, "merge_commit_sha") or text(document, "squash_commit_sha")
        waiting = at(document, "merge_when_pipeline_succeeds") is True
        return PullRequest(
            number=number(document, "iid"),
            title=text(document, "title").removeprefix(self.draft_prefix),
            body=text(document, "description"),
            head=own_branch(
                text(document, "source_branch"),
                at(document, "source_project_id"),
                at(document, "target_project_id"),
            ),
            base=text(document, "target_branch"),
            state=state,
            author=text(document, "author", "username"),
            created=moment(document, "created_at"),
            draft=at(document, "draft") is True,
            labels=tuple(sorted(str(label) for label in labels))
            if isinstance(labels, list)
            else (),
            head_commit=text(document, "sha") or None,
            merge_commit=(merged or text(document, "sha")) if state == "merged" else None,
            url=text(document, "web_url"),
            reviewers=tuple(sorted(_names(at(document, "reviewers"), "username"))),
            auto_merge=waiting and state == "open",
        )

    def _user(self, name: str) -> list[Json]:
        """The id of a user, as a list; empty where there is no such user."""
        found = items(self._api.get("/users", {"username": name}))
        return [number(document, "id") for document in found[:1]]

    def _path(self, number: int) -> str:
        return f"{self._project}/merge_requests/{number}"

    def _pages(self, path: str, query: Query) -> Iterator[Document]:
        return self._api.pages(path, query, size=_PAGE)


_NOT_NOW: Final = frozenset({405, 406, 422})
_READY: Final = "mergeable"


def _names(value: Json, key: str) -> list[str]:
    return [text(document, key) for document in items(value)]
