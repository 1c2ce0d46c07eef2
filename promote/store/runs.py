"""Notes of whole runs: while all that a run saw looks as it did, the same run would do nothing.

A run that found nothing to do notes how each file that it read or wrote looked, and each folder in
which it looked for something (`sights` makes the note, `note` says what is in it). The next run of
the same command line in the same folder compares these before it loads anything else, so this
module imports next to nothing. Where only some files differ, `cli.renewal` goes on with it.
"""

from __future__ import annotations

import os
import sys
import zlib

from promote.store.note import Note

TYPE_CHECKING = False  # that of `typing` costs its import

_MOST = 50  # notes that are kept


def store_folder() -> str:
    """Where the store is: `PROMOTE_CACHE_DIR`, or `promote` in the user's cache folder."""
    named = os.environ.get("PROMOTE_CACHE_DIR")
    if named:
        return named
    caches = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")  # noqa: PTH111 - see above
    return f"{caches}/promote"


def program_identity() -> str:
    """A digest of `program_text`."""
    import hashlib  # noqa: PLC0415 - a run that is known again needs none

    return hashlib.sha256(program_text().encode()).hexdigest()


def program_text() -> str:
    """A text that differs for any other version of the program, its data, its libraries or Python.

    Files of the package are known by size and time, as `pip` and an editor leave them; libraries
    by the names of their metadata folders, which hold their versions.
    """
    if _identity:
        return _identity[0]
    package = os.path.dirname(os.path.dirname(__file__))  # noqa: PTH120 - see above
    parts = [sys.version, package, *files_of(package)]
    places = [folder for folder in sys.path if os.path.isdir(f"{folder}/orjson")]  # noqa: PTH112
    libraries = places[0] if places else package
    parts += sorted(name for name in os.listdir(libraries) if name.endswith(".dist-info"))  # noqa: PTH208
    _identity.append("\n".join(parts))
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


def run_identity(arguments: list[str]) -> bytes:
    """What a note is of: another text for any other program, folder or command line."""
    parts = [program_text(), os.getcwd(), *arguments]  # noqa: PTH109 - see above
    return "\0".join(parts).encode(errors="surrogateescape")


def note_file(identity: bytes) -> str:
    """The file of a run's note; which run it is of, the note says itself."""
    return f"{store_folder()}/runs/{zlib.crc32(identity):08x}"


def look_again(arguments: list[str]) -> tuple[Note, list[int]] | None:
    """The note of an earlier run of these arguments, and which of its paths look otherwise now.

    None if there is none, or if more than looks has changed.
    """
    try:
        identity = run_identity(arguments)
        with open(note_file(identity), "rb") as file:  # noqa: PTH123 - see above
            note = Note.read(file.read(), identity)
    except OSError:
        return None
    differing = None if note is None else note.differing()
    return None if note is None or differing is None else (note, differing)


def keep_note(identity: bytes, data: bytes) -> None:
    """Write a run's note, all or nothing, and let the oldest go where there are too many."""
    path = note_file(identity)
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
