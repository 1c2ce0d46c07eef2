"""The note of a run as bytes: how all that it saw looked, and which results were made of what.

A note is one file. A line says what it is, a line has the counts and lengths of its parts, and the
parts follow: the identity of the run, paths (each ended by a zero byte), five signed 64-bit
integers for each path that has a look and two for each that only has to stay, the SHA-256 of each
file and folder, and for each result its name, its directory and the numbers of its inputs. Of a run
that finds all as it was only the first half is read, so this module imports next to nothing.
"""

from __future__ import annotations

import os
import zlib
from operator import attrgetter

TYPE_CHECKING = False  # that of `typing` costs its import
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

_HEAD = b"promote run 2\n"
_LOOK = 5  # integers a path: the parts of `inputs.Signature`
_DIGEST = 32
_MOST = 500  # differences that are worth a closer look
_look = attrgetter("st_ctime_ns", "st_mtime_ns", "st_size", "st_ino", "st_dev")
_place = attrgetter("st_ino", "st_dev")
UNKNOWN = (0,) * _LOOK
"""The look of what was not looked at, or of what cannot be told from a later state by it."""


class Note:
    """What a run saw, and what it made of it.

    Attributes:
        identity: the program, the folder and the command line.
        counts: how many of `paths` are files that were read, folders in which something was looked
            for, and files that were written; which have looks and digests; then folders that only
            have to stay, and what must not be there.
        paths: of all of these, in this order.
        looks: how those with a look looked.
    """

    __slots__ = ("_check", "_parts", "counts", "identity", "looks", "paths", "stays")

    def __init__(
        self,
        identity: bytes,
        counts: tuple[int, ...],
        paths: list[bytes],
        looks: list[tuple[int, ...]],
        stays: list[tuple[int, ...]],
    ) -> None:
        self.identity = identity
        self.counts = counts
        self.paths = paths
        self.looks = looks
        self.stays = stays
        self._parts: tuple[bytes, ...] = ()
        self._check = 0

    @classmethod
    def read(cls, data: bytes, identity: bytes) -> Note | None:
        """The note in some bytes; None if they hold none of this run."""
        try:
            head, numbers, _ = data.split(b"\n", 2)
            at = len(head) + len(numbers) + 2
            *counts, check = map(int, numbers.split())
            counts, lengths = counts[:5], counts[5:]
            parts = []
            for length in lengths:
                parts.append(data[at : at + length])
                at += length
            said, paths, looks, stays, *rest = parts
            files, folders, outputs, stay, absent = counts
            looked = files + folders + outputs
            names = paths.split(b"\0")
            if (
                (head + b"\n", said, at) != (_HEAD, identity, len(data))
                or len(names) != looked + stay + absent + 1
                or (len(looks), len(stays)) != (looked * _LOOK * 8, stay * 16)
            ):
                return None
            note = cls(said, tuple(counts), names[:-1], _tuples(looks, _LOOK), _tuples(stays, 2))
            note._parts = tuple(rest)
            note._check = check
        except ValueError:
            return None
        return note

    def differing(self) -> list[int] | None:
        """The numbers of the paths that look otherwise now; None if it is more than looks."""
        files, folders, outputs, stay, _ = self.counts
        looked, staying = files + folders + outputs, files + folders + outputs + stay
        paths = self.paths
        try:
            now = list(map(_look, map(os.lstat, paths[:looked])))
            if list(map(_place, map(os.lstat, paths[looked:staying]))) != self.stays:
                return None
        except (OSError, ValueError):
            return None
        if any(map(os.path.lexists, paths[staying:])):
            return None
        if now == self.looks:
            return []
        found = [at for at, then in enumerate(self.looks) if then != now[at]]
        return found if len(found) <= _MOST else None

    def digests(self) -> bytearray:
        """The digests of all paths that have a look, one behind the other."""
        return bytearray(self._parts[0])

    def is_whole(self) -> bool:
        """Whether what is read only of a run that differs is as it was written."""
        looked = sum(self.counts[:3])
        return (
            len(self._parts) == 4  # noqa: PLR2004 - see `pack`
            and len(self._parts[0]) == looked * _DIGEST
            and zlib.crc32(b"".join(self._parts)) == self._check
        )

    def how(self) -> bytes:
        """How the run rendered, as its author wrote it."""
        return self._parts[1]

    def asked(self) -> list[bytes]:
        """The paths that the numbers of inputs are of."""
        return self._parts[2].split(b"\0")

    def jobs_of(self, inputs: Iterable[int]) -> list[tuple[str, str, list[int]]]:
        """The name, directory and inputs of each result that is made of any of these inputs."""
        lines = self._parts[3]
        starts = set()
        for number in inputs:
            sought = b",%d," % number
            at = lines.find(sought)
            while at >= 0:
                starts.add(lines.rfind(b"\n", 0, at) + 1)
                at = lines.find(sought, lines.index(b"\n", at))
        found = []
        for start in sorted(starts):
            name, directory, numbers = lines[start : lines.index(b"\n", start)].split(b"\0")
            made_of = [int(number) for number in numbers.strip(b",").split(b",")]
            found.append((os.fsdecode(name), os.fsdecode(directory), made_of))
        return found

    def renewed(self, looks: Mapping[int, tuple[int, ...]], digests: bytes) -> bytes:
        """The note with other looks and digests, as bytes."""
        new = [looks.get(at, then) for at, then in enumerate(self.looks)]
        return pack(
            self.identity, self.counts, self.paths, new, self.stays, (digests, *self._parts[1:])
        )


def pack(  # noqa: PLR0917 - the parts of a note
    identity: bytes,
    counts: Sequence[int],
    paths: Iterable[bytes],
    looks: Iterable[tuple[int, ...]],
    stays: Iterable[tuple[int, ...]],
    rest: Sequence[bytes],
) -> bytes:
    """A note as bytes.

    Args:
        identity: the run.
        counts: how many paths of each sort there are; see `Note`.
        paths: of all of these.
        looks: how those with a look looked.
        stays: inode and device of those that only have to stay.
        rest: the digests, how the run rendered, the paths that were asked for, and the lines of
            the results.
    """
    parts = (
        identity,
        b"".join(path + b"\0" for path in paths),
        _numbers(looks),
        _numbers(stays),
        *rest,
    )
    numbers = [*counts, *map(len, parts), zlib.crc32(b"".join(rest))]
    return b"".join((_HEAD, " ".join(map(str, numbers)).encode(), b"\n", *parts))


def line_of(name: str, directory: str, inputs: Iterable[int]) -> bytes | None:
    """The line of a result; None if its name or directory cannot be in a line."""
    text = f"{name}\0{directory}\0,{','.join(map(str, inputs))},\n"
    return os.fsencode(text) if text.count("\n") == 1 and text.count("\0") == 2 else None  # noqa: PLR2004


def _tuples(data: bytes, size: int) -> list[tuple[int, ...]]:
    return list(zip(*[iter(memoryview(data).cast("q").tolist())] * size, strict=True))


def _numbers(rows: Iterable[tuple[int, ...]]) -> bytes:
    from array import array  # noqa: PLC0415 - only to write

    return array("q", (number for row in rows for number in row)).tobytes()
