"""What a gate is given, and what it answers."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Literal, Never, Protocol

from promote.errors import BugError, ProjectError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from promote.forge import Check, PullRequest
    from promote.model.json import Document
    from promote.promotion.holds import Hold
    from promote.promotion.recording.lines import Record
    from promote.promotion.releases.release import Release

Stage = Literal["open", "merge"]
"""When a gate decides: before a pull request is opened, or before it is merged."""

_DURATION = re.compile(
    r"(?:(\d{1,9})w)?(?:(\d{1,9})d)?(?:(\d{1,9})h)?(?:(\d{1,9})m)?(?:(\d{1,9})s)?"
)
_LONGEST = timedelta(days=36_500)
"""Of a duration: whoever asks for more means `stop`, and calendars have an end."""


@dataclass(frozen=True, slots=True)
class Signature:
    """A commit and who signed it.

    Attributes:
        signer: whose key it was, by the file of allowed signers; None when it is none of theirs.
    """

    commit: str
    signer: str | None


@dataclass(frozen=True, slots=True)
class PromotedImage:
    """An image that a promotion brings; `digest` is empty where a tag alone names it."""

    name: str
    digest: str


@dataclass(frozen=True, slots=True)
class Ran:
    """How a command of the project's own ended.

    Attributes:
        code: its exit code; None when it was killed, because it took too long or said too much.
        said: the last line of its output.
    """

    code: int | None
    said: str


def _unknown(*_: object) -> Never:
    raise BugError("a gate asks for what this case does not know")


@dataclass(frozen=True, slots=True)
class Case:
    """One app about to move into one environment.

    What has to be looked up is a function, which is called only by the gate that wants to know, and
    which answers the second time from memory. All of it is of one commit of the base branch.

    Attributes:
        now: the time, with its zone.
        sources: the environments that the release comes from.
        releases: what each of them has, in the same order.
        landed: since when an environment has had the release that it has; None when nobody knows.
        hold: what pins the app in the target.
        arrival: the commit of the base branch that brought an environment its release.
        statuses: what the forge was told of a commit.
        verification: the newest record of how an environment's release does.
        pull: the promotion's own open pull request, with its reviews; None when there is none.
        signatures: who signed the commits that gave an environment its release, by a file of
            allowed signers in the base branch.
        images: what the promotion brings.
        document: the plan of this app for policies and commands; rendered effects are in it if they
            are asked for.
        run: starts a command of the project's own, with its seconds.
    """

    now: datetime
    app: str
    target: str
    sources: tuple[str, ...]
    releases: tuple[Release, ...]
    landed: Callable[[str], datetime | None] = _unknown
    hold: Hold | None = None
    arrival: Callable[[str], str | None] = _unknown
    statuses: Callable[[str], Sequence[Check]] = _unknown
    verification: Callable[[str], Record | None] = _unknown
    pull: Callable[[], PullRequest | None] = _unknown
    signatures: Callable[[str, str], Sequence[Signature]] = _unknown
    images: Callable[[], Sequence[PromotedImage]] = _unknown
    document: Callable[[bool], Document] = _unknown
    run: Callable[[Sequence[str], float], Ran] = _unknown


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a gate says.

    Attributes:
        gate: the gate's kind.
        passed: whether the promotion may go on, for all this gate knows.
        saw: what it looked at and found, in a line.
        until: when it would pass by itself, if it can know.
        overridden: why someone let the promotion go on all the same.
        stage: what it stops when it holds: `open` the making of a pull request and its merge,
            `merge` the merge alone.
    """

    gate: str
    passed: bool
    saw: str
    until: datetime | None = None
    overridden: str | None = None
    stage: Stage = "open"

    @property
    def holds(self) -> bool:
        """Whether it stops the promotion."""
        return not self.passed and self.overridden is None

    def stops(self, stage: Stage) -> bool:
        """Whether it is this gate's turn at a stage, and it holds."""
        return self.holds and self.stage == stage

    def __str__(self) -> str:
        mark = "passed" if self.passed else "holds" if self.holds else "overridden"
        until = f", until {stamp(self.until)}" if self.until and not self.passed else ""
        why = f" ({self.overridden})" if self.overridden and not self.passed else ""
        return f"{self.gate} {mark}: {self.saw}{until}{why}"


class Gate(Protocol):
    """A condition that a promotion must meet."""

    @property
    def kind(self) -> str:
        """What the project file calls it, and `--override` takes."""
        ...

    def check(self, case: Case) -> Verdict:
        """Look, and say what was seen."""
        ...


def stamp(time: datetime) -> str:
    """A time for a person, in UTC, to the minute."""
    return time.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")


def parse_duration(text: object) -> timedelta:
    """Read `90m`, `24h`, `7d` or `1d12h`.

    Raises:
        ProjectError: it is not a duration.
    """
    match = _DURATION.fullmatch(text) if isinstance(text, str) and text else None
    if match is None:
        raise ProjectError(f"{text!r} is not a duration", hint="write 90m, 24h, 7d or 1d12h")
    weeks, days, hours, minutes, seconds = (int(number or 0) for number in match.groups())
    total = ((7 * weeks + days) * 24 + hours) * 3_600 + minutes * 60 + seconds
    if total > _LONGEST.total_seconds():
        raise ProjectError(f"{text} is longer than {_LONGEST.days} days")
    return timedelta(seconds=total)


def say_duration(span: timedelta) -> str:
    """A duration for a person: its two largest units."""
    seconds = max(0, int(span.total_seconds()))
    days, rest = divmod(seconds, 86_400)
    hours, rest = divmod(rest, 3_600)
    minutes, seconds = divmod(rest, 60)
    parts = [(days, "d"), (hours, "h"), (minutes, "m"), (seconds, "s")]
    shown = [f"{number}{unit}" for number, unit in parts if number]
    return " ".join(shown[:2]) or "0s"
