"""What may be passed to git as a name: refs, remotes, object ids and URLs, checked at the door.

Stricter than `git check-ref-format`, which takes `$(id)`, `<script>` and `a|b`: these names are
printed in pull requests and read by other people's scripts.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal
from urllib.parse import urlsplit

from promote.errors import GitError

if TYPE_CHECKING:
    from pathlib import Path

_REF_PART = re.compile(r"[^\W_][\w.@+=#,-]*|_[\w.@+=#,-]*")
_REMOTE_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._/-]{0,99}")
_OBJECT_ID = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_REVISION = re.compile(r"[\w.@+=#,/^~{}-]{1,400}")
_HELPER = re.compile(r"[A-Za-z0-9+.-]*::")
_SCP_LIKE = re.compile(
    r"(?:[A-Za-z0-9_][A-Za-z0-9._-]*@)?(?:[A-Za-z0-9][A-Za-z0-9.-]*|\[[0-9a-fA-F:]+\]):(?!//).+"
)
_LONGEST_REF = 240
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})

Transport = Literal["https", "http", "ssh", "file"]


def check_ref(name: str) -> str:
    """Return a full ref name (`refs/…`) that is safe to hand to git, to a remote and to a page.

    Raises:
        GitError: it is not such a name.
    """
    parts = name.split("/")
    well_formed = (
        len(name) <= _LONGEST_REF
        and len(parts) > 2  # noqa: PLR2004 - "refs", a namespace, a name
        and parts[0] == "refs"
        and all(_REF_PART.fullmatch(part) for part in parts)
        and not any(part.endswith((".lock", ".")) or ".." in part for part in parts)
        and "@{" not in name
    )
    if not well_formed:
        raise GitError(f"{name!r} is not a ref name that promote can use")
    return name


def check_branch(name: str) -> str:
    """Return a branch's short name, checked.

    Raises:
        GitError: it cannot be the name of a branch.
    """
    try:
        check_ref(f"refs/heads/{name}")
    except GitError:
        raise GitError(f"{name!r} is not a branch name that promote can use") from None
    return name


def check_remote_name(name: str) -> str:
    """Return the name of a remote, checked.

    Raises:
        GitError: it is not one.
    """
    if not _REMOTE_NAME.fullmatch(name) or ".." in name or name.endswith((".lock", ".", "/")):
        raise GitError(
            f"{name!r} is not the name of a Git remote", hint="`git remote` lists their names"
        )
    return name


def check_object_id(text: str) -> str:
    """Return a full object id in lower-case hexadecimal, SHA-1 or SHA-256.

    Raises:
        GitError: it is not one.
    """
    if not _OBJECT_ID.fullmatch(text):
        raise GitError(f"{text!r} is not a full object id")
    return text


def check_revision(text: str) -> str:
    """Return a revision that a user wrote (`HEAD~2`, `v1.0`, `origin/main`), checked.

    Raises:
        GitError: it has characters that no revision of ours needs.
    """
    if text.startswith("-") or not _REVISION.fullmatch(text):
        raise GitError(f"{text!r} is not a revision", hint="give a branch, a tag or a commit id")
    return text


@dataclass(frozen=True, slots=True)
class RemoteUrl:
    """An address that git may talk to.

    Attributes:
        text: as git takes it; may hold a credential, so never printed: print `shown`.
        transport: how git reaches it, which is all that git is then allowed to use.
    """

    text: str
    transport: Transport

    @property
    def shown(self) -> str:
        """The address for a person, without its credential."""
        return scrub(self.text)

    @property
    def protocols(self) -> str:
        """`GIT_ALLOW_PROTOCOL` for this address. A user's `insteadOf` may turn https into ssh."""
        return "https:ssh" if self.transport in {"https", "ssh"} else self.transport


def check_url(text: str, relative_to: Path) -> RemoteUrl:
    """Read a remote's URL: https, ssh (also as `user@host:path`), or a folder of this machine.

    Plain http is for this machine only. Nothing in it is expanded: neither variables nor `~`.

    Args:
        text: as the repository's configuration has it.
        relative_to: the folder that a relative path starts from.

    Raises:
        GitError: an address of any other form, among them `ext::` and other remote helpers.
    """
    refuse = GitError(
        f"the remote's address {scrub(text)!r} is not one that promote uses",
        hint="use https://…, ssh://…, user@host:path, or a local folder",
    )
    if not text or text.startswith("-") or _HELPER.match(text) or not text.isprintable():
        raise refuse
    if "://" in text:
        return _absolute_url(text, refuse)
    if _SCP_LIKE.fullmatch(text) and not text.startswith(("/", ".")):
        if any(character in text for character in "$`|;<>\"' \\"):
            raise refuse
        return RemoteUrl(text, "ssh")
    return RemoteUrl(str((relative_to / text).resolve()), "file")


def _absolute_url(text: str, refuse: GitError) -> RemoteUrl:
    try:
        parts = urlsplit(text)
        host = parts.hostname or ""
        _ = parts.port
    except ValueError:
        raise refuse from None
    if parts.scheme == "file" and host in {"", "localhost"}:
        return RemoteUrl(text, "file")
    if any(character in text for character in "$`|;<>\"' \\") or not host or host.startswith("-"):
        raise refuse
    user = parts.username or ""
    if user.startswith("-"):
        raise refuse
    if parts.scheme == "https":
        return RemoteUrl(text, "https")
    if parts.scheme == "ssh":
        return RemoteUrl(text, "ssh")
    if parts.scheme == "http" and host in _LOOPBACK:
        return RemoteUrl(text, "http")
    raise refuse


_CREDENTIALS = (
    # A password may have an `@` of its own: the last one ends it.
    (re.compile(r"(?<=://)[^/\s?#]+@"), "***@"),
    (re.compile(r"(?i)(authorization:\s*(?:basic|bearer|token)?\s*)\S+"), r"\1***"),
    (
        re.compile(
            r"\b(?:gh[pousr]_|github_pat_|gl(?:pat|dt|rt|cbt|ptt|oas|ft|soat|imt)-"
            r"|ATBB|AT[AC]TT3|xox[a-z]-)[A-Za-z0-9_=.-]{10,}"
        ),
        "***",
    ),
    (re.compile(r"(?i)\b((?:private|access|api)[_-]?token[=:]\s*)\S+"), r"\1***"),
)
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def scrub(text: str) -> str:
    """Take credentials, control characters and direction marks out of text that others wrote."""
    for pattern, replacement in _CREDENTIALS:
        text = pattern.sub(replacement, text)
    return _CONTROL.sub(lambda match: f"\\x{ord(match.group()):02x}", text)
