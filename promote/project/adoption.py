"""Finding apps and environments in a repository that has kustomize overlays already.

An overlay is a directory with a kustomization that no other kustomization uses. Its path holds the
name of an environment (`prod`, `staging-eu`, or whatever follows a folder called `overlays` or
`environments`) and, as a rule, the name of an app. What does not fit is listed with the reason.
"""

from __future__ import annotations

import posixpath
import re
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, NamedTuple

from promote.errors import InputError
from promote.project.stages import is_recovery, rank
from promote.render.kustomization import COMPONENT, FILE_NAMES
from promote.render.loading import Directory, ParsedFiles

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from promote.model.tree import Tree

_SKIPPED: Final = {"node_modules", "vendor", "charts", "testdata"}
_MAX_DEPTH: Final = 12
_CONTAINERS: Final = frozenset(
    {
        *("overlays", "overlay", "environments", "environment", "envs", "env", "stages"),
        *("clusters", "cluster", "regions"),
    }
)
_GENERAL: Final = frozenset(
    {
        *("apps", "applications", "app", "services", "base", "bases", "common", "shared"),
        *("deploy", "deployment", "deployments", "gitops", "k8s", "kubernetes", "kustomize"),
        *("manifests", "config", "configs", "infra", "infrastructure"),
    }
)
"""Words in paths that are the name of no app."""
_NAME: Final = re.compile(r"[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?")


class Overlay(NamedTuple):
    """A directory that renders one app in one environment."""

    path: str
    app: str
    environment: str
    pattern: str


class LeftOut(NamedTuple):
    """A directory with a kustomization that the proposal has no place for."""

    path: str
    why: str


@dataclass(frozen=True, slots=True)
class Findings:
    """What a repository has.

    Attributes:
        pattern: where overlays are, with `{app}` and `{environment}` in it.
        base_pattern: where most bases are; None where no overlay builds on a single one.
        environments: the apps of each; empty where no overlay of an environment was found.
        bases: the base of each app that has it elsewhere.
        left_out: what does not fit.
    """

    pattern: str = ""
    base_pattern: str | None = None
    environments: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    bases: Mapping[str, str] = field(default_factory=dict)
    left_out: tuple[LeftOut, ...] = ()

    @property
    def apps(self) -> tuple[str, ...]:
        """The apps, by name."""
        return tuple(sorted({app for apps in self.environments.values() for app in apps}))


@dataclass(slots=True)
class _Graph:
    """The kustomizations below a folder, by their paths in it.

    Attributes:
        builds_on: the directories that each names.
        layers: those that name one directory and no other resource.
        components: those that are components.
        broken: why some cannot be read.
    """

    builds_on: dict[str, list[str]] = field(default_factory=dict)
    layers: set[str] = field(default_factory=set)
    components: set[str] = field(default_factory=set)
    broken: dict[str, str] = field(default_factory=dict)

    @property
    def leaves(self) -> list[str]:
        """Those that no other one uses."""
        used = {each for paths in self.builds_on.values() for each in paths} | self.components
        return [path for path in self.builds_on if path not in used]

    def base(self, path: str) -> str | None:
        """What an overlay builds on in the end, if that is one directory.

        A directory that only changes another one is a layer between; one that has resources of its
        own is a base, whatever else it builds on.
        """
        seen = {path}
        while below := self._below(path):
            if len(below) > 1 or below[0] in seen:
                return None
            path = below[0]
            seen.add(path)
            if path not in self.layers:
                return path
        return path if len(seen) > 1 else None

    def _below(self, path: str) -> list[str]:
        """What it builds on, but for components and its own parts."""
        named = [each for each in self.builds_on[path] if each not in self.components]
        return [each for each in named if not each.startswith(f"{path}/")]


def leaves(tree: Tree, root: str, files: ParsedFiles) -> list[str]:
    """The directories that have a kustomization and that no other one uses, in order.

    Args:
        tree: where the folder is.
        root: its path there.
        files: takes what is parsed, for those who build the directories.

    Raises:
        FileMissingError: the folder is not there.
    """
    graph = _read(tree, root, files)
    unused = {*graph.leaves, *graph.broken}
    return [path for path in _kustomizations(tree, root, 0) if _below(root, path) in unused]


def survey(tree: Tree, root: str, name: str) -> Findings:
    """What the folder `root` has.

    Args:
        tree: where it is.
        root: its path there.
        name: what the app is called where paths do not say it.

    Raises:
        FileMissingError: the folder is not there.
    """
    graph = _read(tree, root, ParsedFiles())
    named = {path: _environment_index(path.split("/")) for path in graph.leaves}
    overlays = list(_overlays(graph, named, name)) or list(_overlays(graph, _varying(graph), name))
    patterns = Counter(overlay.pattern for overlay in overlays)
    pattern = max(patterns, key=lambda text: (patterns[text], -len(text)), default="")
    chosen = [overlay for overlay in overlays if overlay.pattern == pattern]
    environments: dict[str, tuple[str, ...]] = {}
    for overlay in chosen:
        apps = {*environments.get(overlay.environment, ()), overlay.app}
        environments[overlay.environment] = tuple(sorted(apps))
    base_pattern, bases = _bases(graph, chosen)
    left_out = tuple(_left_out(graph, chosen, overlays, pattern))
    return Findings(pattern, base_pattern, environments, bases, left_out)


def _kustomizations(tree: Tree, path: str, depth: int) -> Iterator[str]:
    names = tree.entries(path)
    if any(name in FILE_NAMES for name in names):
        yield path
    for name in names if depth < _MAX_DEPTH else ():
        if name.startswith(".") or name in _SKIPPED:
            continue
        below = posixpath.join(path, name)
        if tree.kind(below) == "directory":
            yield from _kustomizations(tree, below, depth + 1)


def _below(root: str, path: str) -> str:
    return posixpath.relpath(path, root)


def _read(tree: Tree, root: str, files: ParsedFiles) -> _Graph:
    graph = _Graph()
    directories = {_below(root, path): path for path in _kustomizations(tree, root, 0)}
    for name, path in directories.items():
        try:
            wanted, _ = Directory(tree, path, files).kustomization()
        except InputError as error:
            graph.broken[name] = error.message
            continue
        if wanted.kind == COMPONENT:
            graph.components.add(name)
        entries = (*wanted.resources, *wanted.components)
        named = [posixpath.normpath(posixpath.join(name, entry)) for entry in entries]
        graph.builds_on[name] = [each for each in named if each in directories]
        if len(wanted.resources) == 1 and graph.builds_on[name]:
            graph.layers.add(name)
    return graph


def _overlays(graph: _Graph, indexes: Mapping[str, int | None], name: str) -> Iterator[Overlay]:
    for path in graph.leaves:
        index = indexes.get(path)
        if index is not None and _NAME.fullmatch(path.split("/")[index]):
            yield _overlay(path, index, graph.base(path), name)


def _overlay(path: str, index: int, base: str | None, name: str) -> Overlay:
    """Read the names in an overlay's path, of which one part is the environment's."""
    parts = path.split("/")
    named = [*parts]
    named[index] = "{environment}"
    places = [
        place
        for place in (*range(index + 1, len(parts)), *range(index - 1, -1, -1))
        if parts[place].lower() not in _CONTAINERS | _GENERAL and _NAME.fullmatch(parts[place])
    ]
    # Of several names, the one that the base has as well.
    known = [place for place in places if parts[place] in (base or "").split("/")]
    if not places:
        return Overlay(path, name, parts[index], "/".join(named))
    place = (known or places)[0]
    named[place] = "{app}"
    return Overlay(path, parts[place], parts[index], "/".join(named))


def _environment_index(parts: Sequence[str]) -> int | None:
    for index in range(1, len(parts)):
        if parts[index - 1].lower() in _CONTAINERS:
            return index
    for index in range(len(parts) - 1, -1, -1):
        if rank(parts[index]) is not None or is_recovery(parts[index]):
            return index
    return None


def _varying(graph: _Graph) -> dict[str, int]:
    """The part of its path in which an overlay differs from another one of the same base."""
    groups: dict[tuple[str | None, int], list[list[str]]] = {}
    for path in graph.leaves:
        parts = path.split("/")
        groups.setdefault((graph.base(path), len(parts)), []).append(parts)
    found: dict[str, int] = {}
    for (base, length), paths in groups.items():
        differing = [place for place in range(length) if len({each[place] for each in paths}) > 1]
        if base is not None and len(differing) == 1:
            found |= {"/".join(parts): differing[0] for parts in paths}
    return found


def _bases(graph: _Graph, overlays: Iterable[Overlay]) -> tuple[str | None, dict[str, str]]:
    """Where most bases are, with the app's name replaced; and those that are elsewhere."""
    found: dict[str, Counter[str]] = {}
    for overlay in overlays:
        base = graph.base(overlay.path)
        if base is not None:
            found.setdefault(overlay.app, Counter())[base] += 1
    bases = {app: max(counts, key=lambda path: counts[path]) for app, counts in found.items()}
    general = {app: _general(base, app) for app, base in bases.items()}
    patterns = Counter(general.values())
    pattern = max(patterns, key=lambda text: (patterns[text], -len(text)), default=None)
    elsewhere = {app: base for app, base in sorted(bases.items()) if general[app] != pattern}
    return pattern, elsewhere


def _general(base: str, app: str) -> str:
    return "/".join("{app}" if part == app else part for part in base.split("/"))


def _left_out(
    graph: _Graph, chosen: Iterable[Overlay], overlays: Iterable[Overlay], pattern: str
) -> Iterator[LeftOut]:
    fitting = {overlay.path for overlay in chosen}
    others = {overlay.path for overlay in overlays} - fitting
    for path in graph.leaves:
        if path in others:
            yield LeftOut(path, f"does not fit {pattern}")
        elif path not in fitting:
            yield LeftOut(path, "no part of its path names an environment")
    for path, why in graph.broken.items():
        yield LeftOut(path, why)
