"""How git is given a token: by a helper that speaks only when the token's own host asks.

The token is in the environment of the git process alone: not among its arguments, not in an
address, not in a file. An `Authorization` header of the user's configuration, as CI systems leave
one, is sent first, and then nothing asks for the helper.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from promote.errors import GitError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from promote.git.names import RemoteUrl
    from promote.git.store import ObjectStore

_USER: Final = "PROMOTE_GIT_USER"
_TOKEN: Final = "PROMOTE_GIT_TOKEN"  # noqa: S105 - a variable's name
# git runs it by a shell; nothing of ours is in it but the names of two variables.
_HELPER: Final = (
    '!f() { test "$1" = get || exit 0; '
    f'printf "username=%s\\npassword=%s\\n" "${_USER}" "${_TOKEN}"; }}; f'
)
_PRINTABLE: Final = re.compile(r"[!-~]+")


def credentials(url: RemoteUrl, user: str, token: str) -> Mapping[str, str]:
    """The environment that lets git authenticate to a remote over HTTP.

    Args:
        url: the remote; for one that is not reached over HTTP nothing is needed.
        user: the name that the forge wants beside a token.
        token: the secret; empty for none.

    Raises:
        GitError: the token cannot be one.
    """
    if not token or url.transport not in {"https", "http"}:
        return {}
    if not _PRINTABLE.fullmatch(token):
        raise GitError("the token has characters that no token has", hint="is a line end in it?")
    parts = urlsplit(url.text)
    if parts.username or parts.password:
        return {}
    return {
        _USER: user,
        _TOKEN: token,
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": f"credential.{parts.scheme}://{parts.netloc}.helper",
        "GIT_CONFIG_VALUE_0": _HELPER,
    }


def authenticate(store: ObjectStore, url: RemoteUrl, user: str, token: str) -> None:
    """Let the git that serves a store authenticate to a remote, as `credentials` says."""
    store.program = store.program.with_credentials(credentials(url, user, token))
