from __future__ import annotations

import pytest

from promote.compare.manifests import read_manifests
from promote.compare.semantic import diff
from promote.errors import InputError, YamlError


def test_documents_and_lists_of_resources_are_read() -> None:
    found = read_manifests(
        b"kind: A\nmetadata: {name: a}\n---\n---\n"
        b"kind: List\nitems:\n- {kind: B}\n- {kind: CList, items: [{kind: C}]}\n- {kind: List}\n",
        "x.yaml",
    )
    assert [resource.id.kind for resource in found] == ["A", "B", "C", "List"]
    assert [resource.origin.index for resource in found if resource.origin] == [0, 1, 1, 1]


@pytest.mark.parametrize("second", ["- 1\n", "name: b\n", "x"])
def test_what_is_no_resource_is_refused_with_its_place(second: str) -> None:
    with pytest.raises(InputError) as caught:
        read_manifests(f"kind: A\n---\n{second}".encode(), "x.yaml")
    assert str(caught.value) == (
        "x.yaml:3:1: a document is not a Kubernetes resource\n"
        "  every resource states apiVersion, kind and metadata.name"
    )


def test_what_is_not_yaml_is_refused() -> None:
    with pytest.raises(YamlError):
        read_manifests(b"a: [", "x.yaml")


def test_the_same_values_written_otherwise_are_the_same() -> None:
    head = "kind: A\nmetadata: {name: a}\nspec: "
    one, other = (
        read_manifests(f"{head}{{{spec}, args: [{args}], changed: {number}}}".encode(), "x.yaml")
        for spec, args, number in [
            ('text: "x", word: True, real: 1.10, whole: 0x1F, none: ~', '"--a=b", 0x1F', 1),
            ("text: x, word: true, real: 1.1, whole: 31, none: null", "--a=b, 31", 2),
        ]
    )
    (resource,) = diff(one, other).resources
    assert [change.left for change in resource.changes] == [("spec", "changed")]
