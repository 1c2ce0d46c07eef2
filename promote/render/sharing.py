"""What the directories of a build share, and bases that are built once for all overlays.

What a directory makes depends on the files that it asks for, and on what its build was given. Where
that is the same for every overlay, the built resources are kept with the parsed files: their
documents are never changed in place, so all overlays can have them. The overlay's tree is still
asked for each file, so that it can tell what the overlay depends on.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from promote.render.accumulator import Accumulator
from promote.render.loading import is_within

if TYPE_CHECKING:
    from collections.abc import Callable

    from promote.model.tree import EntryKind, Tree
    from promote.render.fieldspecs import FieldConfig
    from promote.render.loading import Directory
    from promote.render.merge.schema import Schema
    from promote.render.options import BuildOptions
    from promote.render.record import Record

_TEMPLATE = ".j2"  # its text is another one for each overlay


class Shared:
    """What all directories of one build share.

    Attributes:
        options: how to build.
        schema: the schema in force: kustomize has one for the whole build, and a directory that
            names another changes it for all that come after.
        own: how often something was done that is this build's alone: a warning, a chart, a fetch.
        roots: the directories that were built, in order.
    """

    def __init__(self, options: BuildOptions, schema: Schema) -> None:
        self.options = options
        self.schema = schema
        self.own = 0
        self.roots: list[str] = []

    def warn(self, message: str) -> None:
        """Say a line to the user."""
        self.own += 1
        self.options.warn(message)


class BuiltBase(NamedTuple):
    """What a directory made.

    Attributes:
        records: the resources, to be copied.
        config: the fields that transformers of the layers above work on.
        variables: the vars that it declares.
        asked: the paths that were asked for on the way.
        roots: the directories that were built on the way, itself among them.
        asked_schema: whether a type was looked up.
    """

    records: tuple[Record, ...]
    config: FieldConfig
    variables: dict[str, object]
    asked: tuple[str, ...]
    roots: tuple[str, ...]
    asked_schema: bool

    def fits(self, directory: Directory) -> bool:
        """Whether it can be used here: not if it was built on a directory that is being built."""
        above = directory.parent
        while above is not None:
            if any(is_within(above.root, root) for root in self.roots):
                return False
            above = above.parent
        return True

    def resources(self, tree: Tree, schema: Schema) -> Accumulator:
        """The resources for one more overlay, whose tree hears what they are made of."""
        for path in self.asked:
            tree.kind(path)
        records = [record.copy() for record in self.records]
        for record in records:
            record.scopes = schema
        made = Accumulator(records, self.config)
        made.variables = dict(self.variables)
        return made


class WatchedTree:
    """A tree that notes which paths it is asked for.

    Args:
        base: the tree that answers.
    """

    def __init__(self, base: Tree) -> None:
        self._base = base
        self.asked: dict[str, None] = {}
        self.display: Callable[[str], str] = base.display

    def read(self, path: str) -> bytes:
        """As the tree beneath."""
        self.asked[path] = None
        return self._base.read(path)

    def kind(self, path: str) -> EntryKind | None:
        """As the tree beneath."""
        self.asked[path] = None
        return self._base.kind(path)

    def entries(self, path: str) -> list[str]:
        """As the tree beneath."""
        self.asked[path] = None
        return self._base.entries(path)

    def resolve(self, path: str) -> str:
        """As the tree beneath."""
        self.asked[path] = None
        return self._base.resolve(path)


def build_once(
    shared: Shared,
    directory: Directory,
    helm_namespace: str,
    build: Callable[[Directory], Accumulator],
) -> Accumulator:
    """What a directory makes, which is built unless that was done for another overlay.

    Args:
        shared: the build.
        directory: where.
        helm_namespace: the namespace that the layers above set, for charts.
        build: builds it, asking the tree of the directory that it is given.
    """
    bases = directory.files.bases
    name = (directory.root, directory.restricted, helm_namespace)
    known = bases.get(name)
    is_usual = not shared.schema.is_chosen
    if is_usual and known is not None and known.fits(directory):
        shared.roots += known.roots
        shared.schema.asked += known.asked_schema
        return known.resources(directory.tree, shared.schema)
    if name in bases or not is_usual:
        return build(directory)
    tree = WatchedTree(directory.tree)
    own, first = shared.own, len(shared.roots)
    watched = directory._replace(tree=tree)
    watched.kustomization()
    schema, asked_before = shared.schema, shared.schema.asked
    made = build(watched)
    is_same_for_all = (
        shared.own == own
        and not shared.schema.is_chosen
        and not any(path.endswith(_TEMPLATE) for path in tree.asked)
    )
    bases[name] = (
        BuiltBase(
            tuple(record.copy() for record in made.records),
            made.config,
            dict(made.variables),
            tuple(tree.asked),
            tuple(shared.roots[first:]),
            schema.asked > asked_before,
        )
        if is_same_for_all
        else None
    )
    return made
