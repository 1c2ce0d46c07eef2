"""The little of the user's Git configuration that is kept, and where a repository's is only data.

Who commits, and how to reach and authenticate to a remote, is the user's own (global and system)
configuration. Of the repository's own file, which may have come in an archive or a shared folder,
only values that cannot make git run anything are read: addresses, names, and the headers that CI
systems leave there for one URL.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from promote.errors import GitError

if TYPE_CHECKING:
    from pathlib import Path

    from promote.git.program import Program

_TRUSTED_SCOPES: Final = frozenset({"system", "global", "command"})

_CARRIED = re.compile(
    r"credential\.(?:.+\.)?(?:helper|username|usehttppath)"
    r"|core\.(?:sshcommand|askpass)|ssh\.variant|safe\.directory"
    r"|http\.(?:.+\.)?(?:proxy|proxyauthmethod|sslverify|sslcainfo|sslcapath|sslcert|sslkey"
    r"|sslbackend|extraheader|cookiefile|version|postbuffer)"
    r"|url\..+\.(?:insteadof|pushinsteadof)",
    re.DOTALL,
)
_CARRIED_FROM_REPOSITORY = re.compile(r"http\..+\.extraheader", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Setting:
    """One configured value: `key` as git prints it, section and variable in lower case."""

    scope: str
    key: str
    value: str


@dataclass(frozen=True, slots=True)
class Configuration:
    """All that git reports, with the scope that each value came from."""

    settings: tuple[Setting, ...]

    def all(self, key: str) -> list[str]:
        """The values of a key, in the order in which git reads them."""
        return [setting.value for setting in self.settings if setting.key == key]

    def last(self, key: str) -> str | None:
        """The value that git would use of a key that has one."""
        return next(reversed(self.all(key)), None)

    def remotes(self) -> list[str]:
        """The names of the remotes, sorted."""
        found = (re.fullmatch(r"remote\.(.+)\.url", setting.key) for setting in self.settings)
        return sorted({match.group(1) for match in found if match})

    def carried(self) -> list[tuple[str, str]]:
        """The settings that our own git directory is given, in order."""
        return [
            (setting.key, setting.value)
            for setting in self.settings
            if _CARRIED.fullmatch(setting.key)
            and (
                setting.scope in _TRUSTED_SCOPES or _CARRIED_FROM_REPOSITORY.fullmatch(setting.key)
            )
        ]


def read_configuration(program: Program, git_dir: Path) -> Configuration:
    """Ask git for everything configured, as data.

    Raises:
        GitError: the configuration cannot be read.
    """
    fields = program.run("configuration", git_dir=git_dir).stdout.decode(errors="replace")
    words = fields.split("\0")
    settings = []
    for scope, entry in zip(words[::2], words[1::2], strict=False):
        key, _, value = entry.partition("\n")
        settings.append(Setting(scope, key, value))
    return Configuration(tuple(settings))


def write_setting(key: str, value: str) -> str:
    """One setting in git's file format, as a section of its own.

    Raises:
        GitError: the value cannot be written in a configuration file.
    """
    section, _, rest = key.partition(".")
    subsection, _, variable = rest.rpartition(".")
    if "\0" in key + value or "\n" in subsection:
        raise GitError(f"the Git setting {section}.{variable} cannot be read")
    header = f'[{section} "{_quoted(subsection)}"]' if subsection else f"[{section}]"
    escaped = _quoted(value).replace("\n", "\\n").replace("\t", "\\t")
    return f'{header}\n\t{variable} = "{escaped}"\n'


def _quoted(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')
