"""JSON patches (RFC 6902), as the library that kustomize uses applies them.

It is laxer than the standard: `replace` of a key that is not there adds it, `copy` from one gives
null, a negative index counts from the end, and what stands before a path's first slash is ignored.
"""

from __future__ import annotations

import re
from operator import is_
from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias

from promote import yamlio
from promote.errors import PatchError, YamlError
from promote.render.merge.written import MISSING, Missing
from promote.yamlio.blanks import words_of
from promote.yamlio.numbers import WrittenFloat, WrittenInt, go_shortest, without_text, written
from promote.yamlio.quotes import resolved

if TYPE_CHECKING:
    from collections.abc import Callable

    from promote.model.json import Document, Json

    Container: TypeAlias = dict[str, Json] | list[Json]
    Change = Callable[[Container, str], Container]


class Operation(NamedTuple):
    """One step of a patch, as it is written: a wrong one fails only when it is applied.

    Attributes:
        op: what to do.
        path: where, a JSON pointer.
        value: what is put there; None where none is written.
        source: for `move` and `copy`: the pointer to what is put there.
        fault: why it cannot be applied, or empty.
    """

    op: str
    path: str
    value: Json = None
    source: str = ""
    fault: str = ""


JsonPatch: TypeAlias = tuple[Operation, ...]

_OPERATIONS: Final = ("add", "remove", "replace", "move", "copy", "test")


def parse_json_patch(content: bytes | str, source: str) -> JsonPatch:
    """Read the operations of a patch: JSON if it begins with a bracket, else YAML.

    Args:
        content: the text.
        source: what it is, for errors.

    Raises:
        PatchError: it is not a list of operations.
        YamlError: it is not YAML.
    """
    text = content.encode() if isinstance(content, str) else content
    data = _json(text, source) if text.startswith(b"[") else _yaml(text, source)
    if data is None:
        return ()
    if not isinstance(data, list) or not all(isinstance(item, dict | None) for item in data):
        raise PatchError(
            f"{source} is not a list of operations", hint="each is {op: …, path: …, value: …}"
        )
    return tuple(_operation(item if isinstance(item, dict) else {}) for item in data)


def _json(text: bytes, source: str) -> Json:
    import orjson  # noqa: PLC0415 - few patches are JSON

    try:
        data: Json = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise YamlError(f"{source} begins as JSON and is not: {error}") from None
    return data


def _yaml(text: bytes, source: str) -> Json:
    return yamlio.load_one(text, source, own=True)


def _operation(item: dict[str, Json]) -> Operation:
    op, path, origin = item.get("op"), item.get("path"), item.get("from")
    fault = ""
    if op not in _OPERATIONS:
        fault = f"{op!r} is none of {', '.join(_OPERATIONS)}"
    elif not isinstance(path, str):
        fault = "it has no path"
    elif op in {"move", "copy"} and not isinstance(origin, str):
        fault = "it does not say from where"
    return Operation(
        op if isinstance(op, str) else "",
        path if isinstance(path, str) else "",
        item.get("value"),
        origin if isinstance(origin, str) else "",
        fault,
    )


def apply_json_patch(doc: Document, patch: JsonPatch) -> Document:
    """The document after all operations; it shares with the given one what they do not change.

    Raises:
        PatchError: an operation cannot be applied; the document stays as it is.
        PromoteError: a scalar in the document is not what its tag says.
    """
    read = resolved(doc)
    node: Container = read if isinstance(read, dict) else doc
    for number, operation in enumerate(patch, 1):
        try:
            node = _apply(node, operation)
        except PatchError as error:
            shown = f"operation {number} ({operation.op} {operation.path!r})"
            raise PatchError(f"{shown}: {error.message}", hint=error.hint) from None
    if not isinstance(node, dict):
        raise PatchError("the patch leaves a list where the resource was")
    through_json = _through_json(node)
    return through_json if isinstance(through_json, dict) else node


def _apply(doc: Container, operation: Operation) -> Container:
    op, path, value, source, fault = operation
    if fault:
        raise PatchError(fault)
    if op == "replace" and not path:
        if isinstance(value, dict | list):
            return value
        raise PatchError("the whole resource can only be replaced by a mapping")
    if op == "test":
        return _tested(doc, path, value)
    if op in {"move", "copy"}:
        moved = _get(*_holder(doc, source))
        if op == "move":
            doc = _at(doc, source, _without)
        value = None if moved is MISSING else moved
    if op == "remove":
        return _at(doc, path, _without)
    if op == "replace":
        return _at(doc, path, lambda holder, key: _with(holder, key, value, insert=False))
    return _at(doc, path, lambda holder, key: _with(holder, key, value, insert=True))


def _tested(doc: Container, path: str, value: Json) -> Container:
    found = doc if not path else _get(*_holder(doc, path))
    if not _equal(None if found is MISSING else found, value):
        raise PatchError("the value is another one")
    return doc


def _equal(one: Json, other: Json) -> bool:
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(_equal(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(_equal, one, other))
    return isinstance(one, bool) == isinstance(other, bool) and one == other


# Where a pointer leads


def _tokens(path: str) -> list[str]:
    if "/" not in path:
        raise PatchError(f"{path!r} is not a path", hint="a path begins with a slash")
    return [part.replace("~1", "/").replace("~0", "~") for part in path.split("/")[1:]]


def _holder(doc: Container, path: str) -> tuple[Container, str]:
    """The mapping or list that holds what a pointer points to, and its key there."""
    *way, last = _tokens(path)
    for token in way:
        doc = _inside(doc, token)
    return doc, last


def _inside(holder: Container, token: str) -> Container:
    found = _get(holder, token)
    if isinstance(found, dict | list):
        return found
    known = ", ".join(sorted(holder)) if isinstance(holder, dict) else f"{len(holder)} elements"
    raise PatchError(
        f"there is no mapping or list at {token!r}",
        hint=f"what is there: {known}" if known else None,
    )


def _at(doc: Container, path: str, change: Change) -> Container:
    """The document with the holder of what a pointer points to changed."""
    return _along(doc, _tokens(path), change)


def _along(doc: Container, tokens: list[str], change: Change) -> Container:
    token, *rest = tokens
    if not rest:
        return change(doc, token)
    old = _inside(doc, token)
    new = _along(old, rest, change)
    return doc if new is old else _with(doc, token, new, insert=False)


# What a holder holds


def _get(holder: Container, key: str) -> Json | Missing:
    if isinstance(holder, dict):
        return holder.get(key, MISSING)
    return holder[_index(key, len(holder), len(holder) - 1)]


def _with(holder: Container, key: str, value: Json, *, insert: bool) -> Container:
    if isinstance(holder, dict):
        return {**holder, key: value}
    if insert and key == "-":
        return [*holder, value]
    size = len(holder)
    index = _index(key, size + 1, size) if insert else _index(key, size, size - 1)
    return [*holder[:index], value, *holder[index if insert else index + 1 :]]


def _without(holder: Container, key: str) -> Container:
    if isinstance(holder, dict):
        if key not in holder:
            raise PatchError(f"there is no {key!r}")
        return {name: value for name, value in holder.items() if name != key}
    index = _index(key, len(holder), len(holder) - 1)
    return [*holder[:index], *holder[index + 1 :]]


_INDEX: Final = re.compile(r"[+-]?[0-9]+", re.ASCII)


def _index(key: str, size: int, last: int) -> int:
    if not _INDEX.fullmatch(key):
        raise PatchError(f"{key!r} is not an index into a list")
    index = int(key)
    if not -size <= index <= last:
        raise PatchError(f"the list has no element {index}", hint=f"its last one is {last}")
    return index if index >= 0 else index + size


# What becomes of values that go through JSON

_EXACT: Final = 2**53
_WITH_EXPONENT: Final = 10**6
_LARGEST: Final = 2**64


def _through_json(node: Json) -> Json:
    """The values as they come back from a reader of JSON that knows only floating point numbers.

    Integers beyond 2**53 lose precision, a blank value is a null that stays, and it is forgotten
    how numbers and times were written: large ones have an exponent where they become text.
    """
    if isinstance(node, dict):
        changes = {}
        for key, value in node.items():
            if type(value) is not str:
                new = _through_json(value)
                if new is not value:
                    changes[key] = new
        return {**node, **changes} if changes or words_of(node) else node
    if isinstance(node, list):
        items = [_through_json(item) for item in node]
        return node if all(map(is_, items, node)) else items
    node = resolved(node)
    if isinstance(node, WrittenInt | WrittenFloat | str):
        node = without_text(node)
    if isinstance(node, int) and not -_EXACT <= node <= _EXACT:
        from decimal import Decimal  # noqa: PLC0415 - few patches have such numbers

        rounded = int(Decimal(repr(float(node))))  # its shortest digits, and zeros after them
        node = rounded if -_LARGEST // 2 <= rounded < _LARGEST else float(node)
    if isinstance(node, float) or (isinstance(node, int) and abs(node) >= _WITH_EXPONENT):
        return written(node, go_shortest(float(node)))
    return node
