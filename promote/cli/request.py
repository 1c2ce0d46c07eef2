"""What a command line asks `promote render` for, read without loading the parser of all commands.

Loading Typer takes as long as rendering a small overlay. So what is written as most people write it
is read here; help, mistakes and rarer spellings are left to Typer, which knows the same options
(`render.py` declares them, and a test compares both).
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence


class LoadRestrictor(StrEnum):
    """Which files a kustomization may read."""

    ROOT_ONLY = "LoadRestrictionsRootOnly"
    NONE = "LoadRestrictionsNone"


class Reorder(StrEnum):
    """The order of the output."""

    LEGACY = "legacy"
    NONE = "none"


class RenderRequest(NamedTuple):
    """What is rendered, how, and where to.

    Attributes:
        directories, environments, apps, cluster: what is named.
        every: all there is; else only what is named.
        output: where to write; stdout when None.
        jobs: processes for many overlays; 0 for one a core.
        scheduler: the address of a Dask scheduler, or empty.
        no_cache: keep no results, and use none that are kept.
        quiet: say nothing on the way.
        annotate_origin: say beside each line who set it.
        load_restrictor, reorder, managed_by: as `kustomize build` has them.
        remote: hosts to fetch bases from.
        enable_helm, helm_command, helm_api_versions, helm_kube_version: how charts are inflated.
    """

    directories: tuple[str, ...] = ()
    every: bool = False
    environments: tuple[str, ...] = ()
    apps: tuple[str, ...] = ()
    cluster: str = ""
    output: str | None = None
    jobs: int = 1
    scheduler: str = ""
    no_cache: bool = False
    quiet: bool = False
    annotate_origin: bool = False
    load_restrictor: LoadRestrictor = LoadRestrictor.ROOT_ONLY
    reorder: Reorder = Reorder.LEGACY
    managed_by: bool = False
    remote: tuple[str, ...] = ()
    enable_helm: bool = False
    helm_command: str = "helm"
    helm_api_versions: tuple[str, ...] = ()
    helm_kube_version: str = ""


OPTIONS: Final = {
    "--all": ("every", bool),
    "--env": ("environments", tuple),
    "-e": ("environments", tuple),
    "--app": ("apps", tuple),
    "-a": ("apps", tuple),
    "--cluster": ("cluster", str),
    "--output": ("output", str),
    "-o": ("output", str),
    "--jobs": ("jobs", int),
    "-j": ("jobs", int),
    "--scheduler": ("scheduler", str),
    "--no-cache": ("no_cache", bool),
    "--quiet": ("quiet", bool),
    "-q": ("quiet", bool),
    "--annotate-origin": ("annotate_origin", bool),
    "--load-restrictor": ("load_restrictor", LoadRestrictor),
    "--reorder": ("reorder", Reorder),
    "--remote": ("remote", tuple),
    "--enable-managedby-label": ("managed_by", bool),
    "--enable-helm": ("enable_helm", bool),
    "--helm-command": ("helm_command", str),
    "--helm-api-versions": ("helm_api_versions", tuple),
    "--helm-kube-version": ("helm_kube_version", str),
}
"""The field of each option, and what its value is: nothing for `bool`, one of many for `tuple`."""


def read_request(arguments: Sequence[str]) -> RenderRequest | None:
    """What the arguments of `promote render` ask for; None where Typer has to say."""
    directories: list[str] = []
    values: dict[str, Any] = {}  # as `OPTIONS` has the type of each
    rest = iter(arguments)
    for argument in rest:
        if argument and not argument.startswith("-"):
            directories.append(argument)
            continue
        flag, equals, value = argument.partition("=")
        if flag not in OPTIONS or (equals and not flag.startswith("--")):
            return None
        name, kind = OPTIONS[flag]
        if kind is bool:
            if equals:
                return None
            values[name] = True
            continue
        value = value if equals else next(rest, "")
        if not value or value.startswith("-"):
            return None
        read = _value(kind, value, values.get(name))
        if read is None:
            return None
        values[name] = read
    return RenderRequest(tuple(directories))._replace(**values)


def _value(kind: type, value: str, before: object) -> object:
    """The value of an option that may have had one before; None if it has to be refused."""
    if kind is tuple:
        return (*before, value) if isinstance(before, tuple) else (value,)
    if kind is int:
        return int(value) if value.isascii() and value.isdigit() else None
    if kind is str:
        return value
    return next((member for member in kind if member == value), None)  # type: ignore[attr-defined]  # an enumeration
