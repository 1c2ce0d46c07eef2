"""The `promote` program: where a command line begins.

A fleet of which nothing changed ends here, so this module imports next to nothing.
"""

from __future__ import annotations

import atexit
import gc
import os
import sys

from promote.cli.streams import prepare

TYPE_CHECKING = False  # that of `typing` costs its import
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import NoReturn

    from promote.store.note import Note


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command line and say how it ended.

    Args:
        argv: the arguments, without the program's name; those of the process by default.

    Returns:
        One of `promote.errors.ExitCode`, or 130 when the user interrupts.
    """
    arguments = sys.argv[1:] if argv is None else list(argv)
    seen = _seen_before(arguments)
    if seen is not None and not seen[1]:
        return 0
    from promote.cli.performing import perform  # noqa: PLC0415 - loads what renders

    return perform(arguments, seen)


def _seen_before(arguments: list[str]) -> tuple[Note, list[int]] | None:
    """The note of the fleet that was rendered so, and what looks otherwise now than it did then."""
    if "render" not in arguments[:1] or "--all" not in arguments or "--no-cache" in arguments:
        return None
    from promote.store.runs import look_again  # noqa: PLC0415 - for fleets alone

    return look_again(arguments)


def run() -> None:
    """The console script."""
    # Documents hold no circles, and looking for some in all of them takes a fifth of the time.
    gc.set_threshold(200_000, 50, 50)
    prepare()
    try:
        code = main()
    except KeyboardInterrupt:  # while the parser of arguments is loaded
        code = 130
    _end(code)


def _end(code: int) -> NoReturn:
    """End the process as `sys.exit` does, but for freeing each object of what it leaves behind.

    That takes a good twentieth of the time of a large overlay. (mypy ends so, too.)
    """
    threads = sys.modules.get("threading")
    if threads is not None and threads.active_count() > 1:
        sys.exit(code)  # which waits for them
    atexit._run_exitfuncs()  # noqa: SLF001 - what asked to be told of the end is told
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)
