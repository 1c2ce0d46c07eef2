"""Which token a forge is asked with, and in which form."""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from promote.git.names import scrub

if TYPE_CHECKING:
    from collections.abc import Mapping

    from promote.config import ForgeConfig


@dataclass(frozen=True, slots=True)
class Token:
    """A secret, and how the forge wants to see it: `Bearer`, `token`, or `Basic` with a user.

    Attributes:
        text: the secret; empty for nobody.
        scheme: the word in front of it.
        user: who `Basic` is for.
        variable: where the user sets it, for hints.
    """

    text: str
    scheme: str = "Bearer"
    user: str = ""
    variable: str = "PROMOTE_TOKEN"

    @property
    def git_user(self) -> str:
        """Who Git says that it is.

        Bitbucket's API wants an API token beside its owner's address, its Git does not take that:
        https://support.atlassian.com/bitbucket-cloud/docs/using-api-tokens/.
        """
        return _API_TOKEN if self.scheme == "Basic" and "@" in self.user else self.user

    @property
    def header(self) -> Mapping[str, str]:
        """The one header that carries it."""
        return {"Authorization": f"{self.scheme} {self._shown_to_forge}"} if self.text else {}

    @property
    def _shown_to_forge(self) -> str:
        if self.scheme != "Basic":
            return self.text
        return base64.b64encode(f"{self.user}:{self.text}".encode()).decode()

    def hide(self, text: str) -> str:
        """A text of the forge's, fit to print."""
        for secret in filter(None, (self.text, self.text and self._shown_to_forge)):
            text = text.replace(secret, "***")
        return scrub(text)

    def __repr__(self) -> str:
        return f"Token({self.variable})"


_API_TOKEN: Final = "x-bitbucket-api-token-auth"  # noqa: S105 - a user's name
OURS: Final = "PROMOTE_TOKEN"
_USUAL: Final[Mapping[str, tuple[str, ...]]] = {
    "github": ("GITHUB_TOKEN", "GH_TOKEN"),
    "gitlab": ("GITLAB_TOKEN",),
    "gitea": ("GITEA_TOKEN",),
    "forgejo": ("FORGEJO_TOKEN", "GITEA_TOKEN"),
    "bitbucket": ("BITBUCKET_TOKEN",),
    "azure": ("AZURE_DEVOPS_EXT_PAT", "SYSTEM_ACCESSTOKEN"),
}
_TOKEN_NAME: Final = re.compile(r"[A-Z][A-Z0-9_]*(?:TOKEN|PAT)")
_GIT_USERS: Final[Mapping[str, str]] = {
    "github": "x-access-token",
    "gitlab": "oauth2",
    "bitbucket": "x-token-auth",
}


def token_of(config: ForgeConfig, environ: Mapping[str, str]) -> Token:
    """The token of the environment; one without text where there is none.

    A project chooses among variables that are named as tokens are, so that a wrong one does not
    send some other secret of the machine to the remote.
    """
    usual = (OURS, *_USUAL.get(config.kind, ()))
    names = (config.token_env,) if _TOKEN_NAME.fullmatch(config.token_env) else usual
    variable = next((name for name in names if environ.get(name, "").strip()), names[0])
    text = environ.get(variable, "").strip()
    if config.kind == "azure":
        # Any user will do beside a personal access token.
        return Token(text, "Basic", "promote", variable)
    if config.kind == "bitbucket" and ":" in text:
        # `address:token`, which Bitbucket calls an API token; without an address, an access token.
        user, _, text = text.partition(":")
        return Token(text, "Basic", user, variable)
    if config.kind in {"gitea", "forgejo"}:
        return Token(text, "token", "promote", variable)
    return Token(text, "Bearer", _GIT_USERS.get(config.kind, "promote"), variable)
