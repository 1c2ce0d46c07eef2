"""The documents for programs have just the fields that `docs/promotion.md` says."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from stage import overlay

from promote.cli.main import main

if TYPE_CHECKING:
    from collections.abc import Callable

    from stage import Stage

    from promote.model.json import Json

DOCUMENT = Path(__file__).parents[2] / "docs" / "promotion.md"
ENVELOPE = {"apiVersion", "kind"}


def documented() -> dict[str, set[str]]:
    """The fields of each row of the table, by the words of its first column."""
    text = DOCUMENT.read_text(encoding="utf-8").partition("## For programs")[2]
    rows = [line.strip("| ").split(" | ", 1) for line in text.splitlines() if line[:1] == "|"]
    # What stands in brackets explains a field.
    plain = [(name, re.sub(r"\([^)]*\)", "", cell)) for name, cell in rows[2:]]
    return {name: {*re.findall(r"`(\w+)`", cell)} for name, cell in plain}


@pytest.fixture
def ask(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., dict[str, Json]]:
    monkeypatch.chdir(stage.work)
    for name, value in stage.sandbox.environ.items():
        monkeypatch.setenv(name, value)

    def ask(*arguments: str) -> dict[str, Json]:
        capsys.readouterr()
        main((*arguments, "--output", "json"))
        document: dict[str, Json] = json.loads(capsys.readouterr().out)
        return document

    return ask


def test_each_document_has_the_fields_that_are_documented(
    stage: Stage, ask: Callable[..., dict[str, Json]]
) -> None:
    fields = documented()
    stage.gates("prod", "[{verification: true, at: merge}]")
    stage.release("cart", "1.1", "staging")
    path = "overlays/prod/web/kustomization.yaml"
    stage.push({path: overlay("prod", "web", "9")}, "by hand")

    (plan,) = (found := ask("plan", "--to", "prod"))["plans"]
    cart, web = plan["apps"]
    assert {*found} - ENVELOPE == fields["`Plan`"]
    assert {*plan} == fields["a plan"]
    assert {*cart} == {*web} == fields["an app of it"]
    assert {*cart["wanted"]} == fields["a release"]
    assert {*cart["moves"][0]} == fields["a move"]
    assert {*cart["gates"][0]} == fields["a gate"]
    assert {*web["kept"][0]} == fields["an edit, in `kept` and `conflicts`"]
    assert {*plan["effects"][0]} == fields["an effect"]
    assert {*plan["effects"][0]["resources"][0]} == fields["a resource of it"]

    (outcome,) = (found := ask("promote", "cart", "--alone", "--to", "prod"))["outcomes"]
    pull = fields["`PullRequest`, and a `pull`"]
    assert {*found} - ENVELOPE == fields["`Promotion`, `Rollback`"]
    assert {*outcome} == fields["an outcome"]
    assert {*outcome["pull"]} == pull
    found = ask("status")
    assert {*found} - ENVELOPE == fields["`Status`"]
    assert all({*cell} == fields["a cell"] for cell in found["cells"])
    found = ask("pull", "list")
    assert ({*found} - ENVELOPE, {*found["items"][0]}) == (fields["`PullRequests`"], pull)
    assert {*ask("pull", "show", "1")} - ENVELOPE == pull
    found = ask("verify", "staging", "cart", "--succeeded")
    assert {*found} - ENVELOPE == fields["a record"] | fields["`Verification`"]
    found = ask("pull", "merge", "1")
    assert {*found} - ENVELOPE == fields["`Merge`"]
    assert {*found["records"][0]} == fields["a record"]
    assert {*found["records"][0]["gates"][0]} == fields["a gate of it"]
    found = ask("rollback", "prod", "cart")
    assert {*found} - ENVELOPE == fields["`Promotion`, `Rollback`"]
    assert {*found["outcomes"][0]} == fields["an outcome"]
    found = ask("hold", "prod", "web", "--reason", "the audit")
    assert {*found} - ENVELOPE == fields["`Holds`"]
    assert {*found["holds"][0]} == fields["a hold"]
