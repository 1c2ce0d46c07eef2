"""Where a repository's pull requests live, as far as its remote's address tells."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from promote.errors import GitError
from promote.forge.address import guess
from promote.git import Repository

if TYPE_CHECKING:
    from pathlib import Path

_USUAL: Final = ("main", "master", "trunk", "develop")


@dataclass(frozen=True, slots=True)
class Home:
    """What `forge` says in a project file.

    Attributes:
        note: what could not be known, for the one who reads the proposal.
    """

    kind: str = "local"
    remote: str = "origin"
    branch: str = "main"
    note: str = ""


def home_of(folder: Path) -> Home:
    """Where the repository that a folder is in lives."""
    try:
        with Repository.open(folder) as repository:
            return _home(repository)
    except GitError:
        return Home(note="This folder is in no Git repository yet: `git init`, and add a remote.")


def _home(repository: Repository) -> Home:
    remotes = repository.configuration.remotes()
    name = "origin" if "origin" in remotes or not remotes else remotes[0]
    branch = _branch(repository, name)
    if not remotes:
        note = "There is no remote yet; its address would say which forge it is."
        return Home(branch=branch, note=note)
    kind, note = "", "The remote's address is not one that promote uses."
    with suppress(GitError):
        kind, note = guess(repository.remote(name).url)
    if len(remotes) > 1:
        note = f"{note} There are more remotes: {', '.join(remotes)}.".strip()
    return Home(kind or "local", name, branch, note)


def _branch(repository: Repository, remote: str) -> str:
    """The branch that the remote's HEAD is at, else a usual one, else the only one."""
    for prefix in (f"refs/remotes/{remote}/", "refs/heads/"):
        out = repository.program.run("refs", prefix, git_dir=repository.git_dir).stdout.decode()
        refs = {line.split(" ", 1)[1].removeprefix(prefix): line[:40] for line in out.splitlines()}
        head = refs.pop("HEAD", "")
        same = [name for name, commit in refs.items() if commit == head] or list(refs)
        usual = [name for name in _USUAL if name in same]
        if usual or len(same) == 1:
            return (usual or same)[0]
    return _USUAL[0]
