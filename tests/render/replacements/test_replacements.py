from __future__ import annotations

import copy
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from promote import yamlio
from promote.errors import KustomizationError
from promote.model.resource import Resource, ResourceId
from promote.render.replacements import apply_replacements, parse_replacements
from promote.render.replacements.paths import split_path
from promote.yamlio.quotes import resolved

if TYPE_CHECKING:
    from promote.model.json import Document, Json

    Case = dict[str, Json]

FILE = Path(__file__).parent / "cases" / "replacements.yaml"
CASES = yamlio.load_all(FILE.read_bytes(), FILE.name)


def name(case: Case) -> str:
    return str(case["case"])


def no_files(path: str) -> Json:
    raise AssertionError(path)


def replaced(documents: list[Document], entries: list[Document]) -> list[Document]:
    resources = [Resource(doc) for doc in documents]
    replacements = parse_replacements([(entry, ()) for entry in entries], no_files)
    apply_replacements(resources, replacements, lambda resource: [resource.id])
    return [resolved(resource.doc) for resource in resources]


@pytest.mark.parametrize("case", [case for case in CASES if "expected" in case], ids=name)
def test_replaces(case: Case) -> None:
    documents = copy.deepcopy(case["resources"])
    assert replaced(documents, case["replacements"]) == case["expected"]
    assert documents == case["resources"], "changed in place"


@pytest.mark.parametrize("case", [case for case in CASES if "error" in case], ids=name)
def test_refuses(case: Case) -> None:
    with pytest.raises(KustomizationError) as raised:
        replaced(case["resources"], case["replacements"])
    assert raised.match(case["error"])


def test_what_a_replacement_does_not_touch_is_shared() -> None:
    document = {"kind": "A", "metadata": {"name": "a"}, "spec": {"x": 1, "y": [{}, {"z": 1}]}}
    entry = {"sourceValue": "2", "targets": [{"select": {"kind": "A"}, "fieldPaths": ["spec.x"]}]}
    (new,) = replaced([document], [entry])
    assert new["spec"]["x"] == 2
    assert new["spec"]["y"] is document["spec"]["y"]
    assert replaced([new], [entry])[0] is new


def test_sources_and_targets_are_found_by_former_names() -> None:
    source = Resource({"kind": "A", "metadata": {"name": "prod-a"}, "v": "x"})
    target = Resource({"kind": "B", "metadata": {"name": "prod-b"}, "v": "y"})
    formers = {
        id(source): ResourceId("", "", "A", "a", ""),
        id(target): ResourceId("", "", "B", "b", ""),
    }
    entry = {
        "source": {"name": "a", "fieldPath": "v"},
        "targets": [{"select": {"name": "b"}, "fieldPaths": ["v"]}],
    }
    apply_replacements(
        [source, target],
        parse_replacements([(entry, ())], no_files),
        lambda resource: [resource.id, formers[id(resource)]],
    )
    assert target.doc["v"] == "x"


@pytest.mark.parametrize("as_list", [True, False])
def test_a_file_holds_one_or_several_and_may_have_fields_that_nobody_knows(
    *, as_list: bool
) -> None:
    entry = {"sourceValue": "x", "targets": [{"select": {"kind": "A"}, "note": 1}], "note": "mine"}
    files = {"r.yaml": [entry] if as_list else entry}
    (read,) = parse_replacements([({"path": "r.yaml"}, ())], files.__getitem__)
    assert read.text == "x"
    assert read.targets[0].select.kind == "A"


@pytest.mark.parametrize("content", [None, "text", ["text"]])
def test_a_file_that_holds_something_else(content: Json) -> None:
    with pytest.raises(KustomizationError, match=r"r\.yaml"):
        parse_replacements([({"path": "r.yaml"}, ())], {"r.yaml": content}.__getitem__)


@pytest.mark.parametrize(
    ("path", "parts"),
    [
        ("a.b", ("a", "b")),
        (".a.b", ("a", "b")),
        ("a\\.b.c", ("a.b", "c")),
        ("a.[b.c/d].e", ("a", "b.c/d", "e")),
        ("a.[name=b.c].d", ("a", "[name=b.c]", "d")),
        ("a.[name=b].0.*.-", ("a", "[name=b]", "0", "*", "-")),
        ("a.[b.c", ("a", "b.c")),
        ("", ("",)),
    ],
)
def test_parts_of_paths(path: str, parts: tuple[str, ...]) -> None:
    assert split_path(path) == parts
