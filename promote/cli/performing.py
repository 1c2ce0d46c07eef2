"""Running a command line: the one place where errors become exit codes."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from promote.cli.commands import app
from promote.errors import BugError, ExitCode, PromoteError

if TYPE_CHECKING:
    from collections.abc import Sequence


def perform(arguments: Sequence[str]) -> int:
    """Run a command line and say how it ended.

    Returns:
        One of `ExitCode`, or 130 when the user interrupts.
    """
    arguments = list(arguments)
    try:
        result = app(args=arguments, prog_name="promote", standalone_mode=False, obj=arguments)
    except PromoteError as error:
        _say(error)
        return error.exit_code
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        # Whoever read the output has seen enough; a second write must not fail at exit either.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return ExitCode.DONE
    except Exception as error:  # noqa: BLE001 - the last place that can turn a bug into a report
        return _end(error)
    return result if isinstance(result, int) else ExitCode.DONE


def _say(error: PromoteError) -> None:
    print(f"promote: {error}", file=sys.stderr)


def _end(error: Exception) -> int:
    """Typer's own endings, and what nobody foresaw."""
    show = getattr(error, "show", None)
    code = getattr(error, "exit_code", None)
    if callable(show):
        show()
        return int(code or ExitCode.USAGE)
    if isinstance(code, int):
        return code
    if type(error).__name__ == "Abort":
        return 130
    from promote.cli.bug import report  # noqa: PLC0415 - only a bug pays for its report

    _say(BugError(f"{type(error).__name__}: {error}", hint=report(error)))
    return ExitCode.BUG
