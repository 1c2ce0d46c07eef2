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


_PROPOSED: Final = "it is a pull request"
_NUMBERS: Final = (
    *("CHANGE_ID", "CIRCLE_PULL_REQUEST", "DRONE_PULL_REQUEST"),
    *("BUILDKITE_PULL_REQUEST", "TRAVIS_PULL_REQUEST"),
)
"""What says which pull request runs on Jenkins, CircleCI, Drone, Buildkite and Travis."""

_BRANCHES: Final = (
    *("BRANCH_NAME", "CIRCLE_BRANCH", "DRONE_BRANCH"),
    *("BUILDKITE_BRANCH", "TRAVIS_BRANCH"),
)


@dataclass(frozen=True, slots=True)
class Pipeline:
    """A run of a CI system, or of a person.

    Attributes:
        untrusted: why it must not write; empty if it may.
        branch: the branch that runs, where the system does not say which one is the default: it may
            write on the project's base branch alone. Empty where that is settled, or not known.
        summary: the file in which the system wants the summary; empty for none.
    """

    system: System = "other"
    untrusted: str = ""
    summary: str = ""
    branch: str = ""

    def untrusted_for(self, base: str) -> str:
        """Why it must not write to a project of this base branch; empty if it may."""
        if self.untrusted or self.branch in {"", base}:
            return self.untrusted
        return f"{self.branch} is not the base branch {base}"


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
        pull = _PROPOSED if environ.get("BITBUCKET_PR_ID") else ""
        return Pipeline("bitbucket", pull, branch=environ.get("BITBUCKET_BRANCH", ""))
    if environ.get("TF_BUILD", "").lower() == "true":
        pull = _PROPOSED if environ.get("BUILD_REASON") == "PullRequest" else ""
        ref = environ.get("BUILD_SOURCEBRANCH", "")
        return Pipeline("azure", pull, branch=ref.removeprefix("refs/heads/"))
    event = environ.get("CI_PIPELINE_EVENT", "")
    numbers = [environ.get(name, "") for name in _NUMBERS]
    proposed = event.startswith("pull_request") or any(one not in {"", "false"} for one in numbers)
    branches = (environ[name] for name in _BRANCHES if environ.get(name))
    return Pipeline("other", _PROPOSED if proposed else "", branch=next(branches, ""))


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
