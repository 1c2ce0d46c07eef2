"""Other repositories, of which one commit is read: bases that an overlay names by an address.

Only the one commit is fetched, without history, tags or submodules. It is kept by address and
commit, so that a commit is fetched once: a full id needs no network the second time.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from promote.errors import GitError
from promote.git.configuration import read_configuration
from promote.git.names import check_object_id, check_ref, check_url
from promote.git.program import Program
from promote.git.store import Borrowed, ObjectStore
from promote.git.tree import GitTree

if TYPE_CHECKING:
    from promote.git.names import RemoteUrl

_FULL_ID: Final = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_NAME: Final = "base"
_KEPT_REF: Final = "refs/promote/base"


class FetchedCommit(NamedTuple):
    """A commit of another repository.

    Attributes:
        tree: its files.
        commit: its full id.
    """

    tree: GitTree
    commit: str


class CommitCache:
    """Commits of other repositories, fetched when they are asked for.

    Safe for several processes: a commit is fetched beside the cache and moved into it whole.

    Args:
        folder: where commits are kept.
        program: what starts git.
    """

    def __init__(self, folder: Path, program: Program | None = None) -> None:
        self._folder = folder
        self._program = program or Program()
        self._stores: list[ObjectStore] = []
        self._settings: tuple[tuple[str, str], ...] | None = None

    def close(self) -> None:
        """End what runs, and remove temporary files; the cache stays."""
        while self._stores:
            self._stores.pop().close()

    def open(self, address: str, ref: str = "") -> FetchedCommit:
        """The commit that a ref of a repository names now.

        Args:
            address: the repository, by https, ssh, or a folder of this machine.
            ref: a branch, a tag or a full commit id; the default branch when empty.

        Raises:
            GitError: the address is not one that may be used, or the repository or the ref cannot
                be had.
        """
        url = check_url(address, Path("/"))
        if ref and not _FULL_ID.fullmatch(ref):
            check_ref(f"refs/heads/{ref}")
        home = self._folder / hashlib.sha256(url.text.encode()).hexdigest()[:32]
        commit = ref if _FULL_ID.fullmatch(ref) else None
        fresh: ObjectStore | None = None
        try:
            if commit is None:
                fresh = self._new_store(url)
                commit = self._tip(fresh, url, ref)
            kept = home / commit
            if not kept.is_dir():
                fresh = fresh or self._new_store(url)
                commit = self._fetch(fresh, url, ref, commit)
                kept = home / commit
                _keep(fresh, kept)
        finally:
            if fresh is not None:
                fresh.close()
        borrowed = Borrowed(kept / "objects", kept / "shallow", _format(commit))
        store = ObjectStore(self._program, borrowed)
        self._stores.append(store)
        return FetchedCommit(GitTree(store, commit), commit)

    def _new_store(self, url: RemoteUrl) -> ObjectStore:
        store = ObjectStore(self._program, Borrowed(None, None, settings=self._carried()))
        store.add_remote(_NAME, url.text)
        return store

    def _carried(self) -> tuple[tuple[str, str], ...]:
        """How the user reaches and authenticates to remotes; no repository has a say in it."""
        if self._settings is None:
            with tempfile.TemporaryDirectory(prefix="promote-git-") as nowhere:
                configuration = read_configuration(self._program, Path(nowhere))
            settings = configuration.carried()
            if not {"GIT_SSH", "GIT_SSH_COMMAND"} & self._program.environ.keys():
                settings.append(("core.sshCommand", "ssh -oBatchMode=yes"))
            self._settings = tuple(settings)
        return self._settings

    def _tip(self, store: ObjectStore, url: RemoteUrl, ref: str) -> str:
        """The commit that a branch or tag points to; a tag comes first, as for git."""
        names = [f"refs/tags/{ref}^{{}}", f"refs/tags/{ref}", f"refs/heads/{ref}"]
        names = names if ref else ["HEAD"]
        patterns = [name for name in names if not name.endswith("}")]
        done = store.program.run(
            "remote tips",
            _NAME,
            *patterns,
            git_dir=store.git_dir,
            allow=range(-64, 256),
            protocols=url.protocols,
        )
        if done.code:
            raise _unreachable(url, done.reason)
        lines = (line.split("\t", 1) for line in done.stdout.decode(errors="replace").splitlines())
        found = {name: object_id for object_id, name in lines}
        for name in names:
            if name in found:
                return check_object_id(found[name])
        raise GitError(
            f"{url.shown} has no branch or tag {ref!r}" if ref else f"{url.shown} has no commit yet"
        )

    def _fetch(self, store: ObjectStore, url: RemoteUrl, ref: str, commit: str) -> str:
        """Fetch a commit, and give what was fetched: a branch may have moved on."""
        source = ref or "HEAD"
        done = store.program.run(
            "fetch",
            _NAME,
            f"+{source}:{_KEPT_REF}",
            git_dir=store.git_dir,
            options=["--depth=1"],
            allow=range(-64, 256),
            protocols=url.protocols,
        )
        if done.code:
            hint = "name a branch or tag, if it gives no single commits" if ref == commit else None
            raise _unreachable(url, done.reason, hint)
        got = store.program.run("resolve", f"{_KEPT_REF}^{{commit}}", git_dir=store.git_dir)
        return check_object_id(got.stdout.decode().strip())


def _unreachable(url: RemoteUrl, reason: str, hint: str | None = None) -> GitError:
    return GitError(f"cannot read {url.shown}: {reason}", hint=hint)


def _format(commit: str) -> str:
    return "sha1" if len(commit) == 40 else "sha256"  # noqa: PLR2004 - digits of an id


def _keep(store: ObjectStore, kept: Path) -> None:
    """Move what was fetched to its place in the cache, whole or not at all."""
    kept.parent.mkdir(parents=True, exist_ok=True)
    beside = Path(tempfile.mkdtemp(prefix=".new-", dir=kept.parent))
    try:
        shutil.copytree(store.git_dir / "objects", beside / "objects")
        with suppress(FileNotFoundError):
            shutil.copy(store.git_dir / "shallow", beside / "shallow")
        os.replace(beside, kept)  # noqa: PTH105 - says that it is atomic
    except OSError:
        if not kept.is_dir():  # another process was first
            raise
    finally:
        shutil.rmtree(beside, ignore_errors=True)
