"""Writing down how a release does in an environment, as a CD job reports it."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from promote.errors import UnknownNameError, UsageError
from promote.promotion.recording.lines import encode, to_milliseconds
from promote.promotion.recording.notes import Record, read_notes, write_records
from promote.promotion.releases.history import periods

if TYPE_CHECKING:
    from promote.promotion.releases.history import Period
    from promote.promotion.session import Session

_SHOWN = 5
_URL = re.compile(r"https?://[^\s<>\"'@]{1,400}")

Outcome = Literal["succeeded", "failed"]


@dataclass(frozen=True, slots=True)
class Verified:
    """What came of a report.

    Attributes:
        record: as it stands in the notes now.
        written: false when the newest report said the same already.
    """

    record: Record
    written: bool


def verify(
    session: Session,
    environment: str,
    app: str,
    outcome: Outcome,
    *,
    release: str = "",
    reason: str = "",
    url: str = "",
    by: str = "",
) -> Verified:
    """Record how a release does. Saying the same again writes nothing.

    Args:
        session: the project on its base branch.
        environment: where.
        app: what.
        outcome: how it does.
        release: the id of the release that was looked at, or its start; by default the one that is
            there now. A job that began before the next release landed names it, or it would speak
            of another one.
        reason: why.
        url: where a person reads more.
        by: who says so; by default who Git says that the user is.

    Raises:
        UnknownNameError: there is no such environment, app or release.
        UsageError: the address is none.
        GitError: Git or the remote refuses.
    """
    session.view.check_apps(environment, [app])
    if url and not _URL.fullmatch(url):
        raise UsageError(f"{url!r} is not an address", hint="--url https://…, without a password")
    period = _period(session, environment, app, release)
    record = Record(
        commit=period.commit.object_id,
        outcome=outcome,
        environment=environment,
        app=app,
        release=period.release.id,
        label=period.release.label,
        time=to_milliseconds(session.clock()),
        by=by or str(session.repository.identity()),
        reason=reason,
        url=url,
    )
    newest = _newest(session, record)
    # As they are written, where texts are one line and not too long.
    if newest is not None and encode(replace(newest, time=record.time)) == encode(record):
        return Verified(newest, written=False)
    write_records(session, [record])
    return Verified(record, written=True)


def _newest(session: Session, record: Record) -> Record | None:
    """The newest report of the same release; one from the future counts for nothing."""
    about = (record.environment, record.app, record.release)
    found = [
        one
        for one in read_notes(session).of(record.commit)
        if one.is_verification
        and (one.environment, one.app, one.release) == about
        and one.time <= record.time
    ]
    return found[-1] if found else None


def _period(session: Session, environment: str, app: str, release: str) -> Period:
    view = session.view
    # A variant that only derives an app has its primary's release.
    primary = view.primary(environment)
    own = primary is None or view.is_independent(environment, app)
    where = environment if own or primary is None else primary
    found = periods(session, where, app)
    if not release:
        current = next(found, None)
        if current is None or not current.release:
            raise UnknownNameError(f"{app} has no release in {environment}")
        return current
    known = list(found)
    matching = {
        one.release.id: one for one in reversed(known) if one.release.id.startswith(release)
    }
    if len(matching) == 1:
        return next(iter(matching.values()))
    problem = "is the start of several releases" if matching else "is no release"
    names = dict.fromkeys(one.release.id for one in known)
    near = difflib.get_close_matches(release, names, 1)
    hint = f"did you mean {near[0]}?" if near else f"the latest: {', '.join([*names][:_SHOWN])}"
    raise UnknownNameError(f"{release!r} {problem} of {app} in {environment}", hint=hint)
