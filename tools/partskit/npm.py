"""Files out of npm packages."""

from __future__ import annotations

import shutil
import subprocess
import tarfile
import tempfile
from dataclasses import dataclass
from pathlib import Path

from partskit.records import PartError


@dataclass(frozen=True)
class NpmFiles:
    """Takes files out of a package; nothing of it is run.

    Attributes:
        package: its name.
        version: its version.
        files: where each file goes, by its path in the package.
    """

    package: str
    version: str
    files: tuple[tuple[str, str], ...]

    def __call__(self, made: Path) -> None:
        """Copy the files into a folder.

        Raises:
            PartError: there is no npm, or the package cannot be had.
        """
        npm = shutil.which("npm")
        if npm is None:
            message = "npm is not installed"
            raise PartError(message)
        with tempfile.TemporaryDirectory() as scratch:
            done = subprocess.run(  # noqa: S603 - a fixed command and a name of the table
                [npm, "pack", "--silent", f"{self.package}@{self.version}"],
                cwd=scratch,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                check=False,
            )
            packed = next(Path(scratch).glob("*.tgz"), None)
            if done.returncode or packed is None:
                last = (done.stderr.strip() or "no reason given").splitlines()[-1]
                message = f"npm pack failed: {last}"
                raise PartError(message)
            with tarfile.open(packed) as archive:
                for inside, target in self.files:
                    file = archive.extractfile(f"package/{inside}")
                    if file is None:
                        message = f"{self.package} has no file {inside}"
                        raise PartError(message)
                    (made / target).parent.mkdir(parents=True, exist_ok=True)
                    (made / target).write_bytes(file.read())
