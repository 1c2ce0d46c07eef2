"""Inflating charts with the real helm, away from the user's files and settings."""

from __future__ import annotations

import os
import posixpath
import shutil
import subprocess
import tempfile
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from promote.errors import OutsideError
from promote.render.helm_values import merged_values

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from promote.render.helm import Chart
    from promote.render.loading import Directory

_SECONDS = 300


class HelmProgram:
    """Runs helm in a folder of its own, with an environment of its own.

    A chart that the repository holds is copied there; one that it does not hold is pulled there, so
    that nothing is written into the user's work tree.

    Args:
        command: the helm program, a name or a path.
        api_versions, kube_version: what charts see of the cluster, where an entry does not say.
    """

    def __init__(
        self, command: str = "helm", api_versions: Sequence[str] = (), kube_version: str = ""
    ) -> None:
        self.command = command
        self.api_versions = tuple(api_versions)
        self.kube_version = kube_version

    def inflate(self, chart: Chart, directory: Directory) -> bytes:
        """What `helm template` prints for a chart.

        Raises:
            OutsideError: helm is missing, the chart cannot be had, or a template of it fails.
        """
        chart = replace(
            chart,
            api_versions=chart.api_versions or self.api_versions,
            kube_version=chart.kube_version or self.kube_version,
        )
        with _workshop() as work:
            folder = work / "chart" / chart.name
            if not self._copy(chart, directory, folder):
                self._pull(chart, folder.parent, work)
            own = folder / "values.yaml"
            values = work / "values.yaml"
            values.write_bytes(
                merged_values(chart, directory, own.read_bytes() if own.is_file() else None)
            )
            more = []
            for index, name in enumerate(chart.more_values_files):
                file = work / f"values-{index}.yaml"
                file.write_bytes(directory.read(name))
                more += ["-f", str(file)]
            arguments = _template_arguments(chart, folder, values, more)
            return self._run(arguments, work, f"inflating the chart {chart.name!r}")

    def _copy(self, chart: Chart, directory: Directory, folder: Path) -> bool:
        source = directory.join(chart.folder)
        if directory.tree.kind(source) != "directory":
            return False
        _export(directory, source, folder)
        return True

    def _pull(self, chart: Chart, folder: Path, work: Path) -> None:
        if not chart.repo:
            raise OutsideError(
                f"there is no chart {chart.name!r} in {chart.home!r}, and no repo to pull it from",
                hint="add repo: and version: to the entry",
            )
        arguments = ["pull", "--untar", "--untardir", str(folder)]
        if chart.repo.startswith("oci://"):
            arguments += [f"{chart.repo.rstrip('/')}/{chart.name}"]
        else:
            arguments += ["--repo", chart.repo, chart.name]
        arguments += ["--version", chart.version] if chart.version else []
        arguments += ["--devel"] if chart.devel else []
        self._run(arguments, work, f"pulling the chart {chart.name!r}")

    def _run(self, arguments: Sequence[str], work: Path, doing: str) -> bytes:
        program = shutil.which(self.command)
        if program is None:
            raise OutsideError(
                f"{doing} needs {self.command!r}, which is not installed",
                hint="install helm 3, or name it with --helm-command",
            )
        try:
            ran = subprocess.run(  # noqa: S603 - a fixed program, arguments made above, no shell
                [program, *arguments],
                env=_environment(work),
                cwd=work,
                capture_output=True,
                timeout=_SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise OutsideError(f"{doing} took more than {_SECONDS} seconds") from None
        if ran.returncode:
            raise OutsideError(f"{doing} failed: {_reason(ran.stderr)}")
        return ran.stdout


def _reason(said: bytes) -> str:
    """The line of helm's complaint that says most: its error, and not the advice below."""
    lines = said.decode(errors="replace").strip().splitlines() or ["helm said nothing"]
    error = next((line for line in lines if line.startswith("Error: ")), lines[-1])
    return error.removeprefix("Error: ")


@contextmanager
def _workshop() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="promote-helm-") as folder:
        yield Path(folder)


def _environment(work: Path) -> dict[str, str]:
    """What helm needs and nothing of the user's: no tokens, no plugins, no repositories."""
    kept = (
        "PATH",
        "LANG",
        "SSL_CERT_FILE",
        "SSL_CERT_DIR",
        "HTTPS_PROXY",
        "HTTP_PROXY",
        "NO_PROXY",
    )
    environment = {name: os.environ[name] for name in kept if name in os.environ}
    return environment | {
        "HOME": str(work),
        "HELM_CONFIG_HOME": str(work / "helm"),
        "HELM_CACHE_HOME": str(work / "helm" / ".cache"),
        "HELM_DATA_HOME": str(work / "helm" / ".data"),
    }


def _template_arguments(chart: Chart, folder: Path, values: Path, more: list[str]) -> list[str]:
    arguments = ["template", chart.release or "--generate-name", str(folder)]
    for flag, value in (("--namespace", chart.namespace), ("--name-template", chart.name_template)):
        arguments += [flag, value] if value else []
    arguments += ["-f", str(values), *more]
    for version in chart.api_versions:
        arguments += ["--api-versions", version]
    arguments += ["--kube-version", chart.kube_version] if chart.kube_version else []
    for flag, wanted in (
        ("--include-crds", chart.include_crds),
        ("--skip-tests", chart.skip_tests),
        ("--no-hooks", chart.skip_hooks),
        ("--devel", chart.devel),
    ):
        arguments += [flag] if wanted else []
    return arguments


def _export(directory: Directory, source: str, target: Path) -> None:
    """Copy a folder out of a tree."""
    target.mkdir(parents=True, exist_ok=True)
    for name in directory.tree.entries(source):
        path = posixpath.join(source, name)
        if directory.tree.kind(path) == "directory":
            _export(directory, path, target / name)
        elif directory.tree.kind(path) == "file":
            (target / name).write_bytes(directory.tree.read(path))
