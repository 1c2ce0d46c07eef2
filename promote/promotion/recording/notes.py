"""What was promoted, in notes of Git: written with a lease, read with care.

`refs/notes/promote` of the remote holds a note for each commit of the base branch that brought a
release into an environment. A note is lines of JSON, one record a line, sorted and each there once:
what Git's own `cat_sort_uniq` makes of two notes that it merges. `git notes --ref promote show`
prints them, and `git fetch origin refs/notes/promote:refs/notes/promote` copies them.

Whoever may push to the repository may write notes, so that they prove nothing against those people.
A line that is not a record is counted and passed over.
"""

from __future__ import annotations

import random
import re
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from promote.errors import GitError
from promote.git import RefUpdate
from promote.git.commits import commit_tree, edit_tree
from promote.git.records import DIRECTORY, FILE
from promote.promotion.recording.lines import GateRecord, Record, encode, parse_note, shortened

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from promote.git import ObjectStore
    from promote.promotion.session import Session

__all__ = ["NOTES", "GateRecord", "Notes", "Record", "read_notes", "records", "write_records"]

NOTES: Final = "refs/notes/promote"

_TRIES: Final = 60
_LONGEST_PAUSE: Final = 0.4
_MOST_NOTES: Final = 100_000
_DEEPEST: Final = 3
_HEX: Final = re.compile(r"[0-9a-f]+")
_ID_LENGTHS: Final = frozenset({40, 64})


@dataclass(frozen=True, slots=True)
class Notes:
    """All records at one moment.

    Attributes:
        records: by time, the oldest first; of one time, by their commits.
        ignored: how many lines, or whole notes, were no records.
        tip: the commit that the notes were read from; None when there are none yet.
    """

    records: tuple[Record, ...] = ()
    ignored: int = 0
    tip: str | None = None

    def of(self, commit: str) -> tuple[Record, ...]:
        """The records of one commit of the base branch."""
        return tuple(record for record in self.records if record.commit == commit)


def records(
    session: Session, environment: str | None = None, app: str | None = None
) -> list[Record]:
    """What was promoted, rolled back and verified; the oldest first.

    They are fetched from the remote each time, also where the clone is shallow.

    Args:
        session: the project on its base branch.
        environment: only of this environment.
        app: only of this app.

    Raises:
        GitError: the remote cannot be read.
    """
    return [
        record
        for record in read_notes(session).records
        if environment in {None, record.environment} and app in {None, record.app}
    ]


def read_notes(session: Session) -> Notes:
    """All records, and how much of the notes is none.

    Raises:
        GitError: the remote cannot be read.
    """
    tip = session.remote.fetch(NOTES).get(NOTES)
    if tip is None:
        return Notes()
    store = session.repository.store
    found: list[Record] = []
    ignored = 0
    for commit, path in _paths(store, store.commit(tip).tree).items():
        read, bad = _read(store, commit, path.blob)
        found += read
        ignored += bad
    found.sort(key=lambda record: (record.time, record.commit, encode(record)))
    return Notes(tuple(found), ignored, tip)


def write_records(session: Session, wanted: Sequence[Record]) -> bool:
    """Add records to the notes of their commits; those that are there already change nothing.

    All of them arrive in one push, with a lease on the notes that were read. When someone else
    wrote first, their records are read and ours added to them.

    Returns:
        Whether anything had to be written.

    Raises:
        GitError: the remote refuses, or others kept winning the race.
    """
    store, remote = session.repository.store, session.remote
    by_commit: dict[str, list[Record]] = {}
    for record in wanted:
        by_commit.setdefault(record.commit, []).append(record)
    for attempt in range(_TRIES):
        old = remote.fetch(NOTES).get(NOTES)
        tree = store.commit(old).tree if old else store.write_tree({})
        new = edit_tree(store, tree, _edits(store, tree, by_commit))
        if new == tree:
            return False
        commit = commit_tree(
            store,
            new,
            [old] if old else [],
            "Notes added by promote",
            session.repository.identity(),
            time=session.clock(),
        )
        if remote.push([RefUpdate(NOTES, old, commit)]) == "done":
            return True
        pause = min(_LONGEST_PAUSE, 0.02 * (attempt + 1))
        time.sleep(pause * random.random())  # noqa: S311 - not a secret
    raise GitError(f"cannot write {NOTES}: others kept writing", hint="try again")


@dataclass(frozen=True, slots=True)
class _Path:
    """Where a note is: Git spreads notes over directories as it likes."""

    path: str
    blob: str


def _edits(
    store: ObjectStore, tree: str, by_commit: Mapping[str, list[Record]]
) -> dict[str, bytes | None]:
    there = _paths(store, tree)
    edits: dict[str, bytes | None] = {}
    for commit, added in by_commit.items():
        at = there.get(commit)
        before = store.blob(at.blob) if at else b""
        lines = {line for line in before.splitlines() if line.strip()}
        ours = {encode(record) for record in added}
        if ours <= lines:
            continue
        path = at.path if at else _new_path(store, tree, commit)
        edits[path] = b"".join(line + b"\n" for line in shortened(lines | ours, ours))
    return edits


def _new_path(store: ObjectStore, tree: str, commit: str) -> str:
    """Where a new note goes: below a directory of 256, unless something odd is in its place."""
    there = store.tree(tree).get(commit[:2])
    spread = there is None or there.mode == DIRECTORY
    return f"{commit[:2]}/{commit[2:]}" if spread else commit


def _paths(store: ObjectStore, tree: str) -> dict[str, _Path]:
    """Where each commit's note is; what is no note is passed over."""
    found: dict[str, _Path] = {}
    for commit, path in _walk(store, tree, "", ""):
        found.setdefault(commit, path)
        if len(found) > _MOST_NOTES:
            raise GitError(f"{NOTES} has more than {_MOST_NOTES} notes")
    return found


def _walk(store: ObjectStore, tree: str, name: str, path: str) -> Iterator[tuple[str, _Path]]:
    for part, entry in store.tree(tree).items():
        if not _HEX.fullmatch(part):
            continue
        longer, below = name + part, f"{path}/{part}".lstrip("/")
        if entry.mode == FILE and len(longer) in _ID_LENGTHS:
            yield longer, _Path(below, entry.object_id)
        elif entry.mode == DIRECTORY and below.count("/") < _DEEPEST:
            yield from _walk(store, entry.object_id, longer, below)


def _read(store: ObjectStore, commit: str, blob: str) -> tuple[list[Record], int]:
    try:
        return parse_note(commit, store.blob(blob))
    except GitError:  # larger than anything that we write
        return [], 1
