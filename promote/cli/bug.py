"""What a bug leaves behind: a file with the traceback, and a line that names it."""

from __future__ import annotations

import platform
import sys
import tempfile
import traceback
from pathlib import Path

from promote import __version__


def report(error: Exception) -> str:
    """Write the traceback to a file, and say what to do with it."""
    trace = "".join(traceback.format_exception(error))
    text = f"promote {__version__}, Python {platform.python_version()}\n{sys.argv[:2]}\n\n{trace}"
    with tempfile.NamedTemporaryFile(
        "w", prefix="promote-bug-", suffix=".log", delete=False, encoding="utf-8"
    ) as file:
        file.write(text)
    return f"this is a bug in promote; please report it with {Path(file.name)}"
