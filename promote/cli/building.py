"""The flags of `kustomize build`: those that mean the same here, and those that are refused."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final, NamedTuple

from promote.cli.common import warn, write_file
from promote.cli.request import LoadRestrictor, Reorder
from promote.errors import OutsideError

if TYPE_CHECKING:
    from promote.model.resource import Resource

REFUSED: Final = {
    "--as-current-user": "no container is started here",
    "--enable-alpha-plugins": "plugins are programs of the repository, and promote runs none",
    "--enable-exec": "functions are programs of the repository, and promote runs none",
    "--enable-star": "functions are programs of the repository, and promote runs none",
    "--mount": "no container is started here",
    "--network": "no container is started here",
    "--network-name": "no container is started here",
}
"""kustomize's flags that would run something that a repository brings, and why they are refused."""


class BuildFlags(NamedTuple):
    """How a directory is to be built, as the command line says it."""

    restrictor: LoadRestrictor
    reorder: Reorder
    managed_by: bool
    remote_hosts: tuple[str, ...]
    helm: bool
    helm_command: str
    helm_api_versions: tuple[str, ...]
    helm_kube_version: str


def build_directory(where: str, flags: BuildFlags) -> list[Resource]:
    """The resources of a directory, or of one in another repository.

    Raises:
        PromoteError: it cannot be built.
    """
    from promote.render.files import DiskTree  # noqa: PLC0415 - help needs no engine
    from promote.render.options import BuildOptions  # noqa: PLC0415
    from promote.render.pipeline import build, build_remote  # noqa: PLC0415
    from promote.render.remote import parse_remote  # noqa: PLC0415

    helm = None
    if flags.helm:
        from promote.registry.helm import HelmProgram  # noqa: PLC0415 - few builds have charts

        helm = HelmProgram(flags.helm_command, flags.helm_api_versions, flags.helm_kube_version)
    remotes = None
    if flags.remote_hosts:
        from promote.project.remotes import Remotes  # noqa: PLC0415 - as few

        remotes = Remotes(flags.remote_hosts)
    options = BuildOptions(
        restrict=flags.restrictor is LoadRestrictor.ROOT_ONLY,
        reorder=flags.reorder.value,
        managed_by=flags.managed_by,
        helm=helm,
        remotes=remotes,
        warn=warn,
    )
    try:
        remote = None if os.path.exists(where) else parse_remote(where)  # noqa: PTH110 - pathlib costs its import
        if remote is not None:
            return build_remote(remote, options)
        return build(DiskTree(), os.path.abspath(where), options)  # noqa: PTH100 - as kustomize: no links are followed
    finally:
        if remotes is not None:
            remotes.close()


def write_files(resources: list[Resource], output: str) -> None:
    """Write a file for each resource into a folder, named as `kustomize build --output` does."""
    from pathlib import Path  # noqa: PLC0415 - few write files

    from promote import yamlio  # noqa: PLC0415 - as above
    from promote.render.merge.schema import builtin_schema  # noqa: PLC0415
    from promote.yamlio.quotes import by_type  # noqa: PLC0415

    folder = Path(output)
    schema = builtin_schema()
    in_namespaces = {
        resource.id.namespace or "default"
        for resource in resources
        if schema.namespaced(resource.id.gvk) is not False
    }
    for resource in resources:
        identity = resource.id
        parts = [identity.group, identity.version, identity.kind]
        # What has no name, as a list, still has the line before it.
        name = "_".join([*filter(None, parts), identity.name]).lower()
        if len(in_namespaces) > 1 and schema.namespaced(identity.gvk) is not False:
            name = f"{(identity.namespace or 'default').lower()}_{name}"
        path = folder / f"{name}.yaml"
        if path.parent != folder:
            raise OutsideError(
                f"{identity.name!r} cannot be the name of a file",
                hint="name a file instead of a directory",
            )
        write_file(path, yamlio.dump(by_type(resource.doc)))
