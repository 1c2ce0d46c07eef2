"""The `promote` command line: its commands, each imported only when it is asked for."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Annotated

import typer
import typer.core
import typer.main

from promote import __version__

if TYPE_CHECKING:
    from typer._click.formatting import HelpFormatter

# Each command lives in the module of its name, which is imported only when the command is asked
# for: start-up is most of a small render.
COMMANDS = {
    "init": "Make a project, or adopt a repository that has overlays already.",
    "render": "Print the manifests of a directory, or of an environment.",
    "diff": "Show what differs between two environments, directories or files.",
    "plan": "Show what would move, and which gates hold it back.",
    "promote": "Open or update the pull request that moves a release.",
    "rollback": "Open the pull request back to an earlier release, and hold it.",
    "hold": "List the holds, set one, or lift one.",
    "verify": "Record how a release does in an environment.",
    "status": "Show the matrix of apps and environments.",
    "ci": "Promote all that may move, in one call for a pipeline.",
    "pull": "List, show, merge and close the pull requests of the local forge.",
    "dr": "Prove that a variant is its primary under the rename.",
    "impact": "List what depends on a resource.",
    "explain": "Say which file, line and layer set a field, and who changed it.",
    "values": "Show an app's merged values, and who set each.",
    "cache": "Show or empty the store of what was rendered.",
    "schema": "Print the JSON Schema of promote.yaml.",
}

_EXIT_CODES = {
    "0": "Done.",
    "1": "An error in the input, or outside: Git, a forge, a disk.",
    "2": "The command line makes no sense.",
    "3": "A bug in promote.",
    "10": "Something differs: diff, dr check.",
    "11": "A gate holds: plan, promote, ci, pull merge.",
    "130": "Interrupted.",
}

_HELP = "Render, compare and promote Kubernetes and service-mesh configuration kept in Git."


class LazyGroup(typer.core.TyperGroup):
    """Commands that are imported when they are called; the list of them imports none."""

    def list_commands(self, ctx: typer.Context) -> list[str]:  # type: ignore[override]  # noqa: ARG002 - typer's base class is a vendored one
        """The names, in the order in which a release meets them."""
        return list(COMMANDS)

    def get_command(self, ctx: typer.Context, cmd_name: str) -> typer.core.TyperCommand | None:  # type: ignore[override]  # noqa: ARG002 - as above
        """The command of a name."""
        if cmd_name not in COMMANDS:
            return None
        app: typer.Typer = importlib.import_module(f"promote.cli.{cmd_name}").app
        command = typer.main.get_command(app)
        command.name = cmd_name
        command.help = command.help or COMMANDS[cmd_name]
        return command  # type: ignore[return-value]  # a group is a command too

    def format_commands(self, ctx: typer.Context, formatter: HelpFormatter) -> None:  # type: ignore[override]  # noqa: ARG002 - as above
        """Write the list of commands, and how each of them ends."""
        for title, rows in (("Commands", COMMANDS), ("Exit codes", _EXIT_CODES)):
            with formatter.section(title):
                formatter.write_dl(list(rows.items()))


def _version(value: bool) -> None:
    if value:
        typer.echo(f"promote {__version__}")
        raise typer.Exit


app = typer.Typer(
    cls=LazyGroup,
    help=_HELP,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback()
def _root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Render, compare and promote Kubernetes and service-mesh configuration kept in Git."""
