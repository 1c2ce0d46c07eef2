"""The flags that let a command use what is no file here: the helm program, and other hosts."""

from __future__ import annotations

from typing import Annotated

import typer

EnableHelm = Annotated[
    bool, typer.Option("--enable-helm", help="Inflate charts, with the helm program.")
]
HelmCommand = Annotated[str, typer.Option(metavar="PROGRAM", help="The helm program.")]
RemoteHosts = Annotated[
    list[str] | None,
    typer.Option(
        "--remote", metavar="HOST", help="A host to fetch bases from, '*' for any; may be repeated."
    ),
]
