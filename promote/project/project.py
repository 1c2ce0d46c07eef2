"""Rendering the environments of a project."""

from __future__ import annotations

import posixpath
from functools import cached_property
from typing import TYPE_CHECKING

from promote.config.graph import overlay_path
from promote.errors import UnknownNameError
from promote.model.closing import Closing
from promote.model.names import nearest
from promote.project.units import Unit
from promote.render.files import EditedTree

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from promote.config import Environment, ProjectConfig
    from promote.model.json import Document
    from promote.model.resource import Resource
    from promote.model.tree import Tree
    from promote.project.source import UnitSource
    from promote.render.helm import Helm
    from promote.render.loading import ParsedFiles
    from promote.render.options import BuildOptions
    from promote.render.remote import Remotes
    from promote.render.templates import TemplateRenderer
    from promote.render.trace import Trace
    from promote.variant import RenameMap
    from promote.variant.fields import FieldTable


class Project(Closing):
    """A project: its configuration, and its environments rendered when they are asked for.

    What is rendered is kept, so that asking again costs nothing: the files of a project do not
    change while it is open. Use it as a context manager, or `close` it.

    Args:
        config: the project file.
        tree: where the files are.
        root: the project's folder in the tree.
        warn: takes each warning, one line.

    Attributes:
        helm: inflates charts; None refuses them.
        remotes: fetches bases and files that live elsewhere; None refuses them.
    """

    def __init__(
        self,
        config: ProjectConfig,
        tree: Tree,
        root: str,
        warn: Callable[[str], None] | None = None,
    ) -> None:
        self.config = config
        self.tree = tree
        self.root = root
        self._warn = warn or (lambda _: None)
        self._rendered: dict[Unit, list[Resource]] = {}
        self.helm: Helm | None = None
        self.remotes: Remotes | None = None
        self.rename_maps: dict[str, RenameMap] = {}
        self.field_tables: dict[str, FieldTable] = {}

    def close(self) -> None:
        """End what runs for the project."""
        if "_renderer" in self.__dict__:
            self._renderer.close()

    # What renders is loaded when something is rendered: a fleet of which nothing changed, and a
    # list of environments, need only the configuration.

    @cached_property
    def _files(self) -> ParsedFiles:
        from promote.render.loading import ParsedFiles  # noqa: PLC0415 - as said above

        return ParsedFiles()

    @cached_property
    def _renderer(self) -> TemplateRenderer:
        from promote.render.templates import TemplateRenderer  # noqa: PLC0415 - as said above

        return TemplateRenderer(self.tree, self.root)

    def edited(self, edits: Mapping[str, bytes | None]) -> Project:
        """The project as it would be with some files changed.

        Args:
            edits: the new content of each file by its path in the tree; None for one that goes.
        """
        other = Project(self.config, EditedTree(self.tree, edits), self.root, self._warn)
        other.helm, other.remotes = self.helm, self.remotes
        return other

    def environment(self, name: str) -> Environment:
        """An environment by its name.

        Raises:
            UnknownNameError: there is none of that name.
        """
        known = self.config.environments
        if name not in known:
            raise UnknownNameError(f"there is no environment {name!r}", hint=nearest(name, known))
        return known[name]

    def units(self, environment: str, apps: Sequence[str] = (), cluster: str = "") -> list[Unit]:
        """What is rendered for an environment, in the order of the project file.

        Args:
            environment: which.
            apps: only these; all by default.
            cluster: only what is for this cluster.

        Raises:
            UnknownNameError: there is no such environment, app or cluster.
        """
        found = self.environment(environment)
        if cluster and cluster not in found.clusters:
            hint = nearest(cluster, found.clusters)
            raise UnknownNameError(f"{environment!r} has no cluster {cluster!r}", hint=hint)
        there = self._apps(found)
        for app in apps:
            if app not in there:
                raise UnknownNameError(
                    f"there is no app {app!r} in {environment!r}", hint=nearest(app, there)
                )
        units = []
        for app in there:
            if apps and app not in apps:
                continue
            if not self.config.apps[app].per_cluster:
                units.append(Unit(app, environment))
                continue
            clusters = [cluster] if cluster else found.clusters
            units += [Unit(app, environment, name) for name in clusters]
        return units

    def _apps(self, environment: Environment) -> list[str]:
        if environment.apps is not None:
            return list(environment.apps)
        primary = environment.variant_of
        if primary is not None:
            return self._apps(self.config.environments[primary])
        return [
            app
            for app in self.config.apps
            if self.tree.kind(self.overlay(environment.name, app)) == "directory"
        ]

    def overlay(self, environment: str, app: str) -> str:
        """The directory of an app's overlay in an environment, absolute in the tree."""
        return overlay_path(self.config, self.root, environment, app)

    def render(self, unit: Unit) -> list[Resource]:
        """The resources of an app in an environment.

        Raises:
            PromoteError: something in the app is wrong; the error says where.
        """
        if unit not in self._rendered:
            environment = self.environment(unit.environment)
            if environment.variant_of is not None:
                from promote.project.variants import render_variant  # noqa: PLC0415 - slow to import

                self._rendered[unit] = render_variant(self, unit)
            else:
                self._rendered[unit] = self.render_own(unit)
        return self._rendered[unit]

    def render_all(
        self, environment: str, apps: Sequence[str] = (), cluster: str = ""
    ) -> list[Resource]:
        """The resources of an environment, app by app.

        Args:
            environment: which.
            apps: only these; all by default.
            cluster: only what is for this cluster.

        Raises:
            PromoteError: as `units` and `render`.
        """
        units = self.units(environment, apps, cluster)
        return [resource for unit in units for resource in self.render(unit)]

    def render_own(self, unit: Unit, trace: Trace | None = None) -> list[Resource]:
        """The resources that the overlay of an environment makes itself, with no rename.

        Args:
            unit: which app, where.
            trace: is told what each step of the build does.
        """
        from promote.project.source import UnitSource  # noqa: PLC0415 - as said above
        from promote.render.loading import ParsedFiles  # noqa: PLC0415
        from promote.render.pipeline import build  # noqa: PLC0415

        source = UnitSource(self, unit)
        tree, directory = source.directory()
        options = self.build_options(source, trace)
        if tree is not self.tree:
            options = options._replace(files=ParsedFiles())
        return build(tree, directory, options)

    def build_options(self, source: UnitSource, trace: Trace | None = None) -> BuildOptions:
        """How the directories of a unit are built."""
        from promote.render.options import BuildOptions  # noqa: PLC0415 - as said above

        return BuildOptions(
            expand=source.expand,
            files=self._files,
            helm=self.helm,
            remotes=self.remotes,
            warn=self._warn,
            trace=trace,
        )

    def expand_template(self, path: str, context: Mapping[str, object]) -> bytes:
        """The text of a template.

        Raises:
            TemplateError: it cannot be rendered.
        """
        return self._renderer.render(path, context)  # type: ignore[arg-type]  # JSON, as UnitSource makes it

    def included(self, templates: Iterable[str]) -> set[str]:
        """The files that templates asked for when they were rendered, and those in turn."""
        found: set[str] = set()
        waiting = list(templates)
        while waiting:
            new = self._renderer.included.get(waiting.pop(), {}).keys() - found
            found |= new
            waiting += new
        return found

    def trace_template(
        self, path: str, context: Document
    ) -> tuple[bytes, Sequence[tuple[str, int]]]:
        """The text of a template, and the file and line that each of its lines comes from.

        Raises:
            TemplateError: it cannot be rendered.
        """
        return self._renderer.trace(path, context)

    def path(self, relative: str) -> str:
        """A path of the project, absolute in the tree."""
        return posixpath.normpath(posixpath.join(self.root, relative))
