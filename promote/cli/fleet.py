"""Rendering many overlays at once: `promote render --all`, several `--env`, several directories."""

from __future__ import annotations

import os
import sys
import time
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from promote.cli.common import warn
from promote.cli.outputs import OutputFolder
from promote.cli.progress import Meter
from promote.cli.repeat import Planned, note_run
from promote.cli.request import LoadRestrictor
from promote.errors import (
    ExitCode,
    FileMissingError,
    ProjectError,
    UnknownNameError,
    UsageError,
)
from promote.model.names import nearest
from promote.project.fleet import Fleet, close_kitchens, each_error
from promote.project.jobs import Job, Lent, Recipe, digest_of, lend
from promote.render.files import DiskTree
from promote.store.database import ResultStore
from promote.store.inputs import RecordingTree

if TYPE_CHECKING:
    from collections.abc import Sequence
    from concurrent.futures import Executor

    from promote.cli.building import BuildFlags
    from promote.project import Project
    from promote.project.fleet import Outcome


@dataclass(frozen=True, slots=True)
class FleetFlags:
    """What is rendered, and how.

    Attributes:
        every: all there is; else only what is named.
        environments, apps, cluster, directories: what is named.
        output: where to write; stdout when None.
        jobs: processes; 0 for one a core.
        scheduler: the address of a Dask scheduler, or empty.
        store: keep results, and use those that are kept.
        quiet: say nothing on the way.
        arguments: the command line, by which the same run is known again; empty if it is not.
    """

    every: bool = False
    environments: tuple[str, ...] = ()
    apps: tuple[str, ...] = ()
    cluster: str = ""
    directories: tuple[str, ...] = ()
    output: Path | None = None
    jobs: int = 1
    scheduler: str = ""
    store: bool = True
    quiet: bool = False
    arguments: tuple[str, ...] = ()


def render_many(flags: FleetFlags, building: BuildFlags) -> int:
    """Render many overlays.

    Args:
        flags: what is rendered, and where.
        building: how directories are built.

    Returns:
        The exit code: an error where anything could not be rendered.

    Raises:
        PromoteError: there is nothing to render, or it cannot be written.
    """
    planned = _planned(flags, _recipe(building))
    recipe, jobs, _ = planned
    with ExitStack() as stack:
        stack.callback(close_kitchens)
        store = stack.enter_context(ResultStore()) if flags.store else None
        executor, workers = _executor(flags, stack)
        fleet = Fleet(recipe, store, executor, workers, bool(flags.scheduler))
        meter = stack.enter_context(Meter(len(jobs), quiet=flags.quiet))
        if flags.output is None:
            outcomes = _printed(fleet, jobs, meter)
        else:
            outcomes = _written(fleet, planned, meter, flags)
    for outcome in outcomes:
        for message in outcome.warnings:
            warn(f"{outcome.job.name}: {message}")
    failed = each_error(outcomes, lambda text: print(f"promote: {text}", file=sys.stderr))
    if failed:
        print(f"promote: {failed} of {len(jobs)} could not be rendered", file=sys.stderr)
    return ExitCode.ERROR if failed else ExitCode.DONE


def _recipe(building: BuildFlags) -> Recipe:
    """How to build; where is not known yet."""
    helm = building.helm_command, building.helm_api_versions, building.helm_kube_version
    return Recipe(
        root="",
        restrict=building.restrictor is LoadRestrictor.ROOT_ONLY,
        reorder=building.reorder.value,
        managed_by=building.managed_by,
        helm=helm if building.helm else None,
        remote_hosts=building.remote_hosts,
        run=f"{os.getpid()} {time.time_ns()}",
    )


def _written(fleet: Fleet, planned: Planned, meter: Meter, flags: FleetFlags) -> list[Outcome]:
    folder = OutputFolder(str(flags.output or Path()))
    outcomes = []
    for outcome in fleet.render(planned.jobs):
        name = f"{outcome.job.name}.yaml"
        if not outcome.error and not folder.holds(name, outcome.digest):
            folder.write(name, fleet.text(outcome), outcome.digest)
        outcomes.append(outcome._replace(text=None))
        meter.step()
    if flags.every and not flags.apps and not flags.cluster:
        folder.remove_others({f"{job.name}.yaml" for job in planned.jobs})
    folder.save()
    if flags.every and not folder.written and not fleet.work.rendered:
        digests = {outcome.job.name: outcome.digest for outcome in outcomes}
        note_run(
            fleet,
            lambda: _planned(flags, fleet.recipe),
            folder,
            digests,
            flags.arguments,
        )
    return outcomes


def _printed(fleet: Fleet, jobs: Sequence[Job], meter: Meter) -> list[Outcome]:
    outcomes = {}
    for outcome in fleet.render(jobs):
        outcomes[outcome.job.name] = outcome
        meter.step()
    ordered = [outcomes[job.name] for job in jobs]
    texts = [fleet.text(outcome) for outcome in ordered if not outcome.error]
    sys.stdout.buffer.write(b"---\n".join(text for text in texts if text))
    return ordered


def _planned(flags: FleetFlags, recipe: Recipe) -> Planned:
    """What is to be rendered, and the recipe with the place of it."""
    if flags.directories:
        if flags.environments or flags.apps or flags.cluster:
            raise UsageError("give directories or --env, not both")
        return _of_directories(flags, recipe)
    try:
        return _of_project(flags, recipe)
    except FileMissingError:
        if flags.environments or not flags.every:
            raise
        return _of_directories(flags, recipe)


def _of_project(flags: FleetFlags, recipe: Recipe) -> Planned:
    from promote.project.opening import find_root, open_project, work_tree  # noqa: PLC0415

    root = find_root()
    top = str(work_tree(root))
    tree = RecordingTree(DiskTree(confine=top))
    with open_project(str(root), tree=tree) as project:
        digest = digest_of(project.config)
        environments = flags.environments or tuple(project.config.environments)
        if not flags.environments:
            _check_apps(project, flags.apps)
        jobs = []
        for environment in environments:
            apps = flags.apps
            if apps and not flags.environments:
                known = {unit.app for unit in project.units(environment)}
                apps = tuple(app for app in apps if app in known)
                if not apps:
                    continue
            for unit in project.units(environment, apps, flags.cluster):
                name = "/".join(part for part in (environment, unit.cluster, unit.app) if part)
                jobs.append(Job(name, unit.app, unit=unit))
    if not jobs:
        raise ProjectError(
            "no environment has an app", hint="make an overlay where layout.overlay says they are"
        )
    recipe = replace(recipe, root=str(root), confine=top, project=digest)
    lend(recipe, Lent(tree, config=project.config))
    return Planned(recipe, jobs, tree)


def _check_apps(project: Project, apps: Sequence[str]) -> None:
    known = {unit.app: 0 for name in project.config.environments for unit in project.units(name)}
    for app in apps:
        if app not in known:
            raise UnknownNameError(
                f"there is no app {app!r} in any environment", hint=nearest(app, known)
            )


def _of_directories(flags: FleetFlags, recipe: Recipe) -> Planned:
    here = os.path.abspath(".")  # noqa: PTH100 - paths of a tree are text
    tree = RecordingTree(DiskTree())
    if flags.every:
        from promote.project.kustomizations import leaves  # noqa: PLC0415 - not for a project
        from promote.render.loading import ParsedFiles  # noqa: PLC0415 - as above

        files = ParsedFiles()
        tops = [os.path.abspath(path) for path in flags.directories or (here,)]  # noqa: PTH100
        paths = [leaf for top in tops for leaf in leaves(tree, top, files)]
        lend(recipe, Lent(tree, files))
    else:
        paths = [os.path.abspath(path) for path in flags.directories]  # noqa: PTH100
    if not paths:
        raise FileMissingError(
            f"no directory in {here} has a kustomization", hint="name the directory that has some"
        )
    jobs = [Job(_name_of(path, here), directory=path) for path in dict.fromkeys(paths)]
    return Planned(replace(recipe, root=here), jobs, tree)


def _name_of(path: str, here: str) -> str:
    """The name of a directory's file in the output, which must not lead out of it."""
    shown = os.path.relpath(path, here)
    if shown == ".":
        return os.path.basename(here) or "root"  # noqa: PTH119 - text
    return "/".join(part for part in shown.split("/") if part != "..")


def _executor(flags: FleetFlags, stack: ExitStack) -> tuple[Executor | None, int]:
    if flags.scheduler:
        from promote.project.distant import dask_executor  # noqa: PLC0415 - an extra

        return stack.enter_context(dask_executor(flags.scheduler))
    workers = flags.jobs or os.cpu_count() or 1
    if workers == 1:
        return None, 1
    from concurrent.futures import ProcessPoolExecutor  # noqa: PLC0415

    return stack.enter_context(ProcessPoolExecutor(workers)), workers
