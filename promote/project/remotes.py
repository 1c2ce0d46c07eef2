"""Fetching what an overlay names by an address: bases in other repositories, and files by https.

Nothing is fetched unless its host was named, since whoever proposes a change could otherwise have a
CI job call any address.
"""

from __future__ import annotations

import os
import urllib.error
import urllib.request
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from promote.errors import OutsideError
from promote.render.remote import FetchedBase

if TYPE_CHECKING:
    from collections.abc import Iterable
    from email.message import Message
    from typing import IO

    from promote.git import CommitCache
    from promote.render.remote import RemoteBase

_SECONDS: Final = 30.0
_LARGEST: Final = 64 * 1024 * 1024
THIS_MACHINE: Final = "localhost"
"""The host of `file://` addresses."""


class Remotes:
    """Fetches from the hosts that were named, each repository once.

    Args:
        hosts: the hosts, in which `*` stands for anything.
        folder: where fetched commits are kept.
    """

    def __init__(self, hosts: Iterable[str], folder: Path | None = None) -> None:
        self._hosts = tuple(hosts)
        self._folder = folder or cache_folder() / "bases"
        self._cache: CommitCache | None = None
        self._bases: dict[tuple[str, str], FetchedBase] = {}
        self._files: dict[str, bytes] = {}

    def close(self) -> None:
        """Remove temporary files."""
        if self._cache is not None:
            self._cache.close()

    def base(self, wanted: RemoteBase) -> FetchedBase:
        """A repository at the commit that its ref names.

        Raises:
            OutsideError: its host was not named, or it cannot be had.
        """
        key = wanted.repository, wanted.ref
        known = self._bases.get(key)
        if known is None:
            from promote.git import CommitCache  # noqa: PLC0415 - most builds fetch nothing

            self._check(_host(wanted.repository), wanted.repository)
            self._cache = self._cache or CommitCache(self._folder)
            known = FetchedBase(*self._cache.open(*key))
            self._bases[key] = known
        return known

    def file(self, url: str) -> bytes:
        """The content of a file at an http or https address.

        Raises:
            OutsideError: its host was not named, or it cannot be had.
        """
        if url not in self._files:
            self._check(_host(url), url)
            self._files[url] = self._download(url)
        return self._files[url]

    def _check(self, host: str, address: str) -> None:
        if not any(fnmatchcase(host, pattern.lower()) for pattern in self._hosts):
            raise OutsideError(
                f"{address} is on {host or 'no host'}, from where nothing is fetched here",
                hint=f"pass --remote {host or 'HOST'} if you trust it",
            )

    def _download(self, url: str) -> bytes:
        opener = urllib.request.build_opener(_SameHosts(self))
        try:
            with opener.open(url, timeout=_SECONDS) as answer:
                data: bytes = answer.read(_LARGEST + 1)
        except (urllib.error.URLError, OSError, ValueError) as error:
            raise OutsideError(f"cannot read {url}: {error}") from None
        if len(data) > _LARGEST:
            raise OutsideError(f"{url} is larger than {_LARGEST // 1024**2} MiB")
        return data


class _SameHosts(urllib.request.HTTPRedirectHandler):
    """Follows redirections to hosts that were named, and no others."""

    def __init__(self, remotes: Remotes) -> None:
        self._remotes = remotes

    def redirect_request(  # noqa: PLR0917 - the signature of the library
        self,
        req: urllib.request.Request,
        fp: IO[bytes],
        code: int,
        msg: str,
        headers: Message,
        newurl: str,
    ) -> urllib.request.Request | None:
        """The request to make next."""
        self._remotes._check(_host(newurl), newurl)  # noqa: SLF001 - its own helper
        return super().redirect_request(req, fp, code, msg, headers, newurl)  # type: ignore[arg-type]


def _host(address: str) -> str:
    """The host of an address, also of one like `git@host:path`."""
    if address.startswith("file://"):
        return THIS_MACHINE
    if "://" in address:
        try:
            return (urlsplit(address).hostname or "").lower()
        except ValueError:
            return ""
    before, colon, _ = address.partition(":")
    return before.rpartition("@")[2].lower() if colon else ""


def cache_folder() -> Path:
    """Where what can be had again is kept: `PROMOTE_CACHE_DIR`, or the user's cache folder."""
    named = os.environ.get("PROMOTE_CACHE_DIR")
    if named:
        return Path(named)
    above = os.environ.get("XDG_CACHE_HOME")
    return (Path(above) if above else Path.home() / ".cache") / "promote"
