"""Reading ordinary YAML quickly: block mappings and lists with one line a value.

That is nearly all of what Kubernetes manifests are made of. A line is looked at once and then known
by its text, since most lines of such files come again and again. What is not ordinary is never
guessed at: one odd value is given to the exact reader, with the lines that belong to it, and a
document that is odd as a whole raises `OddError`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, TypeAlias

from promote.yamlio.blanks import marked
from promote.yamlio.characters import Outside
from promote.yamlio.dialect import rewritten_block
from promote.yamlio.flow import fresh
from promote.yamlio.folding import folded, literal, refolded
from promote.yamlio.lines import (
    BLANK,
    BLOCK,
    NOTHING,
    ODD,
    TEXT,
    WATCHED,
    WORD,
    Line,
    OddError,
    known_lines,
    look,
    quoted,
    scalar,
)
from promote.yamlio.quotes import in_block, in_quotes, plain
from promote.yamlio.watched import note, watch

if TYPE_CHECKING:
    from promote.model.json import Json

__all__ = ["OddError", "read"]

MAX_DEPTH: Final = 200

# Printable characters, the tab (which is looked for line by line) and the line feed. Not carriage
# returns and Unicode's line breaks.
_ASCII: Final = bytes([*range(0x20, 0x7F), 0x09, 0x0A])
_ODD_CHARACTER: Final = Outside(
    "\t\n\x20-\x7e",
    "\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff",
)

_KEEPS: Final = re.compile(r"[|>][0-9]?\+")

_Collection: TypeAlias = "dict[str, Json] | list[Json]"


def read(text: str, *, own: bool = False, patch: bool = False) -> Json:
    """The one document of a text without separators; None if it is empty.

    Args:
        text: the text, its lines ended by line feeds, without a byte order mark.
        own: what the exact reader reads of it is read as kustomize reads its own files.
        patch: it is a strategic merge patch, of which kustomize does not write the comments.

    Raises:
        OddError: the exact reader has to read it.
    """
    if text.isascii():
        if text.encode("ascii").translate(None, _ASCII):
            raise OddError
    elif _ODD_CHARACTER(text):
        raise OddError
    lines = text.split("\n")
    if lines[0].startswith("---"):
        after = lines[0][3:].strip(" ")
        if after and not (after[0] == "#" and lines[0][3] == " "):
            raise OddError
        lines[0] = ""
    return _Reader(lines, own=own, patch=patch).document()


class _Reader:
    """Reads one document.

    The innermost open collection is in local variables of `document`, those around it in `outer`,
    each with the column of its keys or dashes.
    """

    def __init__(self, lines: list[str], *, own: bool, patch: bool) -> None:
        self.lines = lines
        self.own = own
        self.patch = patch
        self.complete = not lines[-1]  # the text ends with a line feed
        self.end = len(lines) - 1 if self.complete else len(lines)
        self.at = 0
        self.outer: list[tuple[int, _Collection]] = []
        self.noted: list[tuple[dict[str, Json], str, str]] = []
        # What is watched: see `watched.py`.
        self.doubtful = False  # something may be wrong for it
        self.named: list[_Collection] = []  # mappings that may have to hold a name
        self.ends = watch.ends

    def document(self) -> Json:  # noqa: C901 - one loop over lines, in which calls would cost most
        """The document's value."""
        lines, end, known = self.lines, self.end, known_lines
        root: list[Json] = [None]
        node: _Collection = root
        column = -1
        pending = True  # the last value has nothing on its line, and may stand in the lines below
        key: str | None = None
        before: Line | None = None
        while self.at < end:
            text = lines[self.at]
            self.at += 1
            line = known.get(text) or look(text)
            kind, indent, inner, next_key, value = line
            if kind >= BLANK:
                if kind == ODD:
                    raise OddError
                continue
            if indent > column or (
                pending and inner >= 0 and indent == column and type(node) is dict
            ):
                if not pending:
                    self._continue(before, node, key, column)
                    before = None
                    continue
                node, column = self._open(node, column, key, line)
            elif indent < column or (inner < 0) is not (type(node) is dict):
                node, column = self._close(line)
            pending = kind == NOTHING
            before = line
            key = next_key
            if inner >= 0:
                if key is None:
                    _append(node, value if kind <= NOTHING else self._odd(line, column))
                    if pending:  # a list with a null may be of any kind
                        self.doubtful = True
                    continue
                item: dict[str, Json] = {}
                _append(node, item)
                self.outer.append((column, node))
                node, column = item, inner
            elif key is None or key in node:
                raise OddError
            node[key] = value if kind <= NOTHING else self._odd(line, column)  # type: ignore[call-overload]
            if pending or kind == WORD:
                self.noted.append((node, key, str(value or "")))  # type: ignore[arg-type]
        if self.doubtful or (self.named and not all("name" in one for one in self.named)):
            note(root[0])
        return marked(root[0], self.noted) if self.noted else root[0]

    def _open(
        self, node: _Collection, column: int, key: str | None, line: Line
    ) -> tuple[_Collection, int]:
        """Begin the collection that a line opens under a key or dash without a value."""
        if line[2] < 0 and line[3] is None:
            raise OddError
        self.outer.append((column, node))
        if len(self.outer) > MAX_DEPTH:
            raise OddError
        opened: _Collection
        if line[2] < 0:
            opened = {}
            if key in self.ends:
                self.named.append(opened)
        else:
            opened = []
            if key in self.ends or (line[3] is None and key in watch.ways):
                self.doubtful = True
        if type(node) is dict:
            node[key] = opened  # type: ignore[index]
        else:
            node[-1] = opened  # type: ignore[index]
        return opened, line[1]

    def _close(self, line: Line) -> tuple[_Collection, int]:
        """Leave collections up to the one that a line belongs to."""
        wanted: type[_Collection] = dict
        if line.inner >= 0:
            wanted = list
            if line.key is None:
                self.doubtful = True  # a plain value in a list of mappings
        while self.outer:
            column, node = self.outer.pop()
            if column == line.indent and type(node) is wanted:
                return node, column
            if column < line.indent:
                break
        raise OddError

    def _continue(
        self, before: Line | None, node: _Collection, key: str | None, column: int
    ) -> None:
        """Read on in a plain scalar, from the line that was taken last."""
        if before is None or before.kind != TEXT or not isinstance(before.value, str):
            raise OddError
        first = self.at - 1
        empty = 0
        while not self.lines[first - empty - 1].strip(" "):
            empty += 1
        if self.lines[first - empty - 1].lstrip(" ").startswith("#"):
            raise OddError  # a comment ends the scalar
        out = [before.value]
        at = first
        while at < self.end:
            text = self.lines[at].strip(" ")
            if not text:
                empty += 1
            elif self.lines[at].startswith(" " * (column + 1)) and text[0] != "#":
                if ": " in text or " #" in text or text[-1] == ":" or "\t" in text:
                    raise OddError
                out += ("\n" * empty or " ", text)
                empty = 0
            else:
                break
            at += 1
        self.at = at
        _replace(node, key if type(node) is dict else None, plain(scalar("".join(out))))

    def _odd(self, line: Line, column: int) -> Json:
        """A value that is neither a scalar on one line nor nothing."""
        if line.kind == WATCHED:
            self.doubtful = True
        if isinstance(line.value, list | dict):
            return fresh(line.value)
        if line.kind == WATCHED:
            return line.value
        if line.key is None or line.key in watch.ways or line.key in self.ends:
            self.doubtful = True
        if line.kind == BLOCK:
            return self._block(str(line.value), column)
        if line.kind == WORD:
            return scalar(str(line.value))
        start, lines = self.at - 1, self._deeper(column)
        if isinstance(line.value, str):
            text = self._quoted(line.value, start)
            if text is not None:
                return in_quotes(text)
        return self._exactly(line, start, lines)

    def _block(self, head: str, column: int) -> str:
        """A block scalar below a key or dash at `column`."""
        lines, first, end = self.lines, self.at, self.end
        while first < end and not lines[first]:
            first += 1
        text = lines[first] if first < end else ""
        width = len(text) - len(text.lstrip(" "))
        if width <= column or width == len(text) or text[width] == "\t":
            raise OddError
        pad = text[:width]
        last = first + 1
        while last < end and (lines[last].startswith(pad) or not lines[last].strip(" ")):
            last += 1
        if last == end:
            if not self.complete:
                raise OddError
        elif lines[last].startswith(" " * (column + 1)):
            raise OddError
        content = [text[width:] for text in lines[self.at : last]]
        self.at = last
        value = (literal if head[0] == "|" else folded)(content, head[1:])
        if self.own:  # kustomize does not write its own files again
            return in_quotes(value)
        printed = refolded(value) if head[0] == ">" else value
        if head[1:] == "+" and not self.patch:
            printed = rewritten_block(printed, "\n".join(lines[last:]))
        return in_block(value, printed)

    def _deeper(self, column: int) -> list[str]:
        """Take the lines that belong to the value that begins on the line before them."""
        start, at, deeper = self.at, self.at, " " * (column + 1)
        while at < self.end and (
            self.lines[at].startswith(deeper) or not self.lines[at].strip(" ")
        ):
            at += 1
        self.at = at
        return self.lines[start:at]

    def _quoted(self, first: str, start: int) -> str | None:
        """A string in quotes that begins on the line at `start`, if it is ordinary."""
        lines = self.lines[start : self.at]
        stripped = [first, *(line.strip(" ") for line in lines[1:])]
        while not stripped[-1]:
            stripped.pop()
        for line, bare in zip(lines, stripped, strict=False):
            if "\t" in line or (bare[-1:] == "\\" and line[-1] == " "):
                return None
        return quoted(stripped)

    def _exactly(self, line: Line, start: int, below: list[str]) -> Json:
        """A value read by the exact reader, with the deeper lines below it."""
        from promote.errors import YamlError  # noqa: PLC0415 - with the next
        from promote.yamlio import exact  # noqa: PLC0415 - PyYAML is not needed for most documents

        first = self.lines[start]
        if line.key is not None and line.inner >= 0:
            first = " " * line.inner + first[line.inner :]
        text = "\n".join([first, *below])
        if self.at < len(self.lines):
            text += "\n"
        if "&" in text:  # what has an anchor may be used outside
            raise OddError
        # What keeps its last lines may have the comments below among them; see `rewritten_block`.
        if _KEEPS.search(text) and any("#" in line for line in self.lines[start:]):
            raise OddError
        try:
            found = exact.read(text, "", depth=len(self.outer), own=self.own)
        except YamlError:
            raise OddError from None
        if line.key is None:
            if isinstance(found, list) and len(found) == 1:
                return found[0]
        elif type(found) is dict and list(found) == [line.key]:  # none that has a blank
            return found[line.key]
        raise OddError


def _append(node: _Collection, value: Json) -> None:
    if type(node) is not list:
        raise OddError
    node.append(value)


def _replace(node: _Collection, key: str | None, value: Json) -> None:
    """Set the last value of a collection."""
    if isinstance(node, dict):
        node[key] = value  # type: ignore[index]
    else:
        node[-1] = value
