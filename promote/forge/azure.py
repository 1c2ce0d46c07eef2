"""Azure DevOps, by version 7.1 of its Git API.

A comment is a thread of one; a merge is done behind the scenes and waited for. Reviewers are named
by their ids: names are looked up on another host, which does not get the token.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from promote.errors import ForgeError
from promote.forge.answers import RefusedError
from promote.forge.azure_answers import HEADS, NOBODY, holds, read_pull, read_thread
from promote.forge.calls import refuse_further
from promote.forge.hosted import HostedForge
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
from promote.forge.reading import at, items, mapping, number, text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from promote.forge.http import Api, Query
    from promote.forge.notes import Note
    from promote.model.json import Document, Json

_VERSION: Final = "7.1"
_PAGE: Final = 100
_GENRE: Final = "promote"
_MINIMUM_REVIEWERS: Final = "fa4e907d-c16b-4a4c-9dfa-4906e5d171dd"
"""The policy that asks for approvals, by the id that it has on every server."""
_ASKED: Final = {"open": "active", "merged": "completed", "closed": "abandoned", None: "all"}
_VOTES: Final[dict[ReviewState, int]] = {"approved": 10, "commented": 0, "changes requested": -5}
_CHECKS: Final[dict[str, CheckState]] = {
    "succeeded": "success",
    "notApplicable": "success",
    "failed": "failure",
    "error": "failure",
}
_REPORTS: Final[dict[CheckState, str]] = {
    "success": "succeeded",
    "failure": "failed",
    "pending": "pending",
}


class AzureForge(HostedForge):
    """A repository on Azure DevOps.

    Args:
        api: speaks to `https://dev.azure.com`, or to a server of one's own.
        repository: `organisation/project/name`.
        name: what the configuration calls it.
    """

    # A stranger is to be told so, and not sent to a page to sign in.
    headers = {"X-TFS-FedAuthRedirect": "Suppress"}  # noqa: RUF012 - never changed
    limits = Limits(title=400, body=4_000, unit="UTF-16")
    note_limit = 100_000

    def __init__(self, api: Api, repository: str, name: str = "azure") -> None:
        super().__init__(api, repository, name)
        organisation, project, repo = (quote(part, safe="") for part in repository.split("/"))
        self._organisation = f"/{organisation}"
        self._project = f"/{organisation}/{project}"
        self._page = f"{self._project}/_git/{repo}"
        self._repo = f"{self._project}/_apis/git/repositories/{repo}"

    def required_approvals(self, base: str) -> int | None:
        """The most that policies of the branch ask for."""
        path = f"{self._project}/_apis/policy/configurations"
        found = self._api.find(path, {"api-version": _VERSION})
        if found is None:
            return None
        policies = [
            policy
            for policy in items(at(found, "value"))
            if text(policy, "type", "id") == _MINIMUM_REVIEWERS and at(policy, "isEnabled") is True
        ]
        repository = self._ask("") if policies else None
        counts = [
            at(policy, "settings", "minimumApproverCount")
            for policy in policies
            if any(holds(one, base, repository) for one in items(at(policy, "settings", "scope")))
        ]
        return max((count for count in counts if isinstance(count, int)), default=0)

    def _me(self) -> str:
        found = self._api.get(f"{self._organisation}/_apis/connectionData")
        return text(found, "authenticatedUser", "id")

    def _open(self, proposal: Proposal) -> PullRequest:
        body: Document = {
            "title": proposal.title,
            "description": proposal.body,
            "sourceRefName": HEADS + proposal.head,
            "targetRefName": HEADS + proposal.base,
            "isDraft": proposal.draft,
        }
        return self._read(self._send("POST", "/pullrequests", body))

    def _search(self, state: State | None, head: str = "", base: str = "") -> Iterator[PullRequest]:
        query: dict[str, str | int | bool] = {"searchCriteria.status": _ASKED[state]}
        if head:
            query["searchCriteria.sourceRefName"] = HEADS + head
        if base:
            query["searchCriteria.targetRefName"] = HEADS + base
        skip = 0
        while True:
            page = self._ask("/pullrequests", {**query, "$top": _PAGE, "$skip": skip})
            found = items(at(page, "value"))
            for document in found:
                # A list holds the first 400 characters of a description: the marker is further on.
                yield self._get(number(document, "pullRequestId"))
            if len(found) < _PAGE:
                return
            skip += _PAGE

    def _get(self, number: int) -> PullRequest:
        path = f"/pullrequests/{number}"
        document = mapping(self._ask(path))
        if at(document, "labels") is None:
            # Not every version tells them with the rest.
            document = {**document, "labels": at(self._ask(f"{path}/labels"), "value")}
        return self._read(document)

    def _read(self, value: Json) -> PullRequest:
        pull = read_pull(value)
        # The address that an answer has is that of the API.
        return replace(pull, url=f"{self._api.base}{self._page}/pullrequest/{pull.number}")

    def _write(self, old: PullRequest, change: Change) -> None:
        path = f"/pullrequests/{old.number}"
        said: Document = {
            "title": change.title,
            "description": change.body,
            "isDraft": change.draft,
        }
        said = {key: value for key, value in said.items() if value is not None}
        if change.auto_merge is not None:
            said["autoCompleteSetBy"] = {"id": self._me() if change.auto_merge else NOBODY}
            if change.auto_merge:
                said["completionOptions"] = _completion()
        if said:
            self._send("PATCH", path, said)
        for label in {*(change.labels or ())} - {*old.labels}:
            self._label(old.number, label)
        if change.labels is not None:
            for label in {*old.labels} - {*change.labels}:
                self._drop(f"{path}/labels/{quote(label, safe='')}")
        for reviewer in change.reviewers or ():
            self._invite(f"{path}/reviewers/{quote(reviewer, safe='')}")

    def _set_state(self, pull: PullRequest, state: State) -> None:
        status = "active" if state == "open" else "abandoned"
        self._send("PATCH", f"/pullrequests/{pull.number}", {"status": status})

    def _merge(self, pull: PullRequest, expect: str) -> None:
        document = self._ask(f"/pullrequests/{pull.number}")
        if text(document, "mergeStatus") in {"conflicts", "rejectedByPolicy", "failure"}:
            raise ForgeError(
                f"pull request {pull.number} cannot be merged: {text(document, 'mergeStatus')}",
                hint="promote again to build it on what is there now",
            )
        body: Document = {
            "status": "completed",
            "lastMergeSourceCommit": {"commitId": expect},
            "completionOptions": _completion(),
        }
        self._send("PATCH", f"/pullrequests/{pull.number}", body)

    def _notes(self, number: int) -> list[Note]:
        found = self._ask(f"/pullrequests/{number}/threads")
        return [
            read_thread(thread, items(at(thread, "comments"))[0])
            for thread in items(at(found, "value"))
            if at(thread, "isDeleted") is not True
            and items(at(thread, "comments"))
            and at(items(at(thread, "comments"))[0], "isDeleted") is not True
        ]

    def _add_note(self, number: int, text: str) -> None:
        comment: Document = {"parentCommentId": 0, "content": text, "commentType": "text"}
        body: Document = {"comments": [comment], "status": "closed"}
        self._send("POST", f"/pullrequests/{number}/threads", body)

    def _set_note(self, number: int, note: Note, text: str) -> None:
        thread, _, comment = note.id.partition("/")
        path = f"/pullrequests/{number}/threads/{thread}/comments/{comment}"
        self._send("PATCH", path, {"content": text})

    def _drop_note(self, number: int, note: Note) -> None:
        thread, _, comment = note.id.partition("/")
        self._drop(f"/pullrequests/{number}/threads/{thread}/comments/{comment}")

    def _reviews(self, pull: PullRequest) -> list[Review]:
        document = self._ask(f"/pullrequests/{pull.number}")
        found = []
        for reviewer in items(at(document, "reviewers")):
            vote = at(reviewer, "vote")
            if isinstance(vote, int) and vote:
                state: ReviewState = "approved" if vote > 0 else "changes requested"
                # Which commit was looked at is not told.
                found.append(Review(text(reviewer, "id"), state, pull.head_commit))
        return found

    def _add_review(self, pull: PullRequest, state: ReviewState, body: str) -> None:
        me = self._me()
        path = f"/pullrequests/{pull.number}/reviewers/{me}"
        self._send("PUT", path, {"id": me, "vote": _VOTES[state]})
        if body:
            self._add_note(pull.number, body)

    def _checks(self, commit: str) -> list[Check]:
        query = {"latestOnly": True, "top": 1000}
        found = self._ask(f"/commits/{commit}/statuses", query)
        return [
            Check(
                text(document, "context", "name"),
                _CHECKS.get(text(document, "state"), "pending"),
                text(document, "description"),
                text(document, "targetUrl"),
            )
            for document in items(at(found, "value"))
        ]

    def _report(self, commit: str, check: Check) -> None:
        body: Document = {
            "state": _REPORTS[check.state],
            "description": check.description,
            "context": {"name": check.name, "genre": _GENRE},
        }
        if check.url:
            body["targetUrl"] = check.url
        self._send("POST", f"/commits/{commit}/statuses", body)

    def _label(self, number: int, name: str) -> None:
        """Add a label, which is made where it is missing."""
        path = f"/pullrequests/{number}/labels"
        self._api.once(
            lambda: self._send("POST", path, {"name": name}),
            lambda: name if name in self._get(number).labels else None,
        )

    def _invite(self, path: str) -> None:
        try:
            self._send("PUT", path, {"id": path.rpartition("/")[2], "vote": 0})
        except RefusedError as error:
            refuse_further(error, {400, 404})

    def _ask(self, path: str, query: Query | None = None) -> Json:
        return self._api.get(f"{self._repo}{path}", {**(query or {}), "api-version": _VERSION})

    def _send(self, method: str, path: str, body: Document) -> Json:
        query = {"api-version": _VERSION}
        return self._api.send(method, f"{self._repo}{path}", body, query=query).document

    def _drop(self, path: str) -> None:
        query = {"api-version": _VERSION}
        self._api.send("DELETE", f"{self._repo}{path}", query=query, allow=(404,))


def _completion() -> Document:
    """Never past a policy: `bypassPolicy` is not among these."""
    return {"deleteSourceBranch": True, "mergeStrategy": "noFastForward"}
