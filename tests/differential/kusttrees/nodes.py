"""What a tree is made of: files that hold YAML as values, so that it can be cut down."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeAlias


@dataclass(frozen=True)
class Raw:
    """A scalar whose very characters matter: it is written as it stands."""

    text: str


@dataclass(frozen=True)
class Anchor:
    """A value with a name that aliases repeat."""

    name: str
    value: Node


@dataclass(frozen=True)
class Alias:
    """The value of an anchor, once more."""

    name: str


Node: TypeAlias = (
    "dict[str, Node] | list[Node] | Raw | Anchor | Alias | str | int | float | bool | None"
)
Mapping: TypeAlias = dict[str, Node]


@dataclass(frozen=True)
class Style:
    """How a file's values are written down.

    Attributes:
        seed: what the choices between spellings follow from.
        json: write JSON.
        flow: the part of small collections in flow style.
        comments: the part of lines with a comment above.
        indented: lists are indented under their key.
        marker: how documents are set apart at the file's begin.
        newline: the line's end.
    """

    seed: str = ""
    json: bool = False
    flow: float = 0.0
    comments: float = 0.0
    indented: bool = False
    marker: str = ""
    newline: str = "\n"


@dataclass
class YamlFile:
    """Documents in one file."""

    documents: list[Node]
    style: Style = field(default_factory=Style)


@dataclass
class TextFile:
    """Bytes as they are."""

    content: bytes


File: TypeAlias = "YamlFile | TextFile"


@dataclass
class Tree:
    """Files, the directory to render, and what is in it.

    Attributes:
        files: by path relative to the tree's top.
        root: the directory to render.
        flags: what is asked of both programs besides.
        features: what the generator put in, for the count of coverage.
        layers: how many directories with a kustomization there are.
        valid: kustomize is expected to render it.
    """

    files: dict[str, File] = field(default_factory=dict)
    root: str = "."
    flags: tuple[str, ...] = ()
    features: set[str] = field(default_factory=set)
    layers: int = 0
    valid: bool = True
