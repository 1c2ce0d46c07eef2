"""What is reported of commits, kept as refs of the remote beside the local forge's pull requests.

`refs/promote/checks/<commit>` is a chain of commits, one a report, whose tree holds `checks.json`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from promote.errors import ForgeError
from promote.forge.records import decode_checks, encode_checks
from promote.git import Identity, ObjectStore, RefUpdate, Remote
from promote.git.commits import commit_tree
from promote.git.names import check_object_id
from promote.git.records import FILE, TreeEntry

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime

    from promote.forge.protocol import Check

CHECKS: Final = "refs/promote/checks/"
_FILE: Final = "checks.json"


class LocalChecks:
    """The reports of one remote.

    Args:
        store: where objects are made.
        remote: where the refs live.
        identity: who reports.
        clock: says the time of a report.
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

    def read(self, commit: str) -> list[Check]:
        """What was reported of a commit, by name."""
        return self._read(commit, self._tip(commit))

    def write(self, commit: str, check: Check, attempts: Iterable[int]) -> None:
        """Report of a commit, again for each of `attempts` in which someone else wrote first."""
        for _ in attempts:
            old = self._tip(commit)
            before = self._read(commit, old)
            others = [other for other in before if other.name != check.name]
            after = sorted([*others, check], key=lambda check: check.name)
            if after == before:
                return
            blob = self._store.write_blob(encode_checks(after))
            tree = self._store.write_tree({_FILE: TreeEntry(FILE, blob)})
            parents = [] if old is None else [old]
            message = f"report {check.state}: {check.name}"
            now = self._clock()
            new = commit_tree(self._store, tree, parents, message, self._identity, time=now)
            if self._remote.push([RefUpdate(_ref(commit), old, new)]) == "done":
                return

    def _tip(self, commit: str) -> str | None:
        return self._remote.fetch(_ref(commit)).get(_ref(commit))

    def _read(self, commit: str, tip: str | None) -> list[Check]:
        if tip is None:
            return []
        entry = self._store.tree(self._store.commit(tip).tree).get(_FILE)
        if entry is None or entry.kind != "blob":
            raise ForgeError(f"the checks of {commit[:12]} are damaged: there is no {_FILE}")
        return decode_checks(self._store.blob(entry.object_id), commit)


def _ref(commit: str) -> str:
    return CHECKS + check_object_id(commit)
