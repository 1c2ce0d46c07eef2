"""Stands in for GitLab: each request and answer is judged by a description of version 4 of its API.

The description is made of GitLab's own client for Go (tools/partskit/gitlab.py).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from support.fakeforge import Pull, Repository
from support.serving import Asked, Said, said

if TYPE_CHECKING:
    from collections.abc import Callable

    from support.openapi import Description, Operation

USERS = {"token-of-ada-0123456789": "ada", "token-of-bob-0123456789": "bob"}
IDS = {"ada": 1, "bob": 2}
WORDS = "Promote shop to prod\n\nPromotion: prod/shop"
_WHEN = "2026-01-02T12:00:00.000Z"
_STATE = {"open": "opened"}
Answer = tuple[int, Any]

# What the description does not say: what a call requires.
_REQUIRED = {
    "CreateMergeRequest": {"source_branch", "target_branch", "title"},
    "CreateMergeRequestNote": {"body"},
    "UpdateMergeRequestNote": {"body"},
    "SetCommitStatus": {"state"},
}
_SHAPES = (
    (re.compile(r"^/projects/[^/]+"), "/projects/P"),
    (re.compile(r"/[0-9a-f]{40}"), "/S"),
    (re.compile(r"/\d+"), "/N"),
)


class FakeGitLab:
    """One project, `ada/shop`, of the free edition.

    Attributes:
        complaints: what the description has against requests, and against answers of this.
        busy: how often it still works out whether it can be merged when it is asked to.
        squashes: whether the project wants one commit of each.
        squashed: the message of the last of those.
        pipelines: whether there are any, for which alone it waits.
    """

    def __init__(self, description: Description) -> None:
        self.repository = Repository()
        self.description = description
        self.complaints: list[str] = []
        self.busy = 0
        self.pipelines = True
        self.squashes = False
        self.squashed = ""
        self._answers: dict[str, Callable[[Asked, list[int], str], Answer]] = {
            "GET /user": lambda _a, _n, me: (200, _user(me)),
            "GET /users": self._users,
            "GET /projects/P/approval_rules": lambda _a, _n, _me: (404, {"error": "404 Not Found"}),
            "GET /projects/P/merge_requests": self._list,
            "POST /projects/P/merge_requests": self._open,
            "GET /projects/P/merge_requests/N": lambda _a, n, _me: (200, self._show(n)),
            "PUT /projects/P/merge_requests/N": self._put,
            "GET /projects/P/merge_requests/N/commits": self._commits,
            "PUT /projects/P/merge_requests/N/merge": self._merge,
            "GET /projects/P/merge_requests/N/notes": self._notes,
            "POST /projects/P/merge_requests/N/notes": self._note,
            "PUT /projects/P/merge_requests/N/notes/N": self._renote,
            "DELETE /projects/P/merge_requests/N/notes/N": self._denote,
            "GET /projects/P/merge_requests/N/approvals": self._approvals,
            "GET /projects/P/merge_requests/N/reviewers": self._reviewers,
            "POST /projects/P/merge_requests/N/approve": self._approve,
            "POST /projects/P/merge_requests/N/unapprove": self._unapprove,
            "GET /projects/P/repository/commits/S/statuses": self._statuses,
            "POST /projects/P/statuses/S": self._report,
        }

    def __call__(self, asked: Asked) -> Said:
        me = USERS.get(asked.headers.get("authorization", "").removeprefix("Bearer "))
        if me is None:
            return said(401, {"message": "401 Unauthorized"})
        shape = asked.path
        numbers = [int(text) for text in re.findall(r"/(\d+)(?=/|$)", asked.path)]
        for pattern, name in _SHAPES:
            shape = pattern.sub(name, shape)
        call = f"{asked.method} {shape}"
        against, operation = self._against(asked)
        if against or operation is None:
            self.complaints += against
            return said(400, {"error": "; ".join(against)})
        with self.repository.lock:
            try:
                status, answer = self._answers[call](asked, numbers, me)
            except LookupError:
                return said(404, {"message": "404 Not found"})
        if status < 300:
            wrong = self.description.judge_answer(operation, status, answer)
            self.complaints += [f"answer to {call}: {each}" for each in wrong]
        return said(status, answer)

    def _against(self, asked: Asked) -> tuple[list[str], Operation | None]:
        try:
            operation = self.description.operation(asked.method, asked.path)
        except AssertionError as error:
            return [str(error)], None
        body: Any = asked.body or {}
        found = self.description.complaints(operation, asked.query, asked.body)
        missing = _REQUIRED.get(operation.node["operationId"], set()) - {*body}
        found += [f"{name} is missing" for name in sorted(missing)]
        return [f"{asked.method} {operation.path}: {each}" for each in found], operation

    def _show(self, numbers: list[int]) -> Any:  # noqa: ANN401
        return self._document(self.repository.pulls[numbers[0]])

    def _document(self, pull: Pull) -> Any:  # noqa: ANN401
        return {
            "iid": pull.number,
            "title": pull.title,
            "description": pull.body,
            "state": _STATE.get(pull.state, pull.state),
            "draft": pull.title.startswith("Draft: "),
            "source_branch": pull.head,
            "target_branch": pull.base,
            "sha": self.repository.head_of(pull),
            "merge_commit_sha": pull.merge_commit or None,
            "author": _user(pull.author),
            "created_at": _WHEN,
            "labels": pull.labels,
            "reviewers": [_user(name) for name in pull.reviewers],
            "merge_when_pipeline_succeeds": pull.auto_merge,
            "detailed_merge_status": "conflict"
            if self.repository.conflicts(pull)
            else "preparing"
            if self.busy
            else "mergeable",
            "squash_on_merge": self.squashes,
            "web_url": f"https://gitlab.example.com/ada/shop/-/merge_requests/{pull.number}",
        }

    def _users(self, asked: Asked, _numbers: list[int], _me: str) -> Answer:
        return 200, [_user(name) for name in IDS if name == asked.query["username"]]

    def _list(self, asked: Asked, _numbers: list[int], _me: str) -> Answer:
        query = asked.query
        found = [
            pull
            for pull in self.repository.pulls.values()
            if query["state"] in {"all", _STATE.get(pull.state, pull.state)}
            and query.get("source_branch", pull.head) == pull.head
            and query.get("target_branch", pull.base) == pull.base
        ]
        return 200, [self._document(pull) for pull in _page(found, query)]

    def _open(self, asked: Asked, _numbers: list[int], me: str) -> Answer:
        body: Any = asked.body
        pull = Pull(
            *(0, body["source_branch"], body["target_branch"]),
            *(body["title"], body["description"], me),
        )
        there = self.repository.opened(pull)
        if there:
            message = "Another open merge request already exists for this source branch"
            return 409, {"message": [f"{message}: !{there.number}"]}
        if self.repository.tip(pull.head) is None:
            return 400, {"message": {"source_branch": ["does not exist"]}}
        pull.number = next(self.repository.numbers)
        return 201, self._document(self.repository.add(pull))

    def _put(self, asked: Asked, numbers: list[int], _me: str) -> Answer:
        body: Any = asked.body
        pull = self.repository.pulls[numbers[0]]
        pull.title = body.get("title", pull.title)
        pull.body = body.get("description", pull.body)
        if "labels" in body:
            pull.labels = [label for label in body["labels"].split(",") if label]
        if "reviewer_ids" in body:
            names = {number: name for name, number in IDS.items()}
            pull.reviewers = [names[number] for number in body["reviewer_ids"]]
        if "state_event" in body:
            pull.state = {"close": "closed", "reopen": "open"}[body["state_event"]]
        return 200, self._document(pull)

    def _merge(self, asked: Asked, numbers: list[int], _me: str) -> Answer:
        body: Any = asked.body
        pull = self.repository.pulls[numbers[0]]
        if body["sha"] != self.repository.head_of(pull):
            return 409, {"message": "SHA does not match HEAD of source branch"}
        automatic = body.get("auto_merge", False)
        refused = pull.state != "open" or pull.title.startswith("Draft: ")
        if refused or self.busy or (automatic and not self.pipelines):
            self.busy = max(0, self.busy - 1)
            return 405, {"message": "405 Method Not Allowed"}
        if self.repository.conflicts(pull):
            return 422, {"message": "Branch cannot be merged"}
        if automatic:
            pull.auto_merge = True
            return 200, self._document(pull)
        self.squashed = body.get("squash_commit_message", "")
        self.repository.merge(pull)
        if body["should_remove_source_branch"]:
            del self.repository.branches[pull.head]
        return 200, self._document(pull)

    def _commits(self, _asked: Asked, numbers: list[int], _me: str) -> Answer:
        head = self.repository.head_of(self.repository.pulls[numbers[0]])
        return 200, [{"id": head, "message": WORDS}]

    def _notes(self, asked: Asked, numbers: list[int], _me: str) -> Answer:
        notes = self.repository.pulls[numbers[0]].notes
        return 200, [_note(key, note) for key, note in _page([*notes.items()], asked.query)]

    def _note(self, asked: Asked, numbers: list[int], me: str) -> Answer:
        body: Any = asked.body
        pull = self.repository.pulls[numbers[0]]
        key, note = next(self.repository.numbers), {"author": me, "text": body["body"]}
        if "/submit_review requested_changes" in body["body"]:
            pull.reviews = [r for r in pull.reviews if r["author"] != me]
            pull.reviews.append({"author": me, "state": "requested_changes"})
        pull.notes[key] = note
        return 201, _note(key, note)

    def _renote(self, asked: Asked, numbers: list[int], _me: str) -> Answer:
        body: Any = asked.body
        note = self.repository.pulls[numbers[0]].notes[numbers[1]]
        note["text"] = body["body"]
        return 200, _note(numbers[1], note)

    def _denote(self, _asked: Asked, numbers: list[int], _me: str) -> Answer:
        del self.repository.pulls[numbers[0]].notes[numbers[1]]
        return 204, None

    def _approvals(self, _asked: Asked, numbers: list[int], _me: str) -> Answer:
        reviews = self.repository.pulls[numbers[0]].reviews
        given = [{"user": _user(r["author"])} for r in reviews if r["state"] == "approved"]
        return 200, {"approved_by": given}

    def _reviewers(self, _asked: Asked, numbers: list[int], _me: str) -> Answer:
        pull = self.repository.pulls[numbers[0]]
        states = dict.fromkeys(pull.reviewers, "unreviewed")
        states |= {review["author"]: review["state"] for review in pull.reviews}
        return 200, [{"user": _user(name), "state": state} for name, state in states.items()]

    def _approve(self, asked: Asked, numbers: list[int], me: str) -> Answer:
        body: Any = asked.body
        pull = self.repository.pulls[numbers[0]]
        if body["sha"] != self.repository.head_of(pull):
            return 409, {"message": "SHA does not match HEAD of source branch"}
        pull.reviews = [review for review in pull.reviews if review["author"] != me]
        pull.reviews.append({"author": me, "state": "approved"})
        return 201, {}

    def _unapprove(self, _asked: Asked, numbers: list[int], me: str) -> Answer:
        pull = self.repository.pulls[numbers[0]]
        there = [review for review in pull.reviews if review["author"] == me]
        pull.reviews = [review for review in pull.reviews if review["author"] != me]
        return (201, {}) if there else (404, {"message": "404 Not Found"})

    def _statuses(self, asked: Asked, _numbers: list[int], _me: str) -> Answer:
        found = self.repository.statuses.get(asked.path.split("/")[-2], [])
        newest = {each["name"]: each for each in found}
        return 200, _page([*newest.values()], asked.query)

    def _report(self, asked: Asked, _numbers: list[int], _me: str) -> Answer:
        body: Any = asked.body
        before = self.repository.statuses.get(asked.path.rpartition("/")[2], [])
        newest = {each["name"]: each["status"] for each in before}.get(body["name"])
        if newest == body["state"] == "pending":
            message = "Cannot transition status via :enqueue from :pending"
            return 400, {"message": message}
        status = {"name": body["name"], "status": body["state"]} | {
            key: body.get(key) for key in ("description", "target_url")
        }
        self.repository.statuses.setdefault(asked.path.rpartition("/")[2], []).append(status)
        return 201, status


def _user(name: str) -> Any:  # noqa: ANN401
    return {"id": IDS[name], "username": name}


def _note(key: int, note: dict[str, str]) -> Any:  # noqa: ANN401
    return {
        "id": key,
        "body": note["text"],
        "author": _user(note["author"]),
        "created_at": _WHEN,
        "system": False,
    }


def _page(found: list[Any], query: Any) -> list[Any]:  # noqa: ANN401
    size = int(query["per_page"])
    return found[(int(query["page"]) - 1) * size :][:size]
