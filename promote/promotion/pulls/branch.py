"""The branch of a promotion: built in the object store, pushed with a lease, never over others."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from promote.errors import GitError
from promote.git import GitTree, RefUpdate
from promote.git.commits import commit_tree, edit_tree
from promote.git.names import scrub

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from promote.git import Commit
    from promote.model.tree import Tree
    from promote.promotion.session import Session

MARKER: Final = "Promotion"
"""The trailer that says that a commit is ours, and of which promotion."""

TREE: Final = "Promotion-Tree"
"""The trailer with the tree that we made: a commit of ours that was amended has another."""

BASE: Final = "Promotion-Base"
"""The trailer with the commit of the base branch that we built on: what it contains is nobody's
work on our branch, also after the base branch was rewritten."""

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


@dataclass(frozen=True, slots=True)
class _Ahead:
    """What a branch has and the base branch has not.

    Attributes:
        any: whether it has anything.
        kept: what others committed on it.
        rewritten: whether it has commits that the base branch had, and has no more.
    """

    any: bool
    kept: tuple[Commit, ...]
    rewritten: bool


def settle(session: Session, wish: Wish) -> Settled | None:
    """Make the branch hold what is wished, on the base branch as the session read it.

    A branch that merges into just that is left alone, so that running again changes nothing. One
    with only our commits is built anew. One with commits of others is built upon.

    Returns:
        None when someone else moved the branch meanwhile: then nothing was written, and all has to
        be read again.

    Raises:
        GitError: others' commits cannot be merged with the base branch, or would bring back what
            was taken out of it, or the push is refused.
    """
    ref = f"refs/heads/{wish.branch}"
    there = session.remote.fetch(ref).get(ref)
    ahead = _ahead(session, there, wish.marker)
    kept = ahead.kept
    if there is not None and ahead.any and _merges_into_it(session, wish, there, ahead):
        return Settled(there, pushed=False, kept=kept)
    if kept and ahead.rewritten:
        raise GitError(
            f"{session.base} was rewritten, and the branch {wish.branch} has commits of others on "
            f"what it was: {kept[0].object_id[:12]} {scrub(kept[0].subject)}",
            hint="rebase them by hand, or delete the branch, and promote again",
        )
    new = _built_upon(session, wish, there) if there and kept else _built_anew(session, wish)
    # A branch that was merged and left behind has nothing ahead: moving it forward loses nothing.
    update = RefUpdate(ref, there, new, rewrite=ahead.any and not kept)
    if session.remote.push([update]) == "lost":
        return None
    return Settled(new, pushed=True, kept=kept)


def others_on(session: Session, branch: str, marker: str) -> tuple[Commit, ...]:
    """The commits that others made on a promotion's branch."""
    ref = f"refs/heads/{branch}"
    return _ahead(session, session.remote.fetch(ref).get(ref), marker).kept


def _ahead(session: Session, there: str | None, marker: str) -> _Ahead:
    """Tell our commits from those of others, and both from what the base branch once had."""
    if there is None:
        return _Ahead(any=False, kept=(), rewritten=False)
    session.need_history()
    history, store = session.repository.history, session.repository.store
    commits = history.log(there, since=session.tip)
    ours = {
        commit.object_id: commit.trailer(BASE)
        for commit in commits
        if commit.trailer(MARKER) == marker
        and commit.trailer(TREE) == store.commit(commit.object_id).tree
    }
    known = {commit.object_id for commit in commits}
    dropped: set[str] = set()
    for base in sorted({base for base in ours.values() if base in known}):
        log = history.log(base or "", since=session.tip)
        dropped |= {commit.object_id for commit in log}
    kept = tuple(one for one in commits if one.object_id not in ours.keys() | dropped)
    return _Ahead(bool(commits), kept, bool(dropped))


def _merges_into_it(session: Session, wish: Wish, there: str, ahead: _Ahead) -> bool:
    """Whether merging the branch as it is gives what is wished."""
    if ahead.rewritten:
        return False
    repository = session.repository
    if repository.history.merge_base(session.tip, there) is None:
        return False
    merged = repository.history.merge(session.tip, there)
    if merged.conflicts:
        return False
    if ahead.kept:
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
        f"{wish.message.rstrip()}\n{BASE}: {session.tip}\n{TREE}: {tree}\n",
        repository.identity(),
        time=session.clock(),
    )
