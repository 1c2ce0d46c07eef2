"""How git is given a token, and authorities to trust: for the remote's own host, and no other.

The token comes from a helper that speaks only when that host asks. It is in the environment of the
git process alone: not among its arguments, not in an address, not in a file. An `Authorization`
header of the user's configuration, as CI systems leave one, is sent first, and then nothing asks
for the helper.
"""

from __future__ import annotations

import base64
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
_SHORTEST: Final = 8
"""No token is shorter, and what is may be part of any word."""
_PRINTABLE: Final = re.compile(r"[!-~]+")


def credentials(url: RemoteUrl, user: str, token: str, *, ca: str = "") -> Mapping[str, str]:
    """The environment that lets git authenticate to a remote over HTTP.

    Args:
        url: the remote; for one that is not reached over HTTP nothing is needed.
        user: the name that the forge wants beside a token.
        token: the secret; empty for none.
        ca: a file of certificate authorities to trust; empty for the user's own settings.

    Raises:
        GitError: the token cannot be one.
    """
    if url.transport not in {"https", "http"}:
        return {}
    parts = urlsplit(url.text)
    host = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"
    settings, secrets = {}, {}
    if ca and parts.scheme == "https":
        settings[f"http.{host}/.sslCAInfo"] = ca
    # Azure DevOps puts a user into the addresses that it shows.
    if token and not parts.password:
        if not _PRINTABLE.fullmatch(token):
            hint = "is a line end in it?"
            raise GitError("the token has characters that no token has", hint=hint)
        settings[f"credential.{host}.helper"] = _HELPER
        secrets = {_USER: user, _TOKEN: token}
    counted = {
        f"GIT_CONFIG_{part}_{index}": text
        for index, setting in enumerate(settings.items())
        for part, text in zip(("KEY", "VALUE"), setting, strict=True)
    }
    return {**secrets, "GIT_CONFIG_COUNT": str(len(settings)), **counted} if settings else {}


def secrets_of(environment: Mapping[str, str]) -> tuple[bytes, ...]:
    """The token in what `credentials` gave, as it is and as HTTP carries it."""
    token = environment.get(_TOKEN, "")
    if len(token) < _SHORTEST:
        return ()
    pair = f"{environment.get(_USER, '')}:{token}".encode()
    return token.encode(), base64.b64encode(pair)


def authenticate(
    store: ObjectStore, url: RemoteUrl, user: str, token: str, *, ca: str = ""
) -> None:
    """Let the git that serves a store authenticate to a remote, as `credentials` says."""
    store.program = store.program.with_credentials(credentials(url, user, token, ca=ca))
