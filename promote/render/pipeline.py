"""From a directory to its resources: the table of contents of rendering.

load ─► resources ─► generate ─► components ─► transform ─► validate     for each directory,
                                                                         bases first: target.py
─► hash names ─► follow references ─► fill in vars ─► leave out local ─► order ─► finish   once
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from promote.errors import FileMissingError, KustomizationError
from promote.model.resource import Resource
from promote.render import notes
from promote.render.accumulator import Accumulator
from promote.render.manifests import NotAResourceError, finish
from promote.render.merge.written import check_kept_keys, text_of
from promote.render.options import BuildOptions
from promote.render.ordering import in_order
from promote.render.record import Record
from promote.render.references import follow_references
from promote.render.target import open_target
from promote.render.trace import GIVEN, NAMES, Cause
from promote.render.transformers.hashes import add_hashes

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from promote.model.tree import Tree
    from promote.render.remote import RemoteBase
    from promote.render.target import Target

LOCAL_CONFIG = "config.kubernetes.io/local-config"


def build(tree: Tree, path: str, options: BuildOptions | None = None) -> list[Resource]:
    """The resources of a directory, as kustomize builds them.

    Args:
        tree: where the files are.
        path: the directory that holds the kustomization, absolute in its tree.
        options: how to build it.

    Raises:
        PromoteError: a file is missing or wrong; the error says where.
    """
    if tree.kind(path) != "directory":
        raise FileMissingError(f"{tree.display(path)} is not a directory")
    options = options or BuildOptions()
    root = tree.resolve(path)
    target = open_target(tree, root, options)
    return _finished(target, target.accumulate(), options, _HashesOfNodes(tree, root, options))


def build_remote(wanted: RemoteBase, options: BuildOptions) -> list[Resource]:
    """The resources of a directory of another repository.

    Raises:
        PromoteError: nothing may be fetched, it cannot be had, or it is wrong.
    """
    if options.remotes is None:
        raise KustomizationError(
            f"{wanted.repository} lives elsewhere, and nothing is fetched here",
            hint="pass --remote HOST",
        )
    fetched = options.remotes.base(wanted)
    return build(fetched.tree, f"/{wanted.path}", options)


def apply_component(
    tree: Tree, path: str, resources: Sequence[Resource], options: BuildOptions | None = None
) -> list[Resource]:
    """The resources with a component laid over them, in their own order.

    Args:
        tree: where the files are.
        path: the directory of the component, absolute in its tree.
        resources: what is rendered already.
        options: how to build it.

    Raises:
        PromoteError: as `build`.
    """
    options = (options or BuildOptions())._replace(reorder="none")
    target = open_target(tree, tree.resolve(path), options)
    schema = target.shared.schema
    records = [Record(resource.doc, schema, resource.origin) for resource in resources]
    if options.trace is not None:
        options.trace.note(Cause(GIVEN), records)
    return _finished(target, target.accumulate(Accumulator(records)), options)


class _HashesOfNodes:
    """Hashes of what a generator made and a patch has made another kind of.

    They depend on what only a build of their own tells, which is done if there are any.
    """

    def __init__(self, tree: Tree, root: str, options: BuildOptions) -> None:
        self._tree = tree
        self._root = root
        self._options = options
        self._hashes: list[str | None] | None = None

    def __call__(self, index: int) -> str | None:
        """The hash of a resource by its number."""
        if self._hashes is None:
            from promote.render.nodes.story import Stories  # noqa: PLC0415 - hardly ever needed

            stories = Stories()
            options = self._options._replace(trace=stories, files=None, warn=BuildOptions().warn)
            records = open_target(self._tree, self._root, options).accumulate().records
            self._hashes = [stories.hash_of(record) for record in records]
        return self._hashes[index]


def _finished(
    target: Target,
    resources: Accumulator,
    options: BuildOptions,
    hash_of_nodes: Callable[[int], str | None] | None = None,
) -> list[Resource]:
    """What needs the final names, and so cannot be done directory by directory."""
    add_hashes(resources, hash_of_nodes)
    follow_references(resources.records, resources.config)
    if resources.variables:
        from promote.render.variables import fill_in  # noqa: PLC0415 - few have any

        fill_in(resources, options.warn)
    if options.trace is not None:
        options.trace.note(Cause(NAMES), resources.records)
    wanted = target.kustomization
    kept = [record for record in resources.records if not _is_local(record)]
    Accumulator(kept).require_unique()
    if wanted.sort_options is not None and wanted.sort_options.wrong is not None:
        wrong = wanted.sort_options.wrong
        raise wrong.at(target.places.of(wrong.path))
    kept = in_order(kept, wanted.sort_options, options.reorder)
    metadata = wanted.build_metadata
    if options.managed_by and notes.MANAGED_BY_LABEL not in metadata:
        metadata = (*metadata, notes.MANAGED_BY_LABEL)
    finished = [_finish(record, metadata) for record in kept]
    if options.trace is not None:
        options.trace.finished(zip(kept, finished, strict=True))
    return finished


def _finish(record: Record, metadata: tuple[str, ...]) -> Resource:
    annotations = record.metadata_map("annotations")
    if annotations:
        check_kept_keys(annotations, f"annotations of {record.original}")
    try:
        return Resource(finish(notes.write_notes(record, metadata)), record.origin)
    except NotAResourceError as error:
        raise NotAResourceError(
            f"what was {record.original} is not a resource any more: {error.message}",
            hint="leave kind and name where they are in patches and replacements",
        ) from None
    except KustomizationError as error:
        if error.place is not None:
            raise
        raise KustomizationError(f"{record.original}: {error.message}", hint=error.hint) from None


def _is_local(record: Record) -> bool:
    """Whether a resource only configures a tool and is not for a cluster."""
    return text_of(record.metadata_map("annotations").get(LOCAL_CONFIG, "false")) != "false"
