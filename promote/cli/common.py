"""What the commands share: how a command is made, how warnings are said, how files are written."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    import typer


def command_app() -> typer.Typer:
    """The Typer application that a command's module makes as `app`."""
    import typer  # noqa: PLC0415 - a warning needs none of it

    return typer.Typer(
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
        context_settings={"help_option_names": ["-h", "--help"]},
    )


def warn(message: str) -> None:
    """Say something on stderr that does not stop the command."""
    print(f"promote: warning: {message}", file=sys.stderr)


def write_file(path: Path, text: str, *, append: bool = False) -> None:
    """Write a file that the user asked for.

    Raises:
        OutsideError: it cannot be written.
    """
    try:
        with path.open("a" if append else "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
    except OSError as error:
        from promote.errors import OutsideError  # noqa: PLC0415 - hardly ever

        hint = "make its folder first" if isinstance(error, FileNotFoundError) else None
        raise OutsideError(f"cannot write {path}: {error.strerror}", hint=hint) from error
