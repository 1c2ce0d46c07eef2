"""What the commands share: how a command is made, and how warnings are said."""

from __future__ import annotations

import sys

import typer


def command_app() -> typer.Typer:
    """The Typer application that a command's module makes as `app`."""
    return typer.Typer(
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
        context_settings={"help_option_names": ["-h", "--help"]},
    )


def warn(message: str) -> None:
    """Say something on stderr that does not stop the command."""
    print(f"promote: warning: {message}", file=sys.stderr)
