"""The refs that hold the local forge's pull requests: read all at once, and what a change writes.

`refs/promote/pulls/<n>` is a chain of commits, one a change, whose tree holds `pull.json`: its
log is the pull request's history, reviews among them. `refs/promote/open/<key>` exists while a
pull request of that head and base is open, and makes it the only one.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from promote.errors import ForgeError
from promote.forge.records import decode, encode
from promote.git import Identity, ObjectStore, RefUpdate, Remote
from promote.git.commits import commit_tree
from promote.git.records import FILE, TreeEntry

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from promote.forge.protocol import PullRequest

PULLS: Final = "refs/promote/pulls/"
OPEN: Final = "refs/promote/open/"
_FILE: Final = "pull.json"


@dataclass(frozen=True, slots=True)
class Stored:
    """A pull request and the commit that says so."""

    pull: PullRequest
    commit: str


@dataclass(frozen=True, slots=True)
class Board:
    """All pull requests at one moment, and which of them hold a key."""

    pulls: dict[int, Stored] = field(default_factory=dict)
    keys: dict[str, str] = field(default_factory=dict)

    def the(self, number: int) -> Stored:
        """One of them.

        Raises:
            ForgeError: there is none of that number.
        """
        stored = self.pulls.get(number)
        if stored is None:
            raise ForgeError(
                f"there is no pull request {number}", hint="`promote pull list --all` shows them"
            )
        return stored

    def opened(self, head: str, base: str) -> Stored | None:
        """The open one of a branch."""
        for stored in self.pulls.values():
            pull = stored.pull
            if (pull.head, pull.base, pull.state) == (head, base, "open"):
                return stored
        return None

    def key_updates(self, old: PullRequest, new: PullRequest, commit: str) -> list[RefUpdate]:
        """Take or give back the key that makes an open pull request the only one.

        Raises:
            ForgeError: another one has it.
        """
        key = key_of(new.head, new.base)
        held = self.keys.get(key)
        if old.state == "open" and new.state != "open" and held is not None:
            return [RefUpdate(key, held, None)]
        if old.state != "open" and new.state == "open":
            if held is not None:
                raise ForgeError(f"another pull request of the branch {new.head} is open")
            return [RefUpdate(key, None, commit)]
        return []


class Records:
    """The pull requests of one remote.

    Args:
        store: where objects are made.
        remote: where the refs live.
        identity: who writes.
        clock: says the time of a change.
    """

    def __init__(
        self,
        store: ObjectStore,
        remote: Remote,
        identity: Identity,
        clock: Callable[[], datetime],
    ) -> None:
        self._store = store
        self._remote = remote
        self._identity = identity
        self._clock = clock
        # Commits never change: of each, what it says is read once.
        self._known: dict[tuple[int, str], PullRequest] = {}

    def read(self) -> Board:
        """All of them as they are now."""
        refs = self._remote.fetch(PULLS + "*", OPEN + "*")
        board = Board()
        known, self._known = self._known, {}
        for name, object_id in refs.items():
            if name.startswith(OPEN):
                board.keys[name] = object_id
            elif re.fullmatch(r"[1-9][0-9]{0,8}", number := name.removeprefix(PULLS)):
                key = int(number), object_id
                pull = self._known[key] = known.get(key) or self._read(object_id, int(number))
                board.pulls[key[0]] = Stored(pull, object_id)
        return board

    def is_current(self, stored: Stored) -> bool:
        """Whether nobody wrote a pull request since it was read."""
        ref = f"{PULLS}{stored.pull.number}"
        return self._remote.refs(ref).get(ref) == stored.commit

    def write(self, pull: PullRequest, action: str, *, parent: str | None) -> str:
        """Make the commit that says what a pull request is now; no ref moves yet."""
        blob = self._store.write_blob(encode(pull))
        tree = self._store.write_tree({_FILE: TreeEntry(FILE, blob)})
        message = f"{action}: {pull.title}"
        parents = [] if parent is None else [parent]
        now = self._clock()
        return commit_tree(self._store, tree, parents, message, self._identity, time=now)

    def _read(self, commit: str, number: int) -> PullRequest:
        entry = self._store.tree(self._store.commit(commit).tree).get(_FILE)
        if entry is None or entry.kind != "blob":
            raise ForgeError(f"pull request {number} is damaged: it has no {_FILE}")
        return decode(self._store.blob(entry.object_id), number)


def key_of(head: str, base: str) -> str:
    """The ref that the open pull request of a branch holds."""
    digest = hashlib.sha256(f"{base}\0{head}".encode()).hexdigest()
    return f"{OPEN}{digest[:32]}"
