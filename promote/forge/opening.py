"""The forge that a project names."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, Final

from promote.errors import ProjectError
from promote.forge.local import LocalForge

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from promote.config import ForgeConfig
    from promote.forge.hosted import HostedForge
    from promote.forge.protocol import Forge
    from promote.git import Identity, ObjectStore, Remote


def _gitea() -> Callable[..., HostedForge]:
    from promote.forge.gitea import GiteaForge  # noqa: PLC0415 - only who uses it pays for HTTP

    return GiteaForge


def _github() -> Callable[..., HostedForge]:
    from promote.forge.github import GitHubForge  # noqa: PLC0415 - as above

    return GitHubForge


def _gitlab() -> Callable[..., HostedForge]:
    from promote.forge.gitlab import GitLabForge  # noqa: PLC0415 - as above

    return GitLabForge


def _bitbucket() -> Callable[..., HostedForge]:
    from promote.forge.bitbucket import BitbucketForge  # noqa: PLC0415 - as above

    return BitbucketForge


def _azure() -> Callable[..., HostedForge]:
    from promote.forge.azure import AzureForge  # noqa: PLC0415 - as above

    return AzureForge


HOSTED: Final[Mapping[str, Callable[[], Callable[..., HostedForge]]]] = {
    "gitea": _gitea,
    "forgejo": _gitea,
    "github": _github,
    "gitlab": _gitlab,
    "bitbucket": _bitbucket,
    "azure": _azure,
}
"""The forges that live on a server, by the name that `promote.yaml` uses, loaded when needed."""

FORGES: Final = ("local", *HOSTED)


def open_forge(
    config: ForgeConfig,
    store: ObjectStore,
    remote: Remote,
    identity: Identity,
    environ: Mapping[str, str],
) -> Forge:
    """Open a forge.

    Args:
        config: as the base branch has it: it says where a token is sent.
        store: where the local forge makes its objects.
        remote: what is promoted in.
        identity: who acts, on the local forge; on others the token says it.
        environ: where the token is.

    Raises:
        ProjectError: this version has no such forge, or its address is not known.
        ForgeError: its certificate authorities cannot be read.
    """
    if config.kind == "local":
        return LocalForge(store, remote, identity, approvals=config.approvals)
    load = HOSTED.get(config.kind)
    if load is None:
        near = difflib.get_close_matches(config.kind, FORGES, 1) or FORGES
        raise ProjectError(
            f"the forge {config.kind!r} is not supported by this version", hint=f"use {near[0]!r}"
        )
    from promote.forge.address import address, authorities_file  # noqa: PLC0415 - as above
    from promote.forge.http import Api  # noqa: PLC0415 - as above
    from promote.forge.tokens import token_of  # noqa: PLC0415 - as above

    found = address(config, remote.url)
    api = Api(found.api, token_of(config, environ), ca=authorities_file(config))
    return load()(api, found.repository, config.kind)
