"""Programs that come as packages of the machine's own system."""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING

from partskit.records import PartError

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True)
class AptInstall:
    """Installs a Debian package; only root can, and only on Debian and its kin.

    Attributes:
        package: the package's name.
    """

    package: str

    def __call__(self, _made: Path) -> None:
        """Install it on the machine.

        Raises:
            PartError: it cannot be done here.
        """
        apt = shutil.which("apt-get")
        if apt is None or os.geteuid() != 0:
            message = f"install your system's package {self.package!r}"
            raise PartError(message)
        for command in (["update"], ["install", "--yes", "--no-install-recommends", self.package]):
            done = subprocess.run(  # noqa: S603 - a fixed command and a name of the table
                [apt, "--quiet", *command],
                env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"},
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                check=False,
            )
            if done.returncode:
                last = (done.stderr.strip() or "no reason given").splitlines()[-1]
                message = f"apt-get {command[0]} failed: {last}"
                raise PartError(message)
