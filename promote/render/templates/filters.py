"""The filters and functions of templates, which docs/templates.md lists; a test compares the two.

None of them sees a clock, a file, the network, the environment or chance, and none makes much more
of its input than it is.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import re
from typing import TYPE_CHECKING, Final

from jinja2 import Undefined
from jinja2.exceptions import FilterArgumentError, SecurityError

from promote import yamlio

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from promote.model.json import Json

KEPT: Final = (
    "abs", "batch", "capitalize", "count", "d", "default", "dictsort", "first", "float", "groupby",
    "int", "items", "last", "length", "list", "lower", "map", "max", "min", "reject", "rejectattr",
    "replace", "reverse", "round", "select", "selectattr", "slice", "sort", "sum", "title", "trim",
    "truncate", "unique", "upper",
)  # fmt: skip
"""Jinja2's own filters that are as harmless as that."""

_MAX_INDENT: Final = 200
# What JSON leaves as it is and go-yaml does not read inside quotes.
_UNPRINTABLE: Final = re.compile("[\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]")


class RequiredError(Exception):
    """A value that the template cannot do without is not there."""


def plain(value: object) -> Json:
    """The value with nothing in it but what JSON holds.

    Raises:
        UndefinedError: a part of it is not defined.
        FilterArgumentError: a part of it is a macro, a generator or the like.
    """
    if isinstance(value, Undefined):
        str(value)  # says which name it is
    if isinstance(value, str):
        return str(value)
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, dict):
        return {text(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    raise FilterArgumentError(
        f"a {type(value).__name__} has no text; '| list' makes a list of what it gives"
    )


def text(value: object) -> str:
    """How a value is printed: a text as it is, anything else as JSON, which YAML reads alike."""
    if isinstance(value, str):
        return str(value)
    return to_json(value)


def to_yaml(value: object) -> str:
    """The value as YAML in block style, keys sorted, without a newline at the end."""
    return yamlio.dump(plain(value)).removesuffix("\n")


def from_yaml(data: str) -> Json:
    """The value that a YAML document holds."""
    return yamlio.load_one(data, "the text of from_yaml")


def to_json(value: object) -> str:
    """The value as JSON on one line, keys sorted."""
    return json.dumps(plain(value), sort_keys=True, ensure_ascii=False)


def indent(value: object, width: int = 4, first: bool = False, blank: bool = False) -> str:
    """The text with its lines indented: the first and the empty ones only if asked."""
    if not 0 <= width <= _MAX_INDENT:
        raise SecurityError(f"an indentation is between 0 and {_MAX_INDENT}")
    pad = " " * width
    head, *rest = text(value).split("\n")
    shifted = [pad + line if line or blank else line for line in rest]
    return "\n".join([pad + head if first and (head or blank) else head, *shifted])


def nindent(value: object, width: int) -> str:
    """A newline, and the text with every line indented: for a block below its key."""
    return "\n" + indent(value, width, first=True)


def quote(value: object) -> str:
    """The value as a text in double quotes, as YAML and JSON both read it."""
    quoted = json.dumps(text(value), ensure_ascii=False)
    return _UNPRINTABLE.sub(lambda found: f"\\u{ord(found[0]):04x}", quoted)


def b64encode(value: object) -> str:
    """The text in base64."""
    return base64.b64encode(text(value).encode()).decode()


def b64decode(value: str) -> str:
    """The text that base64 holds."""
    try:
        return base64.b64decode(value, validate=True).decode()
    except (binascii.Error, ValueError):
        raise FilterArgumentError("b64decode: this is no text in base64") from None


def sha256(value: object) -> str:
    """The SHA-256 of the text, in hexadecimal digits."""
    return hashlib.sha256(text(value).encode()).hexdigest()


def required(value: object, message: str = "a required value is missing") -> object:
    """The value; if it is not defined, null or an empty text, an error with this message."""
    if isinstance(value, Undefined) or value is None or value == "":
        raise RequiredError(message)
    return value


def join(items: Iterable[object], separator: str = "", attribute: str | None = None) -> str:
    """The texts of the items, with the separator between them."""
    if attribute is not None:
        items = [item.get(attribute) if isinstance(item, dict) else None for item in items]
    return str(separator).join(text(item) for item in items)


def dict2items(mapping: dict[str, Json]) -> list[Json]:
    """A list of `{key: …, value: …}` out of a mapping, in its order."""
    return [{"key": key, "value": value} for key, value in mapping.items()]


def items2dict(items: list[dict[str, Json]]) -> dict[str, Json]:
    """The mapping that `dict2items` was given."""
    return {str(item["key"]): item["value"] for item in items}


FILTERS: Final[dict[str, Callable[..., object]]] = {
    "b64decode": b64decode,
    "b64encode": b64encode,
    "dict2items": dict2items,
    "from_yaml": from_yaml,
    "indent": indent,
    "items2dict": items2dict,
    "join": join,
    "nindent": nindent,
    "quote": quote,
    "required": required,
    "sha256": sha256,
    "string": text,
    "to_json": to_json,
    "to_yaml": to_yaml,
}
"""Our own filters, by name."""

FUNCTIONS: Final = ("dict", "namespace", "range", "required")
"""What a template may call; `required` is ours."""
