"""Rendering a batch of a fleet's jobs: what a worker does, in this process or in another."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from promote import yamlio
from promote.errors import PromoteError
from promote.project.jobs import Batch, Job, Made, Recipe, borrow, digest_of
from promote.render.files import DiskTree
from promote.render.loading import ParsedFiles
from promote.render.options import BuildOptions
from promote.render.pipeline import build
from promote.store.inputs import RecordingTree

if TYPE_CHECKING:
    from collections.abc import Sequence

    from promote.model.resource import Resource
    from promote.project.project import Project
    from promote.project.units import Unit
    from promote.render.helm import Chart, Helm
    from promote.render.loading import Directory
    from promote.render.remote import FetchedBase, RemoteBase, Remotes
    from promote.store.inputs import Found


def render_batch(recipe: Recipe, jobs: Sequence[Job]) -> Batch:
    """Render some jobs; a job that fails does not stop the others."""
    kitchen = _kitchen(recipe)
    made = tuple(kitchen.make(job) for job in jobs)
    return Batch(made, kitchen.newly_found(made))


_open: dict[Recipe, Kitchen] = {}


def _kitchen(recipe: Recipe) -> Kitchen:
    """What a worker keeps between the batches of one run."""
    kitchen = _open.get(recipe)
    if kitchen is None:
        close_kitchens()
        kitchen = _open[recipe] = Kitchen(recipe)
    return kitchen


def close_kitchens() -> None:
    """End what runs for the batches of this process."""
    while _open:
        _open.popitem()[1].close()


class Kitchen:
    """Parsed files and opened projects, shared by the jobs of one run in one process."""

    def __init__(self, recipe: Recipe) -> None:
        self.recipe = recipe
        lent = borrow(recipe)
        self._config = lent.config if lent else None
        self.tree = lent.tree if lent else RecordingTree(DiskTree(recipe.confine))
        self.files = (lent.files if lent else None) or ParsedFiles()
        self._warnings: list[str] = []
        self._outside = False
        self._units: dict[Unit, tuple[str, ...]] = {}
        self._told: set[str] = set()
        self._project: Project | None = None
        self._is_other = False
        self._helm = _Helm(recipe.helm, self) if recipe.helm else None
        self._remotes = _Remotes(recipe.remote_hosts, self) if recipe.remote_hosts else None

    def close(self) -> None:
        """End what runs."""
        if self._project is not None:
            self._project.close()
        if self._remotes is not None:
            self._remotes.close()

    def leave(self) -> None:
        """Note that the job depends on something that is no file here."""
        self._outside = True

    def make(self, job: Job) -> Made:
        """Render a job."""
        self._warnings.clear()
        self._outside = False
        self.tree.take()
        text, digest, error = None, "", ""
        inputs: tuple[str, ...] = ()
        try:
            resources, inputs = self._resources(job)
            text = yamlio.dump_all(resource.doc for resource in resources).encode()
            digest = hashlib.sha256(text).hexdigest()
        except PromoteError as wrong:
            error = str(wrong)
        storable = not (error or self._outside or self._is_other)
        storable = storable and self.tree.torn.isdisjoint(inputs)
        return Made(job, text, digest, error, tuple(self._warnings), inputs, storable)

    def plain_directory(self, job: Job) -> str:
        """The directory that a job builds as it stands; empty if it needs more than that."""
        if not self.recipe.project:
            return job.directory
        from promote.project.source import UnitSource  # noqa: PLC0415 - as below

        project = self._opened()
        if project.environment(job.unit.environment).variant_of is not None:
            return ""
        tree, directory = UnitSource(project, job.unit).directory()
        return directory if tree is project.tree else ""

    def newly_found(self, made: Sequence[Made]) -> dict[str, Found]:
        """What was found at the inputs of some jobs, as far as it was not told before."""
        asked = {path: None for one in made if one.storable for path in one.inputs}
        new = [path for path in asked if path not in self._told]
        self._told.update(new)
        return {path: self.tree.found(path) for path in new}

    def _resources(self, job: Job) -> tuple[list[Resource], tuple[str, ...]]:
        if self.recipe.project:
            return self._unit(job.unit)
        options = BuildOptions(
            restrict=self.recipe.restrict,
            reorder=self.recipe.reorder,
            managed_by=self.recipe.managed_by,
            files=self.files,
            helm=self._helm,
            remotes=self._remotes,
            warn=self._warnings.append,
        )
        resources = build(self.tree, job.directory, options)
        return resources, self.tree.take()

    def _unit(self, unit: Unit) -> tuple[list[Resource], tuple[str, ...]]:
        """The resources of a unit, and all that they depend on.

        A variant is made of all units of its primary, whose names its rename map is made from.
        """
        project = self._opened()
        asked: dict[str, None] = {}
        primary = project.environment(unit.environment).variant_of
        while primary is not None:
            for other in project.units(primary):
                asked.update(dict.fromkeys(self._prepared(project, other)))
            primary = project.environment(primary).variant_of
        asked.update(dict.fromkeys(self._prepared(project, unit)))
        return project.render(unit), tuple(asked)

    def _prepared(self, project: Project, unit: Unit) -> tuple[str, ...]:
        """Render a unit if it is not yet; the paths that were asked for."""
        known = self._units.get(unit)
        if known is None:
            before = self.tree.take()
            project.render(unit)
            asked = dict.fromkeys((*before, *self.tree.take()))
            # What renders templates asks for an included file once, for all units.
            asked.update(dict.fromkeys(sorted(project.included(asked))))
            known = self._units[unit] = tuple(asked)
        return known

    def _opened(self) -> Project:
        if self._project is None:
            from promote.project.project import Project  # noqa: PLC0415 - as above

            root = self.recipe.root
            config = self._config
            if config is None:
                from promote.config import load_config  # noqa: PLC0415 - in another process

                config = load_config(self.tree, root)
                self.tree.take()  # the recipe has the digest of all that this gives
                self._is_other = digest_of(config) != self.recipe.project
            self._project = Project(config, self.tree, root, self._warnings.append)
            self._project.helm, self._project.remotes = self._helm, self._remotes
        return self._project


class _Helm:
    """Inflates charts; what was pulled is not known by a file here."""

    def __init__(self, wanted: tuple[str, tuple[str, ...], str], kitchen: Kitchen) -> None:
        from promote.registry.helm import HelmProgram  # noqa: PLC0415 - few fleets have charts

        self._helm: Helm = HelmProgram(*wanted)
        self._kitchen = kitchen

    def inflate(self, chart: Chart, directory: Directory) -> bytes:
        if directory.tree.kind(directory.join(chart.folder)) != "directory":
            self._kitchen.leave()
        return self._helm.inflate(chart, directory)


class _Remotes:
    """Fetches bases; a ref may name another commit tomorrow."""

    def __init__(self, hosts: tuple[str, ...], kitchen: Kitchen) -> None:
        from promote.project.remotes import Remotes as Fetching  # noqa: PLC0415 - as few

        fetching = Fetching(hosts)
        self._remotes: Remotes = fetching
        self.close = fetching.close
        self._kitchen = kitchen

    def base(self, wanted: RemoteBase) -> FetchedBase:
        self._kitchen.leave()
        return self._remotes.base(wanted)

    def file(self, url: str) -> bytes:
        self._kitchen.leave()
        return self._remotes.file(url)
