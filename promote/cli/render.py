"""`promote render`: print the manifests of a directory, or of an environment."""

from __future__ import annotations

from typing import Annotated

import typer
import typer.core

from promote.cli.building import REFUSED
from promote.cli.common import command_app
from promote.cli.options import Cluster  # noqa: TC001 - typer reads the types when it runs
from promote.cli.outside_flags import (  # typer reads the types when it runs
    EnableHelm,  # noqa: TC001
    HelmCommand,  # noqa: TC001
    RemoteHosts,  # noqa: TC001
)
from promote.cli.rendering import perform_render
from promote.cli.request import LoadRestrictor, RenderRequest, Reorder
from promote.errors import UsageError

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
        str | None,
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
    arguments = ctx.find_root().obj or ()
    request = RenderRequest(
        tuple(directories or ()),
        every,
        tuple(environments or ()),
        tuple(apps or ()),
        cluster,
        output,
        jobs,
        scheduler,
        no_cache,
        quiet,
        annotate_origin,
        load_restrictor,
        reorder,
        enable_managedby_label,
        tuple(remote or ()),
        enable_helm,
        helm_command,
        tuple(helm_api_versions or ()),
        helm_kube_version,
    )
    raise typer.Exit(perform_render(request, arguments))
