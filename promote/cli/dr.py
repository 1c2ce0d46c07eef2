"""`promote dr`: prove that a variant is its primary under the rename."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from promote.cli.common import command_app, warn
from promote.cli.outside import outside
from promote.cli.outside_flags import (  # typer reads the types when it runs
    EnableHelm,  # noqa: TC001
    HelmCommand,  # noqa: TC001
    RemoteHosts,  # noqa: TC001
)
from promote.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from promote.compare.parity import VariantCheck
    from promote.project import Project

app = command_app()


class Output(StrEnum):
    """The formats."""

    TEXT = "text"
    JSON = "json"
    MARKDOWN = "markdown"


@app.callback()
def dr() -> None:
    """Prove that a variant is its primary under the rename."""


@app.command()
def check(
    variant: Annotated[
        str,
        typer.Argument(
            metavar="[VARIANT]", help="The variant; all of them by default.", show_default=False
        ),
    ] = "",
    output: Annotated[Output, typer.Option("--output", "-o", help="The format.")] = Output.TEXT,
    *,
    enable_helm: EnableHelm = False,
    helm_command: HelmCommand = "helm",
    remote: RemoteHosts = None,
) -> int:
    """Check that a variant is its primary but for what it declares.

    Exits with 10 if something differs that nothing declares, or still refers to the primary.
    """
    from promote.compare import parity_report  # noqa: PLC0415 - help needs no engine
    from promote.compare.parity import check_parity  # noqa: PLC0415
    from promote.project import open_project  # noqa: PLC0415

    with (
        outside(enable_helm, helm_command, remote) as (helm, remotes),
        open_project(warn=warn, helm=helm, remotes=remotes) as project,
    ):
        results = [check_parity(project, name) for name in _variants(project, variant)]
    reports = {
        Output.TEXT: parity_report.as_text,
        Output.JSON: parity_report.as_json,
        Output.MARKDOWN: parity_report.as_markdown,
    }
    typer.echo(reports[output](results), nl=False)
    return _code(results)


def _variants(project: Project, variant: str) -> list[str]:
    if variant:
        return [project.environment(variant).name]
    found = [
        name for name, one in project.config.environments.items() if one.variant_of is not None
    ]
    if not found:
        raise UsageError("the project has no variant", hint="add variant-of: to an environment")
    return found


def _code(results: list[VariantCheck]) -> int:
    holds = all(result.parity.holds for result in results)
    return ExitCode.DONE if holds else ExitCode.DIFFERENT


@app.command()
def failover(
    variant: Annotated[str, typer.Argument(metavar="VARIANT", help="The variant that takes over.")],
    *,
    plan: Annotated[
        bool, typer.Option("--plan", help="Only show what would be changed, in which order.")
    ] = False,
    back: Annotated[bool, typer.Option("--back", help="The way back to the primary.")] = False,
    output: Annotated[Output, typer.Option("--output", "-o", help="The format.")] = Output.TEXT,
) -> None:
    """Open the pull request that sends traffic to a variant, or back.

    With --plan nothing is written: the steps are shown for the files as they are now.
    """
    from promote.promotion.failover import report as failover_report  # noqa: PLC0415 - help needs no engine
    from promote.promotion.failover.request import make_failover, request_failover  # noqa: PLC0415

    reports = {
        Output.TEXT: failover_report.as_text,
        Output.JSON: failover_report.as_json,
        Output.MARKDOWN: failover_report.as_markdown,
    }
    if plan:
        from promote.project import open_project  # noqa: PLC0415 - as above
        from promote.promotion.view import View  # noqa: PLC0415

        with open_project(warn=warn) as project:
            view = View.open(project.tree, project.root)
            found = make_failover(project, view, variant, back=back)
            view.close()
        typer.echo(reports[output](found), nl=False)
        return
    from promote.cli.promotions import opened, say  # noqa: PLC0415 - as above

    with opened() as session:
        found, pull = request_failover(session, variant, back=back)
    if output is Output.TEXT:
        say(f"pull request {pull.number}: {pull.title}", *([f"  {pull.url}"] if pull.url else []))
    typer.echo(reports[output](found), nl=False)
