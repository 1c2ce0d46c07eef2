"""The store's file: a SQLite database, which is whole after a kill and safe under parallel runs.

It is a cache and nothing else: where it cannot be read it is made anew, and where it cannot be
written the run goes on without it.
"""

from __future__ import annotations

import hashlib
import os
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from promote.model.closing import Closing
from promote.store.index import Index
from promote.store.runs import forget_notes, store_folder

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Mapping

LIMIT = 512 * 1024 * 1024
_NAME = "results-1.sqlite"
_DAY = 86_400
_WAIT = 10.0  # seconds for another run to finish writing
_TABLES = """
CREATE TABLE IF NOT EXISTS scope (name TEXT PRIMARY KEY, data BLOB, used INTEGER) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS result (
    scope TEXT, name TEXT, data BLOB, PRIMARY KEY (scope, name)
) WITHOUT ROWID;
"""


class StoreInfo(NamedTuple):
    """What the store holds.

    Attributes:
        path: its file.
        size: the bytes of the file.
        scopes: how many projects or folders, each with the options that they were rendered with.
        results: how many results.
    """

    path: Path
    size: int
    scopes: int
    results: int


class ResultStore(Closing):
    """Results of rendering, by scope and name.

    Rendered Secrets are among them, so that only the user may read the file.

    Args:
        folder: where the file is; made when something is kept.
        limit: bytes of results to keep.
    """

    def __init__(self, folder: Path | None = None, limit: int = LIMIT) -> None:
        self.path = (folder or Path(store_folder())) / _NAME
        self._limit = limit
        self._connection: sqlite3.Connection | None = None

    def close(self) -> None:
        """Let go of the file."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    def index(self, scope: str) -> Index:
        """What is kept for a scope; an empty index if there is nothing."""
        import sqlite3  # noqa: PLC0415 - a render of one directory needs no store

        if not os.path.exists(self.path):  # noqa: PTH110 - a folder that may not be read is none
            return Index()
        try:
            row = self._open().execute("SELECT data FROM scope WHERE name = ?", (scope,)).fetchone()
        except (sqlite3.DatabaseError, OSError) as error:
            self._give_up(error)
            return Index()
        return Index() if row is None else Index.load(bytes(row[0]))

    def result(self, scope: str, name: str, digest: str) -> bytes | None:
        """A result, or None if it is not there or not whole."""
        import sqlite3  # noqa: PLC0415 - as above

        query = "SELECT data FROM result WHERE scope = ? AND name = ?"
        try:
            row = self._open().execute(query, (scope, name)).fetchone()
        except (sqlite3.DatabaseError, OSError) as error:
            self._give_up(error)
            return None
        if row is None or hashlib.sha256(row[0]).hexdigest() != digest:
            return None
        return bytes(row[0])

    def keep(self, scope: str, index: Index, results: Mapping[str, bytes]) -> None:
        """Keep an index and the results that are new in it, all or nothing."""
        import sqlite3  # noqa: PLC0415 - as above

        try:
            connection = self._open()
            with connection:
                connection.execute(
                    "INSERT OR REPLACE INTO scope VALUES (?, ?, ?)",
                    (scope, index.dump(), int(time.time())),
                )
                connection.executemany(
                    "INSERT OR REPLACE INTO result VALUES (?, ?, ?)",
                    ((scope, name, data) for name, data in results.items()),
                )
                self._shrink(connection, self._limit)
        except (sqlite3.DatabaseError, OSError) as error:
            self._give_up(error)

    def prune(self, limit: int = 0) -> None:
        """Forget what was used longest ago until no more than `limit` bytes are left."""
        import sqlite3  # noqa: PLC0415 - as above

        forget_notes()
        if not self.path.exists():
            return
        try:
            connection = self._open()
            with connection:
                self._shrink(connection, limit)
            connection.execute("VACUUM")
        except (sqlite3.DatabaseError, OSError) as error:
            self._give_up(error)

    def info(self) -> StoreInfo:
        """What is kept."""
        import sqlite3  # noqa: PLC0415 - as above

        if not self.path.exists():
            return StoreInfo(self.path, 0, 0, 0)
        try:
            connection = self._open()
            (scopes,) = connection.execute("SELECT count(*) FROM scope").fetchone()
            (results,) = connection.execute("SELECT count(*) FROM result").fetchone()
        except (sqlite3.DatabaseError, OSError) as error:
            self._give_up(error)
            return StoreInfo(self.path, 0, 0, 0)
        return StoreInfo(self.path, self.path.stat().st_size, scopes, results)

    def _open(self) -> sqlite3.Connection:
        import sqlite3  # noqa: PLC0415 - as above

        if self._connection is None:
            self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            # SQLite gives its own further files the mode of this one.
            os.close(os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
            connection = sqlite3.connect(self.path, timeout=_WAIT)
            try:
                # What a crash of the machine loses is rendered again.
                connection.execute("PRAGMA synchronous = OFF")
                connection.executescript(_TABLES)
            except sqlite3.DatabaseError:
                connection.close()
                raise
            self._connection = connection
        return self._connection

    def _shrink(self, connection: sqlite3.Connection, limit: int) -> None:
        sizes = connection.execute(
            "SELECT scope.name, length(scope.data) + coalesce(sum(length(result.data)), 0)"
            " FROM scope LEFT JOIN result ON result.scope = scope.name"
            " GROUP BY scope.name ORDER BY scope.used DESC, scope.name"
        ).fetchall()
        total = 0
        for name, size in sizes:
            total += size
            if total > limit:
                connection.execute("DELETE FROM scope WHERE name = ?", (name,))
                connection.execute("DELETE FROM result WHERE scope = ?", (name,))

    def _give_up(self, error: Exception) -> None:
        """Go on without the store; a file that is no database goes, for the next run."""
        import sqlite3  # noqa: PLC0415 - as above

        self.close()
        busy = isinstance(error, sqlite3.OperationalError)
        if not busy and not isinstance(error, OSError):
            with suppress(OSError):
                self.path.unlink()
