"""One directory of a build: what its kustomization asks for, in kustomize's order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from promote import yamlio
from promote.errors import KustomizationError, PromoteError
from promote.render import notes
from promote.render.accumulator import Accumulator
from promote.render.decode import FieldError
from promote.render.fieldspecs import EMPTY
from promote.render.generators import FROM_KUSTOMIZATION as GENERATORS
from promote.render.generators import absorb
from promote.render.history import take_history
from promote.render.kustomization import COMPONENT, KUSTOMIZATION
from promote.render.layer import Layer
from promote.render.loading import Directory, ParsedFiles
from promote.render.manifests import NotAResourceError, read_records
from promote.render.merge.schema import builtin_schema
from promote.render.placing import FieldPlaces
from promote.render.plugins import generator_of, inline_records, transformer_of, without_mark
from promote.render.references import watch_references
from promote.render.remote import is_remote_file, parse_remote
from promote.render.rules import with_rules, with_schema
from promote.render.sharing import Shared, build_once
from promote.render.ties import follow_ties
from promote.render.trace import LOADED, Cause
from promote.render.transformers import TRANSFORMERS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from promote.model.json import Document
    from promote.model.tree import Tree
    from promote.render.generators import Generator
    from promote.render.kustomization import Kustomization
    from promote.render.layer import Transformer
    from promote.render.notes import Notebook
    from promote.render.options import BuildOptions
    from promote.render.record import Record
    from promote.render.remote import Remotes


def open_target(tree: Tree, root: str, options: BuildOptions) -> Target:
    """The directory that a build begins with.

    Raises:
        PromoteError: it has no kustomization, or a wrong one.
    """
    watch_references()
    files = options.files or ParsedFiles()
    directory = Directory(tree, root, files, options.restrict, options.expand)
    target = Target(Shared(options, builtin_schema()), directory, *directory.kustomization())
    if target.kustomization.build_metadata:
        target.book = notes.Notebook()
    return target


class Target:
    """A directory of the build, and how it was reached.

    Attributes:
        shared: what it has in common with the others.
        directory, kustomization, file: where it is and what it asks for.
        book: writes notes of origin, when they are asked for.
        helm_namespace: the namespace that the layers above set, for charts.
        places: where its fields stand.
    """

    def __init__(  # noqa: PLR0917 - a record
        self,
        shared: Shared,
        directory: Directory,
        kustomization: Kustomization,
        file: str,
        book: Notebook | None = None,
        helm_namespace: str = "",
    ) -> None:
        self.shared = shared
        self.directory = directory
        self.kustomization = kustomization
        self.file = file
        self.book = book
        self.helm_namespace = helm_namespace
        self.places = FieldPlaces(directory, file)

    def accumulate(self, resources: Accumulator | None = None) -> Accumulator:
        """What the directory makes.

        Args:
            resources: for a component, the resources of the layer that names it.

        Raises:
            PromoteError: something in the directory is wrong; the error has a place in it.
        """
        try:
            return self._accumulate(Accumulator() if resources is None else resources)
        except FieldError as error:
            raise error.at(self.places.of(error.path)) from None
        except PromoteError as error:
            raise error.at(self.places.of(())) from None

    def resources(self) -> Accumulator:
        """What the directory makes; built once for all overlays for which it is the same.

        Raises:
            PromoteError: as `accumulate`.
        """
        if self.shared.options.trace or self.book:
            return self.accumulate()
        return build_once(self.shared, self.directory, self.helm_namespace, self._built_from)

    def _built_from(self, directory: Directory) -> Accumulator:
        kustomization, file = self.kustomization, self.file
        other = Target(self.shared, directory, kustomization, file, self.book, self.helm_namespace)
        return other.accumulate()

    def _accumulate(self, resources: Accumulator) -> Accumulator:
        wanted = self.kustomization
        self.shared.roots.append(self.directory.root)
        self.directory.files.built += 1
        if wanted.generators or wanted.helm_charts or wanted.helm_inflations:
            self.shared.own += 1
        self._warn_of_deprecated()
        self.shared.schema = with_schema(self.shared.schema, wanted, self.places)
        self._add_all(resources, "resources", wanted.resources)
        self._trace(resources, Cause(LOADED))
        resources.config = with_rules(resources.config, wanted, self.places)
        layer = self._layer(resources)
        for generator, note, cause in self._generators(layer):
            self._absorb(resources, generator(), note)
            self._trace(resources, cause)
        for index, path in enumerate(wanted.components):
            with self.places.at("components", index):
                self._add_component(resources, path)
        layer = self._layer(resources)
        for transformer, note, cause in self._transformers(layer):
            transformer(resources)
            follow_ties(resources.records)
            self._trace(resources, cause, transformer)
            if note is not None:
                for record in resources.records:
                    notes.note_transformer(record, note)
        self._validate(resources, layer)
        if wanted.variables:
            from promote.render.variables import merge_variables  # noqa: PLC0415 - few have any

            merge_variables(resources, wanted.variables)
        return resources

    # Resources

    def _add_all(self, resources: Accumulator, field: str, paths: Iterable[str]) -> None:
        for index, path in enumerate(paths):
            with self.places.at(field, index):
                self._add(resources, path)

    def _add(self, resources: Accumulator, path: str) -> None:
        """Add what an entry names: a file of resources, or a directory to build."""
        if is_remote_file(path):
            text = self._remotes(path).file(path)
            records = read_records(yamlio.load_all(text, path), self.shared.schema, path)
            self._add_records(resources, records, path)
            return
        if parse_remote(path) is not None or self._is_directory(path):
            self._add_directory(resources, path)
            return
        full = self.directory.file(path)
        try:
            records = read_records(self.directory.documents(path), self.shared.schema, full)
        except NotAResourceError as error:
            raise error.at(self.directory.place(path, error.document)) from None
        self._add_records(resources, records, path)

    def _add_records(self, resources: Accumulator, records: list[Record], path: str) -> None:
        if self.book is not None:
            for record in records:
                record.made_by = self.book.from_file(path)
        for record in records:
            take_history(record)
        resources.extend(records)

    def _is_directory(self, path: str) -> bool:
        return self.directory.tree.kind(self.directory.join(path)) == "directory"

    def _add_directory(self, resources: Accumulator, path: str) -> None:
        target = self._below(path)
        if target.kustomization.kind == COMPONENT:
            raise KustomizationError(
                f"{path!r} is a {COMPONENT}, not a {KUSTOMIZATION}",
                hint="name it under components:, not under resources:",
            )
        made = target.resources()
        resources.extend(made.records)
        resources.config = resources.config.merged(made.config)
        if made.variables:
            from promote.render.variables import merge_sets  # noqa: PLC0415 - as above

            merge_sets(resources, made)

    def _add_component(self, resources: Accumulator, path: str) -> None:
        target = self._below(path)
        if target.kustomization.kind != COMPONENT:
            raise KustomizationError(
                f"{path!r} is a {target.kustomization.kind}, not a {COMPONENT}",
                hint="name it under resources:, or state kind: Component in it",
            )
        target.accumulate(resources)
        resources.require_unique()
        # kustomize merges the rules anew, which may leave out some that a narrower one describes.
        resources.config = EMPTY.merged(resources.config)

    def _below(self, path: str) -> Target:
        remote = parse_remote(path)
        book = self.book
        if remote is None:
            directory = self.directory.child(path)
            book = book.below(path) if book else None
        else:
            directory = self.directory.remote(remote, self._remotes(path).base(remote))
            book = book.remote(remote) if book else None
        wanted = self.kustomization
        return Target(
            self.shared,
            directory,
            *directory.kustomization(),
            book,
            wanted.namespace or self.helm_namespace,
        )

    def _remotes(self, path: str) -> Remotes:
        self.shared.own += 1
        if self.shared.options.remotes is None:
            raise KustomizationError(
                f"{path!r} lives elsewhere, and nothing is fetched here",
                hint="pass --remote HOST, or copy it into the repository",
            )
        return self.shared.options.remotes

    # Generators, transformers and validators

    def _absorb(self, resources: Accumulator, made: list[Record], note: Document | None) -> None:
        for record in made:
            if record.made_by is None:
                record.made_by = note
        absorb(resources, made)

    def _generators(self, layer: Layer) -> Iterator[tuple[Generator, Document | None, Cause]]:
        for kind, from_kustomization in GENERATORS:
            note = self.book.by_builtin(self.file, kind) if self.book else None
            for index, generator in enumerate(from_kustomization(layer)):
                yield generator, note, self._cause(kind, index)
        for plugin in self._plugins(layer, "generators", self.kustomization.generators):
            cause = self._cause(plugin.id.kind, plugin=plugin)
            yield generator_of(plugin, layer), notes.by_document(plugin), cause

    def _transformers(self, layer: Layer) -> Iterator[tuple[Transformer, Document | None, Cause]]:
        for kind in TRANSFORMERS:
            note = self.book.by_builtin(self.file, kind.name) if self.book else None
            for index, transformer in enumerate(kind.from_kustomization(layer)):
                yield transformer, note, self._cause(kind.name, index)
        for plugin in self._plugins(layer, "transformers", self.kustomization.transformers):
            cause = self._cause(plugin.id.kind, plugin=plugin)
            yield transformer_of(plugin, layer), notes.by_document(plugin), cause

    def _cause(self, kind: str, index: int = 0, plugin: Record | None = None) -> Cause:
        file = f"{self.directory.root}/{self.file}"
        origin = plugin.origin if plugin is not None else None
        return Cause(kind, file, index, origin, self.directory.tree)

    def _trace(self, resources: Accumulator, cause: Cause, step: Transformer | None = None) -> None:
        if self.shared.options.trace is not None:
            self.shared.options.trace.note(cause, resources.records, step)

    def _plugins(self, layer: Layer, field: str, entries: Iterable[str]) -> list[Record]:
        """The documents of generators, transformers or validators, inline ones first."""
        resources = Accumulator()
        paths = []
        for entry in entries:
            inline = inline_records(entry, layer)
            if inline is None:
                paths.append(entry)
                continue
            if self.book is not None:
                for record in inline:
                    record.made_by = self.book.from_file(self.file)
            resources.extend(inline)
        self._add_all(resources, field, paths)
        return resources.records

    def _validate(self, resources: Accumulator, layer: Layer) -> None:
        for plugin in self._plugins(layer, "validators", self.kustomization.validators):
            before = [record.doc for record in resources.records]
            transformer_of(plugin, layer)(resources)
            resources.require_unique()  # kustomize finds by its identity what it compares
            if [without_mark(record.doc) for record in resources.records] != before:
                raise KustomizationError(
                    f"the validator {plugin.id} changes resources",
                    hint="name it under transformers: if it is to change them",
                )

    # What the layer knows

    def _layer(self, resources: Accumulator) -> Layer:
        return Layer(
            self.kustomization,
            self.file,
            self.directory,
            resources.config,
            self.shared.schema,
            self.shared.options.helm,
            self.kustomization.namespace or self.helm_namespace,
            self.book is not None,
            self.shared.warn,
        )

    def _warn_of_deprecated(self) -> None:
        for warning in self.kustomization.warnings:
            self.shared.warn(f"{self.places.of(())}: {warning}")
