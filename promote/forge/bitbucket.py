"""Bitbucket Cloud, by version 2.0 of its API.

It has no labels and merges nothing by itself. A declined pull request stays declined. Its Markdown
shows HTML comments, so what is hidden is a link that nothing refers to.
"""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from promote.errors import ForgeError
from promote.forge.answers import RefusedError
from promote.forge.calls import refuse_further
from promote.forge.hosted import HostedForge
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

_PAGE: Final = 50
_KEY: Final = 40
_STATES: Final[dict[str, State]] = {"OPEN": "open", "MERGED": "merged"}
_ASKED: Final[dict[State, tuple[str, ...]]] = {
    "open": ("OPEN",),
    "merged": ("MERGED",),
    "closed": ("DECLINED", "SUPERSEDED"),
}
_CHECKS: Final[dict[str, CheckState]] = {
    "SUCCESSFUL": "success",
    "FAILED": "failure",
    "STOPPED": "failure",
}
_REPORTS: Final[dict[CheckState, str]] = {
    "success": "SUCCESSFUL",
    "failure": "FAILED",
    "pending": "INPROGRESS",
}


class BitbucketForge(HostedForge):
    """A repository on Bitbucket Cloud.

    Args:
        api: speaks to `https://api.bitbucket.org/2.0`.
        repository: `workspace/name`.
        name: what the configuration calls it.
    """

    limits = Limits(title=255, body=32_000)
    style = "link"
    note_limit = 32_000

    def __init__(self, api: Api, repository: str, name: str = "bitbucket") -> None:
        super().__init__(api, repository, name)
        self._repo = f"/repositories/{quote(repository)}"

    def required_approvals(self, base: str) -> int | None:
        """As the restrictions of branches have it, which administrators may read."""
        query: Query = {"kind": "require_approvals_to_merge", "pagelen": 100}
        found = self._api.find(f"{self._repo}/branch-restrictions", query)
        if found is None:
            return None
        rules = items(at(found, "values"))
        models = self._api.find(f"{self._repo}/branching-model") if any(map(_kind, rules)) else None
        counts = (at(rule, "value") for rule in rules if _restricts(rule, base, models))
        return max((count for count in counts if isinstance(count, int)), default=0)

    def _me(self) -> str:
        return _name(self._api.get("/user"))

    def _open(self, proposal: Proposal) -> PullRequest:
        body: Document = {
            "title": proposal.title,
            "description": proposal.body,
            "source": {"branch": {"name": proposal.head}},
            "destination": {"branch": {"name": proposal.base}},
            "draft": proposal.draft,
            "close_source_branch": True,
        }
        return self._pull(self._api.send("POST", f"{self._repo}/pullrequests", body).document)

    def _search(self, state: State | None, head: str = "", base: str = "") -> Iterator[PullRequest]:
        states = _ASKED[state] if state else [each for some in _ASKED.values() for each in some]
        wanted = " OR ".join(f'state="{each}"' for each in states)
        parts = [f"({wanted})"]
        if head:
            parts.append(f"source.branch.name={_quoted(head)}")
        if base:
            parts.append(f"destination.branch.name={_quoted(base)}")
        query: Query = {"q": " AND ".join(parts), "sort": "id"}
        for document in self._pages(f"{self._repo}/pullrequests", query):
            yield self._pull(document)

    def _get(self, number: int) -> PullRequest:
        return self._pull(self._api.get(f"{self._repo}/pullrequests/{number}"))

    def _write(self, old: PullRequest, change: Change) -> None:
        path = f"{self._repo}/pullrequests/{old.number}"
        said: Document = {
            "title": change.title,
            "description": change.body,
            "draft": change.draft,
        }
        said = {key: value for key, value in said.items() if value is not None}
        if said:
            try:
                self._put(path, said)
            except RefusedError as refused:
                if "reviewers" not in refused.said.lower():
                    raise
                # Someone who was asked has left: the others are asked again by the next run.
                self._put(path, {**said, "reviewers": []})
        for reviewer in change.reviewers or ():
            self._ask(path, reviewer)

    def _put(self, path: str, said: Document, reviewer: Document | None = None) -> None:
        """Write one anew: what a PUT leaves out is taken away, reviewers above all."""
        now = self._api.get(path)
        reviewers: list[Json] = [_identity(user) for user in items(at(now, "reviewers"))]
        self._api.send(
            "PUT",
            path,
            {
                "title": text(now, "title"),
                "description": text(now, "description"),
                "draft": at(now, "draft") is True,
                "close_source_branch": True,
                "reviewers": [*reviewers, reviewer] if reviewer else reviewers,
                **said,
            },
        )

    def _set_state(self, pull: PullRequest, state: State) -> None:
        if state == "open":
            raise ForgeError(
                f"Bitbucket does not open the declined pull request {pull.number} again",
                hint="promote again: it opens a new one",
            )
        path = f"{self._repo}/pullrequests/{pull.number}"
        self._api.once(
            lambda: self._api.send("POST", f"{path}/decline").status > 0,
            lambda: self._get(pull.number).state == "closed" or None,
        )

    def _merge(self, pull: PullRequest, expect: str) -> None:
        # There is no way to name the commit: what comes between this look and the merge goes in.
        if self._get(pull.number).head_commit != expect:
            raise ForgeError(f"pull request {pull.number} moved since it was looked at")
        body: Document = {"close_source_branch": True, "merge_strategy": "merge_commit"}
        self._api.send("POST", f"{self._repo}/pullrequests/{pull.number}/merge", body)

    def _notes(self, number: int) -> list[Note]:
        path = f"{self._repo}/pullrequests/{number}/comments"
        found = self._pages(path, {"sort": "created_on"})
        return [_note(document) for document in found if at(document, "deleted") is not True]

    def _add_note(self, number: int, text: str) -> None:
        path = f"{self._repo}/pullrequests/{number}/comments"
        self._api.send("POST", path, {"content": {"raw": text}})

    def _set_note(self, number: int, note: Note, text: str) -> None:
        path = f"{self._repo}/pullrequests/{number}/comments/{note.id}"
        self._api.send("PUT", path, {"content": {"raw": text}})

    def _drop_note(self, number: int, note: Note) -> None:
        path = f"{self._repo}/pullrequests/{number}/comments/{note.id}"
        self._api.send("DELETE", path, allow=(404,))

    def _reviews(self, pull: PullRequest) -> list[Review]:
        document = self._api.get(f"{self._repo}/pullrequests/{pull.number}")
        found = []
        for person in items(at(document, "participants")):
            state: ReviewState | None = None
            if at(person, "approved") is True:
                state = "approved"
            elif text(person, "state") == "changes_requested":
                state = "changes requested"
            if state:
                # Which commit was looked at is not told.
                found.append(Review(_name(at(person, "user")), state, pull.head_commit))
        return found

    def _add_review(self, pull: PullRequest, state: ReviewState, body: str) -> None:
        path = f"{self._repo}/pullrequests/{pull.number}"
        if state != "approved":
            self._api.send("DELETE", f"{path}/approve", allow=(404,))
        if state != "changes requested":
            self._api.send("DELETE", f"{path}/request-changes", allow=(404,))
        if state == "approved":
            self._api.send("POST", f"{path}/approve")
        if state == "changes requested":
            self._api.send("POST", f"{path}/request-changes")
        if body:
            self._add_note(pull.number, body)

    def _checks(self, commit: str) -> list[Check]:
        found = self._pages(f"{self._repo}/commit/{commit}/statuses", {"sort": "created_on"})
        return [
            Check(
                text(document, "name") or text(document, "key"),
                _CHECKS.get(text(document, "state"), "pending"),
                text(document, "description"),
                _address(text(document, "url")),
            )
            for document in found
        ]

    def _report(self, commit: str, check: Check) -> None:
        body: Document = {
            "key": check.name[-_KEY:],
            "name": check.name,
            "state": _REPORTS[check.state],
            "description": check.description,
            # An address is asked for in any case.
            "url": check.url or _NOWHERE,
        }
        # One of the same key is replaced.
        self._api.send("POST", f"{self._repo}/commit/{commit}/statuses/build", body)

    def _ask(self, path: str, reviewer: str) -> None:
        """Ask a user by their account's id; Bitbucket takes no names."""
        try:
            self._put(path, {}, {"account_id": reviewer})
        except RefusedError as error:
            refuse_further(error, {400, 404})

    def _pull(self, value: Json) -> PullRequest:
        document = mapping(value)
        state = _STATES.get(text(document, "state"), "closed")
        merged = text(document, "merge_commit", "hash")
        return PullRequest(
            number=number(document, "id"),
            title=text(document, "title"),
            body=text(document, "description"),
            head=own_branch(
                text(document, "source", "branch", "name"),
                at(document, "source", "repository", "uuid"),
                at(document, "destination", "repository", "uuid"),
            ),
            base=text(document, "destination", "branch", "name"),
            state=state,
            author=_name(at(document, "author")),
            created=moment(document, "created_on"),
            draft=at(document, "draft") is True,
            head_commit=self._whole(text(document, "source", "commit", "hash")),
            merge_commit=self._whole(merged) if state == "merged" else None,
            url=text(document, "links", "html", "href"),
            reviewers=tuple(sorted(_name(user) for user in items(at(document, "reviewers")))),
        )

    def _whole(self, short: str) -> str | None:
        """The whole id of a commit, of which a pull request has twelve digits."""
        if len(short) in {0, 40}:
            return short or None
        return text(self._api.find(f"{self._repo}/commit/{short}"), "hash") or None

    def _pages(self, path: str, query: Query) -> Iterator[Document]:
        return self._api.linked(path, {**query, "pagelen": _PAGE}, key="values")


_NOWHERE: Final = "https://bitbucket.org/"


def _address(said: str) -> str:
    return "" if said == _NOWHERE else said


def _name(user: Json) -> str:
    return text(user, "account_id") or text(user, "uuid")


def _identity(user: Document) -> Document:
    key = "account_id" if text(user, "account_id") else "uuid"
    return {key: text(user, key)}


def _quoted(name: str) -> str:
    """A string of Bitbucket's query language."""
    return '"{}"'.format(name.replace("\\", "\\\\").replace('"', '\\"'))


def _kind(rule: Document) -> bool:
    """Whether a restriction is for what the branching model calls a kind of branch."""
    return text(rule, "branch_match_kind") == "branching_model"


def _restricts(rule: Document, base: str, models: Json) -> bool:
    if not _kind(rule):
        return fnmatchcase(base, text(rule, "pattern"))
    kind = text(rule, "branch_type")
    if kind in {"development", "production"}:
        return text(models, kind, "branch", "name") == base
    prefixes = (one for one in items(at(models, "branch_types")) if text(one, "kind") == kind)
    return any(base.startswith(text(one, "prefix")) for one in prefixes)


def _note(document: Document) -> Note:
    user = "account_id" if text(document, "user", "account_id") else "uuid"
    return read_note(document, ("user", user), ("content", "raw"), "created_on")
