"""Three-way merge of releases: what upstream changed moves, what people edited stays.

The common ancestor is found for each subject (an image with all its parts, a chart, an address, a
value) in the base branch's own line of commits, newest first. It is the value that the target had

1. at the newest commit at which an upstream had the same, or
2. since the newest commit by which `promote` itself wrote it, by a promotion or a rollback.

A value that upstream had at any time since then came from there, too: whoever squashed a promotion
and lost its trailers edited nothing. Where neither is found the target never got the subject from
upstream, there is no ancestor, and upstream's value moves.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from promote.errors import UnknownNameError
from promote.model.names import nearest
from promote.promotion.releases.ancestors import Line, part
from promote.promotion.releases.fields import find
from promote.promotion.releases.release import Release

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from promote.git import Commit
    from promote.model.json import Json
    from promote.promotion.releases.ancestors import Fields
    from promote.promotion.releases.release import FieldKey, Subject
    from promote.promotion.session import Session

Side = Literal["upstream", "target"]
Choice = Literal["same", "upstream", "kept", "conflict"]

_READABLE: Final = 40
"""How much of the names of fields a branch shows, before a hash of all of them."""


@dataclass(frozen=True, slots=True)
class Edit:
    """A subject that was changed on the target itself since it came from upstream.

    Attributes:
        base: what the target last got from upstream.
        ours: what the target has.
        theirs: what upstream has.
        commit: the commit that gave the target what it has.
        upstream: the commit that gave upstream what it has, where upstream changed, too.
    """

    subject: Subject
    base: Mapping[FieldKey, Json]
    ours: Mapping[FieldKey, Json]
    theirs: Mapping[FieldKey, Json]
    commit: Commit | None = None
    upstream: Commit | None = None

    @property
    def by(self) -> str:
        """Who edited it, and in which commit."""
        return _whose(self.commit)

    @property
    def upstream_by(self) -> str:
        """Who changed it upstream, and in which commit."""
        return _whose(self.upstream)

    def __str__(self) -> str:
        return f"{self.subject[0]} {self.subject[1]} {show_values(self.ours)} (edited by {self.by})"


@dataclass(frozen=True, slots=True)
class Merge:
    """What a three-way merge of releases came to.

    Attributes:
        moving: the part of upstream's release that goes to the target.
        kept: the edits of people that stay.
        conflicts: what both sides changed, each to something else.
        took: the fields of which someone chose a side, and which.
    """

    moving: Release
    kept: tuple[Edit, ...] = ()
    conflicts: tuple[Edit, ...] = ()
    took: tuple[tuple[str, Side], ...] = ()

    def proposed(self, theirs: Release) -> Release:
        """What would go to the target, were upstream's side taken in each conflict."""
        disputed = {edit.subject for edit in self.conflicts}
        return only(theirs, self.moving.subjects() | disputed)


def merge(line: Line, ours: Release, theirs: Release, take: Mapping[str, Side]) -> Merge:
    """Merge upstream's release into the target's. History is read only for what differs.

    Args:
        line: the history of the app in both.
        ours: the release of the target.
        theirs: what is to come of the release of upstream.
        take: which side to take where people edited the target, by subject as `--field` names it;
            the empty name stands for all.
    """
    differing = [one for one in sorted(theirs.subjects()) if part(ours, one) != part(theirs, one)]
    unclear = [one for one in differing if taken(take, one) != "upstream" and part(ours, one)]
    ancestors = line.ancestors(unclear)
    moving, kept, conflicts = {*differing} - {*unclear}, list[Edit](), list[Edit]()
    for subject in unclear:
        ancestor = ancestors[subject]
        mine, new = part(ours, subject), part(theirs, subject)
        base = mine if mine in ancestor.had else ancestor.base
        choice = choose(ancestor.base and base, mine, new)
        if choice == "upstream":
            moving.add(subject)
            continue
        by = line.author(ancestor.commit) if ancestor.commit else None
        edit = Edit(subject, base or {}, mine, new, by, ancestor.upstream)
        settled = choice == "kept" or taken(take, subject) == "target"
        (kept if settled else conflicts).append(edit)
    took = [(name_of(one), side) for one in differing if (side := taken(take, one))]
    return Merge(only(theirs, moving), tuple(kept), tuple(conflicts), tuple(took))


def only(release: Release, subjects: Collection[Subject]) -> Release:
    """The part of a release that is about some subjects."""
    return Release({k: value for k, value in release.fields.items() if k.subject in subjects})


def chosen_of(release: Release, fields: Collection[str]) -> Release:
    """The part of a release that some fields name; all of it when none does."""
    if not fields:
        return release
    return only(release, {one for one in release.subjects() if name_of(one) in fields})


def check_fields(
    session: Session, target: str, apps: Sequence[str], fields: Collection[str]
) -> None:
    """Check that each field is one that an upstream of some app has.

    Raises:
        UnknownNameError: none has it.
    """
    asked = [name for name in fields if name]
    if not asked:
        return
    view = session.view
    known = {
        name_of(subject)
        for app in apps
        for source in view.sources_of(target, app)
        for subject in find(
            session.tree, view.overlay(source, app), view.promotable(app)
        ).release.subjects()
    }
    for name in asked:
        if name not in known:
            raise UnknownNameError(
                f"no release for {target} has a field {name!r}",
                hint=nearest(name, sorted(known)),
            )


def branch_suffix(fields: Collection[str]) -> str:
    """What the branch of a promotion of some fields ends with; nothing for one of all."""
    if not fields:
        return ""
    text = "+".join(sorted({*fields}))
    readable = re.sub(r"[^A-Za-z0-9]+", "-", text).strip("-")[:_READABLE].strip("-")
    return f"--{readable}-{hashlib.sha256(text.encode()).hexdigest()[:6]}"


def conflict_line(edit: Edit) -> str:
    """What both sides of a conflict have, and who changed them."""
    name, values = f"{edit.subject[0]} {edit.subject[1]}", show_values
    return (
        f"{name} was {values(edit.base)}; the target has {values(edit.ours)} "
        f"(edited by {edit.by}), upstream {values(edit.theirs)} (changed by {edit.upstream_by})"
    )


def taken(take: Mapping[str, Side], subject: Subject) -> Side | None:
    """The side that someone chose for a subject."""
    return take.get(name_of(subject), take.get(""))


def name_of(subject: Subject) -> str:
    """How the command line names a subject: `image:shop/cart`."""
    return f"{subject[0]}:{subject[1]}"


def choose(base: Fields | None, ours: Fields, theirs: Fields) -> Choice:
    """Decide one subject.

    Args:
        base: what both had last; None when they never had the same.
        ours: what the target has.
        theirs: what upstream has.
    """
    if ours == theirs:
        return "same"
    if base is None or ours == base:
        return "upstream"
    return "kept" if theirs == base else "conflict"


def show_values(fields: Mapping[FieldKey, Json]) -> str:
    """The values of a subject, for a person."""
    return " ".join(f"{key.part} {value}".strip() for key, value in sorted(fields.items()))


def _whose(commit: Commit | None) -> str:
    if commit is None:
        return "someone"
    return f"{commit.author.name} in commit {commit.object_id[:12]}"
