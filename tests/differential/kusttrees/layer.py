"""A directory in the making: its kustomization, its files, and the resources that it sees."""

from __future__ import annotations

import posixpath
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from kusttrees.nodes import Style, TextFile, YamlFile

if TYPE_CHECKING:
    from kusttrees.dice import Dice
    from kusttrees.nodes import Mapping, Node, Tree
    from kusttrees.things import Thing


@dataclass
class Layer:
    """A directory with a kustomization.

    Attributes:
        directory: relative to the tree's top.
        kustomization: its fields.
        things: the resources that its transformers meet, with the names that they have there.
        component: it is a component, whose fields act on what its user holds.
        tag: what keeps the names that are made here apart from those made elsewhere.
        plugged: the names of the documents of its generators.
    """

    dice: Dice
    tree: Tree
    directory: str
    kustomization: Mapping = field(default_factory=dict)
    things: list[Thing] = field(default_factory=list)
    component: bool = False
    tag: str = ""
    plugged: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        """Take a number."""
        self.tag = f"-{self.tree.layers}" if self.tree.layers else ""
        self.tree.layers += 1

    def lose(self, *, kind: str = "", name: str = "") -> None:
        """Forget resources whose names or kinds are no longer known."""
        self.things = [
            thing
            for thing in self.things
            if (kind and thing.kind != kind) or (name and name not in (thing.name, thing.first))
        ]

    def note(self, feature: str) -> None:
        """Count a feature as used."""
        self.tree.features.add(feature)

    def append(self, key: str, item: Node) -> None:
        """Add an item to one of the kustomization's lists."""
        items = self.kustomization.setdefault(key, [])
        assert isinstance(items, list)
        items.append(item)

    def file(self, name: str, *documents: Node, json: bool = False) -> str:
        """Write YAML (or JSON) under a name that is free, and return that name."""
        name = self._free(name)
        style = _style(self.dice, f"{self.directory}/{name}", json=json)
        self.tree.files[posixpath.join(self.directory, name)] = YamlFile(list(documents), style)
        return name

    def text(self, name: str, content: bytes) -> str:
        """Write bytes under a name that is free, and return that name."""
        name = self._free(name)
        self.tree.files[posixpath.join(self.directory, name)] = TextFile(content)
        return name

    def _free(self, name: str) -> str:
        stem, extension = posixpath.splitext(name)
        number = 1
        while posixpath.join(self.directory, name) in self.tree.files:
            number += 1
            name = f"{stem}-{number}{extension}"
        return name

    def unique(self, kinds: tuple[str, ...] = ()) -> list[Thing]:
        """The resources (of these kinds) whose names no other has."""
        count = Counter((t.kind, name) for t in self.things for name in {t.name, t.first})
        return [
            t
            for t in self.things
            if (not kinds or t.kind in kinds)
            and count[t.kind, t.name] == count[t.kind, t.first] == 1
        ]

    def distinct(self) -> list[Thing]:
        """The resources whose names no other of their namespace has."""
        count = Counter(
            (t.kind, *place)
            for t in self.things
            for place in {(t.name, t.namespace), (t.first, t.first_namespace)}
        )
        return [
            t
            for t in self.things
            if count[t.kind, t.name, t.namespace] == 1
            and count[t.kind, t.first, t.first_namespace] == 1
        ]

    def finish(self) -> None:
        """Write the kustomization itself."""
        if not self.kustomization:
            self.kustomization["commonAnnotations"] = {"otherwise": "empty"}
        if self.component:
            head: Mapping = {
                "apiVersion": "kustomize.config.k8s.io/v1alpha1",
                "kind": "Component",
            }
        else:
            head = {"apiVersion": "kustomize.config.k8s.io/v1beta1", "kind": "Kustomization"}
            if self.dice.chance(0.3):
                head = {}
        name = self.dice.pick(["kustomization.yaml"] * 8 + ["kustomization.yml", "Kustomization"])
        style = _style(self.dice, f"{self.directory}/kustomization", json=False)
        path = posixpath.join(self.directory, name)
        self.tree.files[path] = YamlFile([{**head, **self.kustomization}], style)


def _style(dice: Dice, seed: str, *, json: bool) -> Style:
    return Style(
        seed=f"{seed} {dice.number(0, 999999)}",
        json=json,
        flow=dice.pick([0.0, 0.0, 0.3, 0.8]),
        comments=dice.pick([0.0, 0.0, 0.1]),
        indented=dice.chance(0.5),
        marker=dice.pick(["", "", "", "---\n", "# a comment\n---\n", "# a comment\n"]),
        newline="\r\n" if dice.chance(0.01) else "\n",
    )
