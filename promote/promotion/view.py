"""A project as promotions see it: who is upstream of whom, and where releases are written."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING, Final

from promote import yamlio
from promote.config import PROJECT_FILE, ForgeConfig, forge_config, load_config
from promote.errors import FileMissingError, Place, ProjectError, UnknownNameError, UsageError
from promote.git import GitTree
from promote.model.names import nearest
from promote.promotion.releases.fields import KUSTOMIZATION_NAMES, Overlay, Promotable

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from promote.config import Environment, GateConfig, ProjectConfig
    from promote.git import Repository
    from promote.model.resource import Resource
    from promote.model.tree import Tree
    from promote.project import Project, Unit
    from promote.project.remotes import Remotes


class View:
    """A project in one tree.

    Args:
        config: the project.
        tree: its files.
        root: the folder of the project file in the tree.
    """

    def __init__(self, config: ProjectConfig, tree: Tree, root: str) -> None:
        self.config = config
        self._tree = tree
        self._root = root
        self._apps: dict[str, tuple[str, ...]] = {}
        self._project: Project | None = None
        self._remotes: Remotes | None = None

    @classmethod
    def open(cls, tree: Tree, root: str) -> View:
        """Read the project file of a tree.

        Raises:
            FileMissingError: there is none.
            ProjectError: it is wrong.
        """
        return cls(load_config(tree, root), tree, root)

    def close(self) -> None:
        """End what renders, if anything was rendered."""
        project, self._project = self._project, None
        if project is not None:
            project.close()
        remotes, self._remotes = self._remotes, None
        if remotes is not None:
            remotes.close()

    @property
    def environments(self) -> tuple[str, ...]:
        """All environments, each after its upstreams."""
        return self.config.in_order()

    @property
    def all_apps(self) -> tuple[str, ...]:
        """All apps, in the project's order."""
        return tuple(self.config.apps)

    def primary(self, environment: str) -> str | None:
        """What an environment is a variant of."""
        return self._environment(environment).variant_of

    def variants(self, environment: str) -> tuple[str, ...]:
        """The variants of an environment."""
        return self.config.variants_of(environment)

    def apps(self, environment: str) -> tuple[str, ...]:
        """The apps that an environment has; a variant has those of its primary."""
        known = self._apps.get(environment)
        if known is None:
            known = self._apps[environment] = self._apps_of(self._environment(environment))
        return known

    def check_apps(self, environment: str, wanted: Iterable[str]) -> tuple[str, ...]:
        """The apps that a user named, bundles taken apart.

        Raises:
            UnknownNameError: one is not there, or not in this environment.
        """
        present = self.apps(environment)
        chosen: dict[str, None] = {}
        for name in wanted:
            for app in self.config.bundles.get(name, (name,)):
                if app not in present:
                    raise UnknownNameError(
                        f"{environment} has no app {app!r}",
                        hint=nearest(app, (*present, *self.config.bundles)),
                    )
                chosen[app] = None
        return tuple(chosen)

    def check_bundles(self, environment: str, wanted: Sequence[str]) -> None:
        """Check that no app that a user named leaves its bundle behind.

        Raises:
            UsageError: one does.
        """
        chosen = {*self.check_apps(environment, wanted)}
        present = {*self.apps(environment)}
        for bundle, apps in self.config.bundles.items():
            left = [app for app in apps if app not in chosen]
            if {*apps} <= present and left and len(left) < len(apps):
                raise UsageError(
                    f"{' and '.join(sorted(chosen & {*apps}))} moves with {', '.join(left)}, as "
                    f"the bundle {bundle!r} says",
                    hint=f"promote {bundle}, or add --alone",
                )

    def known(self, environment: str) -> tuple[str, ...]:
        """The names of apps and bundles that can be promoted into an environment."""
        present = self.apps(environment)
        bundles = (name for name, apps in self.config.bundles.items() if {*apps} <= {*present})
        return (*present, *bundles)

    def targets(self, wanted: Sequence[str] = ()) -> tuple[str, ...]:
        """The environments that releases are promoted into: all, or those that have what is wanted.

        Raises:
            UnknownNameError: none of them has an app or bundle of that name.
        """
        known = {one: self.known(one) for one in self.environments if self.upstreams(one)}
        there = dict.fromkeys(name for names in known.values() for name in names)
        for name in wanted:
            if name not in there:
                raise UnknownNameError(
                    f"no environment with an upstream has an app {name!r}",
                    hint=nearest(name, there),
                )
        return tuple(one for one in known if not wanted or {*wanted} & {*known[one]})

    def upstreams(self, environment: str) -> tuple[str, ...]:
        """Where releases come from, if any app of the environment has one of its own."""
        found = self._environment(environment)
        if found.variant_of is None:
            return found.upstreams
        own = any(self.is_independent(environment, app) for app in self.apps(environment))
        return (found.variant_of,) if own else ()

    def sources(self, environment: str) -> tuple[str, ...]:
        """The environments that releases come from: a variant's come from its primary."""
        found = self._environment(environment)
        return (found.variant_of,) if found.variant_of else found.upstreams

    def sources_of(self, environment: str, app: str) -> tuple[str, ...]:
        """Those of them that have the app; none for an app that a variant only derives."""
        if self.primary(environment) is not None and not self.is_independent(environment, app):
            return ()
        return tuple(one for one in self.sources(environment) if app in self.apps(one))

    def is_independent(self, environment: str, app: str) -> bool:
        """Whether a variant has a full copy of an app, with a release of its own."""
        for name in KUSTOMIZATION_NAMES:
            path = posixpath.join(self.overlay(environment, app).directory, name)
            if self._tree.kind(path) == "file":
                shown = self._tree.display(path)
                document = yamlio.load_one(self._tree.read(path), shown)
                kind = document.get("kind") if isinstance(document, dict) else None
                return kind in {None, "Kustomization"}
        return False

    def merges_itself(self, environment: str) -> bool:
        """Whether the forge shall merge promotions into an environment once it may."""
        return self._environment(environment).auto_merge

    def gates(self, environment: str) -> tuple[GateConfig, ...]:
        """The gates that the project asks for."""
        return self._environment(environment).gates

    def overlay(self, environment: str, app: str) -> Overlay:
        """Where an app's release is written in an environment."""
        layout = self.config.layout
        directory = self._path(layout.overlay, environment, app)
        # The most particular layer that is about this app in this environment, on all clusters.
        own = [text for text in layout.values if "{environment}" in text and "{app}" in text]
        shared = [text for text in own if "{cluster}" not in text]
        values = self._path(shared[-1], environment, app) if shared else f"{directory}/values.yaml"
        return Overlay(directory, values)

    def base(self, app: str) -> str:
        """The directory of an app's base."""
        return posixpath.normpath(posixpath.join(self._root, self.config.apps[app].base))

    def promotable(self, app: str) -> Promotable:
        """Which fields make the app's release."""
        said = self.config.apps[app].promotable
        values = tuple(tuple(path.split(".")) for path in said.values)
        return Promotable(said.images, said.charts, said.refs, values)

    def units(self, environment: str) -> Sequence[Unit]:
        """What is rendered in an environment."""
        return self._opened().units(environment)

    def render(self, unit: Unit) -> list[Resource]:
        """Render one unit."""
        return self._opened().render(unit)

    def _opened(self) -> Project:
        if self._project is None:
            from promote.project import open_project  # noqa: PLC0415 - a status renders nothing

            self._project = open_project(self._root, tree=self._tree)
            self._allow(self._project)
        return self._project

    def _allow(self, project: Project) -> None:
        """Let a project use what the base branch trusts."""
        trust = self.config.trust
        if trust.helm:
            from promote.registry.helm import HelmProgram  # noqa: PLC0415 - few have charts

            project.helm = HelmProgram()
        if trust.remotes:
            from promote.project.remotes import Remotes  # noqa: PLC0415 - as few

            self._remotes = project.remotes = Remotes(trust.remotes)

    def _environment(self, name: str) -> Environment:
        found = self.config.environments.get(name)
        if found is None:
            raise UnknownNameError(
                f"there is no environment {name!r}", hint=nearest(name, self.config.environments)
            )
        return found

    def _apps_of(self, found: Environment) -> tuple[str, ...]:
        if found.apps is not None:
            return found.apps
        if found.variant_of is not None:
            return self.apps(found.variant_of)
        return tuple(app for app in self.config.apps if self._has(found.name, app))

    def _has(self, environment: str, app: str) -> bool:
        return self._tree.kind(self.overlay(environment, app).directory) == "directory"

    def _path(self, pattern: str, environment: str, app: str) -> str:
        path = pattern.replace("{environment}", environment).replace("{app}", app)
        return posixpath.normpath(posixpath.join(self._root, path))


def bootstrap_forge(repository: Repository, start: Path) -> tuple[ForgeConfig, str]:
    """Where the remote and the base branch are named, before the base branch can be read.

    Read from the folder's own `promote.yaml`, or from the commit that is checked out where there is
    no work tree. Nothing else of that file counts, so a half-written or sparse work tree does not
    matter; the whole is checked where it is read from, on the base branch.

    Returns:
        The forge, and the project's folder in the repository.

    Raises:
        FileMissingError: there is no project file.
        YamlError: it is not YAML.
        ProjectError: it does not name the forge as it should.
    """
    if repository.top is None:
        tree: Tree = GitTree(repository, repository.resolve())
        return _forge_of(tree, f"/{PROJECT_FILE}"), "/"
    from promote.render.files import DiskTree  # noqa: PLC0415 - a bare repository needs none

    for folder in (start, *start.parents):
        if folder.is_relative_to(repository.top) and (folder / PROJECT_FILE).is_file():
            root = "/" + folder.relative_to(repository.top).as_posix()
            tree = DiskTree(confine=str(repository.top))
            return _forge_of(tree, str(folder / PROJECT_FILE)), posixpath.normpath(root)
    raise FileMissingError(
        f"there is no {PROJECT_FILE} in {start} or above it", hint="`promote init` makes one"
    )


def _forge_of(tree: Tree, path: str) -> ForgeConfig:
    document = yamlio.load_one(tree.read(path), tree.display(path))
    said = document.get("forge") if isinstance(document, dict) else None
    entries = said if isinstance(said, dict) else {}
    wanted = {key: value for key, value in entries.items() if key in _BOOTSTRAP}
    if not all(isinstance(value, str) for value in wanted.values()):
        raise ProjectError("forge has names", place=Place(tree.display(path)))
    return forge_config(wanted)


_BOOTSTRAP: Final = frozenset({"kind", "remote", "branch", "token-env"})
