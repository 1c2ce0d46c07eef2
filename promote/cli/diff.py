"""`promote diff`: show what differs between two environments, directories or files."""

from __future__ import annotations

import os
import sys
from enum import StrEnum
from typing import Annotated

import typer

from promote.cli.common import command_app, warn
from promote.cli.outside import outside
from promote.cli.outside_flags import (  # typer reads the types when it runs
    EnableHelm,  # noqa: TC001
    HelmCommand,  # noqa: TC001
    RemoteHosts,  # noqa: TC001
)
from promote.errors import ExitCode

app = command_app()


class Output(StrEnum):
    """The formats."""

    TEXT = "text"
    UNIFIED = "unified"
    MARKDOWN = "markdown"
    JSON = "json"


class Colour(StrEnum):
    """When to colour."""

    AUTO = "auto"
    ALWAYS = "always"
    NEVER = "never"


@app.command()
def diff(
    left: Annotated[
        str, typer.Argument(metavar="A", help="An environment, ENV@REV, a directory or a file.")
    ],
    right: Annotated[str, typer.Argument(metavar="B", help="The same.")],
    *,
    apps: Annotated[
        list[str] | None,
        typer.Option("--app", "-a", metavar="APP", help="Only these apps; may be repeated."),
    ] = None,
    output: Annotated[Output, typer.Option("--output", "-o", help="The format.")] = Output.TEXT,
    no_ignore: Annotated[
        bool, typer.Option("--no-ignore", help="Leave the project's ignore rules aside.")
    ] = False,
    show_ignored: Annotated[
        bool, typer.Option("--show-ignored", help="List what ignore rules keep out.")
    ] = False,
    exact: Annotated[
        bool, typer.Option("--exact", help="Compare names and namespaces as they are.")
    ] = False,
    colour: Annotated[Colour, typer.Option("--color", help="When to colour.")] = Colour.AUTO,
    enable_helm: EnableHelm = False,
    helm_command: HelmCommand = "helm",
    remote: RemoteHosts = None,
) -> int:
    """Show what differs between two environments, directories or files.

    Exits with 10 if anything does. Of two environments the first is carried into the names of the
    second: by the rename of a variant, else by the namespaces that correspond.
    """
    from promote.compare import formats  # noqa: PLC0415 - help needs none of these
    from promote.compare.conceal import conceal  # noqa: PLC0415
    from promote.compare.formats.safe import printable  # noqa: PLC0415
    from promote.compare.sides import Sides  # noqa: PLC0415

    with (
        outside(enable_helm, helm_command, remote) as (helm, remotes),
        Sides(warn=warn, helm=helm, remotes=remotes) as sides,
    ):
        found, namespaces = sides.compare(
            left, right, apps=apps or (), use_rules=not no_ignore, exact=exact
        )
    if namespaces:
        taken = printable(", ".join(f"{old} as {new}" for old, new in namespaces.items()))
        print(f"promote: taking namespace {taken}; --exact does not", file=sys.stderr)
    concealed = conceal(found)
    if output is Output.JSON:
        text = formats.to_json(concealed, names=(left, right), namespaces=namespaces)
    elif output is Output.MARKDOWN:
        text = formats.to_markdown(concealed, names=(left, right))
    elif output is Output.UNIFIED:
        text = formats.to_unified(concealed, names=(left, right), colour=_coloured(colour))
    else:
        text = formats.to_text(concealed, colour=_coloured(colour), show_ignored=show_ignored)
    sys.stdout.write(text)
    return ExitCode.DONE if found.is_empty else ExitCode.DIFFERENT


def _coloured(colour: Colour) -> bool:
    """Whether to colour; `NO_COLOR` (no-color.org) speaks for the user unless a flag does."""
    if colour is Colour.AUTO:
        return sys.stdout.isatty() and not os.environ.get("NO_COLOR")
    return colour is Colour.ALWAYS
