"""A promotion's view of the world: the base branch as the remote has it, and the forge."""

from __future__ import annotations

import posixpath
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from promote.config import PROJECT_FILE, load_config
from promote.errors import BugError, FileMissingError, ProjectError, PromoteError
from promote.forge import open_forge
from promote.forge.address import authorities_file
from promote.forge.local import utc_now
from promote.forge.tokens import token_of
from promote.git import GitTree, Mainline, Program, Repository
from promote.git.credentials import authenticate
from promote.promotion.view import View, bootstrap_forge

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from promote.config import ForgeConfig
    from promote.forge import Forge
    from promote.git import Remote
    from promote.model.tree import Tree
    from promote.promotion.releases.fields import Overlay, Promotable
    from promote.promotion.releases.release import Release


class Session:
    """One base branch of one remote, read at one commit; `refresh` reads it again.

    What is promoted, and the gates that decide on it, are read from that commit: not from the
    user's work tree, and not from the branch that is proposed.

    Attributes:
        base: the branch that environments are read from and merged into.
        tip: the commit that it is at.
        releases: what was read of its history, as commits never change.
    """

    def __init__(
        self,
        repository: Repository,
        remote: Remote,
        forge: Forge,
        *,
        base: str,
        root: str = "/",
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        self.repository = repository
        self.remote = remote
        self.forge = forge
        self.base = base
        self.root = root
        self.clock = clock
        self.tip = ""
        self._view: View | None = None
        self._line: Mainline | None = None
        self.releases: dict[tuple[str, Overlay, Promotable], Release] = {}
        self.refresh()

    @property
    def view(self) -> View:
        """The project as the base branch has it."""
        if self._view is None:
            raise BugError("the session is closed")
        return self._view

    def close(self) -> None:
        """End what renders."""
        view, self._view = self._view, None
        if view is not None:
            view.close()

    def refresh(self) -> None:
        """Read the base branch again.

        Raises:
            GitError: the remote cannot be read.
            ProjectError: the base branch has no project, or a wrong one.
        """
        ref = f"refs/heads/{self.base}"
        tip = self.remote.fetch(ref).get(ref)
        if tip is None:
            raise ProjectError(
                f"the remote {self.remote.name} has no branch {self.base}",
                hint=f"`git push {self.remote.name} {self.base}` first",
            )
        if tip == self.tip:
            return
        self.close()
        self.tip = tip
        self._line = None
        self.tree = GitTree(self.repository, tip)
        try:
            self._view = View.open(self.tree, self.root)
        except FileMissingError as error:
            raise ProjectError(
                f"{self.remote.name}/{self.base}: {error.message}",
                hint="commit and push the project first",
            ) from error

    def line(self) -> Mainline:
        """The branch's own line of commits, its whole history at hand."""
        self.need_history()
        if self._line is None:
            repository = self.repository
            self._line = Mainline(repository.store, repository.history, self.tip)
        return self._line

    def need_history(self) -> None:
        """Make sure that the branch's whole history is here, also in a shallow clone."""
        if self.repository.store.shallow:
            self.remote.fetch(f"refs/heads/{self.base}", history=True)

    def edited(self, edits: dict[str, bytes]) -> Tree:
        """The base branch's tree with files laid over it."""
        from promote.render.files import EditedTree  # noqa: PLC0415 - reading needs no rendering

        return EditedTree(self.tree, edits)


def _forge(repository: Repository, remote: Remote, settings: ForgeConfig, root: str) -> Forge:
    """The forge as the base branch has it: a folder's own file must not say where a token goes."""
    environ = repository.program.environ
    token = token_of(settings, environ)

    def known(ca: str) -> None:
        authenticate(repository.store, remote.url, token.git_user, token.text, ca=ca)

    over_tls = remote.url.transport == "https"
    known(_authorities_last_seen(repository, settings, root) if over_tls else "")
    ref = f"refs/heads/{settings.branch}"
    tip = remote.fetch(ref).get(ref)
    policy = settings
    if tip is not None:
        with suppress(FileMissingError):  # which the session reports, with what to do
            policy = load_config(GitTree(repository, tip), root).forge
        known(authorities_file(policy))
    return open_forge(policy, repository.store, remote, repository.identity(), environ)


def _authorities_last_seen(repository: Repository, settings: ForgeConfig, root: str) -> str:
    """Whom to trust for the first look: the base branch says it, as it was at the last fetch."""
    seen = f"refs/remotes/{settings.remote}/{settings.branch}"
    with suppress(PromoteError):  # it was never fetched, or is mended by now
        tree = GitTree(repository, repository.resolve(seen))
        if b"ca-file" in tree.read(posixpath.join(root, PROJECT_FILE)):
            return authorities_file(load_config(tree, root).forge)
    return ""


@contextmanager
def open_session(
    folder: Path | str = ".",
    *,
    program: Program | None = None,
    clock: Callable[[], datetime] = utc_now,
) -> Iterator[Session]:
    """Open the project that a folder lies in, as its remote's base branch has it.

    Only the name of the remote and of the base branch come from the folder.

    Raises:
        GitError: there is no repository, or the remote cannot be read.
        ProjectError: there is no project.
    """
    start = Path(folder).resolve()
    with Repository.open(start, program=program) as repository:
        settings, root = bootstrap_forge(repository, start)
        remote = repository.remote(settings.remote)
        forge = _forge(repository, remote, settings, root)
        session = Session(repository, remote, forge, base=settings.branch, root=root, clock=clock)
        with closing(session):
            yield session
