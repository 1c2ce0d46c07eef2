"""Who owns a file, as CODEOWNERS says: the last pattern that matches counts.

The rules are those that GitHub documents ("About code owners") and GitLab ("Code Owners syntax"):
GitLab's sections each have their own last match, and owners of their own for entries without any.
Gitea and Forgejo have another file of that name: regular expressions for whole paths, of which all
that match count, and which a `!` turns round ("Code Owners" of their documentation).
"""

from __future__ import annotations

import re
from contextlib import suppress
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

EXPRESSIONS: Final = frozenset({"gitea", "forgejo"})
"""The forges whose file has regular expressions."""

_OF_GITEA: Final = (".gitea/", ".forgejo/")

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
    negative: bool = False

    def matches(self, path: str) -> bool:
        return (self.pattern.search(path) is not None) != self.negative


@dataclass(slots=True)
class _Section:
    default: tuple[str, ...] = ()
    rules: list[_Rule] = field(default_factory=list)
    all_count: bool = False

    excluded: list[_Rule] = field(default_factory=list)

    def of(self, path: str) -> list[_Rule]:
        """The rules that count for a file."""
        if any(rule.matches(path) for rule in self.excluded):
            return []
        matching = [rule for rule in self.rules if rule.matches(path)]
        return matching if self.all_count else matching[-1:]


class Owners:
    """The owners of the files of a repository.

    Args:
        tree: the repository.
        top: its top, absolute in the tree.
        files: where the file may be.
        expressions: whether it is one of Gitea's; what lies in a folder of Gitea's is, anyway.
    """

    def __init__(
        self, tree: Tree, top: str, files: Iterable[str] = FILES, *, expressions: bool = False
    ) -> None:
        self._file = ""
        self._sections: list[_Section] = []
        for name in files:
            path = f"{top.rstrip('/')}/{name}"
            if tree.kind(path) == "file":
                self._file = tree.display(path)
                read = _read_expressions if expressions or name.startswith(_OF_GITEA) else _read
                self._sections = read(tree.read(path).decode(errors="replace"))
                break

    def of(self, path: str) -> Ownership:
        """Who owns a file.

        Args:
            path: the file, from the top of the repository.
        """
        owners: dict[str, None] = {}
        places = []
        for section in self._sections:
            for rule in section.of(path):
                owners |= dict.fromkeys(rule.owners)
                places.append(Place(self._file, rule.line))
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
        # GitLab takes a file out of a section with a `!`, whatever comes after; GitHub knows none.
        rules = current.excluded if pattern.startswith("!") else current.rules
        plain = pattern.removeprefix("!").replace("\\ ", " ")
        rules.append(_Rule(number, _pattern(plain), named))
    return list(sections.values())


def _read_expressions(text: str) -> list[_Section]:
    """Gitea's: what it cannot read as an expression, it passes over."""
    section = _Section(all_count=True)
    for number, line in enumerate(text.split("\n"), 1):
        pattern, *owners = _words(line) or [""]
        people = [owner.removeprefix("@") for owner in owners]
        named = tuple(f"@{one}" for one in people if one and "@" not in one)
        if not named:
            continue
        with suppress(re.error):
            whole = re.compile(f"^{pattern.removeprefix('!')}$")
            section.rules.append(_Rule(number, whole, named, pattern.startswith("!")))
    return [section]


def _words(line: str) -> list[str]:
    """The words of a line up to a `#`; a backslash takes the next character as it is."""
    plain = line.strip().replace("\t", " ")
    pieces = re.findall(r"\\.|[^\\]", plain, re.DOTALL)
    words = [""]
    for piece in pieces:
        if piece == "#":
            break
        if piece == " ":
            words.append("")
        else:
            words[-1] += piece[-1]
    return [word for word in words if word]


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
    whole = ("" if anchored else "(?:.*/)?") + "".join(pieces) + below
    return re.compile(rf"\A(?:{whole})\Z")
