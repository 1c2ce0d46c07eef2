"""Reading ordinary YAML quickly: block mappings and lists with one line a value.

That is nearly all of what Kubernetes manifests are made of. A line is looked at once and then known
by its text, since most lines of such files come again and again. What is not ordinary is never
guessed at: one odd value is given to the exact reader, with the lines that belong to it, and a
document that is odd as a whole raises `OddError`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias

from promote.yamlio.characters import Outside
from promote.yamlio.folding import folded, literal, refolded
from promote.yamlio.scalars import NotJsonError, resolve

if TYPE_CHECKING:
    from promote.model.json import Json


class OddError(Exception):
    """The document has something that only the exact reader understands, or reports well."""


MAX_DEPTH: Final = 200
_CACHE_LIMIT: Final = 50_000
_MAX_CACHED_LINE: Final = 200
_MAX_KEY: Final = 500  # YAML ends keys at 1024 characters

# Printable characters, the tab (which is looked for line by line) and the line feed. Not carriage
# returns and Unicode's line breaks.
_ASCII: Final = bytes([*range(0x20, 0x7F), 0x09, 0x0A])
_ODD_CHARACTER: Final = Outside(
    "\t\n\x20-\x7e",
    "\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff",
)
_KEY: Final = re.compile(
    r"""(?:([^\s\-?:,\[\]{}\#&*!|>'"%@`][^\s:]*(?::[^\s:]+)*)|"([^"\\]*)"|'([^']*)')"""
    r"[ ]*:(?:[ ]+|\Z)",
)
_COMMENT: Final = r"(?: +#.*)?\Z"
_DOUBLE: Final = re.compile(r'"([^"\\]*(?:\\["\\nrt][^"\\]*)*)"' + _COMMENT)
_SINGLE: Final = re.compile(r"'([^']*(?:''[^']*)*)'" + _COMMENT)
_BLOCK_HEAD: Final = re.compile(r"([|>])([-+]?)" + _COMMENT)
_ESCAPE: Final = re.compile(r'\\(["\\nrt])')
_ESCAPED: Final = {'"': '"', "\\": "\\", "n": "\n", "r": "\r", "t": "\t"}
_FLOW_ITEM: Final = r"""(?:"[^"\\]*"|'[^']*'|[A-Za-z0-9/][\w./-]*)"""
_FLOW_PAIR: Final = rf"{_FLOW_ITEM}: +{_FLOW_ITEM}"
_FLOW_PART: Final = re.compile(_FLOW_ITEM, re.ASCII)
_FLOW_LIST: Final = re.compile(rf"\[ *({_FLOW_ITEM}(?: *, *{_FLOW_ITEM})*) *\]{_COMMENT}", re.ASCII)
_FLOW_MAPPING: Final = re.compile(
    rf"\{{ *({_FLOW_PAIR}(?: *, *{_FLOW_PAIR})*) *\}}{_COMMENT}", re.ASCII
)
_INDICATORS: Final = frozenset("-?:,[]{}#&*!|>'\"%@`")


_Collection: TypeAlias = "dict[str, Json] | list[Json]"

# What stands on a line behind its key or dash. Plain integers, since they are compared per line.
_SCALAR: Final = 0  # a whole value
_TEXT: Final = 1  # a plain scalar, which may go on in the lines below
_NOTHING: Final = 2  # null, unless something stands deeper in the lines below
_BLOCK: Final = 3  # the head of a block scalar
_LIST: Final = 4  # a list in brackets
_MAPPING: Final = 5  # {}
_OTHER: Final = 6  # something for the exact reader
_BLANK: Final = 7  # nothing at all, or a comment
_ODD: Final = 8  # something that makes the document odd


class Line(NamedTuple):
    """What a line says.

    Attributes:
        kind: what stands behind its key or dash.
        indent: the column of its first character.
        inner: the column of what is behind its dash, or -1 without a dash.
        key: the key, if it has one.
        value: the scalar, the items of a list, the head of a block scalar, or the text of a plain
            scalar without a key.
    """

    kind: int
    indent: int
    inner: int
    key: str | None
    value: Json


_ODD_LINE: Final = Line(_ODD, 0, -1, None, None)
_lines: dict[str, Line] = {}
_heads: dict[str, Line] = {}


def read(text: str) -> Json:
    """The one document of a text without separators; None if it is empty.

    Args:
        text: the text, its lines ended by line feeds, without a byte order mark.

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
    return _Reader(lines).document()


class _Reader:
    """Reads one document.

    The innermost open collection is in local variables of `document`, those around it in `outer`,
    each with the column of its keys or dashes.
    """

    def __init__(self, lines: list[str]) -> None:
        self.lines = lines
        self.complete = not lines[-1]  # the text ends with a line feed
        self.end = len(lines) - 1 if self.complete else len(lines)
        self.at = 0
        self.outer: list[tuple[int, _Collection]] = []

    def document(self) -> Json:
        """The document's value."""
        lines, end, known = self.lines, self.end, _lines
        root: list[Json] = [None]
        node: _Collection = root
        column = -1
        pending = True  # the last value has nothing on its line, and may stand in the lines below
        key: str | None = None
        before: Line | None = None
        while self.at < end:
            text = lines[self.at]
            self.at += 1
            line = known.get(text) or _look(text)
            kind, indent, inner, next_key, value = line
            if kind >= _BLANK:
                if kind == _ODD:
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
            pending = kind == _NOTHING
            before = line
            key = next_key
            if inner >= 0:
                if key is None:
                    _append(node, value if kind <= _NOTHING else self._odd(line, column))
                    continue
                item: dict[str, Json] = {}
                _append(node, item)
                self.outer.append((column, node))
                node, column = item, inner
            elif key is None or key in node:
                raise OddError
            node[key] = value if kind <= _NOTHING else self._odd(line, column)  # type: ignore[call-overload]
        return root[0]

    def _open(
        self, node: _Collection, column: int, key: str | None, line: Line
    ) -> tuple[_Collection, int]:
        """Begin the collection that a line opens under a key or dash without a value."""
        if line[2] < 0 and line[3] is None:
            raise OddError
        self.outer.append((column, node))
        if len(self.outer) > MAX_DEPTH:
            raise OddError
        opened: _Collection = {} if line[2] < 0 else []
        if type(node) is dict:
            node[key] = opened  # type: ignore[index]
        else:
            node[-1] = opened  # type: ignore[index]
        return opened, line[1]

    def _close(self, line: Line) -> tuple[_Collection, int]:
        """Leave collections up to the one that a line belongs to."""
        wanted = dict if line.inner < 0 else list
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
        if before is None or before.kind != _TEXT or not isinstance(before.value, str):
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
        _replace(node, key if type(node) is dict else None, _scalar("".join(out)))

    def _odd(self, line: Line, column: int) -> Json:
        """A value that is neither a scalar on one line nor nothing."""
        if line.kind == _BLOCK:
            return self._block(str(line.value), column)
        if isinstance(line.value, list):
            return list(line.value)
        return dict(line.value) if isinstance(line.value, dict) else self._exactly(line, column)

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
        if head[0] == "|":
            return literal(content, head[1:])
        return refolded(folded(content, head[1:]))

    def _exactly(self, line: Line, column: int) -> Json:
        """A value read by the exact reader, with the deeper lines below it."""
        from promote.errors import YamlError  # noqa: PLC0415 - with the next
        from promote.yamlio import exact  # noqa: PLC0415 - PyYAML is not needed for most documents

        start, at, deeper = self.at - 1, self.at, " " * (column + 1)
        while at < self.end and (
            self.lines[at].startswith(deeper) or not self.lines[at].strip(" ")
        ):
            at += 1
        self.at = at
        first = self.lines[start]
        if line.key is not None and line.inner >= 0:
            first = " " * line.inner + first[line.inner :]
        text = "\n".join([first, *self.lines[start + 1 : at]])
        if at < len(self.lines):
            text += "\n"
        if "&" in text:  # what has an anchor may be used outside
            raise OddError
        try:
            found = exact.read(text, "", depth=len(self.outer))
        except YamlError:
            raise OddError from None
        if line.key is None:
            if isinstance(found, list) and len(found) == 1:
                return found[0]
        elif isinstance(found, dict) and list(found) == [line.key]:
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


def _look(text: str) -> Line:
    """Find out what a line says, and remember it."""
    head, colon, rest = text.partition(": ")
    if colon:
        known = _heads.get(head)
        if known is None:
            known = _parse(head + ":")
            if known.kind == _NOTHING and known.key is not None:
                _remember(_heads, head, known)
        if known.kind == _NOTHING and known.key is not None:
            line = _with_value(known, rest.strip(" "))
        else:  # a comment, a colon in quotes, or something odd
            line = _parse(text)
    else:
        line = _parse(text)
    if len(text) <= _MAX_CACHED_LINE:
        _remember(_lines, text, line)
    return line


def _remember(known: dict[str, Line], text: str, line: Line) -> None:
    if len(known) >= _CACHE_LIMIT:
        known.clear()
    known[text] = line


def _with_value(head: Line, text: str) -> Line:
    try:
        kind, value = _value(text)
    except OddError:
        return _ODD_LINE
    return Line(kind, head.indent, head.inner, head.key, value)


def _parse(text: str) -> Line:
    content = text.lstrip(" ")
    indent = len(text) - len(content)
    if not content or content[0] == "#":
        return Line(_BLANK, indent, -1, None, None)
    inner = -1
    if content[0] == "-" and (content == "-" or content[1] == " "):
        content = content[1:].lstrip(" ")
        inner = len(text) - len(content)
    match = _KEY.match(content)
    key = None
    if match:
        plain, double, single = match.groups()
        key = plain if plain is not None else double if double is not None else single
        if len(key) > _MAX_KEY or key == "<<" or (plain and _scalar(key) != key):
            return _ODD_LINE
        content = content[match.end() :]
    return _with_value(Line(_NOTHING, indent, inner, key, None), content.rstrip(" "))


def _value(text: str) -> tuple[int, Json]:
    """What stands behind a key or dash.

    Raises:
        OddError: something that cannot stand there.
    """
    if not text or text[0] == "#":
        return _NOTHING, None
    if "\t" in text:
        raise OddError
    if text[0] not in _INDICATORS or (text[0] in "-?:" and text[1:2] not in {"", " "}):
        return _plain(text)
    match = _SINGLE.match(text)
    if match:
        return _SCALAR, match[1].replace("''", "'")
    match = _DOUBLE.match(text)
    if match:
        return _SCALAR, _ESCAPE.sub(lambda found: _ESCAPED[found[1]], match[1])
    match = _BLOCK_HEAD.match(text)
    if match:
        return _BLOCK, match[1] + match[2]
    return _flow(text)


def _plain(text: str) -> tuple[int, Json]:
    comment = text.find(" #")
    if comment >= 0:
        text = text[:comment].rstrip(" ")
    if ": " in text or text[-1] == ":":
        raise OddError
    value = _scalar(text)
    # Only what is its own text, and ends its line, goes on in the next.
    return (_TEXT if comment < 0 and value == text else _SCALAR), value


def _flow(text: str) -> tuple[int, Json]:
    """A collection in brackets, if it holds simple words only."""
    if text == "{}":
        return _MAPPING, {}
    if text == "[]":
        return _LIST, []
    match = _FLOW_LIST.match(text)
    if match:
        return _LIST, [_word(part) for part in _FLOW_PART.findall(match[1])]
    match = _FLOW_MAPPING.match(text)
    if match:
        parts = [_word(part) for part in _FLOW_PART.findall(match[1])]
        mapping = {
            key: value
            for key, value in zip(parts[::2], parts[1::2], strict=True)
            if isinstance(key, str)
        }
        if len(mapping) * 2 != len(parts):  # two of one name, or a name that is not a string
            raise OddError
        return _MAPPING, mapping
    return _OTHER, None


def _word(text: str) -> Json:
    return text[1:-1] if text[0] in "\"'" else _scalar(text)


def _scalar(text: str) -> Json:
    try:
        return resolve(text)
    except NotJsonError:
        raise OddError from None
