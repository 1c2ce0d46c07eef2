"""What a transformer or generator may know of the layer that asked for it."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING, NamedTuple, Protocol

from promote.render.decode import Fields
from promote.render.fields import missing_at
from promote.render.fieldspecs import FieldSpec, field_spec
from promote.render.loading import place_of
from promote.render.record import selects

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from promote.errors import Place
    from promote.model.json import Document
    from promote.model.resource import Gvk
    from promote.render.accumulator import Accumulator
    from promote.render.fields import Path
    from promote.render.fieldspecs import FieldConfig
    from promote.render.helm import Helm
    from promote.render.kustomization import Kustomization
    from promote.render.loading import Directory
    from promote.render.merge.schema import Schema


class Layer(NamedTuple):
    """A kustomization being applied.

    Attributes:
        kustomization: what its file asks for.
        file: the name of that file.
        directory: where its files are.
        config: the fields that transformers work on.
        schema: how kinds merge, and which belong to a namespace.
        helm: inflates charts, when that is allowed.
        helm_namespace: the namespace that charts get when they state none.
        noted: whether each transformer is noted on the resources, so that entries count.
        warn: takes one line for the user.
    """

    kustomization: Kustomization
    file: str
    directory: Directory
    config: FieldConfig
    schema: Schema
    helm: Helm | None
    helm_namespace: str
    noted: bool
    warn: Callable[[str], None]

    def place(self) -> Place:
        """Where its file begins, for errors."""
        full = f"{self.directory.root}/{self.file}"
        tree = self.directory.tree
        return place_of(tree.read(full), (), tree.display(full))


class Transformer(Protocol):
    """Changes the resources of a layer."""

    def __call__(self, resources: Accumulator) -> None:
        """Do it."""
        ...


class PathsByKind:
    """The field specifications of a transformer, looked up once for each kind."""

    def __init__(self, specs: Iterable[FieldSpec]) -> None:
        self._specs = tuple(specs)
        self._by_kind: dict[Gvk, tuple[tuple[Path, bool], ...]] = {}
        self._jumps: dict[Gvk, list[tuple[int, ...]]] = {}

    def __getitem__(self, gvk: Gvk) -> tuple[tuple[Path, bool], ...]:
        """The paths that hold for a kind, each with whether to create what is missing."""
        found = self._by_kind.get(gvk)
        if found is None:
            found = tuple(
                (spec.path, spec.create) for spec in self._specs if selects(spec.selector, gvk)
            )
            self._by_kind[gvk] = found
        return found

    def present(self, gvk: Gvk, doc: Document) -> list[tuple[Path, bool]]:
        """Those of a kind's paths that do not end at a field that is missing, and stays so."""
        paths = self[gvk]
        jumps = self._jumps.get(gvk)
        if jumps is None:
            jumps = self._jumps[gvk] = _jumps(paths)
        found: list[tuple[Path, bool]] = []
        index, end = 0, len(paths)
        while index < end:
            entry = paths[index]
            depth = missing_at(doc, entry[0]) if jumps[index] else -1
            if depth < 0:
                found.append(entry)
                index += 1
            else:
                index = jumps[index][depth]
        return found


def _jumps(paths: tuple[tuple[Path, bool], ...]) -> list[tuple[int, ...]]:
    """For each path, the next one that goes on when the first, second, … step leads nowhere.

    Most paths of a pod have their beginnings in common, and are missing together. There is none
    for paths that make their fields, or that have a field of these on their way or at their end.
    """
    ends = {path for path, create in paths if create}
    made = {path[:length] for path in ends for length in range(len(path) + 1)}
    found: list[tuple[int, ...]] = []
    after: Path = ()
    later: tuple[int, ...] = ()
    for index in range(len(paths) - 1, -1, -1):
        path, create = paths[index]
        jumps: tuple[int, ...] = ()
        is_made = path in made or any(path[:length] in ends for length in range(len(path)))
        if not create and not is_made:
            # Up to where it and its neighbour part, what ends the one ends the other.
            shared = posixpath.commonprefix([path, after[: len(later)]])
            jumps = (*later[: len(shared)], *[index + 1] * (len(path) - len(shared)))
        found.append(jumps)
        after, later = path, jumps
    return found[::-1]


def specs_of(doc: Document) -> tuple[FieldSpec, ...]:
    """The `fieldSpecs` of a transformer's own configuration.

    Raises:
        FieldError: they are no list of mappings.
    """
    return tuple(field_spec(item) for item, _ in Fields(doc, doc).mappings("fieldSpecs"))
