"""What a target and its upstream last had in common, as the base branch's history tells."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from promote.errors import InputError
from promote.git import GitTree
from promote.promotion.holds import find_hold, read_holds
from promote.promotion.releases.history import trail

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from promote.git import Commit
    from promote.model.json import Json
    from promote.promotion.releases.release import FieldKey, Release, Subject
    from promote.promotion.session import Session

Fields = dict["FieldKey", "Json"]
"""The values of one subject; empty where it is not pinned."""

TO: Final = "Promotion-To"
"""The trailer with the environment that a commit of ours promotes into."""


@dataclass(slots=True)
class Ancestor:
    """What history says of one subject.

    Attributes:
        base: the common ancestor; None until it is found.
        commit: what gave the target its present value.
        upstream: what gave upstream its present value.
        had: the values that upstreams had since the ancestor.
    """

    base: Fields | None = None
    commit: Commit | None = None
    upstream: Commit | None = None
    had: list[Fields] = field(default_factory=list)


def part(release: Release, subject: Subject) -> Fields:
    """The fields of one subject in a release."""
    return dict(release.part_of(subject))


class Line:
    """The history of an app in a target and its upstreams: read once, and only as far as needed.

    Args:
        session: the project on its base branch.
        target: the environment to promote into.
        app: what moves.
        sources: where it comes from.
    """

    def __init__(self, session: Session, target: str, app: str, sources: Sequence[str]) -> None:
        view = session.view
        self._session = session
        self._target = target
        self._app = app
        self._ours = view.overlay(target, app)
        self._places = [(one, app) for one in (target, *sources)]

    def ancestors(self, subjects: Sequence[Subject]) -> dict[Subject, Ancestor]:
        """Find the common ancestor of each subject, walking back until all are found."""
        found = {subject: Ancestor() for subject in subjects}
        open_ends, changing = set(subjects), {(one, side) for one in subjects for side in (0, 1)}
        newest: tuple[Release, ...] | None = None
        newer: tuple[Commit, Release] | None = None
        for commit, (ours, *theirs) in trail(self._session, self._places) if subjects else ():
            newest = newest or (ours, *theirs)
            for subject, side in [*changing]:
                if part((ours, *theirs)[side], subject) != part(newest[side], subject):
                    changing.discard((subject, side))
                elif side:
                    found[subject].upstream = commit
                else:
                    found[subject].commit = commit
            if newer is not None:
                self._by_us(found, open_ends, newer, ours)
            for subject in [*open_ends]:
                mine, values = part(ours, subject), [part(one, subject) for one in theirs]
                if mine and mine in values:
                    found[subject].base = mine
                    open_ends.discard(subject)
                else:
                    found[subject].had += values
            if not open_ends:
                break
            newer = (commit, ours)
        return found

    def _by_us(
        self,
        found: Mapping[Subject, Ancestor],
        open_ends: set[Subject],
        newer: tuple[Commit, Release],
        before: Release,
    ) -> None:
        """End the search for what the newer commit changed, if `promote` wrote that commit."""
        commit, after = newer
        changed = [one for one in open_ends if part(after, one) != part(before, one)]
        if changed and (self._is_ours(commit) or self._is_held_by(commit, after)):
            for subject in changed:
                found[subject].base = part(after, subject)
                open_ends.discard(subject)

    def _is_ours(self, commit: Commit) -> bool:
        """Whether we wrote what a commit brought to the target: itself, or what it merged."""
        said = self.author(commit)
        return self._target in {value for key, value in said.trailers if key == TO}

    def _is_held_by(self, commit: Commit, release: Release) -> bool:
        """Whether a commit set a hold on the release that it brought.

        Only a rollback does that: one that was squashed, and lost its trailers, is no edit either.
        """
        held = [self._held_on(one) == release.id for one in (commit.object_id, *commit.parents[:1])]
        return held[0] and not any(held[1:])

    def _held_on(self, commit: str) -> str | None:
        tree = GitTree(self._session.repository, commit)
        try:
            hold = find_hold(read_holds(tree, self._session.root), self._target, self._app)
        except InputError:
            return None
        return None if hold is None else hold.release

    def author(self, commit: Commit) -> Commit:
        """The commit that made a change which a merge brought; itself if it is no merge."""
        if len(commit.parents) != 2:  # noqa: PLR2004 - what a merge has
            return commit
        left, right = commit.parents
        paths = [self._ours.directory, self._ours.values]
        history = self._session.repository.history
        log = history.log(right, since=left, paths=paths, limit=1)
        # Before a rename its files had other names.
        log = log or history.log(right, since=left, limit=1)
        return log[0] if log else commit
