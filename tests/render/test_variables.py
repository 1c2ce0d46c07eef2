from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from promote import yamlio
from promote.errors import ConflictError, KustomizationError
from promote.render.files import DiskTree
from promote.render.options import BuildOptions
from promote.render.pipeline import build

if TYPE_CHECKING:
    from pathlib import Path

    from promote.model.json import Document, Json

SERVICE = {
    "apiVersion": "v1",
    "kind": "Service",
    "metadata": {"name": "svc"},
    "spec": {"ports": [{"port": 80}], "on": True, "none": None, "map": {"a": "b"}},
}


def pod(*args: Json) -> Document:
    container = {"name": "c", "args": list(args), "env": [{"name": "A", "value": "$(NAME)"}]}
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "pod"},
        "spec": {"containers": [container]},
    }


def var(name: str, field: str = "", /, **objref: str) -> Document:
    objref = {"apiVersion": "v1", "kind": "Service", "name": "svc"} | objref
    return {"name": name, "objref": objref} | ({"fieldref": {"fieldPath": field}} if field else {})


NAME = var("NAME")
ALL = [
    NAME,
    var("PORT", "spec.ports[0].port"),
    var("ON", "spec.on"),
    var("NONE", "spec.none"),
    var("MAP", "spec.map"),
]


def rendered(
    tmp_path: Path, layers: list[Document], warnings: list[str] | None = None
) -> list[Document]:
    """Build layers that stand on one another, the first being the lowest."""
    for number, layer in enumerate(layers):
        folder = tmp_path / str(number)
        folder.mkdir()
        resources = layer.pop("files", [])
        (folder / "resources.yaml").write_text(yamlio.dump_all(resources))
        layer["resources"] = ([f"../{number - 1}"] if number else []) + (
            ["resources.yaml"] if resources else []
        )
        (folder / "kustomization.yaml").write_text(yamlio.dump(layer))
    heard = [] if warnings is None else warnings
    options = BuildOptions(warn=heard.append)
    return [made.doc for made in build(DiskTree(), str(tmp_path / str(len(layers) - 1)), options)]


def container(docs: list[Document]) -> Document:
    (found,) = [doc for doc in docs if doc["kind"] == "Pod"]
    first: Document = found["spec"]["containers"][0]
    return first


# What is expected is what kustomize v5.8.1 prints.
@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("$(NAME)", "svc"),
        ("http://$(NAME):$(PORT)/", "http://svc:80/"),
        ("$(PORT)", 80),
        ("$(ON)", True),
        ("x$(ON)", "xtrue"),
        ("$(NONE)", "null"),
        ("$(MAP)", "$(MAP)"),
        ("$(NOBODY)", "$(NOBODY)"),
        ("$$(NAME)", "$(NAME)"),
        ("$$$(NAME)", "$svc"),
        ("$NAME $(NAME", "$NAME $(NAME"),
        ("$", "$"),
        ("a$", "a$"),
        ("$()", "$()"),
    ],
)
def test_expansion(tmp_path: Path, written: str, expected: Json) -> None:
    docs = rendered(tmp_path, [{"files": [SERVICE, pod(written)], "vars": ALL}])
    assert container(docs)["args"] == [expected]


def test_values_are_those_of_the_top_and_names_those_of_the_declaring_layer(tmp_path: Path) -> None:
    docs = rendered(
        tmp_path,
        [
            {"files": [SERVICE, pod("$(NAME)")], "vars": [NAME], "namePrefix": "base-"},
            {"nameSuffix": "-top"},
        ],
    )
    assert container(docs)["args"] == ["base-svc-top"]
    assert container(docs)["env"] == [{"name": "A", "value": "base-svc-top"}]


def test_a_var_that_is_not_used_is_told(tmp_path: Path) -> None:
    warnings: list[str] = []
    rendered(tmp_path, [{"files": [SERVICE, pod()], "vars": [NAME, var("SPARE")]}], warnings)
    assert warnings[-1] == "vars that are declared and never used: SPARE"


def test_two_vars_of_one_name(tmp_path: Path) -> None:
    with pytest.raises(ConflictError, match="two vars 'NAME'"):
        rendered(tmp_path, [{"files": [SERVICE], "vars": [NAME]}, {"vars": [NAME]}])


def test_a_var_that_means_two_resources(tmp_path: Path) -> None:
    both = [SERVICE | {"metadata": {"name": "svc", "namespace": space}} for space in ("a", "b")]
    with pytest.raises(ConflictError, match="means 2 resources"):
        rendered(tmp_path, [{"files": both, "vars": [NAME]}])


def test_a_namespace_tells_two_resources_apart(tmp_path: Path) -> None:
    both = [SERVICE | {"metadata": {"name": "svc", "namespace": space}} for space in ("a", "b")]
    where = var("NAME", "metadata.namespace", namespace="b")
    docs = rendered(tmp_path, [{"files": [*both, pod("$(NAME)")], "vars": [where]}])
    assert container(docs)["args"] == ["b"]


@pytest.mark.parametrize("wrong", [{"name": "other"}, {"apiVersion": "v2"}, {"kind": "Secret"}])
def test_a_var_that_means_nothing(tmp_path: Path, wrong: dict[str, str]) -> None:
    with pytest.raises(KustomizationError, match="which is not there"):
        rendered(tmp_path, [{"files": [SERVICE], "vars": [var("NAME", **wrong)]}])


def test_a_field_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(KustomizationError, match=r"reads spec\.nothing"):
        rendered(tmp_path, [{"files": [SERVICE], "vars": [var("NAME", "spec.nothing")]}])


def test_a_list_of_something_else(tmp_path: Path) -> None:
    with pytest.raises(KustomizationError, match="to hold only text"):
        rendered(tmp_path, [{"files": [SERVICE, pod(1)], "vars": [NAME]}])
