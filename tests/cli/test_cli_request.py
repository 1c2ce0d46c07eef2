"""The options of `promote render`, which are read here and by Typer: both must say the same."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

import pytest
import typer.main
from support.imports import loaded

from promote.cli import performing, render, rendering
from promote.cli.request import OPTIONS, RenderRequest, read_request
from promote.errors import ExitCode, PromoteError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

# What both have to read, and alike.
READ = [
    [],
    ["overlay"],
    ["one", "two", "-q", "three"],
    ["--all", "--output", "out", "--quiet"],
    ["--all", "--output=out", "--no-cache", "-j", "0"],
    ["-e", "dev", "--env", "prod", "-a", "web", "--app=shop", "--cluster", "east"],
    ["--env=dev", "--annotate-origin"],
    ["--all", "--jobs", "2", "--jobs", "3", "--scheduler", "tcp://dask.example:8786"],
    ["a", "--load-restrictor", "LoadRestrictionsNone", "--reorder=none", "-o", "a=b"],
    ["a", "--enable-helm", "--helm-command", "helm3", "--helm-api-versions", "a/v1"],
    ["a", "--helm-api-versions=b/v1", "--helm-api-versions", "c/v1", "--helm-kube-version", "1.30"],
    ["a", "--remote", "git.example", "--remote=*", "--enable-managedby-label"],
]
# What only Typer reads, and what it refuses.
LEFT = [
    ["--help"],
    ["-qj2"],
    ["-oout"],
    ["-o=out"],
    ["--", "-q"],
    ["-"],
    [""],
    ["--output"],
    ["--output", "-q"],
    ["--output="],
    ["--quiet=1"],
    ["--jobs", "-1"],
    ["--jobs", "many"],
    ["--jobs", "²"],
    ["--reorder", "LEGACY"],
    ["--load-restrictor", "none"],
    ["--al"],
    ["--mount", "x"],
    ["--stack-trace"],
]


@pytest.fixture
def requests(monkeypatch: pytest.MonkeyPatch) -> list[RenderRequest]:
    """What was to be rendered, which is not done."""
    asked: list[RenderRequest] = []

    def note(request: RenderRequest, _: Sequence[str]) -> int:
        asked.append(request)
        return 0

    monkeypatch.setattr(render, "perform_render", note)
    monkeypatch.setattr(rendering, "perform_render", note)
    return asked


def by_typer(arguments: list[str]) -> None:
    """Have Typer read them."""
    command = typer.main.get_command(render.app)
    command(args=arguments, standalone_mode=False)


@pytest.mark.parametrize("arguments", READ, ids=" ".join)
def test_both_read_the_same(arguments: list[str], requests: list[RenderRequest]) -> None:
    by_typer(arguments)
    assert requests == [read_request(arguments)]


@pytest.mark.parametrize("arguments", LEFT, ids=" ".join)
def test_the_rest_is_left_to_typer(arguments: list[str]) -> None:
    assert read_request(arguments) is None


@pytest.mark.parametrize("flag", OPTIONS)
def test_each_option_is_one_of_typer_with_the_same_value(
    flag: str, requests: list[RenderRequest]
) -> None:
    _, kind = OPTIONS[flag]
    texts = [flag]
    if issubclass(kind, StrEnum):
        texts.append([str(one) for one in kind][-1])  # the first is the default
    elif kind is not bool:
        texts.append("7")
    by_typer(texts)
    assert requests == [read_request(texts)]
    assert requests != [RenderRequest()]


def test_each_option_of_typer_is_known() -> None:
    command = typer.main.get_command(render.app)
    declared = {name for one in command.params for name in one.opts if name.startswith("-")}
    assert declared - set(OPTIONS) == {"--helm-debug", "--stack-trace"}  # which do nothing


def test_what_is_refused_says_why(capsys: pytest.CaptureFixture[str]) -> None:
    assert performing.perform(["render", ".", "--mount", "x"]) == ExitCode.USAGE
    assert "--mount is refused" in capsys.readouterr().err


def test_an_error_ends_as_with_typer(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert performing.perform(["render", str(tmp_path)]) == ExitCode.ERROR
    quickly = capsys.readouterr().err
    with pytest.raises(PromoteError) as wrong:
        by_typer([str(tmp_path)])
    assert quickly == f"promote: {wrong.value}\n"


def test_rendering_loads_no_parser_of_arguments(tmp_path: Path) -> None:
    (tmp_path / "kustomization.yaml").write_text("namePrefix: x-\nresources: [a.yaml]\n")
    (tmp_path / "a.yaml").write_text("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n")
    code = "import sys; from promote.cli.main import main; main(['render', sys.argv[1]])"
    assert not loaded(code, str(tmp_path)) & {"typer", "click", "argparse", "inspect", "pathlib"}
