"""`promote impact`: what depends on a resource."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import typer

from promote.cli.common import command_app, warn
from promote.cli.options import Cluster, DataFormat, Environment, Output, Resource
from promote.cli.outside import outside
from promote.cli.outside_flags import (  # typer reads the types when it runs
    EnableHelm,  # noqa: TC001
    HelmCommand,  # noqa: TC001
    RemoteHosts,  # noqa: TC001
)

if TYPE_CHECKING:
    from promote.compare import Dependent
    from promote.model.resource import ResourceId

app = command_app()


@app.command()
def impact(
    resource: Resource,
    *,
    environment: Environment,
    cluster: Cluster = "",
    enable_helm: EnableHelm = False,
    helm_command: HelmCommand = "helm",
    remote: RemoteHosts = None,
    output: Output = DataFormat.TEXT,
) -> None:
    """List what depends on a resource, nearest first, and the field by which it does.

    What depends on what depends on it is listed too, further from it.
    """
    from promote.compare import impact as dependents  # noqa: PLC0415 - help needs no engine
    from promote.compare import references_between  # noqa: PLC0415
    from promote.explain import find_resource, find_units  # noqa: PLC0415
    from promote.project import open_project  # noqa: PLC0415

    with (
        outside(enable_helm, helm_command, remote) as (helm, remotes),
        open_project(warn=warn, helm=helm, remotes=remotes) as project,
    ):
        units = find_units(project, environment, cluster=cluster)
        _, wanted = find_resource(project, units, resource)
        resources = project.render_all(environment, cluster=cluster)
        clusters = project.environment(environment).clusters
        found = dependents(resources, wanted.id, references_between(resources, clusters))
    typer.echo(_json(wanted.id, found) if output is DataFormat.JSON else _text(found), nl=False)


def _text(found: list[Dependent]) -> str:
    from promote.compare import format_path  # noqa: PLC0415 - as above
    from promote.compare.formats.safe import one_line  # noqa: PLC0415
    from promote.compare.formats.values import title  # noqa: PLC0415

    if not found:
        return "nothing depends on it\n"
    lines = []
    for one in found:
        through = "" if one.distance == 1 else f" → {title(one.through.target)}"
        path = one_line(format_path(one.through.path))
        lines.append(f"{'  ' * (one.distance - 1)}{title(one.id)}  {path}{through}\n")
    return "".join(lines)


def _json(wanted: ResourceId, found: list[Dependent]) -> str:
    from promote.compare import format_path  # noqa: PLC0415 - as above

    data = {
        "resource": wanted._asdict(),
        "dependents": [
            {
                "resource": one.id._asdict(),
                "distance": one.distance,
                "field": format_path(one.through.path),
                "through": one.through.target._asdict(),
            }
            for one in found
        ],
    }
    return json.dumps(data, indent=2, sort_keys=True) + "\n"
