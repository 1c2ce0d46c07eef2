"""Rendering many overlays: in one process or several, and only those whose inputs changed.

`render_fleet` asks the store for each job, renders what it does not hold, and keeps that. Rendering
is handed to any `concurrent.futures.Executor` in batches; a batch that is lost with its worker is
rendered here.
"""

from __future__ import annotations

import hashlib
import sys
from concurrent.futures import BrokenExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from promote.errors import OutsideError, PromoteError
from promote.render.files import DiskTree
from promote.store.index import Entry, Index
from promote.store.inputs import Inputs
from promote.store.runs import program_identity

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from concurrent.futures import Executor, Future

    from promote.project.jobs import Batch, Job, Made, Recipe
    from promote.store.database import ResultStore
    from promote.store.inputs import Found

_BATCHES_EACH = 4  # per worker, so that none waits long for the last


def render_batch(recipe: Recipe, jobs: Sequence[Job]) -> Batch:
    """Render some jobs, here or in another process; what renders is loaded when it is needed."""
    from promote.project import kitchen  # noqa: PLC0415 - not where nothing changed

    return kitchen.render_batch(recipe, jobs)


def close_kitchens() -> None:
    """End what rendered in this process, if anything did."""
    kitchen = sys.modules.get("promote.project.kitchen")
    if kitchen is not None:
        kitchen.close_kitchens()


class Outcome(NamedTuple):
    """What became of a job.

    Attributes:
        job: which.
        digest: SHA-256 of the manifests; empty when there is an error.
        text: the manifests, unless they are in the store.
        error: why there are none.
        warnings: what was said on the way.
    """

    job: Job
    digest: str = ""
    text: bytes | None = None
    error: str = ""
    warnings: tuple[str, ...] = ()


@dataclass(slots=True)
class Work:
    """What a run did, for tests that count it.

    Attributes:
        rendered: the names of the jobs that were rendered.
        hashed: how many files were read to see whether they changed.
    """

    rendered: list[str] = field(default_factory=list)
    hashed: int = 0


@dataclass(slots=True)
class Fleet:
    """Jobs of one recipe, and where their results are kept.

    Attributes:
        recipe: how to render.
        store: keeps results; None to render all.
        executor: renders batches; None for this process.
        workers: how many batches it renders at once.
        distant: its workers are on other machines, so that what they read is compared with the
            files here.
        work: what was done.
    """

    recipe: Recipe
    store: ResultStore | None = None
    executor: Executor | None = None
    workers: int = 1
    distant: bool = False
    work: Work = field(default_factory=Work)

    @property
    def scope(self) -> str:
        """What the store keeps the results under: all that they depend on besides files."""
        text = f"{program_identity()} {self.recipe.identity()}"
        return hashlib.sha256(text.encode()).hexdigest()

    def render(self, jobs: Sequence[Job]) -> Iterator[Outcome]:
        """Render each job that is not in the store; in no certain order.

        What was made is kept when the last outcome was taken.

        Raises:
            OutsideError: workers elsewhere have other files.
        """
        inputs = Inputs(DiskTree(self.recipe.confine))
        index = self.store.index(self.scope) if self.store else Index()
        pending = []
        for job in jobs:
            entry = index.holds(job.name, inputs)
            if entry is None:
                pending.append(job)
            else:
                yield Outcome(job, entry.digest, warnings=entry.warnings)
        kept: dict[str, Made] = {}
        found: dict[str, Found] = {}
        contradicted: set[str] = set()
        for batch in self._batches(pending):
            self._compare(batch, inputs)
            _join(found, batch.found, contradicted)
            for made in batch.made:
                self.work.rendered.append(made.job.name)
                if made.storable:
                    kept[made.job.name] = made
                yield Outcome(made.job, made.digest, made.text, made.error, made.warnings)
        self.work.hashed = inputs.hashed
        if self.store is not None and (kept or inputs.renewed):
            entries = {
                name: Entry(made.digest, made.inputs, made.warnings)
                for name, made in kept.items()
                if contradicted.isdisjoint(made.inputs)
            }
            index.found.update(inputs.renewed)
            index.merge(entries, found)
            self.store.keep(self.scope, index, {name: kept[name].text or b"" for name in entries})

    def text(self, outcome: Outcome) -> bytes:
        """The manifests of an outcome; rendered again if the store has lost them.

        Raises:
            OutsideError: they cannot be rendered any more.
        """
        if outcome.text is not None:
            return outcome.text
        if self.store is not None:
            kept = self.store.result(self.scope, outcome.job.name, outcome.digest)
            if kept is not None:
                return kept
        self.work.rendered.append(outcome.job.name)
        (made,) = render_batch(self.recipe, (outcome.job,)).made
        if made.text is None:
            raise OutsideError(f"{outcome.job.name} changed while it was rendered: {made.error}")
        return made.text

    def _batches(self, jobs: Sequence[Job]) -> Iterator[Batch]:
        done: set[str] = set()
        if self.executor is not None and jobs:
            for batch in self._handed_out(self.executor, jobs):
                done.update(made.job.name for made in batch.made)
                yield batch
        for job in jobs:
            if job.name not in done:
                yield render_batch(self.recipe, (job,))

    def _handed_out(self, executor: Executor, jobs: Sequence[Job]) -> Iterator[Batch]:
        """What the executor renders, without the batches that were lost with their worker."""
        waiting: list[Future[Batch]] = []
        with suppress(BrokenExecutor):
            for part in _parts(jobs, self.workers * _BATCHES_EACH):
                waiting.append(executor.submit(render_batch, self.recipe, part))  # noqa: PERF401 - some may be handed out before it breaks
        for future in waiting:
            try:
                batch = future.result()
            except Exception as error:
                if isinstance(error, PromoteError) or not _is_lost(error):
                    raise
                continue
            yield batch

    def _compare(self, batch: Batch, inputs: Inputs) -> None:
        """Workers elsewhere must have read what is here."""
        if not self.distant:
            return
        for path, found in batch.found.items():
            if not inputs.same(path, found._replace(signature=None)):
                raise OutsideError(
                    f"a worker has another {path}", hint="share the folder with all workers"
                )


def _is_lost(error: Exception) -> bool:
    """Whether the worker ended, rather than the work failed."""
    return isinstance(error, BrokenExecutor) or type(error).__name__ in {
        "KilledWorker",
        "CancelledError",
    }


def _join(known: dict[str, Found], new: Mapping[str, Found], contradicted: set[str]) -> None:
    for path, now in new.items():
        then = known.get(path)
        both = now if then is None else then.joined(now)
        if both is None:
            contradicted.add(path)
        known[path] = both or now


def _parts(jobs: Sequence[Job], count: int) -> list[tuple[Job, ...]]:
    """The jobs in so many parts, those that share a base in one."""
    ordered = sorted(jobs, key=lambda job: (job.group, job.name))
    size = max(1, -(-len(ordered) // count))
    return [tuple(ordered[start : start + size]) for start in range(0, len(ordered), size)]


def each_error(outcomes: Sequence[Outcome], say: Callable[[str], None]) -> int:
    """Say each error, by name; how many there are."""
    failed = sorted((outcome for outcome in outcomes if outcome.error), key=lambda one: one.job)
    for outcome in failed:
        say(f"{outcome.job.name}: {outcome.error}")
    return len(failed)
