"""What a pipeline's run says of itself: a summary in Markdown, annotations, and a document."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from promote.compare.formats.markdown import code
from promote.compare.formats.safe import one_line
from promote.forge.sizes import size, start
from promote.promotion.gates.base import stamp
from promote.promotion.pulls.text import cut
from promote.promotion.structured import outcome_document, plan_document, pull_document

if TYPE_CHECKING:
    from collections.abc import Iterator

    from promote.forge import PullRequest
    from promote.model.json import Json
    from promote.promotion.apply import Outcome
    from promote.promotion.gates import Verdict
    from promote.promotion.job.run import Job
    from promote.promotion.status import Cell, Status

LARGEST: Final = 1_000_000
"""Bytes; GitHub takes a summary of 1 MiB, and shows nothing of a longer one."""

_LONGEST_LABEL: Final = 200

_DID: Final = {
    "opened": "opened",
    "updated": "updated",
    "open already": "open",
    "closed": "closed, as nothing is left to move",
    "declined": "closed by someone, and stays so",
}


class Remark(NamedTuple):
    """A line that a CI system shows beside its log.

    Attributes:
        kind: `notice`, `warning` or `error`.
    """

    kind: str
    title: str
    text: str


def remarks(job: Job, untrusted: str = "") -> Iterator[Remark]:
    """What a reader of the log should see first."""
    if untrusted:
        yield Remark("notice", "Plans only", f"Nothing is written: {untrusted}.")
    for outcome in job.outcomes:
        if outcome.pull is not None and outcome.status in {"opened", "updated", "declined"}:
            pull = outcome.pull
            text = f"pull request {pull.number} {_DID[outcome.status]}: {pull.title}"
            kind = "warning" if outcome.status == "declined" else "notice"
            yield Remark(kind, outcome.plan.target, f"{text} {pull.url}".strip())
        for commit in outcome.kept:
            said = f"{commit.object_id[:12]} {commit.subject} ({commit.author.name})"
            yield Remark("notice", outcome.plan.target, f"kept on {outcome.branch}: {said}")
    for pull in job.merged:
        yield Remark("notice", "Merged", f"pull request {pull.number}: {pull.title}")
    for pull, why in job.closed:
        yield Remark("warning", "Closed", f"pull request {pull.number}: {why}")
    for target, app, verdict in waiting(job):
        yield Remark("notice", f"{target} {app} waits", str(verdict))
    for trouble in job.troubles:
        where = " ".join([trouble.environment, "+".join(trouble.apps)]).strip()
        yield Remark("error", where, str(trouble.error))


def waiting(job: Job) -> Iterator[tuple[str, str, Verdict]]:
    """Each environment, app and gate that holds."""
    for plan in job.plans:
        for app in plan.moving:
            for verdict in app.verdicts:
                if verdict.holds:
                    yield plan.target, app.app, verdict


def summary(job: Job, status: Status, untrusted: str = "") -> str:
    """The run as Markdown: what was done, what waits, and the matrix.

    All words from the repository are in code spans, which they cannot leave.
    """
    parts = ["## Promotions"]
    if untrusted:
        parts.append(f"> Nothing is written: {code(untrusted)}.")
    done = [*(_outcome(one) for one in job.outcomes if one.status != "up to date")]
    done += [f"- merged {_pull(pull)}" for pull in job.merged]
    done += [f"- closed {_pull(pull)}: {code(why)}" for pull, why in job.closed]
    if job.dry:
        done += [
            f"- would move {code(app.app)} to {code(plan.target)}: {code(app.wanted.label)}"
            for plan in job.plans
            for app in plan.moving
            if app.state == "moves"
        ]
    parts.append("\n".join(done) if done else "Nothing to do.")
    waits = [
        f"| {code(target)} | {code(app)} | {code(one.gate)} | {code(one.saw)} | "
        f"{stamp(one.until) if one.until else ''} |"
        for target, app, one in waiting(job)
    ]
    if waits:
        head = ["| environment | app | gate | saw | until |", "|---|---|---|---|---|"]
        parts.append("\n".join(["### Waits", "", *head, *waits]))
    if job.troubles:
        lines = [
            f"- {code(trouble.environment)}: {code(str(trouble.error))}" for trouble in job.troubles
        ]
        parts.append("\n".join(["### Went wrong", "", *lines]))
    parts.append(_matrix(status))
    return _within("\n\n".join(parts) + "\n", LARGEST)


def _within(text: str, most: int) -> str:
    """As many whole lines as fit: no code span is left open."""
    if size(text, "bytes") <= most:
        return text
    notice = "\n**This text is cut.**\n"
    kept = start(text, most - len(notice), "bytes")
    return kept[: kept.rfind("\n") + 1] + notice


def links(job: Job, summary: str = "") -> Json:
    """Links to the pull requests, as GitLab shows them beside a job (`reports: annotations`).

    Args:
        job: the run.
        summary: where the summary is; empty if nowhere.
    """
    found = [(one.plan.target, one.pull) for one in job.outcomes if one.pull is not None]
    found += [("merged", pull) for pull in job.merged]
    found += [("closed", pull) for pull, _ in job.closed]
    said = [("Promotions", summary)] if summary else []
    said += [(f"{what}: {one_line(pull.title)}", pull.url) for what, pull in found if pull.url]
    return {
        "promote": [
            {"external_link": {"label": cut(label, _LONGEST_LABEL), "url": url}}
            for label, url in dict.fromkeys(said)
        ]
    }


def document(job: Job, untrusted: str = "") -> dict[str, Json]:
    """The run for programs."""
    return {
        "dry": job.dry,
        "untrusted": untrusted or None,
        "recorded": job.recorded,
        "plans": [plan_document(plan) for plan in job.plans],
        "outcomes": [outcome_document(outcome) for outcome in job.outcomes],
        "merged": [pull_document(pull) for pull in job.merged],
        "closed": [{"pull": pull_document(pull), "reason": why} for pull, why in job.closed],
        "errors": [
            {
                "environment": trouble.environment,
                "apps": list(trouble.apps),
                "message": str(trouble.error),
            }
            for trouble in job.troubles
        ],
    }


def _outcome(outcome: Outcome) -> str:
    moved = ", ".join(
        f"{code(app.app)} {code(app.current.label)} → {code(app.wanted.label)}"
        for app in outcome.plan.moving
    )
    pull = _pull(outcome.pull) if outcome.pull else "nothing"
    did = _DID.get(outcome.status, outcome.status)
    return f"- {code(outcome.plan.target)}: {pull} {did}" + (f": {moved}" if moved else "")


def _pull(pull: PullRequest) -> str:
    return f"[#{pull.number}]({pull.url})" if pull.url else f"#{pull.number}"


def _matrix(status: Status) -> str:
    rows = [
        "| | " + " | ".join(code(environment) for environment in status.environments) + " |",
        "|---" * (len(status.environments) + 1) + "|",
    ]
    for app in status.apps:
        cells = (_cell(status.cell(environment, app)) for environment in status.environments)
        rows.append(f"| {code(app)} | " + " | ".join(cells) + " |")
    return "\n".join(["### Releases", "", *rows])


def _cell(cell: Cell) -> str:
    if cell.state == "absent" or cell.release is None:
        return ""
    words = {"moves": "behind", "held": "behind, held", "follows": "follows"}
    notes = [words[cell.state]] if cell.state in words else []
    notes += [f"#{cell.pull}"] if cell.pull is not None else []
    return code(cell.release.label) + (f" ({', '.join(notes)})" if notes else "")
