"""A repository of the user's, found and opened for reading."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Self

from promote.errors import GitError
from promote.git.configuration import Configuration, read_configuration
from promote.git.history import History
from promote.git.names import check_object_id, check_remote_name, check_revision, check_url
from promote.git.program import Program
from promote.git.records import Identity
from promote.git.remote import Remote
from promote.git.store import Borrowed, ObjectStore
from promote.model.closing import Closing
from promote.model.names import nearest


class Repository(Closing):
    """A repository opened: its objects, the names of its commits, and its remotes.

    Use it as a context manager, or `close` it.

    Attributes:
        top: the top of the work tree; None for a bare repository.
        git_dir: the git directory of this work tree.
        store: its objects.
        history: its commits' ancestry.
    """

    def __init__(self, top: Path | None, git_dir: Path, common_dir: Path, program: Program) -> None:
        self.top = top
        self.git_dir = git_dir
        self.program = program
        self.configuration: Configuration = read_configuration(program, git_dir)
        ssh_is_chosen = {"GIT_SSH", "GIT_SSH_COMMAND"} & program.environ.keys()
        settings = self.configuration.carried()
        if not ssh_is_chosen and not any(key == "core.sshcommand" for key, _ in settings):
            settings.append(("core.sshCommand", "ssh -oBatchMode=yes"))
        self.store = ObjectStore(
            program,
            Borrowed(
                objects=common_dir / "objects",
                shallow=common_dir / "shallow",
                object_format=self.configuration.last("extensions.objectformat") or "sha1",
                settings=tuple(settings),
            ),
        )
        self.history = History(self.store)

    @classmethod
    def open(cls, path: Path | str = ".", *, program: Program | None = None) -> Self:
        """Open the repository that `path` lies in.

        A work tree, a linked work tree, a submodule, or the folder of a bare repository. A bare
        repository that lies inside a work tree is passed over, as anyone may have committed it.

        Raises:
            GitError: there is none, or git is missing or too old.
        """
        start = Path(path).resolve()
        program = program or Program()
        program.version()
        top, git_dir = _discover(start)
        common_file = git_dir / "commondir"
        common = git_dir
        if common_file.is_file():
            common = (git_dir / common_file.read_text(encoding="utf-8").strip()).resolve()
        if not (git_dir / "HEAD").exists() or not (common / "objects").is_dir():
            raise GitError(f"{git_dir} is not a Git repository")
        return cls(top, git_dir, common, program)

    def close(self) -> None:
        """End what runs and remove the temporary files."""
        self.store.close()

    def resolve(self, revision: str = "HEAD") -> str:
        """The id of the commit that a branch, tag or revision of the user's names.

        Raises:
            GitError: it names none.
        """
        checked = check_revision(revision)
        done = self.program.run(
            "resolve", f"{checked}^{{commit}}", git_dir=self.git_dir, allow=range(256)
        )
        if done.code == 0:
            return check_object_id(done.stdout.decode().strip())
        if checked == "HEAD":
            raise GitError(
                "the repository has no commit yet", hint="commit the project's files first"
            )
        hint = "the clone is shallow: `git fetch --unshallow`" if self.store.shallow else None
        raise GitError(f"the repository has no commit {revision!r}", hint=hint)

    def remote(self, name: str = "origin") -> Remote:
        """A remote that the repository's configuration names.

        Raises:
            GitError: there is none of that name, or its address is not one that promote uses.
        """
        checked = check_remote_name(name)
        # Of several addresses git reads the first.
        url = next(iter(self.configuration.all(f"remote.{checked}.url")), None)
        if url is None:
            known = self.configuration.remotes()
            raise GitError(
                f"the repository has no remote {checked!r}",
                hint=nearest(checked, known) or f"`git remote add {checked} URL`",
            )
        pushed = self.configuration.last(f"remote.{checked}.pushurl")
        base = self.top or self.git_dir
        return Remote(
            self.store,
            checked,
            check_url(url, base),
            check_url(pushed, base) if pushed else None,
        )

    def identity(self) -> Identity:
        """Who the user is to Git: the environment's author, else the configured name and address.

        Raises:
            GitError: Git does not know.
        """
        environ, last = self.program.environ, self.configuration.last
        name = environ.get("GIT_AUTHOR_NAME") or last("author.name") or last("user.name")
        email = environ.get("GIT_AUTHOR_EMAIL") or last("author.email") or last("user.email")
        if not name or not email:
            raise GitError(
                "Git does not know who you are",
                hint="`git config --global user.name NAME` and `… user.email ADDRESS`",
            )
        return Identity(name, email)


def _discover(start: Path) -> tuple[Path | None, Path]:
    """The top of the work tree and the git directory that `start` lies in."""
    folder = start if start.is_dir() else start.parent
    for candidate in (folder, *folder.parents):
        dot_git = candidate / ".git"
        if dot_git.is_dir():
            return candidate, dot_git
        if dot_git.is_file():
            return candidate, _linked(dot_git)
    if all((start / name).exists() for name in ("HEAD", "objects", "refs")):
        return None, start
    if start.name == ".git" and start.is_dir():
        return start.parent, start
    raise GitError(
        f"{os.fspath(start)} is not in a Git repository", hint="run in a clone, or `git init` first"
    )


def _linked(dot_git: Path) -> Path:
    word, _, target = dot_git.read_text(encoding="utf-8", errors="replace").partition(":")
    if word != "gitdir" or not target.strip():
        raise GitError(f"{dot_git} does not name a git directory")
    return (dot_git.parent / target.strip()).resolve()
