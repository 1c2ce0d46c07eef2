"""Noting a fleet's run that found nothing to do, so that the next one like it need not begin."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from promote.project.kitchen import Kitchen
from promote.project.opening import PROJECT_FILE
from promote.render.files import DiskTree
from promote.render.ordering import LEGACY
from promote.store.inputs import Inputs
from promote.store.note import line_of
from promote.store.runs import keep_note, run_identity
from promote.store.sights import Sights

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from promote.cli.outputs import OutputFolder
    from promote.project.fleet import Fleet
    from promote.project.jobs import Job, Recipe
    from promote.store.index import Index
    from promote.store.inputs import RecordingTree


class Planned(NamedTuple):
    """What is to be rendered, how, and what was looked at to know it."""

    recipe: Recipe
    jobs: list[Job]
    tree: RecordingTree


def note_run(
    fleet: Fleet,
    plan: Callable[[], Planned],
    folder: OutputFolder,
    digests: Mapping[str, str],
    arguments: Sequence[str],
) -> None:
    """Keep what a run that rendered nothing saw, if all of it can be seen again.

    What is elsewhere cannot: a chart may come from another helm, a base from another commit.

    Args:
        fleet: what was asked for.
        plan: says what there is to render.
        folder: where earlier runs wrote the results.
        digests: the SHA-256 of each result by its name.
        arguments: the command line.
    """
    recipe, store = fleet.recipe, fleet.store
    if store is None or recipe.helm or recipe.remote_hosts:
        return
    planned = plan()
    _, jobs, tree = planned
    index = store.index(fleet.scope)
    entries = [index.entries[job.name] for job in jobs if job.name in index.entries]
    sights = Sights()
    for path, found in tree.all_found().items():
        sights.input(path, found)
    for path in {path for entry in entries for path in entry.inputs}:
        sights.input(path, index.found[path])
    output = os.path.abspath(folder.folder)  # noqa: PTH100 - text
    for name, digest in digests.items():
        sights.output(f"{output}/{name}.yaml", digest)
    _look_around(sights, recipe)
    identity = run_identity(list(arguments))
    asked: dict[str, int] = {}
    lines = _of_what(planned, index, asked)
    data = lines and sights.note(identity, _how(recipe, output), asked, lines)
    if not data or any(entry.warnings for entry in entries):
        return
    # A change from here on shows in what was seen, and one that came before shows now.
    again = plan()
    inputs = Inputs(DiskTree(recipe.confine))
    if (
        again.jobs == jobs
        and again.recipe.identity() == recipe.identity()
        and all(index.holds(job.name, inputs) for job in jobs)
        and all(folder.holds(f"{name}.yaml", digest) for name, digest in digests.items())
    ):
        keep_note(identity, data)


def _how(recipe: Recipe, output: str) -> dict[str, object]:
    """How the run renders directories, and where it writes them."""
    is_project = bool(recipe.project)
    return {
        "confine": recipe.confine,
        "output": output,
        "templates": is_project,
        # Units of a project are built as `Project.build_options` says.
        "restrict": recipe.restrict or is_project,
        "reorder": LEGACY if is_project else recipe.reorder,
        "managed_by": recipe.managed_by and not is_project,
    }


def _of_what(planned: Planned, index: Index, asked: dict[str, int]) -> bytes | None:
    """What each result was made of, and the plan, as lines of the note.

    A result that needs more than a directory to be built, such as values or a primary, is noted
    without one, and so is the plan.

    Args:
        planned: what there is to render.
        index: what is known of the results.
        asked: is given the paths that were asked for, each with its number.
    """
    recipe, jobs, tree = planned
    _numbers(tree.asked, asked)
    read = {path for path, _ in tree.contents()}
    kitchen = Kitchen(recipe)
    lines = [line_of("", "", _numbers((path for path in tree.asked if path in read), asked))]
    for job in jobs:
        entry = index.entries.get(job.name)
        if entry is None:
            return None
        has_template = any(path.endswith(".j2") for path in entry.inputs)
        directory = "" if has_template else kitchen.plain_directory(job)
        lines.append(line_of(job.name, directory, _numbers(entry.inputs, asked)))
    kitchen.close()
    return None if None in lines else b"".join(line for line in lines if line)


def _numbers(paths: Iterable[str], known: dict[str, int]) -> list[int]:
    return [known.setdefault(path, len(known)) for path in paths]


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
