"""Arguments and options that several commands have, so that they are named and said alike."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer


class DataFormat(StrEnum):
    """How a command prints what it found."""

    TEXT = "text"
    JSON = "json"


Output = Annotated[DataFormat, typer.Option("--output", "-o", help="What to print.")]
Environment = Annotated[
    str, typer.Option("--env", "-e", metavar="ENVIRONMENT", help="The environment.")
]
Cluster = Annotated[
    str, typer.Option(metavar="CLUSTER", help="Only this cluster of the environment.")
]
Resource = Annotated[
    str, typer.Argument(metavar="RESOURCE", help="KIND/NAME, or KIND/NAMESPACE/NAME.")
]
Where = Annotated[str, typer.Argument(metavar="ENVIRONMENT", help="Where.")]
What = Annotated[str, typer.Argument(metavar="APP", help="What.")]
