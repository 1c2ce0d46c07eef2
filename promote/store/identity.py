"""Which program this is: results of another one are never used."""

from __future__ import annotations

import hashlib
import os
import sys
from functools import cache
from pathlib import Path

import orjson


@cache
def program_identity() -> str:
    """A text that differs for any other version of the program, its data, its libraries or Python.

    Files of the package are known by size and time, as `pip` and an editor leave them; libraries
    by the names of their metadata folders, which hold their versions.
    """
    package = Path(__file__).parents[1]
    parts = [sys.version, str(package), *files_of(str(package))]
    parts += sorted(
        name
        for name in os.listdir(Path(orjson.__file__).parent.parent)  # noqa: PTH208 - names only
        if name.endswith(".dist-info")
    )
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def files_of(folder: str) -> list[str]:
    """Each file of a folder with its size and time."""
    found = []
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir():
                if entry.name != "__pycache__":
                    found += files_of(entry.path)
            else:
                status = entry.stat()
                found.append(f"{entry.path} {status.st_size} {status.st_mtime_ns}")
    return sorted(found)
