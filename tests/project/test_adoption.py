"""Repositories as people lay them out, and the project that is proposed for each.

A case's `tree` has a directory with a kustomization on each line, and after `on` what it builds on.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import promote
from promote.project.adoption import survey
from promote.project.home import Home
from promote.project.proposal import project_name, propose
from promote.render.files import DiskTree

if TYPE_CHECKING:
    from support.golden import Golden

CASES = Path(__file__).parent / "adoption"


def plant(tree: Path, root: Path) -> None:
    """Make the files that a case's `tree` tells of."""
    for line in tree.read_text().splitlines():
        path, _, rest = line.partition(" ")
        folder = root / path
        if rest == "is a file":
            folder.parent.mkdir(parents=True, exist_ok=True)
            folder.write_text("kind: Other\n")
            continue
        folder.mkdir(parents=True, exist_ok=True)
        named = rest.removeprefix("on ").split() if rest.startswith("on ") else ["object.yaml"]
        if "object.yaml" in named:
            name = path.replace("/", "-").lower()
            (folder / "object.yaml").write_text(
                f"apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: {name}}}\n"
            )
        text = "".join(["resources:\n", *(f"- {each}\n" for each in named)])
        if rest == "is a component":
            text = f"apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\n{text}"
        if rest == "is broken":
            text = "resources: 1\n"
        (folder / "kustomization.yaml").write_text(text)


@pytest.mark.parametrize("name", sorted(path.name for path in CASES.iterdir()))
def test_a_project_is_proposed_and_renders(name: str, tmp_path: Path, golden: Golden) -> None:
    case = CASES / name
    root = tmp_path / "shop"
    plant(case / "tree", root)
    findings = survey(DiskTree(confine=str(root)), str(root), "shop")
    text = propose(findings, Home(), "shop")
    golden(case / "promote.yaml", text)
    (root / "promote.yaml").write_text(text)
    if not findings.environments:
        return
    with promote.open_project(root) as project:
        for environment, apps in findings.environments.items():
            units = project.units(environment)
            assert {unit.app for unit in units} == {*apps}
            assert all(project.render(unit) for unit in units)


@pytest.mark.parametrize(
    ("folder", "name"),
    [("shop", "shop"), ("My Shop (new)", "My-Shop-new"), ("-x_", "x"), ("é", "project")],
)
def test_a_folder_names_the_project(folder: str, name: str) -> None:
    assert project_name(folder) == name
