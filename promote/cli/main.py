"""The `promote` program: where a command line begins, and the one place where errors end it."""

from __future__ import annotations

import gc
import io
import os
import sys
from typing import TYPE_CHECKING

from promote.errors import BugError, ExitCode, PromoteError

if TYPE_CHECKING:
    from collections.abc import Sequence


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command line and say how it ended.

    Args:
        argv: the arguments, without the program's name; those of the process by default.

    Returns:
        One of `ExitCode`, or 130 when the user interrupts.
    """
    arguments = sys.argv[1:] if argv is None else list(argv)
    try:
        if _is_done(arguments):
            return ExitCode.DONE
        from promote.cli.commands import app  # noqa: PLC0415 - loads the parser of arguments

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


def _is_done(arguments: Sequence[str]) -> bool:
    """Whether it is a fleet that was rendered, and all that was read and written looks as then."""
    if "render" not in arguments[:1] or "--all" not in arguments or "--no-cache" in arguments:
        return False
    from promote.store import is_repeat  # noqa: PLC0415 - for fleets alone

    return is_repeat(arguments)


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


def run() -> None:
    """The console script."""
    # Documents hold no circles, and looking for some in all of them takes a fifth of the time.
    gc.set_threshold(200_000, 50, 50)
    # Manifests are UTF-8 with line feeds, whatever the locale says of a terminal.
    for stream, errors in ((sys.stdout, "strict"), (sys.stderr, "backslashreplace")):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors=errors, newline="\n")
    sys.exit(main())
