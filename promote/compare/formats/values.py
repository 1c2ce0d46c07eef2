"""How values and identities are written in the formats for people."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from promote.compare.formats.safe import one_line, printable
from promote.yamlio import dump

if TYPE_CHECKING:
    from promote.model.json import Json
    from promote.model.resource import ResourceId

SHORT = 80
"""The longest value that is written within a line."""

_UNMISTAKABLE = re.compile(r"<redacted[^>]*>\Z|[A-Za-z/*][\w./:@+* -]*\Z", re.ASCII)
_NOT_STRINGS = frozenset({"true", "false", "null", "yes", "no", "on", "off", "y", "n"})


def title(identity: ResourceId) -> str:
    """A resource as a person names it: kind with its group, namespace and name."""
    kind = f"{identity.kind}.{identity.group}" if identity.group else identity.kind
    name = f"{identity.namespace}/{identity.name}" if identity.namespace else identity.name
    return one_line(f"{kind} {name}")


def inline(value: Json) -> str | None:
    """A value within a line, or None if it is too long for one.

    A string that could be taken for something else, or that hides spaces at its ends, is quoted.
    """
    if isinstance(value, str):
        plain = _UNMISTAKABLE.match(value) and value.lower() not in _NOT_STRINGS
        text = value if plain and value.strip() == value else _json(value)
    else:
        text = _json(value)
    return one_line(text) if len(text) <= SHORT else None


def block(value: Json) -> list[str]:
    """A value as lines: a text line by line, anything else as YAML."""
    text = value if isinstance(value, str) else dump(value)
    return printable(text).removesuffix("\n").split("\n")


def is_text(value: Json) -> bool:
    """Whether a value is a text of several lines."""
    return isinstance(value, str) and "\n" in value


def _json(value: Json) -> str:
    return json.dumps(value, ensure_ascii=False)
