"""Finding apps and environments in a repository that has kustomize overlays already.

An overlay is a directory with a kustomization that no other kustomization uses. Its path holds the
name of an environment (`prod`, `staging-eu`, or whatever follows a folder called `overlays` or
`environments`) and, as a rule, the name of an app.
"""

from __future__ import annotations

import posixpath
import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from promote.errors import InputError
from promote.render.kustomization import COMPONENT, FILE_NAMES
from promote.render.loading import Directory, ParsedFiles

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from promote.model.tree import Tree

_SKIPPED = {"node_modules", "vendor", "charts", "testdata"}
_MAX_DEPTH = 12

# From first to last in the life of a release; the first word that a name contains counts.
_STAGES = (
    ("dev", ("dev", "development", "develop", "sandbox", "local")),
    ("test", ("test", "testing", "qa", "int", "integration", "ci")),
    ("staging", ("staging", "stage", "stg", "uat", "preprod", "pre", "canary")),
    ("prod", ("prod", "production", "prd", "live")),
)
_RECOVERY = ("dr", "recovery", "standby", "failover")
_CONTAINERS = {"overlays", "overlay", "environments", "environment", "envs", "env", "stages"}


class Overlay(NamedTuple):
    """A directory that renders one app in one environment."""

    path: str
    app: str
    environment: str
    pattern: str


@dataclass(frozen=True, slots=True)
class Findings:
    """What a repository has.

    Attributes:
        pattern: where overlays are, with `{app}` and `{environment}` in it.
        base_pattern: where bases are.
        apps: the apps, by name.
        environments: the environments, in the order in which a release goes through them.
        left_out: overlays that do not fit the pattern, and kustomizations that cannot be read.
    """

    pattern: str
    base_pattern: str
    apps: tuple[str, ...]
    environments: tuple[str, ...]
    left_out: tuple[str, ...]


def survey(tree: Tree, root: str) -> Findings | None:
    """What the folder `root` has, or None if it has no overlays of environments.

    Raises:
        FileMissingError: the folder is not there.
    """
    directories = list(_kustomizations(tree, root, 0))
    used, broken = _used(tree, directories)
    leaves = [path for path in directories if path not in used and path not in broken]
    overlays = [found for path in leaves if (found := _overlay(path, root)) is not None]
    if not overlays:
        return None
    patterns = Counter(overlay.pattern for overlay in overlays)
    pattern = max(patterns, key=lambda text: (patterns[text], -len(text)))
    chosen = [overlay for overlay in overlays if overlay.pattern == pattern]
    rest = [path for path in leaves if path not in {overlay.path for overlay in chosen}]
    apps = tuple(sorted({overlay.app for overlay in chosen}))
    return Findings(
        pattern,
        _base_pattern(used, root, apps),
        apps,
        tuple(sorted({overlay.environment for overlay in chosen}, key=_life)),
        tuple(posixpath.relpath(path, root) for path in (*rest, *broken)),
    )


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


def leaves(tree: Tree, root: str) -> list[str]:
    """The directories that have a kustomization and that no other one uses, in order.

    Raises:
        FileMissingError: the folder is not there.
    """
    directories = list(_kustomizations(tree, root, 0))
    used, _ = _used(tree, directories)
    return [path for path in directories if path not in used]


def _used(tree: Tree, directories: Sequence[str]) -> tuple[set[str], list[str]]:
    """The directories that others build on, and those that cannot be read."""
    files = ParsedFiles()
    used: set[str] = set()
    broken = []
    for path in directories:
        try:
            wanted, _ = Directory(tree, path, files).kustomization()
        except InputError:
            broken.append(path)
            continue
        if wanted.kind == COMPONENT:
            used.add(path)
        for entry in (*wanted.resources, *wanted.components):
            used.add(posixpath.normpath(posixpath.join(path, entry)))
    return used & set(directories), broken


def _overlay(path: str, root: str) -> Overlay | None:
    """Read the names in an overlay's path."""
    parts = posixpath.relpath(path, root).split("/")
    index = _environment_index(parts)
    if index is None:
        return None
    named = [*parts]
    environment = named[index]
    named[index] = "{environment}"
    for place in (*range(index + 1, len(parts)), *range(index - 1, -1, -1)):
        if parts[place].lower() not in _CONTAINERS | {"apps", "applications", "deploy", "k8s"}:
            app = named[place]
            named[place] = "{app}"
            return Overlay(path, app, environment, "/".join(named))
    return Overlay(path, posixpath.basename(root) or "app", environment, "/".join(named))


def _environment_index(parts: Sequence[str]) -> int | None:
    for index in range(1, len(parts)):
        if parts[index - 1].lower() in _CONTAINERS:
            return index
    for index in range(len(parts) - 1, -1, -1):
        if _stage(parts[index]) is not None or is_recovery(parts[index]):
            return index
    return None


def _words(name: str) -> list[str]:
    return [word for word in re.split(r"[^a-z]+", name.lower()) if word]


def _stage(name: str) -> int | None:
    """How late in the life of a release an environment of this name is."""
    for word in _words(name):
        for rank, (_, names) in enumerate(_STAGES):
            if word in names:
                return rank
    return None


def is_recovery(name: str) -> bool:
    """Whether an environment of this name is one for disaster recovery."""
    return any(word in _RECOVERY for word in _words(name))


def _life(name: str) -> tuple[int, bool, str]:
    stage = _stage(name)
    return (len(_STAGES) - 1 if stage is None else stage, is_recovery(name), name)


def _base_pattern(used: Iterable[str], root: str, apps: Sequence[str]) -> str:
    """Where most bases of the apps are, with the app's name replaced."""
    found: Counter[str] = Counter()
    for path in used:
        parts = posixpath.relpath(path, root).split("/")
        for app in apps:
            if app in parts:
                found["/".join("{app}" if part == app else part for part in parts)] += 1
    if not found:
        return "bases/{app}"
    return max(found, key=lambda text: (found[text], -len(text)))


def upstreams(environments: Sequence[str]) -> dict[str, str]:
    """Where each environment's releases come from: the last of the stage before it."""
    result: dict[str, str] = {}
    for index, name in enumerate(environments):
        if is_recovery(name):
            continue
        earlier = [
            other
            for other in environments[:index]
            if not is_recovery(other) and _stage(other) != _stage(name)
        ]
        if earlier:
            result[name] = earlier[-1]
    return result


def primary_of(name: str, environments: Sequence[str]) -> str | None:
    """The environment that one for disaster recovery is a variant of."""
    words = [word for word in _words(name) if word not in _RECOVERY]
    for other in environments:
        if not is_recovery(other) and _words(other) == words:
            return other
    production = [
        other
        for other in environments
        if not is_recovery(other) and _stage(other) == len(_STAGES) - 1
    ]
    return production[0] if production else None


def propose(findings: Findings, name: str) -> str:
    """The text of a `promote.yaml` for a repository."""
    lines = [
        "# Proposed by 'promote init' from the overlays that it found: read it, and correct it.",
        "apiVersion: promote/v1",
        "kind: Project",
        f"name: {name}",
        "layout:",
        f"  base: {_quoted(findings.base_pattern)}",
        f"  overlay: {_quoted(findings.pattern)}",
        "forge: {kind: local, remote: origin, branch: main}",
        "apps:",
        *(f"  {app}: {{}}" for app in findings.apps),
        "environments:",
    ]
    above = upstreams(findings.environments)
    for environment in findings.environments:
        primary = (
            primary_of(environment, findings.environments) if is_recovery(environment) else None
        )
        if primary:
            lines.append(f"  {environment}: {{variant-of: {primary}}}")
        elif environment in above:
            lines.append(f"  {environment}: {{from: {above[environment]}}}")
        else:
            lines.append(f"  {environment}: {{}}")
    if findings.left_out:
        lines.append("# Not understood, and left out:")
        lines += [f"#   {path}" for path in findings.left_out]
    return "\n".join(lines) + "\n"


def _quoted(pattern: str) -> str:
    return f'"{pattern}"' if pattern.startswith("{") else pattern


EMPTY_PROJECT = """\
# An app is a folder of bases/, and what an environment changes of it a folder of overlays/. For
# example: bases/web/kustomization.yaml, overlays/dev/web/kustomization.yaml, overlays/prod/web/...
# 'promote schema' prints what may stand here.
apiVersion: promote/v1
kind: Project
name: example
layout:
  base: bases/{app}
  overlay: overlays/{environment}/{app}
forge: {kind: local, remote: origin, branch: main}
environments:
  dev: {}
  prod: {from: dev}
"""
