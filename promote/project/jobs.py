"""What a fleet consists of: jobs, how they are rendered, and what came of them.

Apart from what renders, so that a fleet of which nothing changed loads none of that.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from promote.project.units import Unit
from promote.render.ordering import LEGACY

if TYPE_CHECKING:
    from promote.config import ProjectConfig
    from promote.render.loading import ParsedFiles
    from promote.store.inputs import Found, RecordingTree


class Job(NamedTuple):
    """One overlay to render.

    Attributes:
        name: what it is called, and its file in the output without the suffix.
        group: jobs of one group share bases.
        directory: the directory to build; empty for a unit of a project.
        unit: the unit to render.
    """

    name: str
    group: str = ""
    directory: str = ""
    unit: Unit = Unit("", "")


@dataclass(frozen=True, slots=True)
class Recipe:
    """How a fleet is rendered; can be sent to another process.

    Attributes:
        root: the folder of the project, or the one that directories are named from.
        confine: nothing outside this folder is read; None for no limit.
        project: for units of a project, `digest_of` its configuration; else empty.
        restrict, reorder, managed_by: as in `BuildOptions`.
        helm: the helm program, its API versions and its Kubernetes version; None refuses charts.
        remote_hosts: hosts to fetch bases from.
        run: differs for each run, since files are taken not to change within one.
    """

    root: str
    confine: str | None = None
    project: str = ""
    restrict: bool = True
    reorder: str = LEGACY
    managed_by: bool = False
    helm: tuple[str, tuple[str, ...], str] | None = None
    remote_hosts: tuple[str, ...] = ()
    run: str = ""

    def identity(self) -> str:
        """A text that differs for any other way to render."""
        return repr(
            (
                self.root,
                self.confine,
                self.project,
                self.restrict,
                self.reorder,
                self.managed_by,
                self.helm and (*self.helm, _program(self.helm[0])),
                self.remote_hosts,
            )
        )


class Made(NamedTuple):
    """A job that was rendered.

    Attributes:
        job: which.
        text: the manifests; None when there is an error.
        digest: their SHA-256; empty when there is an error.
        error: why there are none.
        warnings: what was said on the way.
        inputs: the paths that were asked for on the way.
        storable: whether all that the manifests depend on is in `inputs`.
    """

    job: Job
    text: bytes | None
    digest: str
    error: str
    warnings: tuple[str, ...]
    inputs: tuple[str, ...]
    storable: bool


class Batch(NamedTuple):
    """Jobs that were rendered together, and what was found at each of their inputs."""

    made: tuple[Made, ...]
    found: dict[str, Found]


def digest_of(config: ProjectConfig) -> str:
    """A text that differs for any other configuration: it is made of frozen records."""
    return hashlib.sha256(repr(config).encode()).hexdigest()


class Lent(NamedTuple):
    """What the plan of a run has read already, for the jobs of the same process.

    Attributes:
        tree: what was asked for; the same files are not looked at twice.
        files: what was parsed, for plain directories.
        config: the configuration, for a project.
    """

    tree: RecordingTree
    files: ParsedFiles | None = None
    config: ProjectConfig | None = None


_lent: dict[str, Lent] = {}


def lend(recipe: Recipe, lent: Lent) -> None:
    """Leave what a plan has read to those who render in this process."""
    _lent.clear()
    _lent[recipe.run] = lent


def borrow(recipe: Recipe) -> Lent | None:
    """What the plan of this run has read, if it was made in this process."""
    return _lent.get(recipe.run)


def _program(command: str) -> str:
    """A program by where it is and how its file looks."""
    import os  # noqa: PLC0415 - only with charts
    import shutil  # noqa: PLC0415 - as above

    path = shutil.which(command)
    if path is None:
        return ""
    status = os.stat(path)  # noqa: PTH116 - one look
    return f"{os.path.realpath(path)} {status.st_size} {status.st_mtime_ns} {status.st_ino}"
