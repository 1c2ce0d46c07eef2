"""What `promote render` does with a request: a directory, an environment, or many overlays."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from promote.cli.building import BuildFlags, build_directory, write_files
from promote.cli.common import write_file
from promote.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from promote.cli.request import RenderRequest
    from promote.model.resource import Resource


def perform_render(request: RenderRequest, arguments: Sequence[str]) -> int:
    """Render what is asked for.

    Args:
        request: what is asked for.
        arguments: the whole command line, by which the same run is known again.

    Returns:
        The exit code.

    Raises:
        UsageError: the request contradicts itself.
        PromoteError: it cannot be rendered, or not be written.
    """
    if request.directories and request.environments:
        raise UsageError("give a directory or --env, not both")
    if request.annotate_origin and len(request.environments) != 1:
        raise UsageError("--annotate-origin needs one --env: a directory alone has no layers")
    if request.every or len(request.directories) > 1 or len(request.environments) > 1:
        return _many(request, arguments)
    if request.environments:
        _environment(request)
    else:
        where = request.directories[0] if request.directories else "."
        _print(build_directory(where, _flags(request)), request.output)
    return ExitCode.DONE


def _flags(request: RenderRequest) -> BuildFlags:
    return BuildFlags(
        request.load_restrictor,
        request.reorder,
        request.managed_by,
        request.remote,
        request.enable_helm,
        request.helm_command,
        request.helm_api_versions,
        request.helm_kube_version,
    )


def _many(request: RenderRequest, arguments: Sequence[str]) -> int:
    from pathlib import Path  # noqa: PLC0415 - not for one

    from promote.cli.fleet import FleetFlags, render_many  # noqa: PLC0415 - as above

    wanted = FleetFlags(
        request.every,
        request.environments,
        request.apps,
        request.cluster,
        request.directories,
        None if request.output is None else Path(request.output),
        request.jobs,
        request.scheduler,
        not request.no_cache,
        request.quiet,
        tuple(arguments),
    )
    return render_many(wanted, _flags(request))


def _environment(request: RenderRequest) -> None:
    from promote.cli.outside import outside  # noqa: PLC0415 - not needed for a directory
    from promote.project import open_project  # noqa: PLC0415 - as above

    beyond = outside(request.enable_helm, request.helm_command, request.remote)
    (environment,) = request.environments
    with beyond as (helm, remotes), open_project(helm=helm, remotes=remotes) as project:
        if request.annotate_origin:
            from promote.explain.annotate import annotated  # noqa: PLC0415 - costs nothing else

            text = annotated(project, environment, request.apps, request.cluster)
            _write(text, request.output)
            return
        _print(project.render_all(environment, request.apps, request.cluster), request.output)


def _print(resources: list[Resource], output: str | None) -> None:
    if output is not None and os.path.isdir(output):  # noqa: PTH112 - pathlib costs its import
        write_files(resources, output)
        return
    from promote import yamlio  # noqa: PLC0415 - help needs no engine

    _write(yamlio.dump_all(resource.doc for resource in resources), output)


def _write(text: str, output: str | None) -> None:
    if output is None:
        sys.stdout.write(text)
    elif os.path.isdir(output):  # noqa: PTH112 - as above
        raise UsageError(f"{output} is a directory", hint="name a file")
    else:
        from pathlib import Path  # noqa: PLC0415 - as above

        write_file(Path(output), text)
