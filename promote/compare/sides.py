"""The two sides of a comparison, as a user names them."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from promote.compare.carrying import (
    Place,
    corresponding_namespaces,
    namespace_carry,
    variant_carry,
)
from promote.compare.manifests import read_manifests
from promote.compare.semantic import diff
from promote.errors import FileMissingError, UnknownNameError, UsageError
from promote.model.closing import Closing
from promote.model.names import similar
from promote.project import find_root, open_project
from promote.render.files import DiskTree
from promote.render.options import BuildOptions
from promote.render.pipeline import build

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from promote.compare.records import Diff
    from promote.model.resource import Resource
    from promote.project import Project
    from promote.render.helm import Helm
    from promote.render.remote import Remotes


@dataclass(frozen=True, slots=True)
class Side:
    """One side.

    Attributes:
        name: as the user wrote it.
        place: the environment that is meant, if one is; else the side is a directory or a file.
    """

    name: str
    place: Place | None = None


class Comparison(NamedTuple):
    """What a comparison of two sides finds.

    Attributes:
        diff: what differs.
        namespaces: the namespaces of the left side that were taken for others of the right one.
    """

    diff: Diff
    namespaces: Mapping[str, str]


class Sides(Closing):
    """Finds and renders what is to be compared; use it as a context manager.

    Args:
        folder: where the user stands; the current folder by default.
        warn: takes each warning, one line.
        helm, remotes: as for `open_project`.
    """

    def __init__(
        self,
        folder: Path | None = None,
        *,
        warn: Callable[[str], None] | None = None,
        helm: Helm | None = None,
        remotes: Remotes | None = None,
    ) -> None:
        self._folder = (folder or Path()).absolute()
        self._warn = warn or (lambda _: None)
        self._helm = helm
        self._remotes = remotes
        self._open = ExitStack()
        self._projects: dict[str | None, Project] = {}

    def close(self) -> None:
        """End what is open."""
        self._open.close()

    def compare(
        self,
        left: str,
        right: str,
        *,
        apps: Sequence[str] = (),
        use_rules: bool = True,
        exact: bool = False,
    ) -> Comparison:
        """Compare two sides.

        Of two environments the left one is first carried into the names of the right one: by the
        rename if one is the other's variant, else by the namespaces that correspond.

        Args:
            left: an environment; `ENV@REV` or `REV:ENV`, an environment at a revision; a kustomize
                directory; a file of manifests.
            right: the same.
            apps: only these apps of environments.
            use_rules: keep out what the project's ignore rules say.
            exact: compare names as they are.

        Raises:
            UnknownNameError: a side is none of these.
            PromoteError: a side cannot be rendered.
        """
        sides = [self.find(name) for name in (left, right)]
        self._check_apps(sides, apps)
        before, after = (self.render(side, apps) for side in sides)
        carry, namespaces = None, {}
        places = [side.place for side in sides if side.place is not None]
        if len(places) == len(sides) and not exact:
            carry = variant_carry(*places)
            if carry is None:
                namespaces = corresponding_namespaces(before, after)
        if namespaces:
            carry = namespace_carry(namespaces)
        project = self._project_at_hand(places) if use_rules else None
        rules = project.config.ignore if project else ()
        return Comparison(diff(before, after, ignore=rules, rename=carry), namespaces)

    def find(self, name: str) -> Side:
        """What a user means by a name; an environment comes before a file of its name.

        Raises:
            UnknownNameError: nothing.
        """
        project = self._project(None)
        if project is not None and name in project.config.environments:
            return Side(name, Place(project, name))
        if (self._folder / name).exists():
            return Side(name)
        environment, at, revision = name.rpartition("@")
        if not at:
            revision, at, environment = name.partition(":")
        if at and environment and revision:
            past = self._project(revision)
            if past is not None:
                past.environment(environment)  # says which there are
                return Side(name, Place(past, environment))
        known = list(project.config.environments) if project else []
        raise UnknownNameError(
            f"{name!r} is neither an environment nor a directory nor a file",
            hint=similar(name, known) or _environments(known),
        )

    def render(self, side: Side, apps: Sequence[str] = ()) -> list[Resource]:
        """The resources of a side.

        Raises:
            PromoteError: it cannot be rendered.
        """
        if side.place is not None:
            project, environment = side.place
            wanted = [app for app in apps if app in _apps(side.place)]
            return project.render_all(environment, wanted) if wanted or not apps else []
        path = self._folder / side.name
        if path.is_dir():
            return build(
                DiskTree(),
                str(path),
                BuildOptions(helm=self._helm, remotes=self._remotes, warn=self._warn),
            )
        return read_manifests(DiskTree().read(str(path)), side.name)

    def _check_apps(self, sides: Sequence[Side], apps: Sequence[str]) -> None:
        """Refuse an app that neither side has; one that only one side has is a difference."""
        places = [side.place for side in sides if side.place is not None]
        if apps and not places:
            raise UsageError("--app is for environments; neither side is one")
        for app in apps:
            if not any(app in _apps(place) for place in places):
                project, environment = places[-1]
                project.units(environment, [app])  # says which there are

    def _project_at_hand(self, places: Sequence[Place]) -> Project | None:
        """The project whose rules hold: the one as the files are now, else that of a side."""
        return self._project(None) or (places[-1].project if places else None)

    def _project(self, revision: str | None) -> Project | None:
        """The project at a revision, or as the files are; None if the user stands in none."""
        if revision not in self._projects:
            try:
                root = find_root(self._folder)
            except FileMissingError:
                root = None
            if revision is not None:
                project = self._past(revision, root)
            elif root is not None:
                project = open_project(
                    root, warn=self._warn, helm=self._helm, remotes=self._remotes
                )
            else:
                return None
            self._projects[revision] = self._open.enter_context(project)
        return self._projects[revision]

    def _past(self, revision: str, root: Path | None) -> Project:
        from promote.git import GitTree, Repository  # noqa: PLC0415 - most comparisons need no Git

        repository = self._open.enter_context(Repository.open(root or self._folder))
        tree = GitTree(repository, repository.resolve(revision))
        top = repository.top
        inside = "" if root is None or top is None else root.resolve().relative_to(top).as_posix()
        return open_project(
            f"/{inside}".removesuffix("/.") or "/",
            tree=tree,
            warn=self._warn,
            helm=self._helm,
            remotes=self._remotes,
        )


def _apps(place: Place) -> set[str]:
    return {unit.app for unit in place.project.units(place.environment)}


def _environments(known: Sequence[str]) -> str:
    if not known:
        return "name a directory or a file that is there, or an environment in a project's folder"
    return f"the environments are {', '.join(known)}"
