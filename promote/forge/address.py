"""Where a forge's API is and what it calls the repository, as the remote's address tells."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote, urlsplit

from promote.errors import ProjectError
from promote.git.names import scrub

if TYPE_CHECKING:
    from collections.abc import Mapping

    from promote.config import ForgeConfig
    from promote.git.names import RemoteUrl

_SCP_LIKE = re.compile(r"(?:[^@/]+@)?(?P<host>\[[^\]]+\]|[^:/]+):(?P<path>.+)")
_LOCAL_HOSTS: Final = frozenset({"localhost", "127.0.0.1", "::1"})
_AZURE_PARTS: Final = 3
_HOSTS: Final[Mapping[str, str]] = {
    "github.com": "github",
    "gitlab.com": "gitlab",
    "bitbucket.org": "bitbucket",
    "codeberg.org": "forgejo",
    "gitea.com": "gitea",
    "dev.azure.com": "azure",
    "ssh.dev.azure.com": "azure",
    "vs-ssh.visualstudio.com": "azure",
}
_SSH_OVER_443: Final[Mapping[str, str]] = {
    "ssh.github.com": "github.com",
    "altssh.gitlab.com": "gitlab.com",
    "altssh.bitbucket.org": "bitbucket.org",
}
_NAMED: Final[Mapping[str, str]] = {
    "azure": "organisation/project/name",
    "gitlab": "group/subgroup/name",
}
_VERSIONED = re.compile(r"(?:/api(?:/v[0-9]+)?)?$")
_SELF_HOSTED: Final = ("github", "gitlab", "gitea", "forgejo")


@dataclass(frozen=True, slots=True)
class Address:
    """Where to ask, and about which repository."""

    api: str
    repository: str


def address(config: ForgeConfig, url: RemoteUrl) -> Address:
    """Find a forge.

    The token is sent to the API's host. That is the remote's own host, or the one that the forge's
    maker documents for it; another only where the configuration says `url`.

    Args:
        config: as the base branch has it.
        url: of the remote.

    Raises:
        ProjectError: the configuration does not say enough, asks for plain HTTP, or has no address
            where one belongs.
    """
    scheme, host, path = _parts(url)
    api = _checked(config.url.rstrip("/")) or _api(config.kind, scheme, host)
    if url.transport in {"https", "http"}:
        path = _below(api, path)
    repository = config.repository or _repository(config.kind, host, path)
    if not api:
        raise ProjectError(
            f"the address of the {config.kind} forge does not follow from {url.shown}",
            hint="set `forge: {url: …}` to the address of its API",
        )
    if not _is_whole(config.kind, repository):
        raise ProjectError(
            f"the repository's name on the {config.kind} forge does not follow from {url.shown}",
            hint=f"set `forge: {{repository: {_NAMED.get(config.kind, 'owner/name')}}}`",
        )
    parts = urlsplit(api)
    if parts.scheme != "https" and (parts.hostname or "") not in _LOCAL_HOSTS:
        raise ProjectError(
            f"the forge at {api} would be asked without encryption", hint="use https://"
        )
    return Address(api, repository)


def guess(url: RemoteUrl) -> tuple[str, str]:
    """The kind of forge that a remote's address tells, and what to say where it does not.

    Only hosts whose makers run them are known: a name such as `gitlab.example.com` is a hint, and
    anyone may give it.
    """
    _, host, _ = _parts(url)
    name = host.partition(":")[0].lower()
    if not host:
        return "local", "The remote is a folder: its pull requests are refs in it."
    if name in _HOSTS or name.endswith(".visualstudio.com"):
        return _HOSTS.get(name, "azure"), ""
    if name.endswith(".ghe.com"):
        return "github", ""
    like = [kind for kind in _SELF_HOSTED if kind in re.split(r"[.-]", name)]
    kinds = " or ".join(like) if like else ", ".join(_SELF_HOSTED)
    note = f"What {name} is does not follow from its name. If it is {kinds}, say so as `kind`;"
    return "local", f"{note} `local` keeps pull requests in refs of the remote."


def authorities_file(config: ForgeConfig) -> str:
    """The file of certificate authorities, or nothing.

    Raises:
        ProjectError: the path depends on the folder, in which a proposed branch may have put one.
    """
    if not config.ca_file:
        return ""
    path = Path(config.ca_file).expanduser()
    if not path.is_absolute():
        raise ProjectError(
            f"ca-file: {config.ca_file} is not a whole path",
            hint="it is a file of the machine: /etc/ssl/corp.pem, ~/corp.pem",
        )
    return str(path)


def _parts(url: RemoteUrl) -> tuple[str, str, str]:
    """The scheme and host to speak HTTP to, and the path of the repository."""
    if url.transport == "file":
        return "", "", ""
    if "://" not in url.text:
        match = _SCP_LIKE.fullmatch(url.text)
        host = match["host"] if match else ""
        return ("https", _SSH_OVER_443.get(host, host), match["path"]) if match else ("", "", "")
    parts = urlsplit(url.text)
    name = parts.hostname or ""
    if url.transport == "ssh":
        return "https", _SSH_OVER_443.get(name, name), parts.path
    host = f"[{name}]" if ":" in name else name
    return parts.scheme, f"{host}:{parts.port}" if parts.port else host, parts.path


def _repository(kind: str, host: str, path: str) -> str:
    names = [unquote(name) for name in path.strip("/").removesuffix(".git").split("/")]
    return "/".join(_azure_names(host, names) if kind == "azure" else names)


def _azure_names(host: str, names: list[str]) -> list[str]:
    """Organisation, project and name, of …/organisation/project/_git/name or SSH's v3/….

    A project's first repository has the project's name and leaves the project out. On a server of
    one's own a collection stands for the organisation.
    """
    if host.endswith(".visualstudio.com") and host != "vs-ssh.visualstudio.com":
        names = names[1:] if names[:1] == ["DefaultCollection"] else names
        names = [host.split(".", maxsplit=1)[0], *names]
    if "_git" not in names:
        return names[1:] if names[:1] == ["v3"] else names
    before, after = names[: names.index("_git")], names[names.index("_git") + 1 :]
    return [*before, *after, *after] if len(before) == 1 else [*before, *after]


def _checked(api: str) -> str:
    """An address that the configuration gives."""
    try:
        parts = urlsplit(api)
        _ = parts.port
    except ValueError:
        raise ProjectError(
            f"`forge: url` is no address: {scrub(api)!r}", hint="give https://HOST/PATH"
        ) from None
    if parts.username is not None or parts.query or parts.fragment:
        raise ProjectError(
            f"`forge: url` is more than an address: {scrub(api)!r}",
            hint="give https://HOST/PATH; a token belongs into the environment",
        )
    return api


def _below(api: str, path: str) -> str:
    """The path of a repository without that of a server that lies below one."""
    root = _VERSIONED.sub("", urlsplit(api).path) + "/"
    return path.removeprefix(root) if len(root) > 1 else path


def _is_whole(kind: str, repository: str) -> bool:
    names = repository.split("/")
    if not all(names):
        return False
    if kind == "gitlab":
        return len(names) > 1
    return len(names) == (_AZURE_PARTS if kind == "azure" else 2)


def _api(kind: str, scheme: str, host: str) -> str:
    if not host:
        return ""
    if kind == "github":
        # Those of GitHub's own clouds have a host for the API, servers of one's own a path.
        cloud = host == "github.com" or host.endswith(".ghe.com")
        return f"https://api.{host}" if cloud else f"{scheme}://{host}/api/v3"
    if kind == "gitlab":
        return f"{scheme}://{host}/api/v4"
    if kind == "bitbucket":
        return "https://api.bitbucket.org/2.0" if host.endswith("bitbucket.org") else ""
    if kind == "azure":
        known = host in {"dev.azure.com", "ssh.dev.azure.com"}
        known = known or host.endswith(".visualstudio.com")
        return "https://dev.azure.com" if known else ""
    return f"{scheme}://{host}/api/v1"
