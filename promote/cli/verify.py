"""`promote verify`: record how a release does in an environment."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from promote.cli.common import command_app
from promote.cli.options import DataFormat, Output, What, Where
from promote.cli.promotions import opened, say
from promote.errors import UsageError

app = command_app()


@app.command()
def verify(  # noqa: PLR0917 - a parameter an option, as Typer wants it
    environment: Where,
    name: What,
    succeeded: Annotated[bool, typer.Option("--succeeded", help="It does well.")] = False,
    failed: Annotated[bool, typer.Option("--failed", help="It does not.")] = False,
    release: Annotated[
        str,
        typer.Option(
            metavar="RELEASE", help="The release's id, or its start; by default the one there now."
        ),
    ] = "",
    url: Annotated[str, typer.Option(metavar="URL", help="Where a person reads more.")] = "",
    reason: Annotated[str, typer.Option(metavar="TEXT", help="Why.")] = "",
    by: Annotated[
        str, typer.Option(metavar="TEXT", help="Who says so; by default who Git says you are.")
    ] = "",
    output: Output = DataFormat.TEXT,
) -> None:
    """Record how a release does in an environment, as a deployment's job sees it.

    It is written to the notes in refs/notes/promote, which `verification` gates read. Saying the
    same again changes nothing.
    """
    if succeeded == failed:
        raise UsageError("say --succeeded or --failed")
    from promote.promotion.recording.verification import verify as record  # noqa: PLC0415 - as above
    from promote.promotion.structured import record_document, to_json  # noqa: PLC0415 - see opened

    with opened() as session:
        found = record(
            session,
            environment,
            name,
            "succeeded" if succeeded else "failed",
            release=release,
            reason=reason,
            url=url,
            by=by,
        )
    one = found.record
    if output is DataFormat.JSON:
        document = {**record_document(one), "written": found.written}
        sys.stdout.write(to_json("Verification", document))
        return
    already = "" if found.written else " (was said already)"
    say(f"{one.app} {one.label} ({one.release}) {one.outcome} in {one.environment}{already}")
