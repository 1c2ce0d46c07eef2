"""Commits built in the object store: no index, no work tree, no hooks, no filters."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from promote.errors import GitError
from promote.git.records import DIRECTORY, FILE, LINK, SUBMODULE, Identity, TreeEntry, commit_bytes

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from promote.git.store import ObjectStore

__all__ = ["Edits", "Identity", "commit", "commit_tree", "edit_tree"]

Edits = "Mapping[str, bytes | None]"


def commit(
    store: ObjectStore,
    parent: str,
    edits: Mapping[str, bytes | None],
    message: str,
    author: Identity,
    *,
    time: datetime | None = None,
) -> str:
    """Commit changed files on top of a commit.

    Args:
        store: where the objects go.
        parent: id of the commit to build on.
        edits: files by path from the top of the repository; None deletes. The mode of a file that
            is there stays.
        message: the whole message.
        author: who commits.
        time: when; now, if not given.

    Returns:
        The id of the commit; the parent itself when the edits change nothing.

    Raises:
        GitError: a path cannot be edited, or git refused.
    """
    old = store.commit(parent).tree
    new = edit_tree(store, old, edits)
    if new == old:
        return parent
    return commit_tree(store, new, [parent], message, author, time=time)


def commit_tree(
    store: ObjectStore,
    tree: str,
    parents: Sequence[str],
    message: str,
    author: Identity,
    *,
    time: datetime | None = None,
) -> str:
    """Commit a tree as it is and return the id of the commit."""
    when = time or datetime.now(UTC)
    return store.write_commit(commit_bytes(tree, parents, author, when, message))


def edit_tree(store: ObjectStore, tree: str, edits: Mapping[str, bytes | None]) -> str:
    """Lay changed files over a tree and return the id of the new one.

    Raises:
        GitError: a path leaves the tree, goes into `.git`, through a file or a link, or replaces
            what is not a plain file.
    """
    nested: dict[tuple[str, ...], bytes | None] = {}
    for path, data in edits.items():
        nested[_parts(path)] = data
    return _edited(store, tree, nested, ()) or store.write_tree({})


def _parts(path: str) -> tuple[str, ...]:
    parts = tuple(path.removeprefix("/").split("/"))
    if any(part in {"", ".", ".."} or part.lower() == ".git" or "\0" in part for part in parts):
        raise GitError(f"{path!r} is not the path of a file in the repository")
    return parts


def _edited(
    store: ObjectStore,
    tree: str | None,
    edits: Mapping[tuple[str, ...], bytes | None],
    at: tuple[str, ...],
) -> str | None:
    """The id of the edited directory, or None when nothing is left in it."""
    entries = dict(store.tree(tree)) if tree else {}
    below: dict[str, dict[tuple[str, ...], bytes | None]] = {}
    for parts, data in edits.items():
        if len(parts) > 1:
            below.setdefault(parts[0], {})[parts[1:]] = data
        elif data is None:
            _refuse_unless_file(entries.get(parts[0]), at, parts[0])
            entries.pop(parts[0], None)
        else:
            old = _refuse_unless_file(entries.get(parts[0]), at, parts[0])
            entries[parts[0]] = TreeEntry(old.mode if old else FILE, store.write_blob(data))
    for name, inner in below.items():
        entry = entries.get(name)
        if entry is not None and entry.mode != DIRECTORY:
            raise GitError(f"{'/'.join((*at, name))} is not a directory in the repository")
        edited = _edited(store, entry.object_id if entry else None, inner, (*at, name))
        if edited is None:
            entries.pop(name, None)
        else:
            entries[name] = TreeEntry(DIRECTORY, edited)
    if not entries:
        return None
    if tree and entries == store.tree(tree):
        return tree
    return store.write_tree(entries)


def _refuse_unless_file(
    entry: TreeEntry | None, at: tuple[str, ...], name: str
) -> TreeEntry | None:
    if entry is not None and entry.mode in {DIRECTORY, LINK, SUBMODULE}:
        what = {DIRECTORY: "a directory", LINK: "a symbolic link"}.get(entry.mode, "a submodule")
        raise GitError(f"{'/'.join((*at, name))} is {what} in the repository, not a file")
    return entry
