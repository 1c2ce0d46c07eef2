"""Every command that prints data prints it for programs as well."""

from __future__ import annotations

import importlib
import json
from typing import TYPE_CHECKING

import typer.main

from promote.cli.commands import COMMANDS
from promote.cli.main import main

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pytest

# A project file, manifests, and a JSON Schema are for programs as they are.
OTHER = {"init", "render", "schema"}


def commands() -> Iterator[tuple[str, list[str]]]:
    """Each command, with the values that its `--output` takes."""
    for name in COMMANDS:
        command = typer.main.get_command(importlib.import_module(f"promote.cli.{name}").app)
        for below, one in getattr(command, "commands", {"": command}).items():
            formats = [
                choice
                for option in one.params
                if "--output" in option.opts and "-o" in option.opts
                for choice in getattr(option.type, "choices", ())
            ]
            yield f"{name} {below}".strip(), [str(choice) for choice in formats]


def test_every_command_that_prints_data_has_output_json() -> None:
    found = dict(commands())
    assert len(found) > len(COMMANDS)
    without = {name for name, formats in found.items() if not {"text", "json"} <= {*formats}}
    assert without == OTHER


def test_the_store_of_results(capsys: pytest.CaptureFixture[str]) -> None:
    for command in ("info", "prune"):
        assert main(["cache", command, "--output", "json"]) == 0
        found = json.loads(capsys.readouterr().out)
        assert (found["results"], found["bytes"]) == (0, 0)
        assert found["path"].endswith(".sqlite")
