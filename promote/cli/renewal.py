"""Bringing a fleet up to date from the note of an earlier run, where some files have changed.

The note says how all looked that the run saw, and what each result was made of. Where only the
content of some files is another one, only the results that were made of them are rendered: neither
the project nor the store is read. Whatever else has changed is left to a whole run, and so is all
that does not come out as the note lets expect.
"""

from __future__ import annotations

import hashlib
import json
import os
import stat
from typing import TYPE_CHECKING, NamedTuple

from promote.cli.outputs import OutputFolder
from promote.errors import PromoteError, TemplateError
from promote.store.inputs import RecordingTree, look
from promote.store.note import UNKNOWN
from promote.store.runs import keep_note
from promote.store.sights import folder_digest

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from promote.store.note import Note

_MOST = 64  # results; a whole run can hand more than that to several processes
_SIZE = 32  # bytes of a digest


class _Seen(NamedTuple):
    """What a closer look at the paths that differ found.

    Attributes:
        looks: how they look now, by their number in the note.
        changed: the digests of files whose content is another one, by their number.
    """

    looks: dict[int, tuple[int, ...]]
    changed: dict[int, bytes]


def renew(note: Note, differing: Sequence[int]) -> bool:
    """Do what a whole run would do.

    Args:
        note: what an earlier run saw.
        differing: the numbers of its paths that look otherwise now.

    Returns:
        Whether it is done; if not, nothing was written.
    """
    if not note.is_whole():
        return False
    digests = note.digests()
    seen = _look_closer(note, differing, digests)
    if seen is None:
        return False
    looks = dict(seen.looks)
    if seen.changed:
        made = _render(note, seen.changed, digests)
        if made is None:
            return False
        outputs = _write(note, made)
        for number, digest in (*seen.changed.items(), *outputs.items()):
            digests[number * _SIZE : number * _SIZE + _SIZE] = digest
        looks |= dict.fromkeys(outputs, UNKNOWN)
    if seen.changed or any(look != UNKNOWN for look in looks.values()):
        keep_note(note.identity, note.renewed(looks, bytes(digests)))
    return True


def _look_closer(note: Note, differing: Sequence[int], digests: bytes | bytearray) -> _Seen | None:
    """What the paths hold that look otherwise; None if more than files' content has changed."""
    files, folders, _, _, _ = note.counts
    seen = _Seen({}, {})
    for number in differing:
        path = os.fsdecode(note.paths[number])
        is_folder = files <= number < files + folders
        # Before it is read, so that a change from here on shows.
        seen.looks[number] = look(path, "directory" if is_folder else "file") or UNKNOWN
        digest = _folder_digest(note, path) if is_folder else _file_digest(path)
        if digest != digests[number * _SIZE : number * _SIZE + _SIZE]:
            if digest is None or number >= files:
                return None
            seen.changed[number] = digest
    return seen


def _folder_digest(note: Note, path: str) -> bytes | None:
    """The digest of what was asked for in a folder."""
    if path in json.loads(note.how())["listed"]:
        return folder_digest(path, None)
    above = os.fsencode(path.rstrip("/") + "/")
    below = (one[len(above) :] for one in note.asked() if one.startswith(above))
    return folder_digest(path, {os.fsdecode(one.partition(b"/")[0]) for one in below})


def _file_digest(path: str) -> bytes | None:
    """SHA-256 of a regular file; None for anything else."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOFOLLOW)
        with open(handle, "rb") as file:  # noqa: PTH123 - a descriptor has no path
            if not stat.S_ISREG(os.fstat(handle).st_mode):
                return None
            return hashlib.sha256(file.read()).digest()
    except OSError:
        return None


def _render(
    note: Note, changed: Mapping[int, bytes], digests: bytes | bytearray
) -> dict[str, tuple[bytes, str]] | None:
    """The manifests that are made of the changed files, and their digests, by name."""
    asked = note.asked()
    number_of = {path: number for number, path in enumerate(asked)}
    jobs = note.jobs_of([number_of[note.paths[number]] for number in changed])
    if not jobs or len(jobs) > _MOST or not all(directory for _, directory, _ in jobs):
        return None
    known = _Known(note, digests, changed)
    try:
        builder = _Builder(json.loads(note.how()))
        made = {}
        for name, directory, inputs in jobs:
            text, paths = builder.build(directory)
            if not {os.fsencode(path) for path in paths} <= {asked[number] for number in inputs}:
                return None
            made[name] = text, hashlib.sha256(text).hexdigest()
    except PromoteError:  # the whole run says it
        return None
    return made if builder.is_clean() and known.agrees(builder.tree) else None


class _Builder:
    """Builds directories as the run of the note did.

    Args:
        how: the options, as `repeat.note_run` notes them.
    """

    def __init__(self, how: Mapping[str, object]) -> None:
        from promote.render.files import DiskTree  # noqa: PLC0415 - only where something changed
        from promote.render.loading import ParsedFiles  # noqa: PLC0415 - as above
        from promote.render.options import BuildOptions  # noqa: PLC0415

        confine = how["confine"]
        self.tree = RecordingTree(DiskTree(confine if isinstance(confine, str) else None))
        self._warnings: list[str] = []
        self._options = BuildOptions(
            restrict=bool(how["restrict"]),
            reorder=str(how["reorder"]),
            managed_by=bool(how["managed_by"]),
            expand=_refuse if how["templates"] else None,
            files=ParsedFiles(),
            warn=self._warnings.append,
        )

    def build(self, directory: str) -> tuple[bytes, tuple[str, ...]]:
        """The manifests of a directory, and the paths that were asked for on the way.

        Raises:
            PromoteError: it cannot be built.
        """
        from promote import yamlio  # noqa: PLC0415 - as above
        from promote.render.pipeline import build  # noqa: PLC0415

        resources = build(self.tree, directory, self._options)
        text = yamlio.dump_all(resource.doc for resource in resources).encode()
        return text, self.tree.take()

    def is_clean(self) -> bool:
        """Whether there was nothing to say, and no file changed meanwhile."""
        return not self._warnings and not self.tree.torn


def _refuse(path: str) -> bytes:
    raise TemplateError(f"{path} needs the values of a project")


class _Known:
    """What the note says of the content of files and of the folders that were listed."""

    def __init__(
        self, note: Note, digests: bytes | bytearray, changed: Mapping[int, bytes]
    ) -> None:
        self._digests = digests
        self._changed = changed
        files, folders, _, _, _ = note.counts
        self._files = {path: number for number, path in enumerate(note.paths[:files])}
        self._folders = set(note.paths[files : files + folders])

    def agrees(self, tree: RecordingTree) -> bool:
        """Whether all that was read is what the note, or the closer look, says of it."""
        for path, digest in tree.contents():
            number = self._files.get(os.fsencode(path))
            if number is None:
                return False
            then = self._changed.get(number) or self._at(number)
            if then.hex() != digest:
                return False
        return all(os.fsencode(path) in self._folders for path in tree.listed())

    def _at(self, number: int) -> bytes:
        return bytes(self._digests[number * _SIZE : number * _SIZE + _SIZE])


def _write(note: Note, made: Mapping[str, tuple[bytes, str]]) -> dict[int, bytes]:
    """Write the files; their digests by the number of each in the note."""
    folder = OutputFolder(json.loads(note.how())["output"])
    for name, (text, digest) in made.items():
        if not folder.holds(f"{name}.yaml", digest):
            folder.write(f"{name}.yaml", text, digest)
    folder.save()
    files, folders, outputs, _, _ = note.counts
    first = files + folders
    numbers = {path: first + at for at, path in enumerate(note.paths[first : first + outputs])}
    return {
        numbers[os.fsencode(f"{folder.folder}/{name}.yaml")]: bytes.fromhex(digest)
        for name, (_, digest) in made.items()
    }
