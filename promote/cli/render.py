"""`promote render`: print the manifests of a directory, or of an environment."""

from __future__ import annotations

import sys
from pathlib import Path  # noqa: TC003 - typer reads the types when it runs
from typing import TYPE_CHECKING, Annotated

import typer
import typer.core

from promote.cli.building import (
    REFUSED,
    BuildFlags,
    LoadRestrictor,
    Reorder,
    build_directory,
    write_files,
)
from promote.cli.common import command_app, write_file
from promote.cli.options import Cluster  # noqa: TC001 - typer reads the types when it runs
from promote.cli.outside import EnableHelm, HelmCommand, Outside, RemoteHosts, outside
from promote.errors import UsageError

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from promote.model.resource import Resource

app = command_app()


class _Command(typer.core.TyperCommand):
    """Says why it refuses what kustomize would run, before it looks at anything else."""

    def parse_args(self, ctx: typer.Context, args: list[str]) -> list[str]:  # type: ignore[override]  # typer's base class is a vendored one
        """Read the arguments."""
        for argument in args:
            flag = argument.partition("=")[0]
            if flag in REFUSED:
                raise UsageError(
                    f"{flag} is refused: {REFUSED[flag]}", hint="see docs/kustomize.md"
                )
        return super().parse_args(ctx, args)


@app.command(cls=_Command)
def render(
    ctx: typer.Context,
    directories: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[DIRECTORY]...",
            help="A directory with a kustomization, or the address of one.",
            show_default=False,
        ),
    ] = None,
    *,
    every: Annotated[
        bool,
        typer.Option("--all", help="All environments, or all overlays where there is no project."),
    ] = False,
    environments: Annotated[
        list[str] | None,
        typer.Option(
            "--env",
            "-e",
            metavar="ENVIRONMENT",
            help="An environment of the project; may be repeated.",
        ),
    ] = None,
    apps: Annotated[
        list[str] | None,
        typer.Option("--app", "-a", metavar="APP", help="Only these apps; may be repeated."),
    ] = None,
    cluster: Cluster = "",
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            metavar="PATH",
            help="Write a file, or a file a resource into a directory; a file an overlay of many.",
        ),
    ] = None,
    jobs: Annotated[
        int,
        typer.Option(
            "--jobs", "-j", min=0, metavar="N", help="Processes for many overlays; 0: each core."
        ),
    ] = 1,
    scheduler: Annotated[
        str,
        typer.Option(
            metavar="ADDRESS", help="The address of a Dask scheduler that has workers for them."
        ),
    ] = "",
    no_cache: Annotated[
        bool, typer.Option("--no-cache", help="Render all of them, and keep no results.")
    ] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Show no progress.")] = False,
    annotate_origin: Annotated[
        bool, typer.Option("--annotate-origin", help="With --env: say beside each line who set it.")
    ] = False,
    load_restrictor: Annotated[
        LoadRestrictor, typer.Option(help="Which files a kustomization may read.")
    ] = LoadRestrictor.ROOT_ONLY,
    reorder: Annotated[Reorder, typer.Option(help="The order of the output.")] = Reorder.LEGACY,
    remote: RemoteHosts = None,
    enable_managedby_label: Annotated[
        bool, typer.Option("--enable-managedby-label", help="Label what kustomize has built.")
    ] = False,
    enable_helm: EnableHelm = False,
    helm_command: HelmCommand = "helm",
    helm_api_versions: Annotated[
        list[str] | None,
        typer.Option(metavar="VERSION", help="API versions that charts see; may be repeated."),
    ] = None,
    helm_kube_version: Annotated[
        str, typer.Option(metavar="VERSION", help="The Kubernetes that charts see.")
    ] = "",
    helm_debug: Annotated[bool, typer.Option("--helm-debug", hidden=True)] = False,  # noqa: ARG001 - its errors are whole in any case
    stack_trace: Annotated[bool, typer.Option("--stack-trace", hidden=True)] = False,  # noqa: ARG001 - a bug has a report of its own
) -> None:
    """Print the manifests of a directory, or of an environment.

    A directory is rendered as `kustomize build` renders it, with the same flags. With --env, the
    apps of an environment of the project are. Several of these, or --all, are rendered at once,
    and only what changed since the last time.
    """
    if directories and environments:
        raise UsageError("give a directory or --env, not both")
    if annotate_origin and len(environments or ()) != 1:
        raise UsageError("--annotate-origin needs one --env: a directory alone has no layers")
    many = every or len(directories or ()) > 1 or len(environments or ()) > 1
    if environments and not many:
        beyond = outside(enable_helm, helm_command, remote)
        _environment(environments[0], apps or (), cluster, output, beyond, annotate=annotate_origin)
        return
    flags = BuildFlags(
        load_restrictor,
        reorder,
        enable_managedby_label,
        tuple(remote or ()),
        enable_helm,
        helm_command,
        tuple(helm_api_versions or ()),
        helm_kube_version,
    )
    if many:
        from promote.cli.fleet import FleetFlags, render_many  # noqa: PLC0415 - not for one

        wanted = FleetFlags(
            every,
            tuple(environments or ()),
            tuple(apps or ()),
            cluster,
            tuple(directories or ()),
            output,
            jobs,
            scheduler,
            not no_cache,
            quiet,
            tuple(ctx.find_root().obj or ()),
        )
        raise typer.Exit(render_many(wanted, flags))
    _print(build_directory(directories[0] if directories else ".", flags), output)


def _environment(
    environment: str,
    apps: list[str] | tuple[str, ...],
    cluster: str,
    output: Path | None,
    beyond: AbstractContextManager[Outside],
    *,
    annotate: bool,
) -> None:
    from promote.project import open_project  # noqa: PLC0415 - not needed for a directory

    with beyond as (helm, remotes), open_project(helm=helm, remotes=remotes) as project:
        if annotate:
            from promote.explain.annotate import annotated  # noqa: PLC0415 - costs nothing else

            _write(annotated(project, environment, apps, cluster), output)
            return
        _print(project.render_all(environment, apps, cluster), output)


def _print(resources: list[Resource], output: Path | None) -> None:
    if output is not None and output.is_dir():
        write_files(resources, output)
        return
    from promote import yamlio  # noqa: PLC0415 - help needs no engine

    _write(yamlio.dump_all(resource.doc for resource in resources), output)


def _write(text: str, output: Path | None) -> None:
    if output is None:
        sys.stdout.write(text)
    elif output.is_dir():
        raise UsageError(f"{output} is a directory", hint="name a file")
    else:
        write_file(output, text)
