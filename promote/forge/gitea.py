"""Gitea and Forgejo, by version 1 of their API.

Drafts are titles that begin with `WIP:`. A merge that waits is known by the timeline alone.
"""

from __future__ import annotations

import itertools
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from promote.forge.answers import RefusedError
from promote.forge.http import TRIES
from promote.forge.hub import HubForge, read_pull
from promote.forge.notes import Note, read_note
from promote.forge.protocol import Change, Check, CheckState, Limits, Proposal, PullRequest, State
from promote.forge.reading import at, items, mapping, number, own_branch, text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from promote.forge.http import Api
    from promote.model.json import Document, Json

_COLOUR: Final = "#5319e7"
_RACED: Final = "already changed"
_SCHEDULED: Final = "already scheduled"
_CHECKS: Final[dict[str, CheckState]] = {
    "success": "success",
    "warning": "success",
    "skipped": "success",
    "failure": "failure",
    "error": "failure",
}


class GiteaForge(HubForge):
    """A repository on a Gitea or Forgejo server.

    Args:
        api: speaks to `…/api/v1`.
        repository: `owner/name`.
        name: which of the two it is.
    """

    # The database holds 255 characters of a title; of a body, on MySQL, 65,535 bytes.
    draft_prefix = "WIP: "
    limits = Limits(title=255 - len(draft_prefix), body=60_000, unit="bytes")
    description_limit = 255
    page = ("limit", 50)
    events = {  # noqa: RUF012 - never changed
        "approved": "APPROVED",
        "changes requested": "REQUEST_CHANGES",
        "commented": "COMMENT",
    }
    reviews = {  # noqa: RUF012 - never changed
        "APPROVED": "approved",
        "REQUEST_CHANGES": "changes requested",
        "COMMENT": "commented",
    }
    asking = "review_request"

    def __init__(self, api: Api, repository: str, name: str = "gitea") -> None:
        super().__init__(api, repository, name)

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
            "title": self._titled(proposal.title, draft=proposal.draft),
            "body": proposal.body,
            "head": proposal.head,
            "base": proposal.base,
        }
        return self._read(self._api.send("POST", f"{self._repo}/pulls", body).document)

    def _search(self, state: State | None, head: str = "", base: str = "") -> Iterator[PullRequest]:
        asked = {"open": "open", None: "all"}.get(state, "closed")
        for document in self._pages(f"{self._repo}/pulls", {"state": asked, "sort": "oldest"}):
            pull = self._read(document)
            if state in {None, pull.state} and head in {"", pull.head} and base in {"", pull.base}:
                yield pull

    def _read(self, value: Json) -> PullRequest:
        document = mapping(value)
        # `ref` is that of the pull request itself once the branch is gone.
        branch = text(document, "head", "label") or text(document, "head", "ref")
        repositories = (at(document, side, "repo_id") for side in ("head", "base"))
        teams = items(at(document, "requested_reviewers_teams"))
        pull = read_pull(
            document,
            head=own_branch(branch, *repositories),
            merged=at(document, "merged") is True,
            teams=[self._team(text(team, "name")) for team in teams],
        )
        return replace(pull, title=pull.title.removeprefix(self.draft_prefix))

    def _write(self, old: PullRequest, change: Change) -> None:
        path = self._path(old.number)
        if change.title is not None or change.draft is not None or change.body is not None:
            title = old.title if change.title is None else change.title
            draft = old.draft if change.draft is None else change.draft
            body: Document = {"title": self._titled(title, draft=draft)}
            if change.body is not None:
                body["body"] = change.body
            self._patch(path, body)
        if change.labels is not None:
            ids: list[Json] = [self._label(label) for label in change.labels]
            labels = f"{self._repo}/issues/{old.number}/labels"
            self._api.send("PUT", labels, {"labels": ids})
        self._ask_all(old, change.reviewers or ())
        if change.auto_merge is not None:
            self._schedule(old, wanted=change.auto_merge)

    def _patch(self, path: str, body: Document) -> None:
        """Say what shall be; of several who do at once, all but one are refused, and ask again."""
        for attempt in range(TRIES):
            try:
                self._api.send("PATCH", path, body)
            except RefusedError as error:
                if _RACED not in error.said.lower() or attempt + 1 == TRIES:
                    raise
                self._api.pause(attempt)
            else:
                return

    def _merge(self, pull: PullRequest, expect: str) -> None:
        self._api.send(
            "POST",
            f"{self._path(pull.number)}/merge",
            {
                **self._manner(pull),
                "head_commit_id": expect,
                "delete_branch_after_merge": True,
            },
        )

    def _notes(self, number: int) -> list[Note]:
        # This list is not in pages.
        found = items(self._api.get(f"{self._repo}/issues/{number}/comments"))
        return [read_note(document, ("user", "login"), ("body",)) for document in found]

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

    def _auto_merge(self, pull: PullRequest) -> bool:
        if pull.state != "open":
            return False
        said = [text(event, "type") for event in self._timeline(pull)]
        marks = [kind for kind in said if kind in _SCHEDULING]
        return bool(marks) and marks[-1] == "pull_scheduled_merge"

    def _was_swept_away(self, pull: PullRequest) -> bool:
        """Whether Gitea closed it for a branch that was deleted, and its branch is there.

        It learns of deleted branches behind the scenes, also of those that it deletes at a merge,
        and closes whatever is open from a branch of that name by then: a pull request, too, whose
        branch was pushed since. Whoever declines one by deleting its branch leaves no branch.
        """
        said = [text(event, "type") for event in self._timeline(pull)]
        ends = [kind for kind in said if kind in _ENDINGS]
        if ends[-2:] != ["close", "delete_branch"]:
            return False
        branch = self._api.find(f"{self._repo}/branches/{quote(pull.head, safe='')}")
        return branch is not None

    def _timeline(self, pull: PullRequest) -> Iterator[Document]:
        """All that happened to one, oldest first.

        Remarks on lines, which come with reviews, are left out of its pages, and the count that it
        gives is of a page: then it is read up to a page that is empty.
        """
        path = f"{self._repo}/issues/{pull.number}/timeline"
        most = self._longest_page or self.page[1]
        gaps = not self._longest_page
        for page in itertools.count(1):
            found = items(self._api.get(path, {self.page[0]: most, "page": page}))
            yield from found
            gaps = gaps or any(text(event, "type") == "review" for event in found)
            if not found or (len(found) < most and not gaps):
                return

    @cached_property
    def _longest_page(self) -> int:
        """What the server was told to give at most; 0 where it does not say."""
        told = at(self._api.find("/settings/api"), "max_response_items")
        return min(told, self.page[1]) if isinstance(told, int) else 0

    def _passes(self, pull: PullRequest, refused: RefusedError) -> bool:  # noqa: ARG002
        """Whether it can be merged is worked out behind the scenes; until then it says 405."""
        return refused.status == _NOT_NOW and "try again" in refused.said.lower()

    def _schedule(self, pull: PullRequest, *, wanted: bool) -> None:
        path = f"{self._path(pull.number)}/merge"
        if not wanted:
            self._api.send("DELETE", path, allow=(404,))
            return
        body: Document = {
            **self._manner(pull),
            "merge_when_checks_succeed": True,
            "delete_branch_after_merge": True,
            "head_commit_id": pull.head_commit,
        }
        for attempt in range(TRIES):
            try:
                self._api.once(
                    lambda: self._api.send("POST", path, body).status == _CREATED,
                    lambda: (
                        self._auto_merge(pull) or self._get(pull.number).state == "merged" or None
                    ),
                )
            except RefusedError as refused:
                if _SCHEDULED in refused.said.lower():
                    return
                # One that was just opened is still looked at.
                if not self._passes(pull, refused) or attempt + 1 == TRIES:
                    raise
                self._api.pause(attempt)
            else:
                return

    def _manner(self, pull: PullRequest) -> Document:
        """How to merge: by a merge commit, unless the repository allows none."""
        repository = self._api.get(self._repo)
        allowed = (one for one in _STYLES if at(repository, _STYLES[one]) is not False)
        style = next(allowed, "merge")
        if style != "squash":
            return {"Do": style}
        title, words = self._squashed_words(pull)
        return {"Do": style, "MergeTitleField": title, "MergeMessageField": words}

    def _label(self, name: str) -> int:
        """The id of a label, which is made where it is missing.

        Of labels that runners made at once, which Gitea lets them, the oldest stays: a number that
        is seen after one's own was made is never followed by a smaller one.
        """
        path = f"{self._repo}/labels"

        def found() -> int | None:
            labels = self._pages(path, {})
            same = (number(label, "id") for label in labels if text(label, "name") == name)
            return min(same, default=None)

        there = found()
        if there is not None:
            return there
        body: Document = {"name": name, "color": _COLOUR}
        made = self._api.once(
            lambda: number(self._api.send("POST", path, body).document, "id"), found
        )
        oldest = found() or made
        if oldest != made:
            self._api.send("DELETE", f"{path}/{made}", allow=(404,))
        return oldest


_CREATED: Final = 201
_STYLES: Final = {
    "merge": "allow_merge_commits",
    "squash": "allow_squash_merge",
    "rebase-merge": "allow_rebase_explicit",
    "rebase": "allow_rebase",
}
_NOT_NOW: Final = 405
_ENDINGS: Final = frozenset({"close", "reopen", "delete_branch"})
_SCHEDULING: Final = frozenset({"pull_scheduled_merge", "pull_cancel_scheduled_merge"})
