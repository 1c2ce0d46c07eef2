"""The branch of a promotion: built in the object store, pushed with a lease, never over others."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from promote.errors import GitError
from promote.git import GitTree, RefUpdate
from promote.git.commits import commit_tree, edit_tree

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from promote.git import Commit
    from promote.model.tree import Tree
    from promote.promotion.session import Session

MARKER: Final = "Promotion"
"""The trailer that says that a commit is ours, and of which promotion."""

TREE: Final = "Promotion-Tree"
"""The trailer with the tree that we made: a commit of ours that was amended has another."""

_LONGEST_NAME: Final = 60


@dataclass(frozen=True, slots=True)
class Wish:
    """What should stand on a branch.

    Attributes:
        branch: its name, without `refs/heads/`.
        marker: names the promotion; the same for whoever makes it.
        edits: the files to change, given a tree to change them in.
        message: of the commit, its trailers included.
    """

    branch: str
    marker: str
    edits: Callable[[Tree], Mapping[str, bytes | None]]
    message: str


@dataclass(frozen=True, slots=True)
class Settled:
    """A branch as it now stands at the remote.

    Attributes:
        commit: where it is.
        pushed: whether it had to be moved.
        kept: the commits on it that others made.
    """

    commit: str
    pushed: bool
    kept: tuple[Commit, ...]


def branch_name(verb: str, environment: str, apps: Sequence[str]) -> str:
    """The branch that a promotion of these apps always has."""
    joined = "+".join(sorted(apps))
    if len(joined) > _LONGEST_NAME:
        joined = f"bundle-{hashlib.sha256(joined.encode()).hexdigest()[:12]}"
    return f"{verb}/{environment}/{joined}"


def settle(session: Session, wish: Wish) -> Settled | None:
    """Make the branch hold what is wished, on the base branch as the session read it.

    A branch that merges into just that is left alone, so that running again changes nothing. One
    with only our commits is built anew. One with commits of others is built upon.

    Returns:
        None when someone else moved the branch meanwhile: then nothing was written, and all has to
        be read again.

    Raises:
        GitError: others' commits cannot be merged with the base branch, or the push is refused.
    """
    ref = f"refs/heads/{wish.branch}"
    there = session.remote.fetch(ref).get(ref)
    ahead = _ahead(session, there)
    kept = _of_others(session, ahead, wish.marker)
    if there is not None and ahead and _merges_into_it(session, wish, there, bool(kept)):
        return Settled(there, pushed=False, kept=kept)
    new = _built_upon(session, wish, there) if there and kept else _built_anew(session, wish)
    # A branch that was merged and left behind has nothing ahead: moving it forward loses nothing.
    update = RefUpdate(ref, there, new, rewrite=bool(ahead) and not kept)
    if session.remote.push([update]) == "lost":
        return None
    return Settled(new, pushed=True, kept=kept)


def others_on(session: Session, branch: str, marker: str) -> tuple[Commit, ...]:
    """The commits that others made on a promotion's branch."""
    ref = f"refs/heads/{branch}"
    ahead = _ahead(session, session.remote.fetch(ref).get(ref))
    return _of_others(session, ahead, marker)


def _of_others(session: Session, commits: Sequence[Commit], marker: str) -> tuple[Commit, ...]:
    store = session.repository.store
    return tuple(
        commit
        for commit in commits
        if commit.trailer(MARKER) != marker
        or commit.trailer(TREE) != store.commit(commit.object_id).tree
    )


def _ahead(session: Session, there: str | None) -> list[Commit]:
    """The commits that a branch has and the base branch has not."""
    if there is None:
        return []
    session.need_history()
    return session.repository.history.log(there, since=session.tip)


def _merges_into_it(session: Session, wish: Wish, there: str, others: bool) -> bool:
    """Whether merging the branch as it is gives what is wished."""
    repository = session.repository
    if repository.history.merge_base(session.tip, there) is None:
        return False
    merged = repository.history.merge(session.tip, there)
    if merged.conflicts:
        return False
    if others:
        trial = _trial(session, wish, merged.tree, there)
        edits = wish.edits(GitTree(repository, trial))
        return edit_tree(repository.store, merged.tree, dict(edits)) == merged.tree
    return merged.tree == _wished_tree(session, wish)


def _wished_tree(session: Session, wish: Wish) -> str:
    store = session.repository.store
    old = store.commit(session.tip).tree
    return edit_tree(store, old, dict(wish.edits(session.tree)))


def _built_anew(session: Session, wish: Wish) -> str:
    return _commit(session, wish, _wished_tree(session, wish), [session.tip])


def _built_upon(session: Session, wish: Wish, there: str) -> str:
    """A commit on top of others' commits, which has the base branch merged in if it moved."""
    repository = session.repository
    merged = repository.history.merge(there, session.tip)
    if merged.conflicts:
        raise GitError(
            f"the branch {wish.branch} has commits of others that conflict with {session.base} in "
            + ", ".join(merged.conflicts),
            hint=f"merge {session.base} into it by hand, or delete it, and promote again",
        )
    trial = _trial(session, wish, merged.tree, there)
    edits = wish.edits(GitTree(repository, trial))
    tree = edit_tree(repository.store, merged.tree, dict(edits))
    stale = not repository.history.is_ancestor(session.tip, there)
    return _commit(session, wish, tree, [there, session.tip] if stale else [there])


def _trial(session: Session, wish: Wish, tree: str, there: str) -> str:
    """A commit of a merged tree, only to read it as one; it is never pushed."""
    return _commit(session, wish, tree, [there, session.tip])


def _commit(session: Session, wish: Wish, tree: str, parents: list[str]) -> str:
    repository = session.repository
    return commit_tree(
        repository.store,
        tree,
        parents,
        f"{wish.message.rstrip()}\n{TREE}: {tree}\n",
        repository.identity(),
        time=session.clock(),
    )
