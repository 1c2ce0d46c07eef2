"""Stands in for Bitbucket Cloud: its published OpenAPI description judges requests and answers."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from support.fakeforge import Pull, Repository
from support.serving import Asked, Said, said

if TYPE_CHECKING:
    from collections.abc import Callable

    from support.openapi import Description

USERS = {"token-of-ada-0123456789": "ada", "token-of-bob-0123456789": "bob"}
_WHEN = "2026-01-02T12:00:00.000000+00:00"
_STATES = {"open": "OPEN", "merged": "MERGED", "closed": "DECLINED"}
_ROOT = "/repositories/ada/shop"
# The description wants a `type` in each object, which its own examples leave out.
OPTIONAL = frozenset({"type"})
# All lists take the first four, as its introduction says. Of a pull request it shows the text only
# as it is read (`rendered`, `summary`), and drafts are newer than the edition that is packaged.
BESIDES = frozenset({"page", "pagelen", "q", "sort", "description", "draft"})
# A page may hold less than was asked for.
_LARGEST = 2
Answer = tuple[int, Any]
Route = tuple[str, str, "Callable[[Asked, list[str], str], Answer]"]


class FakeBitbucket:
    """One repository, `ada/shop`.

    Attributes:
        complaints: what the description has against requests, and against answers of this.
    """

    def __init__(self, description: Description) -> None:
        self.repository = Repository()
        self.description = description
        self.complaints: list[str] = []
        pull = "/pullrequests/([0-9]+)"
        self._routes: list[Route] = [
            ("GET", "/pullrequests", self._list),
            ("POST", "/pullrequests", self._open),
            ("GET", pull, lambda _a, p, _me: (200, self._document(self._pull(p)))),
            ("PUT", pull, self._put),
            ("POST", f"{pull}/decline", self._decline),
            ("POST", f"{pull}/merge", self._merge),
            ("POST", f"{pull}/(approve|request-changes)", self._review),
            ("DELETE", f"{pull}/(approve|request-changes)", self._withdraw),
            ("GET", f"{pull}/comments", self._notes),
            ("POST", f"{pull}/comments", self._note),
            ("PUT", f"{pull}/comments/([0-9]+)", self._renote),
            ("DELETE", f"{pull}/comments/([0-9]+)", self._denote),
            ("GET", "/commit/([0-9a-f]+)", self._commit),
            ("GET", "/commit/([0-9a-f]+)/statuses", self._statuses),
            ("POST", "/commit/([0-9a-f]+)/statuses/build", self._report),
            ("GET", "/branch-restrictions", lambda _a, _p, _me: (403, _error("no rights"))),
        ]

    def __call__(self, asked: Asked) -> Said:
        me = USERS.get(asked.headers.get("authorization", "").removeprefix("Bearer "))
        if me is None:
            return said(401, _error("Token is invalid"))
        try:
            operation = self.description.operation(asked.method, asked.path)
        except AssertionError as error:
            self.complaints.append(str(error))
            return said(404, _error("Resource not found"))
        call = f"{asked.method} {operation.path}"
        against = self.description.complaints(operation, asked.query, asked.body)
        if against:
            self.complaints += [f"{call}: {each}" for each in against]
            return said(400, _error("; ".join(against)))
        status, answer = self._answer(asked, me)
        if status < 300:
            # Bitbucket answers with null as well, of which its description knows nothing.
            against = self.description.judge_answer(operation, status, _without_null(answer))
            self.complaints += [f"answer to {call}: {each}" for each in against]
        return said(status, answer)

    def _answer(self, asked: Asked, me: str) -> Answer:
        if asked.path == "/user":
            return 200, _user(me)
        with self.repository.lock:
            for method, pattern, answer in self._routes:
                match = re.fullmatch(_ROOT + pattern, asked.path)
                if method == asked.method and match:
                    try:
                        return answer(asked, [*match.groups()], me)
                    except LookupError:
                        break
        return 404, _error("Not found")

    def _pull(self, parts: list[str]) -> Pull:
        return self.repository.pulls[int(parts[0])]

    def _document(self, pull: Pull) -> Any:  # noqa: ANN401
        people: dict[str, Any] = {
            name: {"approved": False, "state": None} for name in pull.reviewers
        }
        for review in pull.reviews:
            state = review["state"]
            people[review["author"]] = {"approved": state == "approved", "state": state}
        return {
            "id": pull.number,
            "title": pull.title,
            "description": pull.body,
            "state": _STATES[pull.state],
            "draft": pull.draft,
            "source": {
                "branch": {"name": pull.head},
                "commit": {"hash": self.repository.head_of(pull)[:12]},
            },
            "destination": {"branch": {"name": pull.base}},
            "merge_commit": {"hash": pull.merge_commit[:12]} if pull.merge_commit else None,
            "author": _user(pull.author),
            "created_on": _WHEN,
            "reviewers": [_user(name) for name in pull.reviewers],
            "participants": [{"user": _user(name), **said} for name, said in people.items()],
            "links": {"html": {"href": f"https://bitbucket.org/ada/shop/pull/{pull.number}"}},
        }

    def _list(self, asked: Asked, _parts: list[str], _me: str) -> Answer:
        query = asked.query["q"]
        states = re.findall(r'state="(\w+)"', query)
        head = re.search(r'source\.branch\.name="([^"]+)"', query)
        base = re.search(r'destination\.branch\.name="([^"]+)"', query)
        found = [
            self._document(pull)
            for pull in self.repository.pulls.values()
            if _STATES[pull.state] in states
            and (head is None or head[1] == pull.head)
            and (base is None or base[1] == pull.base)
        ]
        return 200, _page(found, asked)

    def _open(self, asked: Asked, _parts: list[str], me: str) -> Answer:
        body: Any = asked.body
        head, base = (body[side]["branch"]["name"] for side in ("source", "destination"))
        pull = Pull(0, head, base, body["title"], body["description"], me, body["draft"])
        there = self.repository.opened(pull)
        if there:
            # The one that is open is written anew.
            there.title, there.body = pull.title, pull.body
            return 201, self._document(there)
        if self.repository.tip(head) is None:
            return 400, _error("source branch not found")
        pull.number = next(self.repository.numbers)
        return 201, self._document(self.repository.add(pull))

    def _put(self, asked: Asked, parts: list[str], _me: str) -> Answer:
        body: Any = asked.body
        pull = self._pull(parts)
        pull.title = body["title"]
        pull.body = body.get("description", pull.body)
        pull.draft = body.get("draft", pull.draft)
        names = [user["account_id"] for user in body.get("reviewers", [])]
        if not {*names} <= {*USERS.values()}:
            return 400, _error("reviewers: Malformed reviewers list")
        pull.reviewers = names  # without the list, all are taken away
        return 200, self._document(pull)

    def _decline(self, _asked: Asked, parts: list[str], _me: str) -> Answer:
        pull = self._pull(parts)
        pull.state = "closed"
        return 200, self._document(pull)

    def _merge(self, _asked: Asked, parts: list[str], _me: str) -> Answer:
        pull = self._pull(parts)
        if pull.state != "open" or self.repository.conflicts(pull):
            return 409, _error("merge conflict")
        self.repository.merge(pull)
        del self.repository.branches[pull.head]
        return 200, self._document(pull)

    def _review(self, _asked: Asked, parts: list[str], me: str) -> Answer:
        pull = self._pull(parts)
        state = "approved" if parts[1] == "approve" else "changes_requested"
        pull.reviews = [review for review in pull.reviews if review["author"] != me]
        pull.reviews.append({"author": me, "state": state})
        return 200, {}

    def _withdraw(self, _asked: Asked, parts: list[str], me: str) -> Answer:
        pull = self._pull(parts)
        state = "approved" if parts[1] == "approve" else "changes_requested"
        mine = {"author": me, "state": state}
        if mine not in pull.reviews:
            return 404, _error("not reviewed")
        pull.reviews.remove(mine)
        return 204, None

    def _notes(self, asked: Asked, parts: list[str], _me: str) -> Answer:
        found = [_note(key, note) for key, note in self._pull(parts).notes.items()]
        return 200, _page(found, asked)

    def _note(self, asked: Asked, parts: list[str], me: str) -> Answer:
        body: Any = asked.body
        key, note = next(self.repository.numbers), {"author": me, "text": body["content"]["raw"]}
        self._pull(parts).notes[key] = note
        return 201, _note(key, note)

    def _renote(self, asked: Asked, parts: list[str], _me: str) -> Answer:
        body: Any = asked.body
        note = self._pull(parts).notes[int(parts[1])]
        note["text"] = body["content"]["raw"]
        return 200, _note(int(parts[1]), note)

    def _denote(self, _asked: Asked, parts: list[str], _me: str) -> Answer:
        del self._pull(parts).notes[int(parts[1])]
        return 204, None

    def _commit(self, _asked: Asked, parts: list[str], _me: str) -> Answer:
        pulls = self.repository.pulls.values()
        known = {each.commit for each in self.repository.branches.values()}
        known |= {commit for pull in pulls for commit in (pull.head_commit, pull.merge_commit)}
        found = [commit for commit in known if commit.startswith(parts[0])]
        return (200, {"hash": found[0]}) if found else (404, _error("no commit"))

    def _statuses(self, asked: Asked, parts: list[str], _me: str) -> Answer:
        return 200, _page(self.repository.statuses.get(parts[0], []), asked)

    def _report(self, asked: Asked, parts: list[str], _me: str) -> Answer:
        body: Any = asked.body
        if not body["url"] or len(body["key"]) > 40:
            return 400, _error("bad status")
        others = self.repository.statuses.get(parts[0], [])
        kept = [status for status in others if status["key"] != body["key"]]
        self.repository.statuses[parts[0]] = [*kept, body]
        return 201, body


def _error(message: str) -> Any:  # noqa: ANN401
    return {"type": "error", "error": {"message": message}}


def _without_null(value: Any) -> Any:  # noqa: ANN401
    if isinstance(value, list):
        return [_without_null(item) for item in value]
    if not isinstance(value, dict):
        return value
    return {key: _without_null(item) for key, item in value.items() if item is not None}


def _user(name: str) -> Any:  # noqa: ANN401
    return {"account_id": name, "uuid": f"{{{name}}}"}


def _note(key: int, note: dict[str, str]) -> Any:  # noqa: ANN401
    return {
        "id": key,
        "content": {"raw": note["text"]},
        "user": _user(note["author"]),
        "created_on": _WHEN,
    }


def _page(found: list[Any], asked: Asked) -> Any:  # noqa: ANN401
    size, page = min(_LARGEST, int(asked.query["pagelen"])), int(asked.query.get("page", "1"))
    document = {"values": found[(page - 1) * size :][:size]}
    if page * size >= len(found):
        return document
    # An address of the server's own; behind the proxies of these tests it has another.
    return document | {"next": f"{asked.path}?{urlencode({**asked.query, 'page': page + 1})}"}
