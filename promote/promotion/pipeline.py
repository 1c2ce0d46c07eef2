"""What a CI system says of a run in its environment variables: which system, and whose ref.

A pipeline runs what a ref has. On the base branch that is what was reviewed; on a pull request, or
on any other branch, it is what anyone may have proposed, and a run there only reads.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

from promote.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

System = Literal["github", "gitlab", "bitbucket", "azure", "other"]

_ON_ITS_REF: Final = frozenset(
    {"push", "schedule", "workflow_dispatch", "repository_dispatch", "workflow_call"}
)
"""GitHub's events in which the workflow and the checkout are those of `GITHUB_REF`."""

_NEVER: Final = frozenset({"pull_request_target", "workflow_run", "issue_comment"})
"""Events that hand a writing token to a run that someone outside may have caused."""


@dataclass(frozen=True, slots=True)
class Pipeline:
    """A run of a CI system, or of a person.

    Attributes:
        untrusted: why it must not write; empty if it may.
        summary: the file in which the system wants the summary; empty for none.
    """

    system: System = "other"
    untrusted: str = ""
    summary: str = ""


def read_pipeline(environ: Mapping[str, str]) -> Pipeline:
    """What the environment says. Gitea and Forgejo speak of themselves as GitHub does.

    Raises:
        UsageError: the event gives outsiders a run with a writing token, in which nothing is safe.
    """
    if environ.get("GITHUB_ACTIONS") == "true":
        return Pipeline("github", _github(environ), environ.get("GITHUB_STEP_SUMMARY", ""))
    if environ.get("GITLAB_CI") == "true":
        return Pipeline("gitlab", _gitlab(environ))
    if "BITBUCKET_BUILD_NUMBER" in environ:
        pull = "it is a pull request" if environ.get("BITBUCKET_PR_ID") else ""
        return Pipeline("bitbucket", pull)
    if environ.get("TF_BUILD", "").lower() == "true":
        proposed = environ.get("BUILD_REASON") == "PullRequest"
        return Pipeline("azure", "it is a pull request" if proposed else "")
    # Jenkins and Woodpecker.
    proposed = "CHANGE_ID" in environ or environ.get("CI_PIPELINE_EVENT") == "pull_request"
    return Pipeline("other", "it is a pull request" if proposed else "")


def _github(environ: Mapping[str, str]) -> str:
    event = environ.get("GITHUB_EVENT_NAME", "")
    if event in _NEVER:
        raise UsageError(
            f"promote does not run on {event}: whoever proposes something would have its token",
            hint="run it on push, schedule or workflow_dispatch",
        )
    if event not in _ON_ITS_REF:
        return f"the event is {event or 'not known'}"
    if event == "schedule" or environ.get("GITHUB_REF_PROTECTED") == "true":
        return ""  # schedules run on the default branch
    ref = environ.get("GITHUB_REF", "")
    default = _default_branch(environ.get("GITHUB_EVENT_PATH", ""))
    if default and ref == f"refs/heads/{default}":
        return ""
    return f"{ref or 'the ref'} is neither the default branch nor protected"


def _default_branch(path: str) -> str:
    """The default branch, as the event's document says."""
    try:
        document = json.loads(Path(path).read_text(encoding="utf-8")) if path else None
    except (OSError, ValueError):
        return ""
    repository = document.get("repository") if isinstance(document, dict) else None
    found = repository.get("default_branch") if isinstance(repository, dict) else None
    return found if isinstance(found, str) else ""


def _gitlab(environ: Mapping[str, str]) -> str:
    source = environ.get("CI_PIPELINE_SOURCE", "")
    if environ.get("CI_MERGE_REQUEST_IID") or source == "merge_request_event":
        return "it is a merge request"
    if source == "external_pull_request_event":
        return "it is a pull request"
    if environ.get("CI_COMMIT_REF_PROTECTED") == "true":
        return ""
    branch = environ.get("CI_COMMIT_BRANCH", "")
    if branch and branch == environ.get("CI_DEFAULT_BRANCH"):
        return ""
    name = environ.get("CI_COMMIT_REF_NAME", "") or "the ref"
    return f"{name} is neither the default branch nor protected"


def command(kind: str, title: str, message: str) -> str:
    """A workflow command of GitHub's: `notice`, `warning` or `error`.

    What it says cannot begin another command, nor end this one, as GitHub's own toolkit escapes it.
    """
    said = message.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    named = title.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    named = named.replace(":", "%3A").replace(",", "%2C")
    return f"::{kind} title={named}::{said}"
