"""Builds the real programs that tests and benchmarks run, into a cache outside the repository.

    python tools/parts.py list
    python tools/parts.py install NAME... | --for-tests | --all
    python tools/parts.py path NAME

The cache is `$PROMOTE_PARTS`, or `promote-parts` in the user's cache folder. Each program is built
from its Go module at a pinned version, and built again when the version here changes.
"""

from __future__ import annotations

import argparse
import fcntl
import json
import os
import shutil
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True)
class Part:
    """A program, and the Go module that it is built from.

    Attributes:
        name: the program.
        module, version: the module that holds it.
        package: its package.
        for_tests: whether `make test` needs it.
        replaces: the module's `replace` lines are needed to build it.
        tags: build tags.
    """

    name: str
    module: str
    version: str
    package: str
    for_tests: bool = False
    replaces: bool = False
    tags: str = ""


PARTS = {
    part.name: part
    for part in (
        Part(
            "kustomize",
            "sigs.k8s.io/kustomize/kustomize/v5",
            "v5.8.1",
            "sigs.k8s.io/kustomize/kustomize/v5",
            for_tests=True,
        ),
        Part("helm", "helm.sh/helm/v3", "v3.22.0", "helm.sh/helm/v3/cmd/helm", for_tests=True),
        Part(
            "kubeconform",
            "github.com/yannh/kubeconform",
            "v0.8.0",
            "github.com/yannh/kubeconform/cmd/kubeconform",
            for_tests=True,
        ),
        Part(
            "crane",
            "github.com/google/go-containerregistry",
            "v0.22.1",
            "github.com/google/go-containerregistry/cmd/crane",
        ),
        Part("dyff", "github.com/homeport/dyff", "v1.12.0", "github.com/homeport/dyff/cmd/dyff"),
        Part("sops", "github.com/getsops/sops/v3", "v3.13.3", "github.com/getsops/sops/v3/cmd/sops"),
        Part("age", "filippo.io/age", "v1.3.2", "filippo.io/age/cmd/age"),
        Part(
            "gitea",
            "code.gitea.io/gitea",
            "v1.25.2",
            "code.gitea.io/gitea",
            replaces=True,
            tags="sqlite sqlite_unlock_notify",
        ),
    )
}


def cache() -> Path:
    """The folder that holds what is built."""
    chosen = os.environ.get("PROMOTE_PARTS")
    if chosen:
        return Path(chosen)
    home = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(home) / "promote-parts"


def path_of(part: Part) -> Path:
    """Where a program is, or will be."""
    return cache() / "bin" / part.name


def is_built(part: Part) -> bool:
    """Whether the program of the pinned version is there."""
    stamp = cache() / "bin" / f".{part.name}.version"
    return (
        path_of(part).is_file() and stamp.is_file() and stamp.read_text().strip() == part.version
    )


def install(part: Part) -> None:
    """Build a program, unless it is there.

    Raises:
        SystemExit: Go is missing, or the build fails.
    """
    with _lock(part):
        if is_built(part):
            return
        go = shutil.which("go")
        if go is None:
            sys.exit(f"parts: {part.name} is built with Go, which is not installed")
        print(f"parts: building {part.name} {part.version}", flush=True)
        with tempfile.TemporaryDirectory(prefix="promote-part-") as folder:
            _build(part, go, Path(folder))
        (cache() / "bin" / f".{part.name}.version").write_text(part.version)


def _build(part: Part, go: str, folder: Path) -> None:
    """Build in a scratch module, since some of the modules cannot be installed by name."""
    target = path_of(part)
    target.parent.mkdir(parents=True, exist_ok=True)
    fresh = target.with_suffix(".new")
    _go(folder, go, "mod", "init", "scratch")
    if part.replaces:
        _copy_replaces(part, go, folder)
        _go(folder, go, "mod", "edit", "-require", f"{part.module}@{part.version}")
    else:
        _go(folder, go, "get", f"{part.package}@{part.version}")
    tags = ["-tags", part.tags] if part.tags else []
    _go(folder, go, "build", "-mod=mod", *tags, "-o", str(fresh), part.package)
    fresh.replace(target)


def _copy_replaces(part: Part, go: str, folder: Path) -> None:
    source = module_folder(part, go, folder)
    lines = (source / "go.mod").read_text().splitlines()
    with (folder / "go.mod").open("a") as file:
        file.writelines(f"{line}\n" for line in lines if line.startswith("replace "))


def module_folder(part: Part, go: str, folder: Path) -> Path:
    """Where Go keeps the source of a part's module."""
    wanted = f"{part.module}@{part.version}"
    out = subprocess.run(  # noqa: S603 - fixed arguments
        [go, "mod", "download", "-json", wanted], cwd=folder, capture_output=True, check=True
    )
    return Path(json.loads(out.stdout)["Dir"])


def _go(folder: Path, go: str, *arguments: str) -> None:
    ran = subprocess.run(  # noqa: S603 - fixed arguments
        [go, *arguments], cwd=folder, capture_output=True, text=True, check=False
    )
    if ran.returncode:
        last = ran.stderr.strip().splitlines()[-1:] or ["go said nothing"]
        sys.exit(f"parts: go {arguments[0]} failed: {last[0]}")


@contextmanager
def _lock(part: Part) -> Iterator[None]:
    """One build of a part at a time, among all processes."""
    folder = cache() / "bin"
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / f".{part.name}.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("list")
    installing = commands.add_parser("install")
    installing.add_argument("names", nargs="*", choices=[*PARTS, []])
    installing.add_argument("--for-tests", action="store_true")
    installing.add_argument("--all", action="store_true")
    finding = commands.add_parser("path")
    finding.add_argument("name", choices=PARTS)
    options = parser.parse_args()
    if options.command == "list":
        for part in PARTS.values():
            print(f"{part.name} {part.version} {'built' if is_built(part) else 'not built'}")
    elif options.command == "path":
        print(path_of(PARTS[options.name]))
    else:
        wanted = [
            part
            for part in PARTS.values()
            if options.all or part.name in options.names or (options.for_tests and part.for_tests)
        ]
        if options.for_tests and shutil.which("go") is None and not os.environ.get("CI"):
            print("parts: Go is not installed, so tests with real programs are skipped")
            return
        for part in wanted:
            install(part)


if __name__ == "__main__":
    main()
