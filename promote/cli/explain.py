"""`promote explain`: who set a field, and over what; or what made a resource."""

from __future__ import annotations

from typing import Annotated

import typer

from promote.cli.common import command_app, warn
from promote.cli.options import Cluster, DataFormat, Environment, Output, Resource
from promote.cli.outside import outside
from promote.cli.outside_flags import (  # typer reads the types when it runs
    EnableHelm,  # noqa: TC001
    HelmCommand,  # noqa: TC001
    RemoteHosts,  # noqa: TC001
)

app = command_app()


@app.command()
def explain(
    resource: Resource,
    field: Annotated[
        str,
        typer.Argument(
            metavar="[FIELD]",
            help="A path such as spec.template.spec.containers[app].image, or a JSON pointer.",
            show_default=False,
        ),
    ] = "",
    *,
    environment: Environment,
    in_app: Annotated[str, typer.Option("--app", "-a", metavar="APP", help="Only this app.")] = "",
    cluster: Cluster = "",
    enable_helm: EnableHelm = False,
    helm_command: HelmCommand = "helm",
    remote: RemoteHosts = None,
    output: Output = DataFormat.TEXT,
) -> None:
    """Say which file, line and layer set a field, over what, who changed it and who owns it.

    Without a field: which files and layers made the resource what it is.
    """
    from promote.explain import LineHistory, find_resource, find_units  # noqa: PLC0415 - help needs none
    from promote.explain import explain as answer  # noqa: PLC0415
    from promote.explain.report import as_json, as_text  # noqa: PLC0415
    from promote.project import open_project  # noqa: PLC0415

    with (
        outside(enable_helm, helm_command, remote) as (helm, remotes),
        open_project(warn=warn, helm=helm, remotes=remotes) as project,
        LineHistory(project.root) as history,
    ):
        units = find_units(project, environment, in_app, cluster)
        unit, found = find_resource(project, units, resource)
        result = answer(project, unit, found, field, history)
    typer.echo(as_json(result) if output is DataFormat.JSON else as_text(result), nl=False)
