"""What a `values.schema.json` says: how lists merge, and what the merged values are to be."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Final, NoReturn, cast

from promote.errors import Place, ValuesError
from promote.model.names import similar
from promote.render.values_external import is_external

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from jsonschema_rs import ValidationError

    from promote.model.json import Document, FieldPath, Json
    from promote.render.values import MergedValues

_SAID_TWICE: Final = ("allOf", "anyOf", "oneOf")
_SECRET_NAME: Final = re.compile(r"pass|secret|token|credential|private|key", re.IGNORECASE)
_LONGEST: Final = 60
_TYPES: Final = {
    "array": "a list",
    "boolean": "true or false",
    "integer": "a whole number",
    "null": "null",
    "number": "a number",
    "object": "a mapping",
    "string": "a text",
}


class SchemaView:
    """What the schema of values says of each place in them.

    Args:
        schema: the JSON Schema of the values; None for none.
    """

    def __init__(self, schema: Json) -> None:
        self._schema = schema

    def merge_rule(self, path: Sequence[str | int]) -> str:
        """The `x-merge` of the list at a path, or `replace`."""
        rules = (node["x-merge"] for node in self._at(path) if "x-merge" in node)
        return str(next(rules, "replace"))

    def known_keys(self, path: Sequence[str | int]) -> list[str]:
        """The keys that the mapping at a path may have, as far as they are named."""
        named = (node.get("properties") for node in self._at(path))
        return [key for keys in named if isinstance(keys, dict) for key in keys]

    def _at(self, path: Sequence[str | int]) -> list[Document]:
        nodes = list(self._said([self._schema]))
        for step in path:
            nodes = list(self._said(inner for node in nodes for inner in _inner(node, step)))
        return nodes

    def _said(self, nodes: Iterable[Json]) -> Iterator[Document]:
        """All that is said in one place: references followed, alternatives side by side."""
        left, seen = list(nodes), set[int]()
        while left:
            node = left.pop(0)
            if not isinstance(node, dict) or id(node) in seen:
                continue
            seen.add(id(node))
            yield node
            if isinstance(node.get("$ref"), str):
                left.append(self._referred(str(node["$ref"])))
            for key in _SAID_TWICE:
                more = node.get(key)
                left += more if isinstance(more, list) else []

    def _referred(self, reference: str) -> Json:
        node = self._schema
        for step in reference.removeprefix("#").split("/")[1:]:
            name = step.replace("~1", "/").replace("~0", "~")
            node = node.get(name) if isinstance(node, dict) else None
        return node


def _inner(node: Document, step: str | int) -> Iterator[Json]:
    """The schemas of what is at a key or an index of what a schema describes."""
    if isinstance(step, int):
        yield node.get("items")
        return
    properties = node.get("properties")
    if isinstance(properties, dict) and step in properties:
        yield properties[step]
        return
    yield node.get("additionalProperties")


def check_values(values: MergedValues, schema: Json, schema_file: str) -> None:
    """Check merged values against their JSON Schema.

    Defaults of the schema are not filled in: what a template sees is what a layer says.

    Args:
        values: the values.
        schema: the schema, in JSON Schema 2020-12.
        schema_file: its file, for errors.

    Raises:
        ValuesError: a value is not what the schema says; the error has the file and line of the
            layer that set it.
    """
    import jsonschema_rs  # noqa: PLC0415 - a compiled library that only values need

    if not isinstance(schema, dict | bool):
        raise ValuesError("a JSON Schema is a mapping", place=Place(schema_file, 1, 1))
    refused: list[str] = []
    try:
        validator = jsonschema_rs.Draft202012Validator(
            schema, validate_formats=True, retriever=_refuser(refused), mask="it"
        )
    except jsonschema_rs.ValidationError as error:
        place = Place(schema_file)
        wrong = f"{show_path(error.instance_path)} is wrong" if error.instance_path else None
        message = f"not a JSON Schema: {wrong or error.message}"
        if refused:
            message = f"the schema refers to {refused[0]}, and nothing is fetched"
            raise ValuesError(message, place=place, hint="copy it under $defs") from None
        raise ValuesError(message, place=place) from None
    external = [row.path for row in values.rows() if is_external(row.value)]
    problems = [
        problem
        for problem in validator.iter_errors(values.written)
        if not _within(tuple(problem.instance_path), external)
    ]
    if problems:
        raise _error(problems, values, SchemaView(schema), schema_file)


def show_path(path: Sequence[str | int]) -> str:
    """A path as a person writes it: `steps[0].timeout`."""
    shown = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)
    return shown.removeprefix(".") or "the whole"


def _refuser(refused: list[str]) -> Callable[[str], NoReturn]:
    """Refuses to fetch a schema, from the network or the disk, and notes which."""

    def refuse(uri: str) -> NoReturn:
        refused.append(uri)
        raise ValueError(uri)

    return refuse


def _within(path: FieldPath, places: Iterable[FieldPath]) -> bool:
    return any(path[: len(place)] == place for place in places)


def _error(
    problems: Sequence[ValidationError], values: MergedValues, schema: SchemaView, file: str
) -> ValuesError:
    """The first problem, as the user sees it."""
    problem = problems[0]
    path: FieldPath = tuple(problem.instance_path)
    unexpected = next(iter(problem.kind.as_dict().get("unexpected", ())), None)
    hint = f"the schema is {file}"
    if len(problems) > 1:
        hint += f"; {len(problems) - 1} more of the values are wrong"
    if unexpected is not None:
        near = similar(unexpected, schema.known_keys(path))
        hint = f"{near} {hint}" if near else hint
        setter = values.setter((*path, unexpected))
        place = setter.key_place if setter else Place(file)
        message = f"{show_path((*path, unexpected))} is not among the values that there are"
        return ValuesError(message, place=place, hint=hint)
    setter = values.setter(path)
    if "string" in problem.kind.as_dict().get("types", ()) and isinstance(
        problem.instance, bool | int | float
    ):
        hint = f"in quotes it is a text; {hint}"
    return ValuesError(
        _message(problem, path), place=setter.place if setter else Place(file), hint=hint
    )


def _message(problem: ValidationError, path: FieldPath) -> str:
    """What was expected. No more of a text is said than what may be no secret."""
    where, said = show_path(path), problem.kind.as_dict()
    shown = _shown(cast("Json", problem.instance), path)
    match problem.kind.name:
        case "required":
            message = f"{show_path((*path, said['property']))} is not set by any layer"
        case "type":
            wanted = " or ".join(_TYPES.get(name, name) for name in said["types"])
            message = f"{where} is to be {wanted}, not {shown}"
        case "enum":
            wanted = ", ".join(_shown(option, ()) for option in said["options"])
            message = f"{where} is to be one of {wanted}, not {shown}"
        case "const":
            message = f"{where} is to be {_shown(said['expected_value'], ())}, not {shown}"
        case "pattern":
            message = f"{where} is to match {said['pattern']}, and {shown} does not"
        case "anyOf" | "oneOfNotValid" | "oneOf":
            message = f"{where} is to be {_alternatives(said['context'])}, not {shown}"
        case "falseSchema":
            message = f"{where} may not be set"
        case _:
            first = str(problem.message).partition("\n")[0]
            message = f"{where}: {shown} {first.removeprefix('it ')}"
    return message


def _alternatives(context: Sequence[Sequence[ValidationError]]) -> str:
    """What the value could be, where that is a matter of types; else how many forms there are."""
    first = [errors[0] for errors in context if errors]
    if all(error.kind.name == "type" for error in first):
        wanted = [name for error in first for name in error.kind.as_dict()["types"]]
        return " or ".join(_TYPES.get(name, name) for name in wanted)
    return f"one of the {len(context)} forms that the schema allows"


def _shown(value: Json, path: FieldPath) -> str:
    if isinstance(value, dict | list):
        return "a mapping" if isinstance(value, dict) else "a list"
    text = json.dumps(value, ensure_ascii=False)
    secret = isinstance(value, str) and any(_SECRET_NAME.search(str(step)) for step in path)
    return "what is there" if secret or len(text) > _LONGEST else text
