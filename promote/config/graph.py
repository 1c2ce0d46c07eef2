"""What a schema cannot say of a project: names that must exist, and circles that must not."""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING

from promote.config.validate import Problem
from promote.model.names import nearest

if TYPE_CHECKING:
    from promote.config.model import Environment, ProjectConfig
    from promote.model.json import FieldPath
    from promote.model.tree import Tree

_PLACEHOLDER = re.compile(r"\{([^}]*)\}")
_KNOWN = {
    "base": {"app"},
    "overlay": {"app", "environment"},
    "values": {"app", "environment", "cluster"},
}


def check_graph(config: ProjectConfig, tree: Tree, root: str) -> None:
    """Check the names in a project, and the graph of its environments.

    Raises:
        Problem: the first thing that is wrong.
    """
    _check_layout(config)
    for environment in config.environments.values():
        _check_environment(config, environment)
        _check_gates(config, environment)
    _check_circles(config)
    _check_clusters(config)
    for bundle, apps in config.bundles.items():
        for index, app in enumerate(apps):
            if app not in config.apps:
                _unknown("app", app, config.apps, ("bundles", bundle, index))
    for index, rule in enumerate(config.compatible):
        if rule.app not in config.apps:
            _unknown("app", rule.app, config.apps, ("compatible", index, "app"))
        if rule.needs not in config.apps:
            _unknown("app", rule.needs, config.apps, ("compatible", index, "needs", "app"))
    _check_twins(config)
    _check_overlays(config, tree, root)


def _unknown(what: str, name: str, known: object, path: FieldPath) -> None:
    names = list(known) if isinstance(known, dict) else []
    raise Problem(f"there is no {what} {name!r}", path, hint=nearest(name, names))


def _check_layout(config: ProjectConfig) -> None:
    layout = config.layout
    patterns = [("base", layout.base), ("overlay", layout.overlay)]
    patterns += [("values", text) for text in layout.values]
    for name, pattern in patterns:
        for placeholder in _PLACEHOLDER.findall(pattern):
            if placeholder not in _KNOWN[name]:
                raise Problem(
                    f"{pattern!r} has an unknown placeholder {{{placeholder}}}",
                    ("layout", name),
                    hint=nearest(placeholder, _KNOWN[name]),
                )
    if "{environment}" not in layout.overlay:
        raise Problem(
            "all environments would have one overlay",
            ("layout", "overlay"),
            hint="add {environment}",
        )


def _check_gates(config: ProjectConfig, environment: Environment) -> None:
    for index, gate in enumerate(environment.gates):
        path = ("environments", environment.name, "gates", index, gate.kind)
        named = gate.value if gate.kind == "freeze" and isinstance(gate.value, str) else None
        if named is not None and named not in config.calendars:
            _unknown("calendar", named, config.calendars, path)
        if gate.kind == "command" and not config.trust.commands:
            raise Problem(
                "the project does not let gates run commands",
                path,
                hint="trust: {commands: true}, on the base branch, lets them",
            )


def _check_environment(config: ProjectConfig, environment: Environment) -> None:
    path = ("environments", environment.name)
    for upstream in environment.upstreams:
        if upstream not in config.environments:
            _unknown("environment", upstream, config.environments, (*path, "from"))
    primary = environment.variant_of
    if primary is not None:
        if primary not in config.environments:
            _unknown("environment", primary, config.environments, (*path, "variant-of"))
        if config.environments[primary].variant_of is not None:
            raise Problem(
                f"{primary!r} is a variant itself",
                (*path, "variant-of"),
                hint=f"make it a variant of {config.environments[primary].variant_of!r}",
            )
        if environment.upstreams:
            raise Problem(
                "a variant follows its primary, and has no 'from'", (*path, "from"), at_key=True
            )
    elif environment.rename != type(environment.rename)():
        raise Problem("only a variant has a 'rename'", (*path, "rename"), at_key=True)
    for index, app in enumerate(environment.apps or ()):
        if app not in config.apps:
            _unknown("app", app, config.apps, (*path, "apps", index))


def _check_circles(config: ProjectConfig) -> None:
    done: set[str] = set()

    def visit(name: str, above: tuple[str, ...]) -> None:
        if name in above:
            circle = " → ".join((*above[above.index(name) :], name))
            raise Problem(
                f"releases would go in a circle: {circle}", ("environments", name, "from")
            )
        if name not in done:
            for upstream in config.environments[name].upstreams:
                visit(upstream, (*above, name))
            done.add(name)

    for name in config.environments:
        visit(name, ())


def _check_clusters(config: ProjectConfig) -> None:
    """A cluster belongs to one environment, but for a variant that only mirrors its primary."""
    owner: dict[str, str] = {}
    for name, environment in config.environments.items():
        for index, cluster in enumerate(environment.clusters):
            path = ("environments", name, "clusters", index)
            if config.clusters and cluster not in config.clusters:
                _unknown("cluster", cluster, dict(config.clusters), path)
            other = owner.setdefault(cluster, name)
            if other not in {name, environment.variant_of}:
                raise Problem(f"the cluster {cluster!r} belongs to {other!r} already", path)


def _check_twins(config: ProjectConfig) -> None:
    """No overlay is that of two apps, and no two names are one file's or branch's.

    Branches and folders carry these names, and many file systems do not tell case.
    """
    for kind, names in (("environments", config.environments), ("apps", config.apps)):
        seen: dict[str, str] = {}
        for name in names:
            other = seen.setdefault(name.casefold(), name)
            if other != name:
                raise Problem(
                    f"{name!r} and {other!r} differ only by case",
                    (kind, name),
                    hint="give one of them another name: folders and branches are called by them",
                    at_key=True,
                )
    overlay = config.layout.overlay
    if "{app}" not in overlay and len(config.apps) > 1:
        raise Problem(
            f"all apps would have one overlay: {', '.join(config.apps)}",
            ("layout", "overlay"),
            hint="add {app}",
        )


def _check_overlays(config: ProjectConfig, tree: Tree, root: str) -> None:
    """Every environment has something to render."""
    for name, environment in config.environments.items():
        if environment.variant_of is not None:
            continue
        wanted = environment.apps if environment.apps is not None else tuple(config.apps)
        folders = {app: overlay_path(config, root, name, app) for app in wanted}
        there = [app for app, folder in folders.items() if tree.kind(folder) == "directory"]
        missing = [app for app in wanted if app not in there]
        if environment.apps is not None and missing:
            index = environment.apps.index(missing[0])
            shown = tree.display(folders[missing[0]])
            raise Problem(
                f"{missing[0]!r} has no overlay in {name!r}: {shown} does not exist",
                ("environments", name, "apps", index),
            )
        if wanted and not there:
            shown = tree.display(overlay_path(config, root, name, wanted[0]))
            raise Problem(
                f"{name!r} has no overlay: {shown} does not exist",
                ("environments", name),
                hint="make it, or say in layout.overlay where overlays are",
                at_key=True,
            )


def overlay_path(config: ProjectConfig, root: str, environment: str, app: str) -> str:
    """The directory of an app's overlay in an environment, absolute in its tree."""
    pattern = config.layout.overlay
    path = pattern.replace("{environment}", environment).replace("{app}", app)
    return posixpath.normpath(posixpath.join(root, path))
