"""Finding apps and environments in a repository that has kustomize overlays already.

An overlay is a directory with a kustomization that no other kustomization uses. Its path holds the
name of an environment (`prod`, `staging-eu`, or whatever follows a folder called `overlays` or
`environments`) and, as a rule, the name of an app. What does not fit is listed with the reason.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, NamedTuple

from promote.project.kustomizations import read_graph
from promote.project.stages import is_recovery, is_stage, rank
from promote.render.loading import ParsedFiles

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from promote.model.tree import Tree
    from promote.project.kustomizations import Graph

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


def survey(tree: Tree, root: str, name: str) -> Findings:
    """What the folder `root` has.

    Args:
        tree: where it is.
        root: its path there.
        name: what the app is called where paths do not say it.

    Raises:
        FileMissingError: the folder is not there.
    """
    graph = read_graph(tree, root, ParsedFiles())
    named = {path: _environment_index(path.split("/")) for path in graph.builds_on}
    leaves, gatherers = _deployed(graph, named)
    overlays = list(_overlays(graph, leaves, named, name))
    overlays = overlays or list(_overlays(graph, leaves, _varying(graph), name))
    patterns = Counter(overlay.pattern for overlay in overlays)
    pattern = max(patterns, key=lambda text: (patterns[text], -len(text)), default="")
    chosen = [overlay for overlay in overlays if overlay.pattern == pattern]
    environments: dict[str, tuple[str, ...]] = {}
    for overlay in chosen:
        apps = {*environments.get(overlay.environment, ()), overlay.app}
        environments[overlay.environment] = tuple(sorted(apps))
    base_pattern, bases = _bases(graph, chosen)
    left_out = (*_left_out(graph, leaves, chosen, overlays, pattern), *gatherers)
    return Findings(pattern, base_pattern, environments, bases, left_out)


def _deployed(
    graph: Graph, named: Mapping[str, int | None]
) -> tuple[list[str], tuple[LeftOut, ...]]:
    """The directories that may be overlays, and those that only gather some.

    What gathers overlays, each of an environment, as a cluster's directory does, changes nothing
    of them: a release is in the overlays.
    """
    leaves = dict.fromkeys(graph.leaves)
    gathering = [
        path
        for path in leaves
        if path in graph.gatherers
        and all(named[each] is not None for each in graph.builds_on[path])
    ]
    for path in gathering:
        del leaves[path]
        leaves |= dict.fromkeys(graph.builds_on[path])
    why = "only gathers overlays, which are proposed one by one"
    return list(leaves), tuple(LeftOut(path, why) for path in gathering)


def _overlays(
    graph: Graph, leaves: Iterable[str], indexes: Mapping[str, int | None], name: str
) -> Iterator[Overlay]:
    for path in leaves:
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
    for index in range(len(parts) - 1, -1, -1):
        # A region's folder, say, may stand between `clusters` and the environment.
        if is_stage(parts[index]):
            return index
    for index in range(1, len(parts)):
        if parts[index - 1].lower() in _CONTAINERS:
            return index
    for index in range(len(parts) - 1, -1, -1):
        if rank(parts[index]) is not None or is_recovery(parts[index]):
            return index
    return None


def _varying(graph: Graph) -> dict[str, int]:
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


def _bases(graph: Graph, overlays: Iterable[Overlay]) -> tuple[str | None, dict[str, str]]:
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
    graph: Graph,
    leaves: Iterable[str],
    chosen: Iterable[Overlay],
    overlays: Iterable[Overlay],
    pattern: str,
) -> Iterator[LeftOut]:
    fitting = {overlay.path for overlay in chosen}
    others = {overlay.path for overlay in overlays} - fitting
    for path in leaves:
        if path in others:
            yield LeftOut(path, f"does not fit {pattern}")
        elif path not in fitting:
            yield LeftOut(path, "no part of its path names an environment")
    for path, why in graph.broken.items():
        yield LeftOut(path, why)
