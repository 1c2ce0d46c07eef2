"""Where files come from: a folder on disk, a commit, or either with edits laid over it."""

from __future__ import annotations

from typing import Literal, Protocol

EntryKind = Literal["file", "directory"]


class Tree(Protocol):
    """A read-only tree of files, addressed by absolute, normalised POSIX paths.

    For a folder on disk the paths are those of the file system; for a commit `/` is the top of the
    repository. No method follows a link to a place that the tree does not contain.
    """

    def read(self, path: str) -> bytes:
        """The bytes of a regular file.

        Raises:
            FileMissingError: it is not there, is not a regular file, or lies outside the tree.
        """
        ...

    def kind(self, path: str) -> EntryKind | None:
        """What is at `path`, or None if there is nothing that may be read."""
        ...

    def entries(self, path: str) -> list[str]:
        """The names in a directory, sorted.

        Raises:
            FileMissingError: it is not a directory of the tree.
        """
        ...

    def resolve(self, path: str) -> str:
        """The same place with symbolic links and `..` resolved."""
        ...

    def display(self, path: str) -> str:
        """How to write `path` for a person: relative to where they stand."""
        ...
