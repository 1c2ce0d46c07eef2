"""Stands in for GitHub: each request and each answer is judged by GitHub's own description.

What an answer says beside the few fields that matter is the description's example.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from support.fakeforge import Pull, Repository
from support.openapi import Description, Operation, overlaid
from support.serving import Asked, Said, said

if TYPE_CHECKING:
    from collections.abc import Callable

USERS = {"token-of-ada-0123456789": "ada", "token-of-bob-0123456789": "bob"}
WORDS = "Promote shop to prod\n\nshop: 1 -> 2\n\nPromotion: prod/shop"
_WHEN = "2026-01-02T12:00:00Z"
_STATES = {
    "APPROVE": "APPROVED",
    "REQUEST_CHANGES": "CHANGES_REQUESTED",
    "COMMENT": "COMMENTED",
}
_MUTATIONS = {
    "convertPullRequestToDraft": ("draft", True),
    "markPullRequestReadyForReview": ("draft", False),
    "enablePullRequestAutoMerge": ("auto_merge", True),
    "disablePullRequestAutoMerge": ("auto_merge", False),
}
Answer = tuple[int, Any]


class FakeGitHub:
    """One repository, `ada/shop`.

    Attributes:
        complaints: what the description had against requests and answers.
        state: what keeps an open pull request from being merged, as GitHub calls it.
        merge_commits: whether the repository allows them.
        drafts: whether it has them, as private ones of the free plan have not.
        squashed: the pull requests that were merged so, and their messages.
        limited: how many queries are to be too many.
        runs: check runs, of whatever commit, the newest first.
        asked: who was asked to review, of each pull request, however it went on.
    """

    def __init__(self, description: Description) -> None:
        self.repository = Repository()
        self.description = description
        self.complaints: list[str] = []
        self.state = "blocked"
        self.merge_commits = True
        self.drafts = True
        self.squashed: dict[int, str] = {}
        self.limited = 0
        self.runs: list[dict[str, Any]] = []
        self.asked: dict[int, list[dict[str, Any]]] = {}
        self._routes: dict[tuple[str, str], Callable[[Operation, Asked, str], Answer]] = {
            ("GET", "/user"): lambda _op, _asked, me: (200, {"login": me}),
            ("GET", ""): lambda _op, _asked, _me: (200, self._settings()),
            ("GET", "/pulls"): self._list,
            ("POST", "/pulls"): self._open,
            ("GET", "/pulls/{pull_number}"): lambda op, _asked, _me: (200, self._show(op)),
            ("PATCH", "/pulls/{pull_number}"): self._patch,
            ("PUT", "/pulls/{pull_number}/merge"): self._merge,
            ("GET", "/pulls/{pull_number}/reviews"): self._reviews,
            ("POST", "/pulls/{pull_number}/reviews"): self._review,
            ("POST", "/pulls/{pull_number}/requested_reviewers"): self._ask,
            ("PUT", "/issues/{issue_number}/labels"): self._label,
            ("GET", "/issues/{issue_number}/timeline"): self._timeline,
            ("GET", "/issues/{issue_number}/comments"): self._notes,
            ("POST", "/issues/{issue_number}/comments"): self._note,
            ("PATCH", "/issues/comments/{comment_id}"): self._renote,
            ("DELETE", "/issues/comments/{comment_id}"): self._denote,
            ("GET", "/git/ref/{ref}"): self._ref,
            ("GET", "/git/commits/{commit_sha}"): lambda _op, _asked, _me: (
                200,
                {"message": WORDS},
            ),
            ("DELETE", "/git/refs/{ref}"): self._delete_ref,
            ("GET", "/commits/{ref}/status"): self._status,
            ("GET", "/commits/{ref}/check-runs"): self._runs,
            ("POST", "/statuses/{sha}"): self._report,
            ("GET", "/rules/branches/{branch}"): lambda _op, _asked, _me: (200, []),
            ("GET", "/branches/{branch}/protection/required_pull_request_reviews"): _absent,
        }

    def __call__(self, asked: Asked) -> Said:
        me = USERS.get(asked.headers.get("authorization", "").removeprefix("Bearer "))
        if asked.headers.get("x-github-api-version") != "2022-11-28":
            self.complaints.append(f"{asked.path} is asked of no version")
        if me is None:
            return said(401, {"message": "Bad credentials"})
        with self.repository.lock:
            if asked.path == "/graphql":
                return self._query(asked.body)
            try:
                operation = self.description.operation(asked.method, asked.path)
            except AssertionError as error:
                self.complaints.append(str(error))
                return said(404, {"message": "Not Found"})
            against = self.description.complaints(operation, asked.query, asked.body)
            if against:
                self.complaints += [f"{asked.method} {operation.path}: {each}" for each in against]
                return said(422, {"message": "; ".join(against)})
            route = operation.path.removeprefix("/repos/{owner}/{repo}")
            try:
                status, answer = self._routes[asked.method, route](operation, asked, me)
            except LookupError:
                return said(404, {"message": "Not Found"})
            return self._answer(operation, asked.method, status, answer)

    def _answer(self, operation: Operation, method: str, status: int, answer: Any) -> Said:  # noqa: ANN401
        if status < 300 and answer is not None:
            example = self.description.example(operation, status)
            if isinstance(answer, list):
                first = example[0] if example else {}
                answer = [overlaid(first, item) for item in answer]
            else:
                answer = overlaid(example, answer)
            against = self.description.judge_answer(operation, status, answer)
            self.complaints += [f"answer to {method} {operation.path}: {each}" for each in against]
        return said(status, answer)

    def _settings(self) -> Any:  # noqa: ANN401
        # The description asks for a language, which its own examples have not.
        others = ("parent", "source", "template_repository")
        unknown: Any = {"language": None}
        return unknown | dict.fromkeys(others, unknown) | {"allow_merge_commit": self.merge_commits}

    def _pull(self, operation: Operation) -> Pull:
        values = operation.values
        return self.repository.pulls[int(values.get("pull_number") or values["issue_number"])]

    def _show(self, operation: Operation) -> Any:  # noqa: ANN401
        return self._document(self._pull(operation))

    def _document(self, pull: Pull) -> Any:  # noqa: ANN401
        auto = {"merge_method": "merge", "commit_title": "t", "commit_message": "m"}
        return {
            "number": pull.number,
            "node_id": str(pull.number),
            "title": pull.title,
            "body": pull.body,
            "state": "open" if pull.state == "open" else "closed",
            "merged_at": _WHEN if pull.state == "merged" else None,
            "merge_commit_sha": pull.merge_commit or None,
            "draft": pull.draft,
            "mergeable_state": self.state,
            "created_at": _WHEN,
            "user": {"login": pull.author},
            "head": {"ref": pull.head, "sha": self.repository.head_of(pull)},
            "base": {"ref": pull.base},
            "labels": [_LABEL | {"name": name} for name in pull.labels],
            "requested_reviewers": [
                _USER | {"login": name} for name in pull.reviewers if "/" not in name
            ],
            "requested_teams": [
                _TEAM | {"slug": name.partition("/")[2]} for name in pull.reviewers if "/" in name
            ],
            "auto_merge": {**auto, "enabled_by": _USER} if pull.auto_merge else None,
        }

    def _list(self, _operation: Operation, asked: Asked, _me: str) -> Answer:
        query = asked.query
        found = [
            pull
            for pull in self.repository.pulls.values()
            if query["state"] in {"all", "open" if pull.state == "open" else "closed"}
            and query.get("head", f"ada:{pull.head}") == f"ada:{pull.head}"
            and query.get("base", pull.base) == pull.base
        ]
        return 200, [self._document(pull) for pull in _page(found, query)]

    def _open(self, _operation: Operation, asked: Asked, me: str) -> Answer:
        body: Any = asked.body
        pull = Pull(0, body["head"], body["base"], body["title"], body["body"], me, body["draft"])
        if pull.draft and not self.drafts:
            return 422, {"message": "Draft pull requests are not supported in this repository."}
        if self.repository.opened(pull):
            message = f"A pull request already exists for ada:{pull.head}."
            return 422, {"message": "Validation Failed", "errors": [{"message": message}]}
        if self.repository.tip(pull.head) is None:
            errors = [{"resource": "PullRequest", "field": "head", "code": "invalid"}]
            return 422, {"message": "Validation Failed", "errors": errors}
        pull.number = next(self.repository.numbers)
        return 201, self._document(self.repository.add(pull))

    def _patch(self, operation: Operation, asked: Asked, _me: str) -> Answer:
        pull = self._pull(operation)
        body: Any = asked.body
        for name, value in body.items():
            setattr(pull, name, value)
        return 200, self._document(pull)

    def _merge(self, operation: Operation, asked: Asked, _me: str) -> Answer:
        pull = self._pull(operation)
        body: Any = asked.body
        if pull.state != "open" or pull.draft or self.repository.conflicts(pull):
            return 405, {"message": "Pull Request is not mergeable"}
        if body["sha"] != self.repository.head_of(pull):
            return 409, {"message": "Head branch was modified. Review and try the merge again."}
        if body["merge_method"] == "merge" and not self.merge_commits:
            return 405, {"message": "Merge commits are not allowed on this repository."}
        if body["merge_method"] == "squash":
            self.squashed[pull.number] = f"{body['commit_title']}\n\n{body['commit_message']}"
        self.repository.merge(pull)
        return 200, {"sha": pull.merge_commit, "merged": True, "message": "merged"}

    def _reviews(self, operation: Operation, asked: Asked, _me: str) -> Answer:
        return 200, _page(
            [
                {"user": {"login": r["author"]}, "state": r["state"], "commit_id": r["commit"]}
                for r in self._pull(operation).reviews
            ],
            asked.query,
        )

    def _review(self, operation: Operation, asked: Asked, me: str) -> Answer:
        body: Any = asked.body
        pull = self._pull(operation)
        if me == pull.author and body["event"] != "COMMENT":
            return 422, {"message": "Can not approve your own pull request"}
        state = _STATES[body["event"]]
        pull.reviews.append({"author": me, "state": state, "commit": body["commit_id"]})
        return 200, {"user": {"login": me}, "state": state, "commit_id": body["commit_id"]}

    def _ask(self, operation: Operation, asked: Asked, _me: str) -> Answer:
        body: Any = asked.body
        pull = self._pull(operation)
        people = [name.lower() for name in body.get("reviewers", [])]
        teams = body.get("team_reviewers", [])
        if not {*people} <= {*USERS.values()} or not {*teams} <= {"carts"}:
            return 422, {"message": "Reviews may only be requested from collaborators."}
        pull.reviewers = sorted({*pull.reviewers, *people, *(f"ada/{team}" for team in teams)})
        self.asked.setdefault(pull.number, []).extend(
            [_ASKED | {"requested_reviewer": _USER | {"login": name}} for name in people]
            + [_ASKED | {"requested_team": _TEAM | {"slug": name}} for name in teams]
        )
        return 201, {"number": pull.number, "requested_teams": []}

    def _timeline(self, operation: Operation, asked: Asked, _me: str) -> Answer:
        return 200, _page(self.asked.get(self._pull(operation).number, []), asked.query)

    def _label(self, operation: Operation, asked: Asked, _me: str) -> Answer:
        body: Any = asked.body
        pull = self._pull(operation)
        pull.labels = body["labels"]
        return 200, [_LABEL | {"name": name} for name in pull.labels]

    def _notes(self, operation: Operation, asked: Asked, _me: str) -> Answer:
        notes = self._pull(operation).notes
        return 200, [_note(key, note) for key, note in _page([*notes.items()], asked.query)]

    def _note(self, operation: Operation, asked: Asked, me: str) -> Answer:
        body: Any = asked.body
        key, note = next(self.repository.numbers), {"author": me, "text": body["body"]}
        self._pull(operation).notes[key] = note
        return 201, _note(key, note)

    def _renote(self, operation: Operation, asked: Asked, _me: str) -> Answer:
        body: Any = asked.body
        key = int(operation.values["comment_id"])
        pull = next(pull for pull in self.repository.pulls.values() if key in pull.notes)
        pull.notes[key]["text"] = body["body"]
        return 200, _note(key, pull.notes[key])

    def _denote(self, operation: Operation, _asked: Asked, _me: str) -> Answer:
        key = int(operation.values["comment_id"])
        gone = [p.notes.pop(key) for p in self.repository.pulls.values() if key in p.notes]
        return (204, None) if gone else (404, {"message": "Not Found"})

    def _ref(self, operation: Operation, _asked: Asked, _me: str) -> Answer:
        branch = self.repository.branches[operation.values["ref"].removeprefix("heads/")]
        return 200, {"ref": f"refs/{operation.values['ref']}", "object": {"sha": branch.commit}}

    def _delete_ref(self, operation: Operation, _asked: Asked, _me: str) -> Answer:
        gone = self.repository.branches.pop(operation.values["ref"].removeprefix("heads/"), None)
        return (204, None) if gone else (422, {"message": "Reference does not exist"})

    def _status(self, operation: Operation, asked: Asked, _me: str) -> Answer:
        found = self.repository.statuses.get(operation.values["ref"], [])
        newest = {each["context"]: _STATUS | each for each in found}
        return 200, {"statuses": _page([*newest.values()], asked.query)}

    def _runs(self, operation: Operation, _asked: Asked, _me: str) -> Answer:
        example = self.description.example(operation, 200)["check_runs"][0]
        runs = [example | run for run in self.runs]
        return 200, {"total_count": len(runs), "check_runs": runs}

    def _report(self, operation: Operation, asked: Asked, _me: str) -> Answer:
        body: Any = asked.body
        self.repository.statuses.setdefault(operation.values["sha"], []).append(body)
        return 201, body

    def _query(self, body: Any) -> Said:  # noqa: ANN401
        if not self.limited:
            return said(200, self._mutate(body))
        self.limited -= 1
        too_many = {"type": "RATE_LIMITED", "message": "API rate limit exceeded"}
        return said(200, {"errors": [too_many]}, X_RateLimit_Reset="1")

    def _mutate(self, body: Any) -> Any:  # noqa: ANN401
        name = next(name for name in _MUTATIONS if name in body["query"])
        field, value = _MUTATIONS[name]
        if name == "enablePullRequestAutoMerge" and self.state != "blocked":
            message = f"Pull request Pull request is in {self.state} status"
            return {"data": {name: None}, "errors": [{"message": message}]}
        pull = self.repository.pulls[int(body["variables"]["id"])]
        if name == "disablePullRequestAutoMerge" and not pull.auto_merge:
            return {"errors": [{"message": "Can't disable auto-merge for this pull request."}]}
        if name == "convertPullRequestToDraft":
            if not self.drafts:
                words = "ada does not have permission to convert the pull request to draft."
                return {"errors": [{"message": words}]}
            pull.auto_merge = False
        setattr(self.repository.pulls[int(body["variables"]["id"])], field, value)
        return {"data": {name: {"clientMutationId": None}}}


def _absent(_operation: Operation, _asked: Asked, _me: str) -> Answer:
    return 404, {"message": "Branch not protected"}


def _page(found: list[Any], query: Any) -> list[Any]:  # noqa: ANN401
    size = int(query["per_page"])
    return found[(int(query["page"]) - 1) * size :][:size]


def _note(key: int, note: dict[str, str]) -> Any:  # noqa: ANN401
    return {
        "id": key,
        "body": note["text"],
        "user": {"login": note["author"]},
        "created_at": _WHEN,
    }


_URL = "https://api.github.com/x"
_USER: Any = {
    **dict.fromkeys(
        (
            *("avatar_url", "events_url", "followers_url", "following_url", "gists_url"),
            *("html_url", "organizations_url", "received_events_url", "repos_url"),
            *("starred_url", "subscriptions_url", "url"),
        ),
        _URL,
    ),
    "gravatar_id": "",
    "id": 1,
    "login": "ada",
    "node_id": "1",
    "site_admin": False,
    "type": "User",
}
_TEAM: Any = {
    **dict.fromkeys(("members_url", "repositories_url", "url", "html_url"), _URL),
    "id": 1,
    "node_id": "1",
    "name": "",
    "slug": "",
    "description": None,
    "permission": "pull",
    "type": "organization",
    "parent": None,
}
_ASKED: Any = {
    "id": 1,
    "node_id": "1",
    "url": _URL,
    "actor": _USER,
    "event": "review_requested",
    "commit_id": None,
    "commit_url": None,
    "created_at": _WHEN,
    "performed_via_github_app": None,
    "review_requester": _USER,
}
_LABEL: Any = {
    "id": 1,
    "node_id": "1",
    "url": _URL,
    "name": "",
    "description": "",
    "color": "ffffff",
    "default": False,
}
_STATUS: Any = {
    "url": _URL,
    "avatar_url": _URL,
    "id": 1,
    "node_id": "1",
    "state": "",
    "description": "",
    "target_url": "",
    "context": "",
    "created_at": _WHEN,
    "updated_at": _WHEN,
}
