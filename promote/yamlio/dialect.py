"""Where go-yaml's scanner takes YAML otherwise than libyaml's does.

A parser in C reads what `plain.py` does not, and it is libyaml. What go-yaml takes and libyaml does
not is written otherwise before it is parsed once more; what libyaml takes and go-yaml does not is
refused here.
"""

from __future__ import annotations

import re
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from promote.yamlio.folding import is_block

if TYPE_CHECKING:
    import yaml

_MOST: Final = 1000  # times that one text is parsed again
_MARK: Final = "\ufeff"
_AHEAD: Final = 2
_ESCAPE: Final = re.compile(r"\\(.)", re.DOTALL)
_TABS_BEFORE_COMMENT: Final = re.compile(r"\t[ \t\n]*(?=#)")
_NOTHING: Final = re.compile(r"(?: *(?:#[^\n]*)?\n)* *(?:#[^\n]*)?\Z")
_COMMENTS_ONLY: Final = re.compile(r"(?:[ \t\r]*(?:#[^\n]*)?\n)*[ \t\r]*(?:#[^\n]*)?\Z")


class StandIns:
    """Characters that stand in a text for what libyaml does not read as go-yaml does.

    go-yaml takes a colon in front of a bracket or comma for a part of the scalar that it ends, and
    a single quote behind a backslash for the quote. Looking for comments, it lets those that follow
    another stand behind tabs.

    Args:
        text: the text, in which none of the stand-ins may be.
        comments: whether go-yaml looks for comments: version 3 does, with which it reads resources.
    """

    def __init__(self, text: str, *, comments: bool) -> None:
        self._text = text
        self._comments = comments
        self._count = 0

    # Looked for when one is needed, which is seldom.

    @cached_property
    def _unused(self) -> tuple[str, str, str]:
        used = set(self._text)
        unused = (char for char in map(chr, range(0xE000, 0xF900)) if char not in used)
        return next(unused), next(unused), next(unused)

    @property
    def _colon(self) -> str:
        return self._unused[0]

    @property
    def _quote(self) -> str:
        return 2 * self._unused[1]  # as long as what it stands for, so that columns stay

    @property
    def _mark(self) -> str:
        return self._unused[2]

    def for_marks(self, text: str) -> str:
        """The text with a stand-in for each byte order mark but one at its start.

        libyaml passes over one at the start of any line, go-yaml has it as a character.
        """
        if _MARK not in text[1:]:
            return text
        self._count += 1
        return text[0] + text[1:].replace(_MARK, self._mark)

    def put(self, text: str, error: yaml.MarkedYAMLError) -> str | None:
        """The text with a stand-in where libyaml stopped; None if go-yaml stops there too."""
        mark = error.problem_mark
        self._count += 1
        if mark is None or self._count > _MOST:
            return None
        at = mark.index
        if error.problem == "found unexpected ':'" and text[at : at + 1] == ":":
            return text[:at] + self._colon + text[at + 1 :]
        if error.problem == "found unknown escape character" and text[at : at + 2] == "\\'":
            return text[:at] + self._quote + text[at + 2 :]
        if self._comments and error.problem == "found character that cannot start any token":
            return _without_tabs(text, at)
        return None

    def undone(self, value: str) -> str:
        """The text of a scalar without stand-ins."""
        if not self._count:
            return value
        value = value.replace(self._colon, ":").replace(self._quote, "'")
        return value.replace(self._mark, _MARK)


def _without_tabs(text: str, at: int) -> str | None:
    """The text with spaces for the tabs before a comment that follows another."""
    tabs = _TABS_BEFORE_COMMENT.match(text, at)
    lines = text[:at].rstrip(" \t\n").rpartition("\n")
    if (
        tabs is None
        or text[at - 1 : at] not in {"\n", " "}
        or not lines[2].lstrip().startswith("#")
    ):
        return None
    return text[:at] + tabs[0].replace("\t", " ") + text[tabs.end() :]


def has_slash_escape(quoted: str) -> bool:
    r"""Whether a scalar in double quotes has a `\/`, which JSON knows and go-yaml does not."""
    return "\\/" in quoted and any(found[1] == "/" for found in _ESCAPE.finditer(quoted))


def ends_plainly(text: str) -> bool:
    """Whether a plain scalar in brackets goes on to its end for go-yaml: a '?' begins a key."""
    return "?" not in text


def rewritten_block(text: str, below: str) -> str:
    """A block scalar as it is once kustomize has written and read it again.

    Comments at the end of a document are written below an empty line, which a scalar that keeps its
    last lines takes for one of its own. Where comments are less indented than those before them,
    they are no longer together, and are not written there.

    Args:
        text: the scalar.
        below: what follows it.
    """
    keeps = (text.endswith("\n\n") or text == "\n") and is_block(text)
    if not keeps or not _COMMENTS_ONLY.match(below):
        return text
    columns = [len(line) - len(line.lstrip()) for line in below.split("\n") if line.strip()]
    return text + "\n" if columns and columns == sorted(columns) else text


def look_ahead(text: str, end: int, parser: Any) -> None:  # noqa: ANN401 - PyYAML has no types
    """Fail where go-yaml does: looking for comments, it reads two tokens behind a document.

    Args:
        text: the text.
        end: where its first document ends.
        parser: makes a parser of a text.

    Raises:
        yaml.MarkedYAMLError: one of them is wrong.
    """
    if _NOTHING.match(text, end):
        return
    tokens = parser(text)
    behind = 0
    while tokens.check_token() and behind < _AHEAD:
        behind += tokens.get_token().start_mark.index >= end


def is_refused_block(text: str) -> bool:
    """Whether kustomize cannot read again what it wrote: a tab hides where the text begins."""
    return text.startswith("\t") and is_block(text)
