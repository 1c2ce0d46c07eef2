"""Paths to fields that keep their meaning when a list changes its order.

`spec.template.spec.containers[name=main].image` names the same field wherever the container stands
in its list. Three kinds of step: a key of a mapping (`spec`, or `["example.com/x"]` when it is not
a plain word), a place in a list (`[0]`), and an element chosen by its merge keys (`[name=main]`,
`[containerPort=80,protocol=TCP]`). `[main]` is read as well: the element any of whose usual keys
is `main`.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from promote.errors import UsageError
from promote.model.json_types import json_type

if TYPE_CHECKING:
    from collections.abc import Iterator

    from promote.model.json import FieldPath, Json

Scalar: TypeAlias = str | int | float | bool | None

ANY_KEY = ""
"""The key of `[main]`, which does not say which key holds `main`."""

_USUAL = ("name", "host", "hostname", "id", "key", "mountPath", "devicePath", "ip", "topologyKey")

_PLAIN_KEY = re.compile(r"[A-Za-z_$][\w$/-]*\Z", re.ASCII)
_PLAIN_VALUE = re.compile(r"[A-Za-z_*/][\w./:*@-]*\Z", re.ASCII)
_JSON_WORDS = frozenset({"true", "false", "null", "NaN", "Infinity"})
_PLAIN_STEP = re.compile(r"[^.\[\]\"]+")
_BRACKET = re.compile(r'\[((?:[^\]"]|"(?:[^"\\]|\\.)*")*)\]')
_CONDITION = re.compile(r'\s*(?:([^=,"]+)=)?("(?:[^"\\]|\\.)*"|[^=,"]*)\s*(?:,|\Z)')


@dataclass(frozen=True, slots=True)
class Item:
    """An element of a list of mappings, chosen by the values of its keys.

    Attributes:
        keys: key and value pairs; the key `ANY_KEY` stands for whichever key fits.
    """

    keys: tuple[tuple[str, Scalar], ...]

    def __str__(self) -> str:
        return f"[{','.join(_condition(key, value) for key, value in self.keys)}]"


Step: TypeAlias = str | int | Item
Path: TypeAlias = tuple[Step, ...]


def format_path(path: Path) -> str:
    """Write a path for a person; `parse_path` reads it back."""
    parts: list[str] = []
    for step in path:
        if isinstance(step, str):
            plain = _PLAIN_KEY.match(step)
            parts.append((f".{step}" if parts else step) if plain else f"[{_quote(step)}]")
        else:
            parts.append(str(step) if isinstance(step, Item) else f"[{step}]")
    return "".join(parts)


def parse_path(text: str) -> Path:
    """Read a path as `format_path` writes it, or with `[main]` for `[name=main]`.

    Raises:
        UsageError: the text is not such a path.
    """
    return tuple(_steps(text))


def pointer(path: FieldPath) -> str:
    """Write a path of keys and indexes as a JSON pointer (RFC 6901)."""
    return "".join(f"/{str(step).replace('~', '~0').replace('/', '~1')}" for step in path)


def resolve(doc: Json, path: Path) -> FieldPath | None:
    """Find where a path leads in a document, or None if nothing is there."""
    found: list[str | int] = []
    here = doc
    for step in path:
        if isinstance(here, dict):
            key = _key(step)
            if key is None or key not in here:
                return None
            found.append(key)
            here = here[key]
        elif isinstance(here, list) and (index := _index(here, step)) is not None:
            found.append(index)
            here = here[index]
        else:
            return None
    return tuple(found)


def _key(step: Step) -> str | None:
    """The key of a mapping that a step means: `labels[app]` is read as `labels.app`."""
    if isinstance(step, Item) and len(step.keys) == 1:
        key, value = step.keys[0]
        return value if key == ANY_KEY and isinstance(value, str) else None
    return step if isinstance(step, str) else None


def _index(items: list[Json], step: Step) -> int | None:
    if isinstance(step, int):
        return step if 0 <= step < len(items) else None
    item = Item(((ANY_KEY, step),)) if isinstance(step, str) else step
    return next((i for i, found in enumerate(items) if _chosen(found, item)), None)


def _chosen(found: Json, item: Item) -> bool:
    if not isinstance(found, dict):
        return False
    return all(
        any(_same(found.get(usual), value) for usual in _USUAL)
        if key == ANY_KEY
        else _same(found.get(key), value)
        for key, value in item.keys
    )


def _same(found: Json, wanted: Scalar) -> bool:
    return json_type(found) is json_type(wanted) and found == wanted


def _condition(key: str, value: Scalar) -> str:
    plain = isinstance(value, str) and _PLAIN_VALUE.match(value) and value not in _JSON_WORDS
    text = str(value) if plain else _quote(value)
    if key == ANY_KEY:
        return text
    return f"{key}={text}"


def _quote(value: Scalar) -> str:
    return json.dumps(value, ensure_ascii=False)


def _steps(text: str) -> Iterator[Step]:
    at = 0
    while at < len(text):
        if text[at] == "[":
            match = _BRACKET.match(text, at)
            if match is None:
                raise _unreadable(text, at)
            yield _bracket(match[1], text, at)
        else:
            start = at + 1 if text[at] == "." and at else at
            match = _PLAIN_STEP.match(text, start)
            if match is None:
                raise _unreadable(text, at)
            yield match[0]
        at = match.end()


def _bracket(inside: str, text: str, at: int) -> Step:
    if re.fullmatch(r"\d+", inside, re.ASCII):
        return int(inside)
    conditions: list[tuple[str, Scalar]] = []
    position = 0
    while position < len(inside):
        match = _CONDITION.match(inside, position)
        if match is None or not match[2]:
            raise _unreadable(text, at)
        conditions.append(((match[1] or ANY_KEY).strip(), _scalar(match[2])))
        position = match.end()
    if not conditions:
        raise _unreadable(text, at)
    (key, value), *more = conditions
    if key == ANY_KEY and not more and inside.lstrip().startswith('"'):
        return str(value)
    return Item(tuple(conditions))


def _scalar(text: str) -> Scalar:
    try:
        value = json.loads(text)
    except ValueError:
        return text.strip()
    return value if isinstance(value, str | int | float | bool) or value is None else text


def _unreadable(text: str, at: int) -> UsageError:
    return UsageError(
        f"cannot read the field path {text!r} at character {at + 1}",
        hint="write it as in spec.template.spec.containers[name=main].image",
    )
