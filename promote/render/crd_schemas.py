"""Check that OpenAPI definitions are schemas: kustomize decodes all of each one.

The fields and their types are those of a schema object of OpenAPI 2 with what Kubernetes adds to
it. Fields of other names may hold anything.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from promote.errors import KustomizationError
from promote.yamlio.numbers import MAX_SIGNED, MIN_INT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from promote.model.json import Json

_SCHEMAS: Final = frozenset(["definitions", "patternProperties", "properties"])
_ALTERNATIVES: Final = frozenset(["allOf", "anyOf", "oneOf"])
_OR_SWITCH: Final = frozenset(["additionalItems", "additionalProperties"])
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f]")


def are_texts(value: Json) -> bool:
    """Whether a value is a list of texts; null is one that is empty."""
    return isinstance(value, list) and all(isinstance(item, str | None) for item in value)


class _Doubled(dict[str, "Json"]):
    """An object of JSON with a name that is there twice, which only objects around schemas may."""


def noting_doubles(pairs: Iterable[tuple[str, Json]]) -> dict[str, Json]:
    """An object of JSON, of its type the one that tells whether a name is there twice."""
    pairs = list(pairs)
    made = dict(pairs)
    return made if len(made) == len(pairs) else _Doubled(made)


def _is_number(value: Json) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_whole(value: Json) -> bool:
    """Whether Go has it as an integer; in JSON `5.0` is none."""
    return isinstance(value, int) and _is_number(value) and MIN_INT <= value <= MAX_SIGNED


def _may_be_address(value: Json) -> bool:
    """Whether Go parses it as an address; what is no text it passes by."""
    return not (isinstance(value, str) and _CONTROL.search(value))


_SIMPLE: Final[dict[str, tuple[Callable[[Json], bool], str]]] = {
    **dict.fromkeys(
        ("description", "discriminator", "format", "id", "pattern", "title"),
        (lambda value: isinstance(value, str), "a text"),
    ),
    **dict.fromkeys(
        ("exclusiveMaximum", "exclusiveMinimum", "nullable", "readOnly", "uniqueItems"),
        (lambda value: isinstance(value, bool), "true or false"),
    ),
    **dict.fromkeys(("maximum", "minimum", "multipleOf"), (_is_number, "a number")),
    **dict.fromkeys(
        ("maxItems", "maxLength", "maxProperties", "minItems", "minLength", "minProperties"),
        (_is_whole, "a whole number"),
    ),
    **dict.fromkeys(("$ref", "$schema"), (_may_be_address, "without control characters")),
    "enum": (lambda value: isinstance(value, list), "a list"),
    "required": (are_texts, "a list of texts"),
    "type": (lambda value: isinstance(value, str) or are_texts(value), "a text or a list of texts"),
}
"""Of the fields that hold no schemas: what fits, and what it is called."""


def check_schema(schema: Json, place: str) -> None:
    """Check a schema and those within it; null stands for an empty one.

    Args:
        schema: what is to be one.
        place: where it is, for the message.

    Raises:
        KustomizationError: it is none, or a field of it is of another type.
    """
    if not isinstance(schema, dict | None):
        raise _error(place, "a schema")
    if isinstance(schema, _Doubled):
        raise _error(place, "a schema in which no name is there twice")
    for field, value in (schema or {}).items():
        if value is not None:
            _check_field(field, value, f"{place}.{field}")


def _check_field(field: str, value: Json, place: str) -> None:
    if field in _SCHEMAS:
        _check_named(value, place)
    elif field in _ALTERNATIVES or (field == "items" and isinstance(value, list)):
        if not isinstance(value, list):
            raise _error(place, "a list of schemas")
        for number, schema in enumerate(value):
            check_schema(schema, f"{place}.{number}")
    elif _is_schema(field, value):
        check_schema(value, place)
    elif field in _SIMPLE:
        fits, wanted = _SIMPLE[field]
        if not fits(value):
            raise _error(place, wanted)


def _check_named(schemas: Json, place: str) -> None:
    if not isinstance(schemas, dict) or isinstance(schemas, _Doubled):
        raise _error(place, "a mapping of names to schemas, each name there once")
    for name, schema in schemas.items():
        check_schema(schema, f"{place}.{name}")


def _is_schema(field: str, value: Json) -> bool:
    """Whether a field is to be a schema; what else `items` may hold kustomize passes by."""
    if field == "items":
        return isinstance(value, dict)
    return field == "not" or (field in _OR_SWITCH and not isinstance(value, bool))


def _error(place: str, wanted: str) -> KustomizationError:
    return KustomizationError(
        f"{place} is to be {wanted}", hint="write OpenAPI definitions into the file"
    )
