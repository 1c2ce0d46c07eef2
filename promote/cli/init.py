"""`promote init`: make a project, or adopt a repository that has overlays already."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from promote.cli.common import command_app
from promote.errors import ProjectError

app = command_app()


@app.command()
def init(
    folder: Annotated[
        Path | None, typer.Argument(help="The repository.", show_default=False)
    ] = None,
    *,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Print promote.yaml, and write nothing.")
    ] = False,
) -> None:
    """Make a project, or adopt a repository that has kustomize overlays already.

    Finds apps and environments and writes a promote.yaml to read and correct. No other file is
    written or changed.
    """
    from promote.config import PROJECT_FILE, load_config  # noqa: PLC0415 - help needs none
    from promote.project.adoption import EMPTY_PROJECT, propose, survey  # noqa: PLC0415
    from promote.render.files import DiskTree, EditedTree  # noqa: PLC0415

    root = (folder or Path()).resolve()
    target = root / PROJECT_FILE
    if target.exists() and not dry_run:
        raise ProjectError(f"{target} is there already", hint="'promote status' shows the project")
    tree = DiskTree(confine=str(root))
    findings = survey(tree, str(root))
    text = EMPTY_PROJECT if findings is None else propose(findings, root.name)
    if findings is not None:
        # What is proposed must at least be a project.
        load_config(EditedTree(tree, {str(target): text.encode()}), str(root))
    if dry_run:
        typer.echo(text, nl=False)
        return
    target.write_text(text, encoding="utf-8")
    if findings is None:
        typer.echo(f"wrote {PROJECT_FILE}: no overlays were found, so it is an example to edit")
    else:
        typer.echo(
            f"wrote {PROJECT_FILE}: {len(findings.apps)} apps in "
            f"{', '.join(findings.environments)}; read it, then try 'promote status'"
        )
