"""The `promote` program: where a command line begins.

A fleet of which nothing changed ends here, so this module imports next to nothing.
"""

from __future__ import annotations

import gc
import sys

from promote.cli.streams import prepare

TYPE_CHECKING = False  # that of `typing` costs its import
if TYPE_CHECKING:
    from collections.abc import Sequence


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command line and say how it ended.

    Args:
        argv: the arguments, without the program's name; those of the process by default.

    Returns:
        One of `promote.errors.ExitCode`, or 130 when the user interrupts.
    """
    arguments = sys.argv[1:] if argv is None else list(argv)
    if _is_done(arguments):
        return 0
    from promote.cli.performing import perform  # noqa: PLC0415 - loads the parser of arguments

    return perform(arguments)


def _is_done(arguments: list[str]) -> bool:
    """Whether it is a fleet that was rendered, and all that was read and written looks as then."""
    if "render" not in arguments[:1] or "--all" not in arguments or "--no-cache" in arguments:
        return False
    from promote.store.runs import is_repeat  # noqa: PLC0415 - for fleets alone

    return is_repeat(arguments)


def run() -> None:
    """The console script."""
    # Documents hold no circles, and looking for some in all of them takes a fifth of the time.
    gc.set_threshold(200_000, 50, 50)
    prepare()
    try:
        code = main()
    except KeyboardInterrupt:  # while the parser of arguments is loaded
        code = 130
    sys.exit(code)
