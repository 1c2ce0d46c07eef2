"""`promote init`: make a project, or adopt a repository that has overlays already."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from promote.cli.common import command_app, write_file
from promote.errors import ProjectError

if TYPE_CHECKING:
    from promote.project.adoption import Findings

app = command_app()


@app.command()
def init(
    folder: Annotated[
        Path | None, typer.Argument(metavar="[FOLDER]", help="The repository.", show_default=False)
    ] = None,
    *,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Print promote.yaml, and write nothing.")
    ] = False,
) -> None:
    """Make a project, or adopt a repository that has kustomize overlays already.

    Finds apps, environments, their order and the forge, and writes a promote.yaml that says what it
    could not know. No other file is written or changed.
    """
    from promote.config import PROJECT_FILE, load_config  # noqa: PLC0415 - help needs none
    from promote.project.adoption import survey  # noqa: PLC0415
    from promote.project.home import home_of  # noqa: PLC0415
    from promote.project.proposal import project_name, propose  # noqa: PLC0415
    from promote.render.files import DiskTree, EditedTree  # noqa: PLC0415

    root = (folder or Path()).resolve()
    target = root / PROJECT_FILE
    if os.path.lexists(target) and not dry_run:
        raise ProjectError(
            f"{target} is there already",
            hint="'promote status' shows the project; 'promote init --dry-run' what it would be",
        )
    tree = DiskTree(confine=str(root))
    name = project_name(root.name)
    findings, home = survey(tree, str(root), name), home_of(root)
    text = propose(findings, home, name)
    if findings.environments:
        # What is proposed must at least be a project.
        load_config(EditedTree(tree, {str(target): text.encode()}), str(root))
    if dry_run:
        typer.echo(text, nl=False)
        return
    write_file(target, text)
    typer.echo(f"wrote {PROJECT_FILE}: {_outcome(findings)}")
    typer.echo(f"pull requests: {home.kind}" + (f" ({home.note})" if home.note else ""))
    if findings.left_out:
        count = len(findings.left_out)
        typer.echo(f"left out: {count} director{'y' if count == 1 else 'ies'}, listed at its end")
    if findings.environments:
        typer.echo("next: read it, try 'promote render --all', push it, and see 'promote status'")

    else:
        typer.echo("next: edit it; 'promote schema' prints what may stand in it")


def _outcome(findings: Findings) -> str:
    from promote.project.stages import stages  # noqa: PLC0415 - as above

    if not findings.environments:
        return "no overlays of environments were found, so it is an example to edit"
    count = len(findings.apps)
    environments = ", ".join(stage.name for stage in stages(findings.environments))
    return f"{count} app{'' if count == 1 else 's'} in {environments}, at {findings.pattern}"
