"""Git's objects as values: commits, tree entries, and the trailers of a message."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final, Literal

from promote.errors import GitError

if TYPE_CHECKING:
    from collections.abc import Iterable

FILE: Final = "100644"
DIRECTORY: Final = "40000"
LINK: Final = "120000"
SUBMODULE: Final = "160000"

_LATEST: Final = 221_845_392_000
"""The year 9000, in seconds."""

_TRAILER = re.compile(r"(?P<key>[A-Za-z][A-Za-z0-9-]*): ?(?P<value>.*)")
_PERSON = re.compile(r"(?P<name>.*?) ?<(?P<email>[^>]*)>(?: (?P<time>\d+) [+-]\d{4})?")


@dataclass(frozen=True, slots=True)
class TreeEntry:
    """One name of a directory: its mode in octal, as git stores it, and what it points to."""

    mode: str
    object_id: str

    @property
    def kind(self) -> Literal["blob", "tree", "commit"]:
        """The kind of object that the entry points to."""
        if self.mode == DIRECTORY:
            return "tree"
        return "commit" if self.mode == SUBMODULE else "blob"


@dataclass(frozen=True, slots=True)
class Identity:
    """Who writes a commit."""

    name: str
    email: str

    def __str__(self) -> str:
        return f"{_one_line(self.name)} <{_one_line(self.email)}>"


@dataclass(frozen=True, slots=True)
class Commit:
    """One commit.

    Attributes:
        time: when it was committed (not authored): when it came to be as it is.
        tree: id of its directory; empty in a log, which does not ask for it.
    """

    object_id: str
    parents: tuple[str, ...]
    author: Identity
    committer: Identity
    time: datetime
    message: str
    tree: str = ""

    @property
    def trailers(self) -> tuple[tuple[str, str], ...]:
        """The `Key: value` lines that end the message, in order."""
        return parse_trailers(self.message)

    @property
    def subject(self) -> str:
        """The first line of the message."""
        return self.message.partition("\n")[0].strip()

    def trailer(self, key: str) -> str | None:
        """The last value of a trailer, its key compared without case."""
        wanted = key.lower()
        return next((v for k, v in reversed(self.trailers) if k.lower() == wanted), None)


def with_trailers(message: str, trailers: Iterable[tuple[str, str]]) -> str:
    """End a message with trailers; a value is kept on one line."""
    lines = [f"{key}: {_one_line(value)}" for key, value in trailers]
    return message.rstrip() + "\n" + ("\n" + "\n".join(lines) + "\n" if lines else "")


def parse_trailers(message: str) -> tuple[tuple[str, str], ...]:
    """The trailers of a message: its last paragraph, when all its lines are `Key: value`."""
    _, _, last = message.strip().rpartition("\n\n")
    matches = [_TRAILER.fullmatch(line) for line in last.splitlines()]
    if "\n\n" not in message.strip() or not all(matches):
        return ()
    return tuple((match["key"], match["value"].strip()) for match in matches if match)


def parse_tree(data: bytes, id_length: int) -> dict[str, TreeEntry]:
    """Read a tree object; `id_length` is that of an object id in bytes."""
    entries: dict[str, TreeEntry] = {}
    at = 0
    while at < len(data):
        end = data.index(b"\0", at)
        mode, _, name = data[at:end].partition(b" ")
        at = end + 1 + id_length
        entry = TreeEntry(mode.decode(), data[end + 1 : at].hex())
        entries[name.decode(errors="surrogateescape")] = entry
    return entries


def parse_commit(object_id: str, data: bytes) -> Commit:
    """Read a commit object.

    Raises:
        GitError: it is not one.
    """
    head, _, message = data.decode(errors="replace").partition("\n\n")
    headers = [line.partition(" ")[::2] for line in head.split("\n")]
    first = dict(reversed(headers))
    author, _ = _person(first.get("author", ""))
    committer, time = _person(first.get("committer", ""))
    if not first.get("tree"):
        raise GitError(f"{object_id} is not a commit")
    parents = tuple(value for key, value in headers if key == "parent")
    return Commit(
        object_id=object_id,
        parents=parents,
        author=author,
        committer=committer,
        time=moment(time),
        message=message,
        tree=first["tree"],
    )


def commit_bytes(
    tree: str, parents: Iterable[str], author: Identity, time: datetime, message: str
) -> bytes:
    """A commit as git stores it, committed by its author at a time in UTC."""
    stamp = f"{author} {int(time.timestamp())} +0000"
    lines = [
        f"tree {tree}",
        *(f"parent {parent}" for parent in parents),
        f"author {stamp}",
        f"committer {stamp}",
        "",
        message.rstrip() + "\n",
    ]
    return "\n".join(lines).encode()


def moment(seconds: int) -> datetime:
    """A time of Git's; anyone may write one that no calendar has, which is then a late one."""
    return datetime.fromtimestamp(min(seconds, _LATEST), UTC)


def _person(text: str) -> tuple[Identity, int]:
    match = _PERSON.match(text)
    if match is None:
        return Identity(text, ""), 0
    return Identity(match["name"], match["email"]), int(match["time"] or 0)


def _one_line(text: str) -> str:
    return " ".join(re.sub(r"[<>\x00-\x1f\x7f]", " ", text).split())
