"""Stands in for Azure DevOps: requests and answers are judged by a description of its Git API.

The description is made of Microsoft's own client for Python (tools/partskit/azure.py).
"""

from __future__ import annotations

import base64
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from support.fakeforge import Pull, Repository
from support.serving import Asked, Said, said

if TYPE_CHECKING:
    from collections.abc import Callable

    from support.openapi import Description

USERS = {"token-of-ada-0123456789": "ada", "token-of-bob-0123456789": "bob"}
_WHEN = "2026-01-02T12:00:00.1234567Z"
_STATES = {"open": "active", "merged": "completed", "closed": "abandoned"}
_ROOT = "/org/project/_apis/git/repositories/shop"
_REPOSITORY = {"id": "1", "name": "shop", "defaultBranch": "refs/heads/main"}
# Each call says the version that it is written for.
BESIDES = frozenset({"api-version"})
_POLICIES = "/org/project/_apis/policy/configurations"
Answer = tuple[int, Any]
Route = tuple[str, str, "Callable[[Asked, list[str], str], Answer]"]


class FakeAzure:
    """One repository, `org/project/shop`.

    Attributes:
        complaints: what the description has against requests, and against answers of this.
        policies: of the project's branches.
    """

    def __init__(self, description: Description) -> None:
        self.repository = Repository()
        self.description = description
        self.complaints: list[str] = []
        self.policies: list[Any] = []
        pull = "/pullrequests/([0-9]+)"
        self._routes: list[Route] = [
            ("GET", "/pullrequests", self._list),
            ("POST", "/pullrequests", self._open),
            ("GET", pull, lambda _a, p, _me: (200, self._document(self._pull(p)))),
            ("PATCH", pull, self._patch),
            ("GET", f"{pull}/labels", self._labels),
            ("POST", f"{pull}/labels", self._label),
            ("DELETE", f"{pull}/labels/([^/]+)", self._unlabel),
            ("PUT", f"{pull}/reviewers/([^/]+)", self._vote),
            ("GET", f"{pull}/threads", self._threads),
            ("POST", f"{pull}/threads", self._thread),
            ("PATCH", f"{pull}/threads/([0-9]+)/comments/1", self._renote),
            ("DELETE", f"{pull}/threads/([0-9]+)/comments/1", self._denote),
            ("GET", "/commits/([0-9a-f]+)/statuses", self._statuses),
            ("POST", "/commits/([0-9a-f]+)/statuses", self._report),
        ]

    def __call__(self, asked: Asked) -> Said:
        secret = asked.headers.get("authorization", "").removeprefix("Basic ")
        me = USERS.get(base64.b64decode(secret).decode().partition(":")[2])
        if me is None:
            return said(401, {"message": "Access denied"})
        if asked.path == "/org/_apis/connectionData":
            return said(200, {"authenticatedUser": {"id": me}})
        if asked.query.get("api-version") != "7.1":
            self.complaints.append(f"{asked.path} has no version")
        besides: dict[str, Any] = {_POLICIES: {"value": self.policies}, _ROOT: _REPOSITORY}
        if asked.path in besides:
            return said(200, besides[asked.path])
        try:
            operation = self.description.operation(asked.method, asked.path)
        except AssertionError as error:
            self.complaints.append(str(error))
            return said(404, {"message": "not found"})
        call = f"{asked.method} {operation.path}"
        against = self.description.complaints(operation, asked.query, asked.body)
        if against:
            self.complaints += [f"{call}: {each}" for each in against]
            return said(400, {"message": "; ".join(against)})
        status, answer = self._answer(asked, me)
        if status < 300 and answer is not None:
            against = self.description.judge_answer(operation, 200, answer)
            self.complaints += [f"answer to {call}: {each}" for each in against]
        return said(status, answer)

    def _answer(self, asked: Asked, me: str) -> Answer:
        with self.repository.lock:
            for method, pattern, answer in self._routes:
                match = re.fullmatch(_ROOT + pattern, asked.path)
                if method == asked.method and match:
                    try:
                        return answer(asked, [*match.groups()], me)
                    except LookupError:
                        break
        return 404, {"message": "TF401180: not found"}

    def _pull(self, parts: list[str]) -> Pull:
        return self.repository.pulls[int(parts[0])]

    def _document(self, pull: Pull) -> Any:  # noqa: ANN401
        votes = dict.fromkeys(pull.reviewers, 0)
        votes |= {review["author"]: int(review["vote"]) for review in pull.reviews}
        conflicts = pull.state == "open" and self.repository.conflicts(pull)
        return {
            "pullRequestId": pull.number,
            "title": pull.title,
            "description": pull.body,
            "status": _STATES[pull.state],
            "isDraft": pull.draft,
            "sourceRefName": f"refs/heads/{pull.head}",
            "targetRefName": f"refs/heads/{pull.base}",
            "createdBy": {"id": pull.author},
            "creationDate": _WHEN,
            "lastMergeSourceCommit": {"commitId": self.repository.head_of(pull)},
            "lastMergeCommit": {"commitId": pull.merge_commit},
            "mergeStatus": "conflicts" if conflicts else "succeeded",
            "reviewers": [{"id": name, "vote": vote} for name, vote in votes.items()],
            "url": f"https://dev.azure.com/org/_apis/git/pullRequests/{pull.number}",
        }

    def _list(self, asked: Asked, _parts: list[str], _me: str) -> Answer:
        query = {name.rpartition(".")[2]: value for name, value in asked.query.items()}
        found = [
            {**self._document(pull), "description": pull.body[:400]}
            for pull in reversed(self.repository.pulls.values())
            if query["status"] in {"all", _STATES[pull.state]}
            and query.get("sourceRefName", f"refs/heads/{pull.head}") == f"refs/heads/{pull.head}"
            and query.get("targetRefName", f"refs/heads/{pull.base}") == f"refs/heads/{pull.base}"
        ]
        skip = int(query["$skip"])
        return 200, {"value": found[skip:][: int(query["$top"])]}

    def _open(self, asked: Asked, _parts: list[str], me: str) -> Answer:
        body: Any = asked.body
        head, base = (
            body[name].removeprefix("refs/heads/") for name in ("sourceRefName", "targetRefName")
        )
        if len(body["description"]) > 4000:
            return 400, {"message": "Invalid argument value. Parameter name: description"}
        pull = Pull(0, head, base, body["title"], body["description"], me, body["isDraft"])
        if self.repository.opened(pull):
            return 409, {"message": "TF401179: An active pull request already exists"}
        if self.repository.tip(head) is None:
            return 400, {"message": "TF401398: the source branch does not exist"}
        pull.number = next(self.repository.numbers)
        return 201, self._document(self.repository.add(pull))

    def _patch(self, asked: Asked, parts: list[str], _me: str) -> Answer:
        body: Any = asked.body
        pull = self._pull(parts)
        pull.title = body.get("title", pull.title)
        pull.body = body.get("description", pull.body)
        pull.draft = body.get("isDraft", pull.draft)
        status = body.get("status")
        if status == "completed":
            if body["lastMergeSourceCommit"]["commitId"] != self.repository.head_of(pull):
                return 409, {"message": "TF401192: the source was modified"}
            self.repository.merge(pull)
            if body["completionOptions"]["deleteSourceBranch"]:
                del self.repository.branches[pull.head]
        elif status:
            pull.state = {"active": "open", "abandoned": "closed"}[status]
        return 200, self._document(pull)

    def _labels(self, _asked: Asked, parts: list[str], _me: str) -> Answer:
        return 200, {"value": [{"name": name, "active": True} for name in self._pull(parts).labels]}

    def _label(self, asked: Asked, parts: list[str], _me: str) -> Answer:
        body: Any = asked.body
        pull = self._pull(parts)
        pull.labels = sorted({*pull.labels, body["name"]})
        return 200, {"name": body["name"], "active": True}

    def _unlabel(self, _asked: Asked, parts: list[str], _me: str) -> Answer:
        pull = self._pull(parts)
        pull.labels = [label for label in pull.labels if label != unquote(parts[1])]
        return 200, None

    def _vote(self, asked: Asked, parts: list[str], me: str) -> Answer:
        body: Any = asked.body
        pull = self._pull(parts)
        name = unquote(parts[1])
        if name not in USERS.values():
            return 404, {"message": "identity not found"}
        if body["vote"] and name != me:
            return 403, {"message": "you may not vote for others"}
        if name not in pull.reviewers:
            pull.reviewers.append(name)
        pull.reviews = [review for review in pull.reviews if review["author"] != name]
        pull.reviews.append({"author": name, "vote": str(body["vote"])})
        return 200, {"id": name}

    def _threads(self, _asked: Asked, parts: list[str], _me: str) -> Answer:
        notes = self._pull(parts).notes
        return 200, {"value": [_thread(key, note) for key, note in notes.items()]}

    def _thread(self, asked: Asked, parts: list[str], me: str) -> Answer:
        body: Any = asked.body
        key, note = (
            next(self.repository.numbers),
            {"author": me, "text": body["comments"][0]["content"]},
        )
        self._pull(parts).notes[key] = note
        return 200, _thread(key, note)

    def _renote(self, asked: Asked, parts: list[str], _me: str) -> Answer:
        body: Any = asked.body
        note = self._pull(parts).notes[int(parts[1])]
        note["text"] = body["content"]
        return 200, {}

    def _denote(self, _asked: Asked, parts: list[str], _me: str) -> Answer:
        del self._pull(parts).notes[int(parts[1])]
        return 200, None

    def _statuses(self, _asked: Asked, parts: list[str], _me: str) -> Answer:
        found = self.repository.statuses.get(parts[0], [])
        newest: dict[str, Any] = {each["context"]["name"]: each for each in found}
        return 200, {"value": [*newest.values()]}

    def _report(self, asked: Asked, parts: list[str], _me: str) -> Answer:
        body: Any = asked.body
        self.repository.statuses.setdefault(parts[0], []).append(body)
        return 201, body


def _thread(key: int, note: dict[str, str]) -> Any:  # noqa: ANN401
    comment = {"id": 1, "content": note["text"], "author": {"id": note["author"]}}
    return {"id": key, "comments": [{**comment, "publishedDate": _WHEN}]}
