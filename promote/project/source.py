"""Where the manifests of a unit come from: its overlay, its base, its values and its templates."""

from __future__ import annotations

import posixpath
from functools import cached_property
from typing import TYPE_CHECKING

import orjson

from promote import yamlio
from promote.errors import FileMissingError, Place, ValuesError
from promote.render.files import EditedTree
from promote.render.kustomization import FILE_NAMES
from promote.render.values import MergedValues, ValuesLayer, check_values, merge_values

if TYPE_CHECKING:
    from collections.abc import Mapping

    from promote.model.json import Document, Json
    from promote.model.tree import Tree
    from promote.project.project import Project
    from promote.project.units import Unit

_NOT_MANIFESTS = ("values.yaml", "values.schema.json")
_MANIFESTS = (".yaml", ".yml", ".json", ".j2")
_LAYER_NAMES = ("{cluster}", "cluster"), ("{app}", "app"), ("{environment}", "environment")


class UnitSource:
    """The sources of one unit.

    Args:
        project: the project.
        unit: which app, where.

    Attributes:
        values_files: the files of values, absolute in the tree, by how they are shown; filled by
            `layers`.
    """

    def __init__(self, project: Project, unit: Unit) -> None:
        self.project = project
        self.unit = unit
        self.base = project.path(project.config.apps[unit.app].base)
        self.overlay = project.overlay(unit.environment, unit.app)
        self._expanded: dict[str, bytes] = {}
        self.values_files: dict[str, str] = {}

    def directory(self) -> tuple[Tree, str]:
        """The directory to build, in a tree in which it and the base have kustomizations.

        An overlay of values alone renders the base; a base without a kustomization renders all of
        its manifests.

        Raises:
            FileMissingError: there is neither overlay nor base.
        """
        tree = self.project.tree
        edits = self._base_kustomization(tree)
        if edits:
            tree = EditedTree(tree, edits)
        if has_kustomization(tree, self.overlay):
            return tree, self.overlay
        if tree.kind(self.base) != "directory":
            raise FileMissingError(
                f"{self.unit}: neither {tree.display(self.overlay)} nor "
                f"{tree.display(self.base)} has a kustomization"
            )
        return tree, self.base

    def _base_kustomization(self, tree: Tree) -> Mapping[str, bytes | None]:
        if tree.kind(self.base) != "directory" or has_kustomization(tree, self.base):
            return {}
        names: list[Json] = [
            name
            for name in tree.entries(self.base)
            if name.endswith(_MANIFESTS)
            and name not in _NOT_MANIFESTS
            and tree.kind(f"{self.base}/{name}") == "file"
        ]
        text = yamlio.dump({"resources": names})
        return {f"{self.base}/{FILE_NAMES[0]}": text.encode()}

    def expand(self, path: str) -> bytes:
        """The text of a template, with the values of the unit."""
        if path not in self._expanded:
            self._expanded[path] = self.project.expand_template(path, self.context)
        return self._expanded[path]

    @cached_property
    def context(self) -> Document:
        """The names that a template sees.

        Raises:
            ValuesError: the values do not fit their schema.
        """
        environment = self.project.environment(self.unit.environment)
        context: Document = {
            "app": self.unit.app,
            "environment": {
                "name": environment.name,
                "from": list(environment.upstreams),
                "clusters": list(environment.clusters),
            },
            "values": self.values.data,
        }
        if self.unit.cluster is not None:
            facts = self.project.config.clusters.get(self.unit.cluster, {})
            context["cluster"] = {**facts, "name": self.unit.cluster}
        return context

    @cached_property
    def values(self) -> MergedValues:
        """The merged values, checked against the schema of the base if there is one.

        Raises:
            YamlError: a file of values is not YAML.
            ValuesError: the values do not fit their schema.
        """
        tree = self.project.tree
        schema_file = f"{self.base}/values.schema.json"
        schema: Json = None
        if tree.kind(schema_file) == "file":
            try:
                schema = orjson.loads(tree.read(schema_file))
            except orjson.JSONDecodeError as error:
                place = Place(tree.display(schema_file), error.lineno, error.colno)
                raise ValuesError(f"not JSON: {error.msg}", place=place) from None
        merged = merge_values(self.layers(), schema)
        if schema is not None:
            check_values(merged, schema, tree.display(schema_file))
        return merged

    def layers(self) -> list[ValuesLayer]:
        """The files of values that there are, the lowest layer first."""
        tree = self.project.tree
        layers = []
        for pattern in self.project.config.layout.values:
            if "{cluster}" in pattern and self.unit.cluster is None:
                continue
            path = self.project.path(
                pattern.replace("{app}", self.unit.app)
                .replace("{environment}", self.unit.environment)
                .replace("{cluster}", self.unit.cluster or "")
            )
            if tree.kind(path) == "file":
                shown = tree.display(path)
                self.values_files[shown] = path
                layers.append(ValuesLayer(_layer_name(pattern), shown, tree.read(path)))
        return layers


def _layer_name(pattern: str) -> str:
    if "{environment}" not in pattern and "{cluster}" not in pattern:
        return "base"
    return next(name for placeholder, name in _LAYER_NAMES if placeholder in pattern)


def has_kustomization(tree: Tree, directory: str) -> bool:
    """Whether a directory has a kustomization, by whichever name."""
    return any(tree.kind(posixpath.join(directory, name)) == "file" for name in FILE_NAMES)
