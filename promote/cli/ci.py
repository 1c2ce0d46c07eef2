"""`promote ci`: one call for a pipeline."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from urllib.parse import quote

import typer

from promote.cli.common import command_app, write_file
from promote.cli.options import DataFormat, Output
from promote.cli.promotions import opened, outcome_lines, say, verdict_lines
from promote.errors import ExitCode

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from promote.promotion.job.report import Remark
    from promote.promotion.job.run import Job

app = command_app()


@app.command()
def ci(
    *,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", "--check", help="Only plan: write nothing anywhere.")
    ] = False,
    summary: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Write a summary in Markdown here; GitHub's own is found by itself.",
        ),
    ] = None,
    annotations: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Write GitLab's report of annotations here: links to pull requests.",
        ),
    ] = None,
    output: Output = DataFormat.TEXT,
) -> int:
    """Promote all that may move, in one call for a pipeline.

    Records what was merged, proposes what may move, upstreams first, and brings the open pull
    requests and their statuses up to date. On a pull request, or a branch that is neither the
    default one nor protected, it only plans. Ends with 11 when a gate holds something back.
    """
    import orjson  # noqa: PLC0415 - help needs no promotion

    from promote.promotion import read_status  # noqa: PLC0415
    from promote.promotion.job.pipeline import read_pipeline  # noqa: PLC0415
    from promote.promotion.job.report import document, links, remarks  # noqa: PLC0415
    from promote.promotion.job.report import summary as to_summary  # noqa: PLC0415
    from promote.promotion.job.run import run_job  # noqa: PLC0415
    from promote.promotion.structured import to_json  # noqa: PLC0415

    pipeline = read_pipeline(os.environ)
    with opened() as session:
        untrusted = pipeline.untrusted_for(session.base)
        job = run_job(session, dry=dry_run or bool(untrusted))
        session.refresh()
        text = to_summary(job, read_status(session), untrusted)
    if output is DataFormat.JSON:
        sys.stdout.write(to_json("Job", document(job, untrusted)))
    else:
        say(*_lines(job))
    for remark in remarks(job, untrusted):
        _remark(remark, github=pipeline.system == "github")
    if summary is not None:
        write_file(summary, text)
    if annotations is not None:
        report = orjson.dumps(links(job, _artifact(summary, os.environ)))
        write_file(annotations, report.decode())
    if pipeline.summary:
        write_file(Path(pipeline.summary), text, append=True)
    if job.troubles:
        return ExitCode.ERROR
    return ExitCode.GATE_HOLDS if job.held else ExitCode.DONE


def _artifact(file: Path | None, environ: Mapping[str, str]) -> str:
    """Where GitLab has a file of the job, which keeps it as an artifact."""
    job = environ.get("CI_JOB_URL", "")
    if file is None or file.is_absolute() or not job.startswith("https://"):
        return ""
    return f"{job}/artifacts/file/{quote(file.as_posix())}"


def _lines(job: Job) -> Iterator[str]:
    if job.recorded:
        yield f"recorded {job.recorded} merges"
    for outcome in job.outcomes:
        yield from outcome_lines(outcome)
    said = ""
    for target, one in ((plan.target, app) for plan in job.plans for app in plan.moving):
        if job.dry or one.state == "held" or one.waits:
            if target != said:
                yield f"into {target}:"
            said = target
            state = "waits" if one.waits else one.state
            yield f"  {one.app}: {one.current.label} → {one.wanted.label} ({state})"
            yield from verdict_lines(one)
    yield from (f"pull request {pull.number} merged: {pull.title}" for pull in job.merged)
    yield from (f"pull request {pull.number} closed: {why}" for pull, why in job.closed)
    if not (job.outcomes or job.plans or job.merged or job.closed or job.troubles):
        yield "nothing to do"


def _remark(remark: Remark, *, github: bool) -> None:
    """Say it as an annotation where the system has some; else only what went wrong, as an error."""
    from promote.compare.formats.safe import printable, without_commands  # noqa: PLC0415
    from promote.promotion.job.pipeline import command  # noqa: PLC0415 - see ci

    text = printable(remark.text)
    if github:
        print(command(remark.kind, printable(remark.title), text), file=sys.stderr)
    elif remark.kind == "error":
        print(without_commands(f"promote: {remark.title}: {text}"), file=sys.stderr)
    elif remark.title == "Plans only":
        print(without_commands(f"promote: {text}"), file=sys.stderr)
