"""`promote render`: print the manifests of a directory, or of an environment."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from promote.cli.common import command_app, warn
from promote.errors import UsageError

if TYPE_CHECKING:
    from promote.model.resource import Resource

app = command_app()


class LoadRestrictor(StrEnum):
    """Which files a kustomization may read."""

    ROOT_ONLY = "LoadRestrictionsRootOnly"
    NONE = "LoadRestrictionsNone"


class Reorder(StrEnum):
    """The order of the output."""

    LEGACY = "legacy"
    NONE = "none"


@app.command()
def render(
    directory: Annotated[
        Path | None, typer.Argument(help="A directory with a kustomization.", show_default=False)
    ] = None,
    *,
    environment: Annotated[
        str, typer.Option("--env", "-e", help="An environment of the project.")
    ] = "",
    apps: Annotated[
        list[str] | None, typer.Option("--app", "-a", help="Only these apps; may be repeated.")
    ] = None,
    cluster: Annotated[str, typer.Option(help="Only this cluster of the environment.")] = "",
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="Write a file, or a file a resource into a directory."),
    ] = None,
    load_restrictor: Annotated[
        LoadRestrictor, typer.Option(help="Which files a kustomization may read.")
    ] = LoadRestrictor.ROOT_ONLY,
    reorder: Annotated[Reorder, typer.Option(help="The order of the output.")] = Reorder.LEGACY,
    annotate_origin: Annotated[
        bool, typer.Option("--annotate-origin", help="With --env: say beside each line who set it.")
    ] = False,
) -> None:
    """Print the manifests of a directory, or of an environment.

    A directory is rendered as `kustomize build` renders it. With --env, the apps of an environment
    of the project are.
    """
    if directory is not None and environment:
        raise UsageError("give a directory or --env, not both")
    if annotate_origin and not environment:
        raise UsageError("--annotate-origin needs --env: a directory alone has no layers")
    if environment:
        from promote.project import open_project  # noqa: PLC0415 - not needed for a directory

        with open_project() as project:
            if annotate_origin:
                from promote.explain.annotate import annotated  # noqa: PLC0415 - costs nothing else

                _write(annotated(project, environment, apps or (), cluster), output)
                return
            _print(project.render_all(environment, apps or (), cluster), output)
        return
    _print(_directory(directory or Path(), load_restrictor, reorder), output)


def _directory(directory: Path, restrictor: LoadRestrictor, reorder: Reorder) -> list[Resource]:
    from promote.render.files import DiskTree  # noqa: PLC0415 - help needs no engine
    from promote.render.options import BuildOptions  # noqa: PLC0415
    from promote.render.pipeline import build  # noqa: PLC0415

    options = BuildOptions(
        restrict=restrictor is LoadRestrictor.ROOT_ONLY, reorder=reorder.value, warn=warn
    )
    return build(DiskTree(), str(directory.absolute()), options)


def _print(resources: list[Resource], output: Path | None) -> None:
    from promote import yamlio  # noqa: PLC0415 - as above

    if output is None:
        sys.stdout.write(yamlio.dump_all(resource.doc for resource in resources))
    elif output.is_dir():
        for resource in resources:
            (output / file_name(resource)).write_text(yamlio.dump(resource.doc), encoding="utf-8")
    else:
        _write(yamlio.dump_all(resource.doc for resource in resources), output)


def _write(text: str, output: Path | None) -> None:
    if output is None:
        sys.stdout.write(text)
    elif output.is_dir():
        raise UsageError(f"{output} is a directory", hint="name a file")
    else:
        output.write_text(text, encoding="utf-8")


def file_name(resource: Resource) -> str:
    """The name of a resource's file, as `kustomize build --output` names it."""
    identity = resource.id
    parts = [identity.group, identity.version, identity.kind, identity.name]
    stem = "_".join(part for part in parts if part).lower()
    if identity.namespace:
        return f"{identity.namespace}_{stem}.yaml"
    return f"{stem}.yaml"
