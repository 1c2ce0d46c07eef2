"""Who owns a file, as CODEOWNERS says: the last pattern that matches counts.

The rules are those that GitHub documents ("About code owners") and GitLab ("Code Owners syntax"):
GitLab's sections each have their own last match, and owners of their own for entries without any.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from promote.errors import Place

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from promote.model.tree import Tree

FILES: Final = (
    ".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS", ".gitlab/CODEOWNERS",
    ".gitea/CODEOWNERS",
)  # fmt: skip
"""Where it may be; the first that is there counts."""

FILES_OF: Final[Mapping[str, tuple[str, ...]]] = {
    "github": FILES[:3],
    "gitlab": ("CODEOWNERS", "docs/CODEOWNERS", ".gitlab/CODEOWNERS"),
    "gitea": ("CODEOWNERS", "docs/CODEOWNERS", ".gitea/CODEOWNERS"),
    "forgejo": ("CODEOWNERS", "docs/CODEOWNERS", ".gitea/CODEOWNERS", ".forgejo/CODEOWNERS"),
}
"""Where each forge looks, and in which order, as it documents; others have no such file."""

_SECTION: Final = re.compile(r"\^?\[(?P<name>[^\]]+)\](?:\[\d+\])?\s*(?P<owners>.*)")
_WORD: Final = re.compile(r"(?:\\.|[^\s\\])+")


@dataclass(frozen=True, slots=True)
class Ownership:
    """Who owns a file, and the lines that say so.

    Attributes:
        owners: users, teams and addresses, in the order of the file; none if nobody does.
        places: the rule of each section that has one.
    """

    owners: tuple[str, ...] = ()
    places: tuple[Place, ...] = ()


@dataclass(frozen=True, slots=True)
class _Rule:
    line: int
    pattern: re.Pattern[str]
    owners: tuple[str, ...]


@dataclass(slots=True)
class _Section:
    default: tuple[str, ...] = ()
    rules: list[_Rule] = field(default_factory=list)


class Owners:
    """The owners of the files of a repository.

    Args:
        tree: the repository.
        top: its top, absolute in the tree.
        files: where the file may be.
    """

    def __init__(self, tree: Tree, top: str, files: Iterable[str] = FILES) -> None:
        self._file = ""
        self._sections: list[_Section] = []
        for name in files:
            path = f"{top.rstrip('/')}/{name}"
            if tree.kind(path) == "file":
                self._file = tree.display(path)
                self._sections = _read(tree.read(path).decode(errors="replace"))
                break

    def of(self, path: str) -> Ownership:
        """Who owns a file.

        Args:
            path: the file, from the top of the repository.
        """
        owners: dict[str, None] = {}
        places = []
        for section in self._sections:
            matching = [rule for rule in section.rules if rule.pattern.fullmatch(path)]
            if matching:
                owners |= dict.fromkeys(matching[-1].owners)
                places.append(Place(self._file, matching[-1].line))
        return Ownership(tuple(owners), tuple(places))


def _read(text: str) -> list[_Section]:
    sections: dict[str, _Section] = {"": _Section()}
    current = sections[""]
    for number, line in enumerate(text.split("\n"), 1):
        bare = re.sub(r"(?:^|(?<=\s))#.*", "", line).strip()
        if not bare:
            continue
        head = _SECTION.fullmatch(bare)
        if head is not None:
            current = sections.setdefault(head["name"].lower(), _Section())
            current.default = tuple(head["owners"].split()) or current.default
            continue
        pattern, *owners = _WORD.findall(bare)
        named = tuple(owners) or current.default
        current.rules.append(_Rule(number, _pattern(pattern.replace("\\ ", " ")), named))
    return list(sections.values())


def _pattern(text: str) -> re.Pattern[str]:
    """A pattern as a regular expression for whole paths from the top of the repository."""
    anchored = "/" in text.rstrip("/")
    is_folder = text.endswith("/")
    parts = text.strip("/").split("/")
    pieces = []
    for index, part in enumerate(parts):
        if part == "**":
            pieces.append("(?:[^/]+/)*" if index + 1 < len(parts) else ".*")
            continue
        plain = "".join(
            "[^/]*" if one == "*" else "[^/]" if one == "?" else re.escape(one)
            for one in re.split(r"([*?])", part)
        )
        pieces.append(plain + ("/" if index + 1 < len(parts) else ""))
    # A name matches a folder and all that is in it; a wildcard at the end, what is right there.
    below = "/.*" if is_folder else "" if "*" in parts[-1] else "(?:/.*)?"
    return re.compile(("" if anchored else "(?:.*/)?") + "".join(pieces) + below)
