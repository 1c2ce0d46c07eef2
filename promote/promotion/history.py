"""Which releases an environment had, and since when, as the base branch's history tells."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from promote.errors import FileMissingError, InputError
from promote.git import GitTree
from promote.promotion.fields import find
from promote.promotion.release import EMPTY, Release

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from promote.git import Commit, Repository
    from promote.promotion.fields import Overlay, Promotable


@dataclass(frozen=True, slots=True)
class Period:
    """A stretch of the base branch's history over which an environment had one release.

    Attributes:
        commit: the commit that brought the release onto the branch.
        time: when it landed.
    """

    release: Release
    commit: Commit
    time: datetime


def periods(
    repository: Repository, tip: str, overlay: Overlay, promotable: Promotable
) -> Iterator[Period]:
    """The releases of an overlay, newest first; read only as far as they are asked for.

    Only the branch's own line of commits counts, so that a release landed when its pull request was
    merged and not when its commit was written. A commit cannot have landed before the one that it
    builds on: a clock that was set back does not make a release older.
    """
    paths = [overlay.directory, overlay.values]
    log = repository.history.log(tip, paths=paths, first_parent=True)
    current: Release | None = None
    landed: Commit | None = None
    for commit in log:
        release = _release_at(repository, commit.object_id, overlay, promotable)
        if current is not None and landed is not None and release.fields != current.fields:
            yield Period(current, landed, max(landed.time, commit.time))
        current, landed = release, commit
    if current and landed is not None:
        yield Period(current, landed, landed.time)


def _release_at(
    repository: Repository, commit: str, overlay: Overlay, promotable: Promotable
) -> Release:
    """The release at a commit; none where its files could not be read then."""
    try:
        return find(GitTree(repository, commit), overlay, promotable).release
    except (InputError, FileMissingError):
        return EMPTY
