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

    from promote.git import Commit
    from promote.promotion.fields import Overlay, Promotable
    from promote.promotion.session import Session


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


def periods(session: Session, environment: str, app: str) -> Iterator[Period]:
    """The releases of an app in an environment, newest first; read only as far as asked for.

    Only the branch's own line of commits counts, so that a release landed when its pull request was
    merged and not when its commit was written. A commit cannot have landed before those that it
    builds on: a clock that was set back does not make a release older.
    """
    view, line = session.view, session.line()
    overlay, promotable = view.overlay(environment, app), view.promotable(app)
    current: Release | None = None
    landed: Commit | None = None
    for commit in line.touching([overlay.directory, overlay.values]):
        release = release_at(session, commit.object_id, overlay, promotable)
        if current is not None and landed is not None and release.fields != current.fields:
            yield Period(current, landed, line.landed(landed, session.clock()))
        current, landed = release, commit
    if current and landed is not None:
        yield Period(current, landed, line.landed(landed, session.clock()))


def release_at(session: Session, commit: str, overlay: Overlay, promotable: Promotable) -> Release:
    """The release at a commit; none where its files could not be read then."""
    key = (commit, overlay, promotable)
    known = session.releases.get(key)
    if known is None:
        try:
            known = find(GitTree(session.repository, commit), overlay, promotable).release
        except (InputError, FileMissingError):
            known = EMPTY
        session.releases[key] = known
    return known
