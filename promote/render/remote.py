"""Bases and files that live elsewhere: what an entry of `resources` with an address names.

The forms (`https://github.com/org/repo//path?ref=v1` and others) are those that kustomize documents
for remote targets. This module only reads them: who fetches is handed to the build, since rendering
itself touches nothing outside.
"""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING, NamedTuple, Protocol

from promote.errors import KustomizationError

if TYPE_CHECKING:
    from promote.model.tree import Tree

_SCHEMES = ("ssh://", "https://", "http://", "file://")
_USER = re.compile(r"[a-zA-Z][a-zA-Z0-9-]*@")
_FORCED = re.compile(r"\Agit::", re.IGNORECASE)
_NO_QUERY = re.compile(r";|%(?![0-9a-fA-F]{2})")
_FILE_SUFFIXES = (".yaml", ".yml", ".json")


class RemoteBase(NamedTuple):
    """A directory of a Git repository.

    Attributes:
        repository: what Git clones.
        path: the directory in it, relative to its top; empty for the top.
        ref: a branch, tag or commit; empty for the default branch.
    """

    repository: str
    path: str
    ref: str


class FetchedBase(NamedTuple):
    """A remote repository at one commit.

    Attributes:
        tree: its files; `/` is the top of the repository.
        commit: the full id of the commit.
    """

    tree: Tree
    commit: str


class Remotes(Protocol):
    """Fetches what lives elsewhere."""

    def base(self, wanted: RemoteBase) -> FetchedBase:
        """A repository at the commit that its ref names.

        Raises:
            OutsideError: it cannot be had.
        """
        ...

    def file(self, url: str) -> bytes:
        """The content of a file at an http or https address.

        Raises:
            OutsideError: it cannot be had.
        """
        ...


def is_remote_file(entry: str) -> bool:
    """Whether an entry is the address of a file, rather than of a repository."""
    head, _, query = entry.partition("?")
    return (
        head.startswith(("https://", "http://"))
        and head.endswith(_FILE_SUFFIXES)
        and "ref" not in _query(query)
    )


def parse_remote(entry: str) -> RemoteBase | None:
    """The repository that an entry names, or None if it is a path.

    Raises:
        KustomizationError: its path leads out of the repository.
    """
    if posixpath.isabs(entry):
        return None
    address, _, query = entry.partition("?")
    host, rest = _split_host(_FORCED.sub("", address))
    if not host:
        return None
    split = _split_path(rest, host)
    if split is None or not split[0]:
        return None
    repository, path = split
    path = posixpath.normpath(path.strip("/")) if path.strip("/") else ""
    if path == ".." or path.startswith("../"):
        raise KustomizationError(f"{entry!r} leads out of its repository")
    values = _query(query)
    ref = (values.get("ref") or values.get("version") or [""])[0]
    return RemoteBase(host + repository, path, ref)


def _split_host(address: str) -> tuple[str, str]:
    """The part of an address that names the host, and the rest; no host when it is a path."""
    scheme = next((one for one in _SCHEMES if address.lower().startswith(one)), "")
    rest = address[len(scheme) :]
    if scheme == "file://":
        return scheme, rest
    match = _USER.match(rest)
    user = match.group() if match else ""
    rest = rest[len(user) :]
    on_github = rest.lower().startswith(("github.com/", "github.com:"))
    like_scp = not scheme and bool(user or on_github)
    if not scheme and not like_scp:
        return "", address
    cut = _host_end(rest, like_scp=like_scp)
    if cut < 0:
        return "", address
    host, rest = rest[: cut + 1], rest[cut + 1 :]
    if on_github:
        over_ssh = scheme == "ssh://" or bool(user)
        return (f"{user}github.com:" if over_ssh else "https://github.com/"), rest
    return scheme + user + host, rest


def _host_end(rest: str, *, like_scp: bool) -> int:
    slash = rest.find("/")
    colon = rest.find(":") if like_scp else -1
    if colon > 0 and (slash < 0 or colon < slash):
        return colon
    return slash


def _split_path(rest: str, host: str) -> tuple[str, str] | None:
    """The repository and the directory in it."""
    if "_git/" in rest:
        above, _, below = rest.partition("_git/")
        name, _, path = below.partition("/")
        return f"{above}_git/{name}", path
    if "//" in rest:
        repository, _, path = rest.partition("//")
        return repository, path
    if ".git" in rest:
        repository, _, path = rest.partition(".git")
        return f"{repository}.git", path
    if host == "file://":
        return rest, ""
    owner, _, below = rest.partition("/")
    name, _, path = below.partition("/")
    return (f"{owner}/{name}", path) if below else None


def _query(text: str) -> dict[str, list[str]]:
    from urllib.parse import parse_qs  # noqa: PLC0415 - slow to import, and few bases are remote

    # What Go cannot read, kustomize leaves aside as a whole.
    return {} if _NO_QUERY.search(text) else parse_qs(text)
