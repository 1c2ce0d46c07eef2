"""What a merged commit of the base branch did, by its content; its words only say why and how."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Literal, cast, get_args

from promote.promotion.pulls.branch import MARKER
from promote.promotion.recording.lines import GateRecord, Record
from promote.promotion.releases.history import release_at
from promote.promotion.releases.release import EMPTY, Release

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from promote.git import Commit
    from promote.promotion.session import Session

_Side = Literal["upstream", "target"]

ROLLBACK: Final = "rollback "
"""What the marker of a rollback begins with."""

_MERGE_REQUEST: Final = re.compile(r"^See merge request \S*!([1-9][0-9]{0,8})$", re.MULTILINE)
_TITLE: Final = re.compile(r"(?:Merged PR [0-9]+: )?(?P<verb>Promote|Roll back) \S+.* (?:to|in) \S")
_BRANCH: Final = re.compile(r"\b(?P<verb>promote|rollback)/[^/\s]+/\S")
_PULL: Final = re.compile(r"(?:[Pp]ull request #?|\(#|\(!|PR #?)([1-9][0-9]{0,8})\b")


@dataclass(frozen=True, slots=True)
class Declared:
    """What the trailers of a promotion's commit say.

    Attributes:
        environments: where releases go.
        apps: what moves.
        sources: where each app comes from.
        gates: what gates said when it was proposed, by app.
        rollback: whether it goes back to an earlier release.
        fields: the fields that it was narrowed to; none for all.
        take: the side that someone chose for fields that were edited on the target.
    """

    environments: tuple[str, ...]
    apps: tuple[str, ...]
    sources: dict[str, tuple[str, ...]]
    gates: dict[str, tuple[GateRecord, ...]]
    rollback: bool
    fields: tuple[str, ...] = ()
    take: Mapping[str, _Side] = field(default_factory=dict)


def declared(commits: Sequence[Commit]) -> Declared | None:
    """What the newest promotion among some commits says of itself; None if there is none."""
    for commit in commits:
        marker = commit.trailer(MARKER)
        if marker is not None:
            return _declared(commit, marker)
    return None


def titled(session: Session, commit: Commit) -> Declared | None:
    """What a merge must have been whose trailers a squash lost; None where it names no promotion.

    Forges make a squash's message of the pull request's title, or of its branch, which tell only
    that it is one of ours. What it moved is told by the files that it changed.
    """
    match = _TITLE.match(commit.subject) or _BRANCH.search(commit.subject)
    if match is None:
        return None
    view, changed = session.view, [f"/{path}" for path in session.line().changed(commit)]
    found: dict[str, dict[str, tuple[str, ...]]] = {}
    for environment in view.environments:
        for app in view.apps(environment):
            overlay, sources = view.overlay(environment, app), view.sources_of(environment, app)
            inside = (f"{overlay.directory}/", overlay.values)
            if sources and any(path.startswith(inside) for path in changed):
                found.setdefault(environment, {})[app] = sources
    return Declared(
        environments=tuple(found),
        apps=tuple(dict.fromkeys(app for apps in found.values() for app in apps)),
        sources={app: sources for apps in found.values() for app, sources in apps.items()},
        gates={},
        rollback=match["verb"].lower().startswith("roll"),
    )


def pull_number(commit: Commit) -> int | None:
    """The number of the pull request that a merge's message names."""
    said = commit.trailer("Pull-Request") or ""
    match = (
        re.fullmatch(r"#?([1-9][0-9]{0,8})", said)
        or _PULL.search(commit.subject)
        or _MERGE_REQUEST.search(commit.message)
    )
    return int(match[1]) if match else None


def release_of(session: Session, commit: str, environment: str, app: str) -> Release:
    """The release that an environment has at a commit; none where it cannot be read."""
    view = session.view
    return release_at(session, commit, view.overlay(environment, app), view.promotable(app))


def happened(
    session: Session,
    commit: Commit,
    said: Declared,
    *,
    pull: int | None = None,
    by: str = "",
    gates: dict[str, tuple[GateRecord, ...]] | None = None,
    reconciled: bool = False,
) -> list[Record]:
    """The records of a commit of the base branch.

    What it did is what its files say: an app whose release it did not change has no record,
    whatever its trailers claim.

    Args:
        session: the project on its base branch.
        commit: on the branch's own line.
        said: what the promotion says of itself.
        pull: the number of its pull request.
        by: who merged it; the commit's author when not given.
        gates: what the gates of each app said at the merge.
        reconciled: whether it is written down afterwards.
    """
    found = []
    for environment, app in _places(session, said):
        after = release_of(session, commit.object_id, environment, app)
        before = _before(session, commit, environment, app)
        if after.fields == before.fields or not after:
            continue
        found.append(
            Record(
                commit=commit.object_id,
                outcome="rolled back" if said.rollback else "merged",
                environment=environment,
                app=app,
                release=after.id,
                label=after.label,
                previous=before.id if before else "",
                sources=() if said.rollback else said.sources.get(app, ()),
                time=commit.time,
                by=by or str(commit.author),
                pull=pull,
                gates=(gates if gates is not None else said.gates).get(app, ()),
                reconciled=reconciled,
            )
        )
    return found


def _before(session: Session, commit: Commit, environment: str, app: str) -> Release:
    if not commit.parents:
        return EMPTY
    return release_of(session, commit.parents[0], environment, app)


def _places(session: Session, said: Declared) -> Iterator[tuple[str, str]]:
    known = session.view.config
    for environment in said.environments:
        if environment in known.environments:
            for app in said.apps:
                if app in known.apps:
                    yield environment, app


def _declared(commit: Commit, marker: str) -> Declared:
    values: dict[str, list[str]] = {}
    for key, value in commit.trailers:
        values.setdefault(key.lower(), []).append(value)
    apps = dict.fromkeys(value.split(" ")[0] for value in values.get("promotion-release", []))
    sources: dict[str, tuple[str, ...]] = {}
    for value in values.get("promotion-from", []):
        app, _, source = value.partition(" ")
        if re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]*", source):
            sources[app] = (*sources.get(app, ()), source)
    gates: dict[str, tuple[GateRecord, ...]] = {}
    for value in values.get("promotion-override", []):
        app, _, rest = value.partition(" ")
        gate, _, reason = rest.partition(": ")
        record = GateRecord(gate, passed=False, saw="", overridden=reason)
        gates[app] = (*gates.get(app, ()), record)
    return Declared(
        environments=tuple(dict.fromkeys(values.get("promotion-to", []))),
        apps=tuple(apps),
        sources=sources,
        gates=gates,
        rollback=marker.startswith(ROLLBACK),
        fields=() if marker.startswith(ROLLBACK) else tuple(marker.split(" ")[1:]),
        take=_taken(values.get("promotion-take", [])),
    )


def _taken(values: Sequence[str]) -> dict[str, _Side]:
    found: dict[str, _Side] = {}
    for value in values:
        name, _, side = value.partition(" ")[2].rpartition("=")
        if side in get_args(_Side):
            found[name] = cast("_Side", side)
    return found
