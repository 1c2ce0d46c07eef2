"""Running a command line: the one place where errors become exit codes."""

from __future__ import annotations

import os
import re
import sys
from typing import TYPE_CHECKING

from promote.errors import BugError, ExitCode, OutsideError, PromoteError, UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from typer import Context

    from promote.store.note import Note


def perform(arguments: Sequence[str], seen: tuple[Note, list[int]] | None = None) -> int:
    """Run a command line and say how it ended.

    Args:
        arguments: without the name of the program.
        seen: the note of an earlier run of these, and which of its paths look otherwise now.

    Returns:
        One of `ExitCode`, or 130 when the user interrupts.
    """
    arguments = list(arguments)
    try:
        code = ExitCode.DONE if seen and _renew(*seen) else _perform(arguments)
        sys.stdout.flush()
    except PromoteError as error:
        return _say(error)
    except KeyboardInterrupt:
        return 130
    except OSError as error:
        return _say(_outside(error))
    except Exception as error:  # noqa: BLE001 - the last place that can turn a bug into a report
        return _end(error)
    return code


def _renew(note: Note, differing: list[int]) -> bool:
    """Render what depends on some files; False if all has to be looked at."""
    from promote.cli.renewal import renew  # noqa: PLC0415 - for fleets alone

    return renew(note, differing)


def _perform(arguments: list[str]) -> int:
    if arguments[:1] == ["render"]:
        from promote.cli.request import read_request  # noqa: PLC0415 - for this command alone

        request = read_request(arguments[1:])
        if request is not None:
            from promote.cli.rendering import perform_render  # noqa: PLC0415 - as above

            return perform_render(request, arguments)
    from promote.cli.commands import app  # noqa: PLC0415 - takes as long as a small render

    result = app(args=arguments, prog_name="promote", standalone_mode=False, obj=arguments)
    return result if isinstance(result, int) else ExitCode.DONE


def _outside(error: OSError) -> OutsideError:
    """What the system refused where no one knew better what that means."""
    if error.filename:
        return OutsideError(f"{os.fsdecode(error.filename)}: {error.strerror}")
    try:
        os.getcwd()  # noqa: PTH109 - as Python's own functions ask
    except FileNotFoundError:
        return OutsideError("the current folder is there no more", hint="go to another one")
    return OutsideError(error.strerror or str(error))


def _say(error: PromoteError) -> int:
    print(f"promote: {error}", file=sys.stderr)
    return error.exit_code


def _end(error: Exception) -> int:
    """Typer's own endings, and what nobody foresaw."""
    say = getattr(error, "format_message", None)
    code = getattr(error, "exit_code", None)
    if type(error).__name__ == "NoArgsIsHelpError":
        print(say() if say else error, file=sys.stderr)
        return ExitCode.USAGE
    if callable(say):
        return _say(_usage(say(), getattr(error, "ctx", None)))
    if isinstance(code, int):
        return code
    if type(error).__name__ == "Abort":
        return 130
    from promote.cli.bug import report  # noqa: PLC0415 - only a bug pays for its report

    return _say(BugError(f"{type(error).__name__}: {error}", hint=report(error)))


def _usage(message: str, context: Context | None) -> UsageError:
    """What the parser of arguments refuses, in the form of all our errors."""
    text = message.strip().removesuffix(".")
    # It names Python's types.
    text = re.sub(r"\ban? valid int(eger)?( range)?$", "a whole number", text)
    text = text[:1].lower() + text[1:]
    if context is None:
        return UsageError(text, hint="'promote --help' lists the commands")
    from typer.core import TyperGroup as Group  # noqa: PLC0415 - loaded, since it has refused

    if isinstance(context.command, Group):
        names = ", ".join(context.command.list_commands(context))
        return UsageError(text, hint=f"the commands of '{context.command_path}' are {names}")
    return UsageError(text, hint=f"'{context.command_path} --help' lists what it takes")
