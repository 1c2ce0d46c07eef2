"""Values in a YAML text as go-yaml v3 writes them: scalars, and what is in braces or brackets."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import yaml

from promote.render.merge.written import must_be_quoted, text_of
from promote.render.replacements.values import untyped
from promote.yamlio.analysis import Style, style_of
from promote.yamlio.blanks import words_of
from promote.yamlio.quotes import Mistagged, Untagged, has_quotes
from promote.yamlio.scalars import OLD_WORDS, NotJsonError, resolve

if TYPE_CHECKING:
    from promote.model.json import Json

INDENT: Final = 2
_LINE_FEED: Final = "\n"
_END_OF_LINE: Final = re.compile("^[^ \t\n].*\n", re.MULTILINE)
_LINE_FEEDS: Final = re.compile("\n+")
# Tabs, and blanks beside line feeds, stand in double quotes alone.
_ONLY_DOUBLE: Final = re.compile("\t| \n|\n ")
_NO_BLOCK: Final = re.compile(" (?:\n|\\Z)")
_BARE: Final = re.compile(r"[A-Za-z0-9_./+~-]*", re.ASCII)


def flow_text(value: Json) -> str:
    """A value on one line, in braces and brackets."""
    if isinstance(value, dict):
        words = words_of(value)
        fields = (
            f"{scalar_text(key, None)}: {words.get(key) or flow_text(item)}"
            for key, item in value.items()
        )
        return "{" + ", ".join(fields) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(flow_text, value)) + "]"
    if isinstance(value, str) and "\n" in value:
        tag = f"!!{value.tag} " if isinstance(value, Mistagged) else ""
        return tag + _double_quoted(value)
    if isinstance(value, Untagged | Mistagged) and not value:
        return scalar_text(value, "'")
    in_flow = isinstance(value, str) and any(char in value for char in ",[]{}")
    return scalar_text(value, "'") if in_flow else fresh_scalar(value)


def fresh_scalar(value: Json) -> str:
    """A scalar that comes with a mapping or list, and with the quotes that it has there."""
    in_quotes = isinstance(value, str) and "\n" not in value and has_quotes(value)
    return scalar_text(value, '"' if in_quotes else None)


def new_key(key: str) -> str:
    """A key as kustomize makes it: even one that is no text stands without quotes."""
    try:
        is_text = isinstance(resolve(key), str) and key not in OLD_WORDS
    except NotJsonError:
        is_text = False
    return scalar_text(key, None) if is_text or not key else key


def scalar_text(value: Json, style: str | None) -> str:
    """A scalar in a style; lines after the first are to be indented by the caller."""
    text = text_of(value)
    if type(value) is Untagged and not style:
        value = resolve(text)  # its text stays
    if isinstance(value, Mistagged):
        shown = text if not style and _BARE.fullmatch(text) else scalar_text(text, style)
        return f"!!{value.tag} {shown}".rstrip(" ")
    if style in ("|", ">") or (not style and isinstance(value, str) and "\n" in text):
        return _block(text, style or "|")
    if style == "'" and not _ONLY_DOUBLE.search(text):
        return "'" + _LINE_FEEDS.sub("\n\\g<0>", text.replace("'", "''")) + "'"
    if style in {"'", '"'} or (isinstance(value, str) and not isinstance(untyped(text), str)):
        return _double_quoted(text)
    if not isinstance(value, str) or not must_be_quoted(text):
        return text
    return scalar_text(value, "'") if style_of(text) is Style.SINGLE else _double_quoted(text)


def _block(text: str, style: str) -> str:
    """A block scalar, if the text can be one."""
    if _NO_BLOCK.search(text):
        return _double_quoted(text)
    body = text.rstrip("\n")
    ending = text[len(body) :]
    chomping = "-" if not ending else "" if ending == "\n" and body else "+"
    indicator = str(INDENT) if text[:1] in {" ", "\n"} else ""
    lines = _folded(text) if style == ">" else text
    return f"{style}{indicator}{chomping}\n{lines.removesuffix(_LINE_FEED)}"


def _folded(text: str) -> str:
    """The lines of a folded scalar, which get an empty one between them unless they are indented.

    Whether they are go-yaml reads off the first, for all of them.
    """
    if text.lstrip("\n")[:1] in {"", " ", "\t"}:
        return text
    return _END_OF_LINE.sub("\\g<0>\n", text)


def _double_quoted(text: str) -> str:
    shown: str = yaml.dump(str(text), default_style='"', width=2**31, allow_unicode=True)
    return shown.rstrip("\n")
