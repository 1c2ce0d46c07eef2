"""`promote pull`: the pull requests of the project's forge."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from promote.cli.common import command_app
from promote.cli.options import DataFormat, Output
from promote.cli.promotions import opened, overrides_of, say

if TYPE_CHECKING:
    from promote.forge import PullRequest

app = command_app()

Number = Annotated[int, typer.Argument(metavar="NUMBER", help="Its number.", min=1)]


@app.callback()
def _pull() -> None:
    """List, show, merge and close the pull requests of the local forge."""


@app.command("list")
def list_pulls(
    every: Annotated[bool, typer.Option("--all", help="Also those merged and closed.")] = False,
    output: Output = DataFormat.TEXT,
) -> None:
    """List the pull requests that are open."""
    from promote.promotion.structured import pulls_document, to_json  # noqa: PLC0415 - see opened

    with opened() as session:
        pulls = session.forge.pulls(None if every else "open")
    if output is DataFormat.JSON:
        sys.stdout.write(to_json("PullRequests", pulls_document(pulls)))
    else:
        say(*(_line(pull) for pull in pulls))


@app.command()
def show(number: Number, output: Output = DataFormat.TEXT) -> None:
    """Show one pull request with its text and comments."""
    from promote.promotion.structured import pull_document, to_json  # noqa: PLC0415 - see opened

    with opened() as session:
        pull = session.forge.show(number)
    if output is DataFormat.JSON:
        sys.stdout.write(to_json("PullRequest", pull_document(pull)))
        return
    say(_line(pull), f"by {pull.author} at {pull.created:%Y-%m-%d %H:%M} UTC", "", pull.body)
    for comment in pull.comments:
        say(f"-- {comment.author}:", comment.body)


@app.command()
def merge(
    number: Number,
    expect: Annotated[
        str, typer.Option(help="Refuse unless the branch is at this commit.", metavar="COMMIT")
    ] = "",
    override: Annotated[
        list[str] | None,
        typer.Option(metavar="GATE", help="Pass this gate all the same; may be repeated."),
    ] = None,
    reason: Annotated[str, typer.Option(metavar="TEXT", help="Why; recorded in the notes.")] = "",
    output: Output = DataFormat.TEXT,
) -> None:
    """Merge a pull request, and record what it moved.

    A promotion is judged again, by the gates and on the base branch of now. Ends with 11, and
    merges nothing, when a gate holds.
    """
    from promote.promotion import land  # noqa: PLC0415 - see opened
    from promote.promotion.structured import landing_document, to_json  # noqa: PLC0415 - as above

    overrides = overrides_of(override or (), reason)
    with opened() as session:
        landing = land(session, number, expect=expect or None, overrides=overrides)
    if output is DataFormat.JSON:
        sys.stdout.write(to_json("Merge", landing_document(landing)))
        return
    say(_line(landing.pull))
    for record in landing.records:
        say(f"  {record.app}: {record.release} {record.outcome} in {record.environment}")


@app.command()
def approve(
    number: Number,
    message: Annotated[
        str, typer.Option("--message", "-m", metavar="TEXT", help="Say why, in a comment.")
    ] = "",
    output: Output = DataFormat.TEXT,
) -> None:
    """Approve a pull request as it is now.

    Nobody's own approval counts.
    """
    with opened() as session:
        _say(session.forge.review(number, "approved", message), output)


@app.command()
def close(number: Number, output: Output = DataFormat.TEXT) -> None:
    """Close a pull request without merging it; its branch stays."""
    with opened() as session:
        _say(session.forge.close(number), output)


@app.command()
def reopen(number: Number, output: Output = DataFormat.TEXT) -> None:
    """Open a closed pull request again."""
    with opened() as session:
        _say(session.forge.reopen(number), output)


def _say(pull: PullRequest, output: DataFormat) -> None:
    """Say what became of a pull request."""
    if output is DataFormat.JSON:
        from promote.promotion.structured import pull_document, to_json  # noqa: PLC0415 - as above

        sys.stdout.write(to_json("PullRequest", pull_document(pull)))
    else:
        say(_line(pull))


def _line(pull: PullRequest) -> str:
    draft = ", draft" if pull.draft else ""
    return f"#{pull.number} {pull.state}{draft}: {pull.title} ({pull.head} → {pull.base})"
