"""GitHub and GitHub Enterprise Server, by version 2022-11-28 of the REST API.

Only what REST does not offer goes by GraphQL: to and from a draft, and merging by itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from promote.errors import ForgeError
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

_PAGE: Final = 100
_EVENTS: Final[dict[ReviewState, str]] = {
    "approved": "APPROVE",
    "changes requested": "REQUEST_CHANGES",
    "commented": "COMMENT",
}
_REVIEWS: Final[dict[str, ReviewState]] = {
    "APPROVED": "approved",
    "CHANGES_REQUESTED": "changes requested",
    "COMMENTED": "commented",
}
_GREEN: Final = frozenset({"success", "neutral", "skipped"})
_DRAFT: Final = {
    True: "mutation($id: ID!) { convertPullRequestToDraft(input: {pullRequestId: $id})"
    " { clientMutationId } }",
    False: "mutation($id: ID!) { markPullRequestReadyForReview(input: {pullRequestId: $id})"
    " { clientMutationId } }",
}
_AUTO_MERGE: Final = {
    True: "mutation($id: ID!) { enablePullRequestAutoMerge(input:"
    " {pullRequestId: $id, mergeMethod: MERGE}) { clientMutationId } }",
    False: "mutation($id: ID!) { disablePullRequestAutoMerge(input: {pullRequestId: $id})"
    " { clientMutationId } }",
}


class GitHubForge(HostedForge):
    """A repository on GitHub.

    Args:
        api: speaks to `https://api.github.com`, or to `…/api/v3` of a server of one's own.
        repository: `owner/name`.
        name: what the configuration calls it.
    """

    limits = Limits(title=256, body=65_536)
    note_limit = 65_536

    def __init__(self, api: Api, repository: str, name: str = "github") -> None:
        super().__init__(api, repository)
        self.name = name
        self._owner = repository.partition("/")[0]
        self._repo = f"/repos/{quote(repository)}"
        # A server of one's own has GraphQL beside version 3.
        self._graphql = f"{api.base.removesuffix('/v3')}/graphql"

    def required_approvals(self, base: str) -> int | None:
        """The most of rule sets and of the branch's protection, which only shows to some."""
        branch = quote(base, safe="")
        rules = self._api.find(f"{self._repo}/rules/branches/{branch}", {"per_page": _PAGE})
        protection = self._api.find(
            f"{self._repo}/branches/{branch}/protection/required_pull_request_reviews"
        )
        key = "required_approving_review_count"
        asked = [at(rule, "parameters", key) for rule in items(rules)] + [at(protection, key)]
        counts = [count for count in asked if isinstance(count, int)]
        return max(counts, default=None if rules is None and protection is None else 0)

    def _me(self) -> str:
        # The token of a workflow belongs to no user, and may not ask.
        return text(self._api.find("/user"), "login") or "github-actions[bot]"

    def _open(self, proposal: Proposal) -> PullRequest:
        body: Document = {
            "title": proposal.title,
            "body": proposal.body,
            "head": proposal.head,
            "base": proposal.base,
            "draft": proposal.draft,
        }
        return _pull(self._api.send("POST", f"{self._repo}/pulls", body).document)

    def _search(self, state: State | None, head: str = "", base: str = "") -> Iterator[PullRequest]:
        asked = {"open": "open", None: "all"}.get(state, "closed")
        query = {"state": asked, "sort": "created", "direction": "asc"}
        if head:
            query["head"] = f"{self._owner}:{head}"
        if base:
            query["base"] = base
        for document in self._pages(f"{self._repo}/pulls", query):
            pull = _pull(document)
            if state in {None, pull.state}:
                yield pull

    def _get(self, number: int) -> PullRequest:
        return _pull(self._api.get(f"{self._repo}/pulls/{number}"))

    def _write(self, old: PullRequest, change: Change) -> None:
        path = f"{self._repo}/pulls/{old.number}"
        said: Document = {"title": change.title, "body": change.body}
        said = {key: value for key, value in said.items() if value is not None}
        if said:
            self._api.send("PATCH", path, said)
        if change.labels is not None:
            labels: list[Json] = [*change.labels]
            # Labels that are missing are made.
            self._api.send("PUT", f"{self._repo}/issues/{old.number}/labels", {"labels": labels})
        for reviewer in change.reviewers or ():
            self._ask(path, reviewer)
        if change.draft is not None:
            self._mutate(old, _DRAFT[change.draft])
        if change.auto_merge is not None:
            self._mutate(old, _AUTO_MERGE[change.auto_merge])

    def _set_state(self, pull: PullRequest, state: State) -> None:
        self._api.send("PATCH", f"{self._repo}/pulls/{pull.number}", {"state": state})

    def _merge(self, pull: PullRequest, expect: str) -> None:
        path = f"{self._repo}/pulls/{pull.number}/merge"
        self._api.send("PUT", path, {"sha": expect, "merge_method": "merge"})

    def _tidy(self, pull: PullRequest) -> None:
        """Delete the branch, unless someone has pushed to it since."""
        branch = f"{self._repo}/git/ref/heads/{quote(pull.head)}"
        tip = text(self._api.find(branch), "object", "sha")
        if tip and tip == pull.head_commit:
            path = f"{self._repo}/git/refs/heads/{quote(pull.head)}"
            self._api.send("DELETE", path, allow=(404, 422))

    def _passes(self, pull: PullRequest, refused: RefusedError) -> bool:  # noqa: ARG002
        """`Base branch was modified. Review and try the merge again.`."""
        return refused.status == _NOT_NOW and "try the merge again" in refused.said

    def _notes(self, number: int) -> list[Note]:
        found = self._pages(f"{self._repo}/issues/{number}/comments", {})
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
            if text(document, "state") in _REVIEWS
        ]

    def _add_review(self, pull: PullRequest, state: ReviewState, body: str) -> None:
        review: Document = {"event": _EVENTS[state], "commit_id": pull.head_commit}
        if body or state != "approved":
            review["body"] = body or state.capitalize()
        self._api.send("POST", f"{self._repo}/pulls/{pull.number}/reviews", review)

    def _checks(self, commit: str) -> list[Check]:
        path = f"{self._repo}/commits/{commit}"
        statuses = [
            Check(
                text(document, "context"),
                _status(text(document, "state")),
                text(document, "description"),
                text(document, "target_url"),
            )
            for document in self._pages(f"{path}/status", {}, "statuses")
        ]
        runs = [
            Check(
                text(document, "name"),
                _conclusion(document),
                text(document, "output", "title"),
                text(document, "html_url"),
            )
            for document in self._pages(f"{path}/check-runs", {"filter": "latest"}, "check_runs")
        ]
        return [*runs, *statuses]

    def _report(self, commit: str, check: Check) -> None:
        body: Document = {
            "state": check.state,
            "context": check.name,
            "description": check.description,
        }
        if check.url:
            body["target_url"] = check.url
        self._api.send("POST", f"{self._repo}/statuses/{commit}", body)

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

    def _mutate(self, pull: PullRequest, mutation: str) -> None:
        """Both directions of both mutations may be done again: each says what shall be."""
        node = text(self._api.get(f"{self._repo}/pulls/{pull.number}"), "node_id")
        body: Document = {"query": mutation, "variables": {"id": node}}
        answer = self._api.once(
            lambda: self._api.send("POST", self._graphql, body), lambda: None
        ).document
        errors = items(at(answer, "errors"))
        if errors:
            what = mutation.partition("{ ")[2].partition("(")[0]
            said = self._api.token.hide(text(errors[0], "message"))
            raise ForgeError(f"the forge refuses {what} of pull request {pull.number}: {said}")

    def _pages(self, path: str, query: Query, key: str = "") -> Iterator[Document]:
        page = 1
        while True:
            answer = self._api.get(path, {**query, "per_page": _PAGE, "page": page})
            found = items(at(answer, key) if key else answer)
            yield from found
            if len(found) < _PAGE:
                return
            page += 1


_NOT_NOW: Final = 405


def _status(state: str) -> CheckState:
    known: dict[str, CheckState] = {"success": "success", "pending": "pending"}
    return known.get(state, "failure")


def _conclusion(run: Document) -> CheckState:
    if text(run, "status") != "completed":
        return "pending"
    return "success" if text(run, "conclusion") in _GREEN else "failure"


def _pull(value: Json) -> PullRequest:
    document = mapping(value)
    merged = at(document, "merged_at") is not None
    closed: State = "closed" if text(document, "state") == "closed" else "open"
    teams = items(at(document, "requested_teams"))
    asked = [text(user, "login") for user in items(at(document, "requested_reviewers"))]
    return PullRequest(
        number=number(document, "number"),
        title=text(document, "title"),
        body=text(document, "body"),
        head=own_branch(
            text(document, "head", "ref"),
            at(document, "head", "repo", "id"),
            at(document, "base", "repo", "id"),
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
        reviewers=tuple(sorted([*asked, *(text(team, "slug") for team in teams)])),
        auto_merge=at(document, "auto_merge") is not None,
    )


def _note(document: Document) -> Note:
    return Note(
        str(number(document, "id")),
        text(document, "user", "login"),
        text(document, "body"),
        moment(document, "created_at"),
    )
