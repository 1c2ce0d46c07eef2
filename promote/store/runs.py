"""Notes of whole runs: while all that a run saw looks as it did, the same run would do nothing.

A run that found nothing to do notes how each file that it read or wrote looked, and each folder in
which it looked for something (`sights` makes the note). The next run of the same command line in
the same folder compares these before it loads anything else, so this module imports next to
nothing.

A note is one file: a line that says what it is, a line with the numbers of paths of each sort, the
paths, each ended by a zero byte, and five signed 64-bit integers for each path that has a look.
"""

from __future__ import annotations

import hashlib
import os
import sys
from array import array
from importlib.util import find_spec

TYPE_CHECKING = False  # that of `typing` costs its import
if TYPE_CHECKING:
    from collections.abc import Mapping

_HEAD = b"promote run 1\n"
_LOOK = 5  # integers a path: the parts of `inputs.Signature`
_MOST = 50  # notes that are kept


def store_folder() -> str:
    """Where the store is: `PROMOTE_CACHE_DIR`, or `promote` in the user's cache folder."""
    named = os.environ.get("PROMOTE_CACHE_DIR")
    if named:
        return named
    caches = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")  # noqa: PTH111 - see above
    return f"{caches}/promote"


def program_identity() -> str:
    """A text that differs for any other version of the program, its data, its libraries or Python.

    Files of the package are known by size and time, as `pip` and an editor leave them; libraries
    by the names of their metadata folders, which hold their versions.
    """
    if _identity:
        return _identity[0]
    package = os.path.dirname(os.path.dirname(__file__))  # noqa: PTH120 - see above
    parts = [sys.version, package, *files_of(package)]
    beside = find_spec("orjson")
    libraries = os.path.dirname(os.path.dirname(beside.origin or "")) if beside else package  # noqa: PTH120
    parts += sorted(name for name in os.listdir(libraries) if name.endswith(".dist-info"))  # noqa: PTH208
    _identity.append(hashlib.sha256("\n".join(parts).encode()).hexdigest())
    return _identity[0]


_identity: list[str] = []  # of this process, which goes on as the program that it began as


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


def note_of(arguments: list[str]) -> str:
    """The file of a run's note: another one for any other program, folder or command line."""
    parts = [program_identity(), os.getcwd(), *arguments]  # noqa: PTH109 - see above
    name = hashlib.sha256("\0".join(parts).encode(errors="surrogateescape")).hexdigest()
    return f"{store_folder()}/runs/{name}"


def is_repeat(arguments: list[str]) -> bool:
    """Whether a run of these arguments would do nothing, for all that an earlier one saw."""
    try:
        with open(note_of(arguments), "rb") as file:  # noqa: PTH123 - see above
            data = file.read()
    except OSError:
        return False
    return _still(data)


def write_note(
    looks: Mapping[str, tuple[int, ...]], there: Mapping[str, tuple[int, int]], absent: list[str]
) -> bytes:
    """What a run saw as bytes.

    Args:
        looks: how files and folders looked.
        there: inode and device of folders that only have to stay.
        absent: what must not be there.
    """
    paths = [os.fsencode(path) for path in (*looks, *there, *absent)]
    sizes = f"{len(looks)} {len(there)} {len(absent)} {sum(map(len, paths)) + len(paths)}\n"
    numbers = array("q", (part for seen in looks.values() for part in seen))
    numbers.extend(part for seen in there.values() for part in seen)
    return b"".join([_HEAD, sizes.encode(), *(path + b"\0" for path in paths), numbers.tobytes()])


def keep_note(arguments: list[str], data: bytes) -> None:
    """Write a run's note, all or nothing, and let the oldest go where there are too many."""
    path = note_of(arguments)
    folder, name = os.path.split(path)
    draft = f"{folder}/.{name}-{os.getpid()}"
    try:
        os.makedirs(folder, mode=0o700, exist_ok=True)  # noqa: PTH103 - see above
        with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:  # noqa: PTH123 - see above
            file.write(data)
        os.replace(draft, path)  # noqa: PTH105 - see above
        forget_notes(_MOST)
    except OSError:  # a store that cannot be written costs nothing
        return


def forget_notes(most: int = 0) -> None:
    """Remove all notes but those that were written last."""
    folder = f"{store_folder()}/runs"
    try:
        with os.scandir(folder) as entries:
            notes = sorted((-entry.stat().st_mtime_ns, entry.path) for entry in entries)
        for _, path in notes[most:]:
            os.unlink(path)  # noqa: PTH108 - see above
    except OSError:
        return


def _still(data: bytes) -> bool:
    """Whether all that was seen still looks so."""
    lstat = os.lstat
    try:
        head, sizes, rest = data.split(b"\n", 2)
        looks, there, absent, length = map(int, sizes.split())
        paths = rest[:length].split(b"\0")
        numbers = array("q", rest[length:])
        first_absent, end = looks + there, looks + there + absent
        if head + b"\n" != _HEAD or (len(paths), len(numbers)) != (
            end + 1,
            looks * _LOOK + there * 2,
        ):
            return False
        seen = zip(*[iter(numbers[: looks * _LOOK])] * _LOOK, strict=True)
        for path, look in zip(paths[:looks], seen, strict=True):
            now = lstat(path)
            if (now.st_ctime_ns, now.st_mtime_ns, now.st_size, now.st_ino, now.st_dev) != look:
                return False
        stay = zip(*[iter(numbers[looks * _LOOK :])] * 2, strict=True)
        for path, place in zip(paths[looks:first_absent], stay, strict=True):
            now = lstat(path)
            if (now.st_ino, now.st_dev) != place:
                return False
        return not any(map(os.path.lexists, paths[first_absent:end]))
    except (ValueError, OSError):
        return False
