"""What gates look at, for one plan: each thing is read when a gate asks for it, and then kept."""

from __future__ import annotations

import posixpath
from functools import cache, partial
from typing import TYPE_CHECKING

from promote.config import PROJECT_FILE, GateConfig
from promote.errors import FileMissingError, Place, ProjectError
from promote.git.signatures import signer
from promote.promotion.gates import Case
from promote.promotion.gates.base import PromotedImage, Ran, Signature
from promote.promotion.gates.commands import run_command
from promote.promotion.gates.planned import app_document, rendered_images
from promote.promotion.gates.registry import Asked, always, parse_gate
from promote.promotion.holds import find_hold, read_holds
from promote.promotion.pulls.related import purpose
from promote.promotion.recording.notes import read_notes
from promote.promotion.releases.history import Period, periods

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    from promote.forge import Check, PullRequest
    from promote.model.json import Document, FieldPath, Json
    from promote.promotion.plans import AppPlan
    from promote.promotion.recording.notes import Notes, Record
    from promote.promotion.releases.release import Release
    from promote.promotion.session import Session


def gates_of(session: Session, target: str) -> list[Asked]:
    """The gates of an environment, as the base branch has them.

    Raises:
        ProjectError: one is wrong; the error has its line.
    """
    config = session.view.config
    found = always(upstreams=len(session.view.sources(target)))
    if config.stop is not False:
        found.append(_parsed(session, GateConfig("stop", config.stop), ("stop",)))
    for index, gate in enumerate(session.view.gates(target)):
        path = ("environments", target, "gates", index, gate.kind)
        if gate.kind == "freeze" and isinstance(gate.value, str):
            gate = gate._replace(value=config.calendars[gate.value])  # noqa: PLW2901 - the same gate, spelled out
        found.append(_parsed(session, gate, path))
    return found


def _parsed(session: Session, gate: GateConfig, path: FieldPath) -> Asked:
    try:
        return parse_gate(gate)
    except ProjectError as error:
        from promote import yamlio  # noqa: PLC0415 - only an error needs its line

        file = posixpath.join(session.root, PROJECT_FILE)
        found = yamlio.locate(session.tree.read(file), path) or ()
        raise error.at(Place(session.tree.display(file), *found)) from None


class Evidence:
    """The facts of one plan, all of one commit of the base branch.

    Args:
        session: the project on its base branch.
        pull: the promotion's own pull request, where it is known.
    """

    def __init__(self, session: Session, pull: PullRequest | None = None) -> None:
        self._session = session
        self._tip = session.tip
        self._pull = pull
        # Methods that are cached for the life of this one object, and go with it.
        self._period = cache(self._read_period)
        self._statuses = cache(self._read_statuses)
        self._notes: Callable[[], Notes] = cache(partial(read_notes, session))
        self._open = cache(self._read_open)

    def case(
        self,
        target: str,
        plan: AppPlan,
        releases: tuple[Release, ...],
        edits: Mapping[str, bytes],
    ) -> Case:
        """What the gates of `target` are asked about.

        Args:
            target: the environment to promote into.
            plan: what would move.
            releases: what each of its upstreams has, in their order.
            edits: the files that the promotion of this app would change.
        """
        session, app = self._session, plan.app
        holds = read_holds(session.tree, session.root)

        @cache
        def document(rendered: bool) -> Document:
            return app_document(session, target, plan, edits if rendered else None, self._pull)

        def landed(environment: str) -> Period | None:
            return self._period(environment, app)

        return Case(
            now=session.clock(),
            app=app,
            target=target,
            sources=plan.sources,
            releases=releases,
            landed=lambda environment: _time(landed(environment)),
            hold=find_hold(holds, target, app),
            arrival=lambda environment: _commit(landed(environment)),
            statuses=self._statuses,
            verification=lambda environment: self._verification(environment, app),
            pull=lambda: self._own_pull(target, app),
            signatures=lambda environment, file: self._signatures(environment, app, file),
            images=lambda: self._images(target, plan, edits),
            document=document,
            run=lambda argv, seconds: self._run(argv, seconds, document(True)),
        )

    def _read_period(self, environment: str, app: str) -> Period | None:
        return next(periods(self._session, environment, app), None)

    def _read_statuses(self, commit: str) -> Sequence[Check]:
        return self._session.forge.checks(commit)

    def _verification(self, environment: str, app: str) -> Record | None:
        """The newest of the release that is there, since it landed.

        A success that is dated later than now is none: it would be the newest for ever.
        """
        period = self._period(environment, app)
        if period is None:
            return None
        now = self._session.clock()
        found = [
            record
            for record in self._notes().of(period.commit.object_id)
            if record.is_verification
            and (record.environment, record.app) == (environment, app)
            and record.release == period.release.id
            and (record.time <= now or record.outcome == "failed")
        ]
        # Of two at the same moment the failure counts.
        return max(found, key=lambda one: (one.time, one.outcome == "failed"), default=None)

    def _own_pull(self, target: str, app: str) -> PullRequest | None:
        if self._pull is not None:
            return self._pull
        number = self._open().get((target, app))
        return None if number is None else self._session.forge.show(number)

    def _read_open(self) -> dict[tuple[str, str], int]:
        """The open promotions by what they promote."""
        found: dict[tuple[str, str], int] = {}
        for pull in self._session.forge.pulls("open"):
            meant = purpose(pull)
            if meant is not None and not meant.back:
                for app in meant.apps:
                    found.setdefault((meant.environment, app), pull.number)
        return found

    def _signatures(self, environment: str, app: str, file: str) -> Sequence[Signature]:
        session = self._session
        path = posixpath.join(session.root, file)
        try:
            allowed = session.tree.read(path)
        except FileMissingError:
            raise ProjectError(
                f"the base branch has no file {file} of allowed signers",
                hint="one line a key: ada@example.org ssh-ed25519 AAAA…",
            ) from None
        period = self._period(environment, app)
        if period is None:
            return ()
        store = session.repository.store
        commit = period.commit.object_id
        found = Signature(commit, signer(store, commit, allowed))
        if found.signer is not None:
            return (found,)
        brought = self._merged_cleanly(environment, app, period)
        return [Signature(one, signer(store, one, allowed)) for one in brought] or (found,)

    def _merged_cleanly(self, environment: str, app: str, period: Period) -> list[str]:
        """The commits that an unsigned merge brought the release with, if it added nothing."""
        session = self._session
        history, commit = session.repository.history, period.commit
        if len(commit.parents) != 2:  # noqa: PLR2004 - what a merge has
            return []
        left, right = commit.parents
        merged = history.merge(left, right)
        tree = session.repository.store.commit(commit.object_id).tree
        if merged.conflicts or merged.tree != tree:
            return []
        overlay = session.view.overlay(environment, app)
        log = history.log(right, since=left, paths=[overlay.directory, overlay.values])
        return [one.object_id for one in log]

    def _images(
        self, target: str, plan: AppPlan, edits: Mapping[str, bytes]
    ) -> Sequence[PromotedImage]:
        """The release's images; of an app whose values say them, those that are rendered."""
        if self._session.view.promotable(plan.app).values:
            return rendered_images(self._session, target, plan.app, edits)
        return [
            PromotedImage(name, next((str(v) for k, v in parts if k.part == "digest"), ""))
            for kind, name in sorted(plan.wanted.subjects())
            if kind == "image"
            for parts in [list(plan.wanted.part_of((kind, name)))]
        ]

    def _run(self, argv: Sequence[str], seconds: float, document: Document) -> Ran:
        session = self._session
        if not session.view.config.trust.commands:
            raise ProjectError("the project does not let gates run commands")
        repository = session.repository
        tree = repository.store.commit(self._tip).tree
        path = repository.program.environ.get("PATH", "")
        plain: dict[str, Json] = {**document, "now": session.clock().isoformat()}
        return run_command(
            repository.store, tree, session.root, argv, plain, seconds=seconds, path=path
        )


def _time(period: Period | None) -> datetime | None:
    return None if period is None else period.time


def _commit(period: Period | None) -> str | None:
    return None if period is None else period.commit.object_id
