"""Programs built from Go modules."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from partskit.records import PartError


@dataclass(frozen=True)
class GoBuild:
    """Builds programs of one module into `bin/`, in a scratch module.

    `go install package@version` would be shorter, but refuses modules that have `replace` lines, as
    kustomize, Gitea and Kubernetes do. A scratch module takes those lines over.

    Attributes:
        module: the module's path.
        version: its version.
        packages: the packages of the programs; a program has its package's name.
        tags: build tags.
        cgo: whether it needs a C compiler.
        staging: the version of the modules that `replace` lines look for in the module's own
            folder, from which a published module leaves them out.
        folders: folders of the module that the program reads while it runs, kept beside it in
            `share/NAME/`.
    """

    module: str
    version: str
    packages: tuple[str, ...]
    tags: str = ""
    cgo: bool = False
    staging: str = ""
    folders: tuple[str, ...] = ()

    def __call__(self, made: Path) -> None:
        """Build into a folder, and copy what the programs read."""
        source = module_folder(self.module, self.version)
        with tempfile.TemporaryDirectory() as scratch:
            folder = Path(scratch)
            _go("mod", "init", "scratch", cwd=folder)
            edits = [f"-require={self.module}@{self.version}", *self._replacements(source)]
            _go("mod", "edit", *edits, cwd=folder)
            for package in self.packages:
                target = made / "bin" / _program(package)
                flags = ["-mod=mod", "-trimpath", "-ldflags=-s -w", f"-tags={self.tags}"]
                _go("build", *flags, "-o", str(target), package, cwd=folder, cgo=self.cgo)
        for name in self.folders:
            target = made / "share" / _program(self.packages[0]) / name
            # The module cache is read-only, and what is copied must be removable one day.
            shutil.copytree(source / name, target, copy_function=shutil.copyfile)
            for directory in (target, *target.rglob("*/")):
                directory.chmod(0o755)

    def _replacements(self, source: Path) -> list[str]:
        """The module's `replace` lines, as options of `go mod edit`."""
        read = json.loads(_go("mod", "edit", "-json", str(source / "go.mod"), cwd=source))
        options = []
        for line in read.get("Replace") or []:
            old, new = line["Old"], line["New"]
            to = f"{new['Path']}@{new.get('Version', '')}"
            if new["Path"].startswith("."):
                to = f"{old['Path']}@{self.staging}"
            options.append(f"-replace={'@'.join(filter(None, old.values()))}={to}")
        return options


def module_folder(module: str, version: str) -> Path:
    """Where Go keeps a module's files, after a download where needed.

    Raises:
        PartError: there is no Go, or the module cannot be had.
    """
    with tempfile.TemporaryDirectory() as scratch:
        out = _go("mod", "download", "-json", f"{module}@{version}", cwd=Path(scratch))
    return Path(cast("str", json.loads(out)["Dir"]))


def _program(package: str) -> str:
    """What `go install` would call it: a last part like `v5` says only the major version."""
    *_, before, last = package.split("/")
    return before if last[0] == "v" and last[1:].isdigit() else last


def _go(*arguments: str, cwd: Path, cgo: bool = False) -> str:
    """Run go, and give what it prints.

    Raises:
        PartError: there is no Go, or it failed; with the last lines of what it said.
    """
    go = shutil.which("go")
    if go is None:
        message = "needs Go (https://go.dev/dl or your system's package), which is not on PATH"
        raise PartError(message)
    environment = {**os.environ, "CGO_ENABLED": "1" if cgo else "0", "GOWORK": "off"}
    done = subprocess.run(  # noqa: S603 - the arguments are those of the table of parts
        [go, *arguments],
        cwd=cwd,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        # `go mod download -json` says what is wrong in its output.
        said = (done.stderr.strip() or done.stdout.strip()).splitlines()[-8:]
        raise PartError("\n    ".join([f"go {' '.join(arguments[:2])} failed:", *said]))
    return done.stdout
