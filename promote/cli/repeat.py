"""Noting a fleet's run that found nothing to do, so that the next one like it need not begin."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from promote.project.opening import PROJECT_FILE
from promote.render.files import DiskTree
from promote.store.inputs import Inputs
from promote.store.runs import keep_note
from promote.store.sights import Sights

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from promote.project.fleet import Fleet
    from promote.project.jobs import Job, Recipe
    from promote.store.inputs import RecordingTree


class Planned(NamedTuple):
    """What is to be rendered, how, and what was looked at to know it."""

    recipe: Recipe
    jobs: list[Job]
    tree: RecordingTree


def note_run(
    fleet: Fleet,
    plan: Callable[[], Planned],
    outputs: Sequence[Path],
    are_written: Callable[[], bool],
    arguments: Sequence[str],
) -> None:
    """Keep what a run that rendered nothing saw, if all of it can be seen again.

    What is elsewhere cannot: a chart may come from another helm, a base from another commit.

    Args:
        fleet: what was asked for.
        plan: says what there is to render.
        outputs: the files that were written by earlier runs.
        are_written: whether they hold what they should.
        arguments: the command line.
    """
    recipe, store = fleet.recipe, fleet.store
    if store is None or recipe.helm or recipe.remote_hosts:
        return
    _, jobs, tree = plan()
    index = store.index(fleet.scope)
    entries = [index.entries[job.name] for job in jobs if job.name in index.entries]
    sights = Sights()
    for path, found in tree.all_found().items():
        sights.input(path, found)
    for path in {path for entry in entries for path in entry.inputs}:
        sights.input(path, index.found[path])
    for output in outputs:
        sights.file(str(output))
    _look_around(sights, recipe)
    data = sights.note()
    if data is None or any(entry.warnings for entry in entries):
        return
    # A change from here on shows in what was seen, and one that came before shows now.
    again = plan()
    inputs = Inputs(DiskTree(recipe.confine))
    if (
        again.jobs == jobs
        and again.recipe.identity() == recipe.identity()
        and all(index.holds(job.name, inputs) for job in jobs)
        and are_written()
    ):
        keep_note(list(arguments), data)


def _look_around(sights: Sights, recipe: Recipe) -> None:
    """What says which project this is, and how far bases may be shared."""
    here, root = Path.cwd(), Path(recipe.root)
    nearer = [folder for folder in (here, *here.parents) if folder.is_relative_to(root)]
    if recipe.project:
        sights.absent(str(folder / PROJECT_FILE) for folder in nearer if folder != root)
    else:
        sights.absent(str(folder / PROJECT_FILE) for folder in (here, *here.parents))
    for folder in (root, *root.parents) if recipe.project else ():
        if os.path.lexists(folder / ".git"):
            sights.present(str(folder / ".git"))
            break
        sights.absent([str(folder / ".git")])
