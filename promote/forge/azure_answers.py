"""What Azure DevOps answers: pull requests, threads, and which branches a policy is for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from promote.forge.notes import Note
from promote.forge.protocol import PullRequest, State
from promote.forge.reading import at, items, mapping, moment, number, own_branch, text

if TYPE_CHECKING:
    from promote.model.json import Document, Json

HEADS: Final = "refs/heads/"
NOBODY: Final = "00000000-0000-0000-0000-000000000000"
"""Whom an auto-complete that was taken back belongs to."""
_STATES: Final[dict[str, State]] = {"active": "open", "completed": "merged"}


def holds(scope: Document, base: str, repository: Json) -> bool:
    """Whether a policy's scope has a branch of a repository; one that names none has all."""
    if text(scope, "repositoryId") not in {"", text(repository, "id")}:
        return False
    if text(scope, "matchKind").lower() == "defaultbranch":
        return text(repository, "defaultBranch") == f"{HEADS}{base}"
    name = text(scope, "refName")
    if text(scope, "matchKind").lower() == "prefix":
        return f"{HEADS}{base}".startswith(name)
    return name in {"", f"{HEADS}{base}"}


def read_pull(value: Json) -> PullRequest:
    """A pull request; its address is none for people, and left out."""
    document = mapping(value)
    state = _STATES.get(text(document, "status"), "closed")
    automatic = text(document, "autoCompleteSetBy", "id")
    labels = [
        text(label, "name")
        for label in items(at(document, "labels"))
        if at(label, "active") is not False
    ]
    return PullRequest(
        number=number(document, "pullRequestId"),
        title=text(document, "title"),
        body=text(document, "description"),
        head=own_branch(
            text(document, "sourceRefName").removeprefix(HEADS), at(document, "forkSource"), None
        ),
        base=text(document, "targetRefName").removeprefix(HEADS),
        state=state,
        author=text(document, "createdBy", "id"),
        created=moment(document, "creationDate"),
        draft=at(document, "isDraft") is True,
        labels=tuple(sorted(labels)),
        head_commit=text(document, "lastMergeSourceCommit", "commitId") or None,
        merge_commit=(text(document, "lastMergeCommit", "commitId") or None)
        if state == "merged"
        else None,
        reviewers=tuple(sorted(text(user, "id") for user in items(at(document, "reviewers")))),
        auto_merge=automatic not in {"", NOBODY} and state == "open",
    )


def read_thread(thread: Document, comment: Document) -> Note:
    """The first comment of a thread."""
    return Note(
        f"{number(thread, 'id')}/{number(comment, 'id')}",
        text(comment, "author", "id"),
        text(comment, "content"),
        moment(comment, "publishedDate"),
    )
