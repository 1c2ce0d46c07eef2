"""Which releases an environment had, and since when, as the base branch's history tells."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass
from typing import TYPE_CHECKING

from promote.errors import FileMissingError, InputError
from promote.git import GitTree
from promote.promotion.releases.fields import KUSTOMIZATION_NAMES, Overlay, find
from promote.promotion.releases.release import EMPTY, Release

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from promote.git import Commit
    from promote.promotion.releases.fields import Promotable
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
    line, now = session.line(), session.clock()
    current: Release | None = None
    landed: Commit | None = None
    for commit, (release,) in trail(session, [(environment, app)]):
        if current is not None and landed is not None and release.fields != current.fields:
            yield Period(current, landed, line.landed(landed, now))
        current, landed = release, commit
    if current and landed is not None:
        yield Period(current, landed, line.landed(landed, now))


def trail(
    session: Session, places: Sequence[tuple[str, str]]
) -> Iterator[tuple[Commit, tuple[Release, ...]]]:
    """The commits that touched an app in an environment, with the release of each place in them.

    Where an overlay was renamed, its history goes on under its old name.

    Args:
        session: the project on its base branch.
        places: environments, each with an app.
    """
    view, line = session.view, session.line()
    kinds = [view.promotable(app) for _, app in places]
    overlays = [view.overlay(environment, app) for environment, app in places]
    after: Commit | None = None
    while True:
        paths = [path for one in overlays for path in (one.directory, one.values)]
        for commit in line.touching(paths, after=after):
            found = zip(overlays, kinds, strict=True)
            yield commit, tuple(release_at(session, commit.object_id, *one) for one in found)
            before = [_before(line.renames(commit), one) for one in overlays]
            if before != overlays:
                overlays, after = before, commit
                break
        else:
            return


def _before(renames: Mapping[str, str], overlay: Overlay) -> Overlay:
    """An overlay as it was called before a commit."""
    if not renames:
        return overlay
    directory = overlay.directory
    for name in KUSTOMIZATION_NAMES:
        old = renames.get(posixpath.join(directory, name).lstrip("/"))
        if old is not None:
            directory = "/" + posixpath.dirname(old)
            break
    values = renames.get(overlay.values.lstrip("/"))
    return Overlay(directory, overlay.values if values is None else f"/{values}")


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
