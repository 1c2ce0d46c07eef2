"""GitHub and GitHub Enterprise Server, by version 2022-11-28 of the REST API.

Only what REST does not offer goes by GraphQL: to and from a draft, and merging by itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from promote.errors import ForgeError
from promote.forge.answers import RefusedError
from promote.forge.http import TRIES
from promote.forge.hub import HubForge, read_pull
from promote.forge.protocol import Change, Check, CheckState, Limits, Proposal, PullRequest, State
from promote.forge.reading import at, items, mapping, number, own_branch, text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from promote.forge.http import Api
    from promote.model.json import Document, Json

_GREEN: Final = frozenset({"success", "neutral", "skipped"})
_DRAFT: Final = {
    True: "mutation($id: ID!) { convertPullRequestToDraft(input: {pullRequestId: $id})"
    " { clientMutationId } }",
    False: "mutation($id: ID!) { markPullRequestReadyForReview(input: {pullRequestId: $id})"
    " { clientMutationId } }",
}
_AUTO_MERGE: Final = {
    True: "mutation($id: ID!, $method: PullRequestMergeMethod!, $title: String, $text: String)"
    " { enablePullRequestAutoMerge(input: {pullRequestId: $id, mergeMethod: $method,"
    " commitHeadline: $title, commitBody: $text}) { clientMutationId } }",
    False: "mutation($id: ID!) { disablePullRequestAutoMerge(input: {pullRequestId: $id})"
    " { clientMutationId } }",
}


class GitHubForge(HubForge):
    """A repository on GitHub.

    Args:
        api: speaks to `https://api.github.com`, or to `…/api/v3` of a server of one's own.
        repository: `owner/name`.
        name: what the configuration calls it.
    """

    headers = {  # noqa: RUF012 - never changed
        "Accept": "application/vnd.github+json",
        "X-GitHub-Api-Version": "2022-11-28",
    }
    limits = Limits(title=256, body=65_536)
    note_limit = 65_536
    page = ("per_page", 100)
    events = {  # noqa: RUF012 - never changed
        "approved": "APPROVE",
        "changes requested": "REQUEST_CHANGES",
        "commented": "COMMENT",
    }
    reviews = {  # noqa: RUF012 - never changed
        "APPROVED": "approved",
        "CHANGES_REQUESTED": "changes requested",
        "COMMENTED": "commented",
    }
    asking = "review_requested"

    def __init__(self, api: Api, repository: str, name: str = "github") -> None:
        super().__init__(api, repository, name)
        # A server of one's own has GraphQL beside version 3.
        self._graphql = f"{api.base.removesuffix('/v3')}/graphql"

    def required_approvals(self, base: str) -> int | None:
        """The most of rule sets and of the branch's protection, which only shows to some."""
        branch = quote(base, safe="")
        rules = self._api.find(f"{self._repo}/rules/branches/{branch}", {"per_page": 100})
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
        try:
            opened = self._api.send("POST", f"{self._repo}/pulls", body)
        except RefusedError as refused:
            if not proposal.draft or not _has_no_drafts(refused):
                raise
            opened = self._api.send("POST", f"{self._repo}/pulls", {**body, "draft": False})
        return self._read(opened.document)

    def _search(self, state: State | None, head: str = "", base: str = "") -> Iterator[PullRequest]:
        asked = {"open": "open", None: "all"}.get(state, "closed")
        query = {"state": asked, "sort": "created", "direction": "asc"}
        if head:
            query["head"] = f"{self._owner}:{head}"
        if base:
            query["base"] = base
        for document in self._pages(f"{self._repo}/pulls", query):
            pull = self._read(document)
            if state in {None, pull.state}:
                yield pull

    def _read(self, value: Json) -> PullRequest:
        document = mapping(value)
        repositories = (at(document, side, "repo", "id") for side in ("head", "base"))
        return read_pull(
            document,
            head=own_branch(text(document, "head", "ref"), *repositories),
            merged=at(document, "merged_at") is not None,
            teams=[
                self._team(text(team, "slug")) for team in items(at(document, "requested_teams"))
            ],
        )

    def _write(self, old: PullRequest, change: Change) -> None:
        path = self._path(old.number)
        said: Document = {"title": change.title, "body": change.body}
        said = {key: value for key, value in said.items() if value is not None}
        if said:
            self._api.send("PATCH", path, said)
        if change.labels is not None:
            labels: list[Json] = [*change.labels]
            # Labels that are missing are made.
            self._api.send("PUT", f"{self._repo}/issues/{old.number}/labels", {"labels": labels})
        self._ask_all(old, change.reviewers or ())
        if change.draft is not None:
            self._redraft(old, wanted=change.draft)
        if change.auto_merge is not None:
            self._schedule(old, wanted=change.auto_merge)

    def _redraft(self, pull: PullRequest, *, wanted: bool) -> None:
        """To a draft, and back; a repository that has none keeps a plain pull request."""
        try:
            self._mutate(pull, _DRAFT[wanted])
        except ForgeError as refused:
            if not wanted or not _has_no_drafts(refused):
                raise

    def _schedule(self, pull: PullRequest, *, wanted: bool) -> None:
        """Have it merge by itself; one that has nothing to wait for, GitHub wants merged at once.

        That merge asks for no exception: what the branch requires is there, or GitHub refuses.
        """
        variables: Document = {}
        if wanted:
            variables["method"] = self._method().upper()
        if variables.get("method") == "SQUASH":
            variables["title"], variables["text"] = self._squashed_words(pull)
        for attempt in range(TRIES):
            try:
                return self._mutate(pull, _AUTO_MERGE[wanted], variables)
            except ForgeError:
                now = mapping(self._api.get(self._path(pull.number)))
                state = text(now, "mergeable_state")
                if wanted and state in _READY and pull.head_commit is not None:
                    self._merge(pull, pull.head_commit)
                    return self._tidy(pull)
                if not wanted and at(now, "auto_merge") is None:
                    return None  # as one that became a draft
                if not wanted or state != _NOT_KNOWN or attempt + 1 == TRIES:
                    raise
                self._api.pause(attempt)
        raise AssertionError

    def _merge(self, pull: PullRequest, expect: str) -> None:
        path = f"{self._path(pull.number)}/merge"
        body: Document = {"sha": expect, "merge_method": self._method()}
        if body["merge_method"] == "squash":
            body["commit_title"], body["commit_message"] = self._squashed_words(pull)
        self._api.send("PUT", path, body)

    def _method(self) -> str:
        """A merge commit, unless the repository allows none; who may not know is not told."""
        repository = self._api.find(self._repo)
        allowed = (one for one in _METHODS if at(repository, f"allow_{_METHODS[one]}") is not False)
        return next(allowed, "merge")

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
        # Several workflows may have a run of one name, and GitHub gives the newest first.
        found = self._pages(f"{path}/check-runs", {"filter": "latest"}, "check_runs")
        runs = [
            Check(
                text(document, "name"),
                _conclusion(document),
                text(document, "output", "title"),
                text(document, "html_url"),
            )
            for document in sorted(found, key=lambda document: number(document, "id"))
        ]
        return [*runs, *statuses]

    def _mutate(self, pull: PullRequest, mutation: str, variables: Document | None = None) -> None:
        """Both directions of both mutations may be done again: each says what shall be."""
        node = text(self._api.get(self._path(pull.number)), "node_id")
        body: Document = {"query": mutation, "variables": {"id": node, **(variables or {})}}
        answer = self._api.once(
            lambda: self._api.send("POST", self._graphql, body), lambda: None
        ).document
        errors = items(at(answer, "errors"))
        if errors:
            what = mutation.partition("{ ")[2].partition("(")[0]
            said = self._api.token.hide(text(errors[0], "message"))
            raise ForgeError(
                f"the forge refuses {what} of pull request {pull.number}: {said}",
                hint=_ALLOW if "not allowed" in said.lower() else None,
            )


_NOT_NOW: Final = 405
_ALLOW: Final = "allow it in the repository's settings (General, Pull Requests)"
_NOT_KNOWN: Final = "unknown"
_READY: Final = frozenset({"clean", "has_hooks", "unstable"})
"""A merge is not kept from these: no check that is required is missing."""
_METHODS: Final = {"merge": "merge_commit", "squash": "squash_merge", "rebase": "rebase_merge"}


_NO_DRAFTS: Final = ("draft pull requests are not supported", "permission to convert")
"""What REST and GraphQL say where private repositories have none, as in the free plan."""


def _has_no_drafts(refused: ForgeError) -> bool:
    return any(words in str(refused).lower() for words in _NO_DRAFTS)


def _status(state: str) -> CheckState:
    known: dict[str, CheckState] = {"success": "success", "pending": "pending"}
    return known.get(state, "failure")


def _conclusion(run: Document) -> CheckState:
    if text(run, "status") != "completed":
        return "pending"
    return "success" if text(run, "conclusion") in _GREEN else "failure"
