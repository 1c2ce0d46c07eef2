"""A Git remote: its refs read, fetched into a private place, and pushed with a lease on each."""

from __future__ import annotations

import random
import re
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from promote.errors import BugError, GitError
from promote.git.history import History
from promote.git.names import RemoteUrl, check_object_id, check_ref, scrub

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from promote.git.program import Completed
    from promote.git.store import ObjectStore

_TRIES: Final = 4
_PAUSE: Final = 0.05


@dataclass(frozen=True, slots=True)
class RefUpdate:
    """One ref to move.

    Attributes:
        ref: its full name at the remote.
        old: the object that was read there, and must still be there; None if there was no ref.
        new: the object to leave there; None deletes the ref.
        rewrite: allow `new` not to contain `old`. Without it such an update is refused here.
    """

    ref: str
    old: str | None
    new: str | None
    rewrite: bool = False


PushOutcome = Literal["done", "lost"]
"""`lost`: someone else moved a ref first, and nothing was written."""


class Remote:
    """A remote by the name that the user gave it.

    Args:
        store: where fetched objects go.
        name: its name, checked.
        url: where it is read from.
        push_url: where it is written, when that is another address.
    """

    def __init__(
        self, store: ObjectStore, name: str, url: RemoteUrl, push_url: RemoteUrl | None = None
    ) -> None:
        self.name = name
        self.url = url
        self._store = store
        self._push_url = push_url or url
        self._here: set[str] = set()  # what was fetched or pushed, with all it is made of
        extra = [("pushurl", push_url.text)] if push_url else []
        store.add_remote(name, url.text, extra)

    def refs(self, *patterns: str) -> dict[str, str]:
        """What the remote's refs point to now; a pattern may end in `*`.

        Raises:
            GitError: the remote cannot be reached, or refuses.
        """
        wanted = [check_pattern(pattern) for pattern in patterns]
        out = self._network("remote refs", self.name, *wanted).stdout
        lines = (line.split("\t", 1) for line in out.decode(errors="replace").splitlines())
        found = {name: check_object_id(object_id) for object_id, name in lines}
        # ls-remote matches the end of a name: refs/x/refs/heads/main would be main, too.
        return {name: found[name] for name in sorted(found) if _matches(name, wanted)}

    def fetch(self, *patterns: str, history: bool = False) -> dict[str, str]:
        """Bring the objects of the remote's refs, and say what each points to.

        What is returned is one moment of the remote. The user's own copies of the refs,
        `FETCH_HEAD` and `shallow` are not written.

        Args:
            patterns: full ref names, or prefixes that end in `/*`. What does not exist is left out.
            history: fill in the history that a shallow clone cut off.

        Raises:
            GitError: the remote cannot be reached, or refuses.
        """
        globs = [pattern for pattern in patterns if pattern.endswith("*")]
        names = [pattern for pattern in patterns if not pattern.endswith("*")]
        for attempt in range(_TRIES):
            now = self.refs(*patterns)
            if self._here.issuperset(now.values()) and not (history and self._store.shallow):
                return now
            # A name that is not there would be an error; a prefix that matches nothing is not.
            present = [name for name in names if name in now]
            try:
                found = self._fetched([*globs, *present], history=history)
            except GitError:
                # Between the two calls a ref may have gone away: then look again.
                if attempt + 1 == _TRIES or not names or list(self.refs(*names)) == present:
                    raise
            else:
                self._here.update(found.values())
                return found
        raise BugError("fetch left its loop")

    def push(self, updates: Sequence[RefUpdate]) -> PushOutcome:
        """Move all of the refs, or none of them.

        Each has a lease on the exact object that was read. Whatever git or the remote says, the
        refs are read again, and what stands there is the answer: so a push whose answer was lost
        is `done`, and pushing it again is, too.

        Raises:
            GitError: the remote cannot be reached, or refuses for a reason other than a lost race.
        """
        wanted = {check_ref(update.ref): update for update in updates}
        self._refuse_rewrites(updates)
        refusal = ""
        for attempt in range(_TRIES):
            answer = self._push_once(updates)
            now = self.refs(*wanted)
            if all(now.get(ref) == update.new for ref, update in wanted.items()):
                self._here.update(now.values())
                return "done"
            if any(now.get(ref) != update.old for ref, update in wanted.items()):
                return "lost"
            # All stands as it was read: a refusal, a lock that a racer held for a moment, or a
            # server that is not there for a moment.
            refusal = _why(answer)
            if b"\t" not in answer.stdout and not _passes(answer):
                break
            time.sleep(_PAUSE * (attempt + 1) * (1 + random.random()))  # noqa: S311 - not a secret
        raise GitError(
            f"cannot push to {self.name} ({self._push_url.shown}): {refusal}",
            hint=f"may you, or the token, push {', '.join(wanted)} there? see docs/forges.md",
        )

    def _refuse_rewrites(self, updates: Iterable[RefUpdate]) -> None:
        history = History(self._store)
        for update in updates:
            if update.old is None or update.new is None or update.rewrite:
                continue
            if not history.is_ancestor(update.old, update.new):
                raise BugError(f"{update.ref} would lose commits")

    def _push_once(self, updates: Iterable[RefUpdate]) -> Completed:
        leases, specs = [], []
        for update in updates:
            old = check_object_id(update.old) if update.old else ""
            new = check_object_id(update.new) if update.new else ""
            leases.append(f"--force-with-lease={update.ref}:{old}")
            specs.append(f"{new}:{update.ref}")
        return self._store.program.run(
            "push",
            self.name,
            *specs,
            git_dir=self._store.git_dir,
            options=leases,
            allow=range(-64, 256),
            protocols=self._push_url.protocols,
        )

    def _fetched(self, patterns: Iterable[str], *, history: bool) -> dict[str, str]:
        private = f"refs/remote/{self.name}/"
        checked = [check_pattern(pattern) for pattern in patterns]
        specs = [f"+{p}:{private}{p.removeprefix('refs/')}" for p in checked]
        unshallow = ["--unshallow"] if history and self._store.shallow else []
        self._network("fetch", self.name, *specs, options=unshallow)
        mine = self._store.refs(private.removesuffix("/"))
        found = {"refs/" + ref.removeprefix(private): object_id for ref, object_id in mine.items()}
        wanted = list(patterns)
        return {name: object_id for name, object_id in found.items() if _matches(name, wanted)}

    def _network(self, command: str, *arguments: str, options: Sequence[str] = ()) -> Completed:
        for attempt in range(_TRIES):
            done = self._store.program.run(
                command,
                *arguments,
                git_dir=self._store.git_dir,
                options=options,
                allow=range(-64, 256),
                protocols=self.url.protocols,
            )
            if done.code == 0 or not _passes(done) or attempt + 1 == _TRIES:
                break
            time.sleep(_PAUSE * 10**attempt * (1 + random.random()))  # noqa: S311 - not a secret
        if done.code != 0:
            raise GitError(
                f"cannot read the remote {self.name} ({self.url.shown}): {done.reason}",
                hint=self._next_step(done.reason),
            )
        return done

    def _next_step(self, reason: str) -> str:
        if "certificate" not in reason.lower():
            return f"does `git ls-remote {self.name}` work?"
        host = "/".join(self.url.shown.split("/")[:3])
        return f"name its authorities: `git config --global http.{host}/.sslCAInfo FILE`"


def check_pattern(pattern: str) -> str:
    """Return a ref name, or a prefix of ref names that ends in `/*`, checked."""
    check_ref(pattern.removesuffix("*") + "x" if pattern.endswith("/*") else pattern)
    return pattern


def _matches(name: str, patterns: Iterable[str]) -> bool:
    return any(
        name.startswith(pattern[:-1]) if pattern.endswith("*") else name == pattern
        for pattern in patterns
    )


_PASSING: Final = re.compile(
    rb"returned error: (?:429|50[0234])|[Cc]onnection (?:was )?reset|early EOF"
    rb"|RPC failed|hung up unexpectedly|unexpected disconnect"
)
"""What git says of a server that failed in passing; an answer of another wording is just final."""


def _passes(answer: Completed) -> bool:
    return _PASSING.search(answer.stderr) is not None


def _why(answer: Completed) -> str:
    """What the remote said of the refs, else what git said."""
    lines = answer.stdout.decode(errors="replace").splitlines()
    said = [line.split("\t")[-1] for line in lines if line.startswith("!")]
    return scrub(said[0]) if said else answer.reason
