"""Holding a project file against its schema, and saying in plain words where it fails."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from promote.config.schema import schema
from promote.errors import BugError
from promote.model.names import nearest

if TYPE_CHECKING:
    from collections.abc import Iterable

    from promote.model.json import Document, FieldPath, Json


class Problem(Exception):  # noqa: N818 - it becomes an error when it gets its line
    """Something wrong in a project file, at a path.

    Args:
        message: what is wrong.
        path: where.
        hint: the next step.
        at_key: whether the key at the path is wrong, rather than its value.
    """

    def __init__(
        self, message: str, path: FieldPath, *, hint: str | None = None, at_key: bool = False
    ) -> None:
        super().__init__(message)
        self.path = path
        self.hint = hint
        self.at_key = at_key


def validate(document: Json) -> Document:
    """The document, if it is what the schema says.

    Raises:
        Problem: it is not; the first thing that is wrong, from the top.
    """
    import jsonschema_rs  # noqa: PLC0415 - a compiled library that only projects need

    if not isinstance(document, dict):
        raise Problem("the project file is to be a mapping", (), hint="run 'promote init'")
    validator = jsonschema_rs.Draft202012Validator(schema())
    problems = [_problem(error, document) for error in validator.iter_errors(document)]
    if problems:
        # What is nearest to the cause lies deepest; of those, the first in the file.
        raise min(problems, key=lambda problem: (-len(problem.path), str(problem.path)))
    return document


def _problem(error: Any, document: Document) -> Problem:  # noqa: ANN401 - the library's error has no public type
    path: FieldPath = tuple(error.instance_path)
    keyword = str(error.schema_path[-1]) if error.schema_path else ""
    rule = _at(schema(), error.schema_path[:-1])
    value = _at(document, path)
    name = f"'{_last(path)}'" if path else "the project file"
    if "additionalProperties" in error.schema_path[-2:] and isinstance(value, dict):
        known = rule.get("properties", {}) if isinstance(rule, dict) else {}
        unknown = next((key for key in value if key not in known), "")
        return Problem(
            f"unknown field {unknown!r}",
            (*path, unknown),
            hint=nearest(unknown, sorted(known)),
            at_key=True,
        )
    if keyword == "required" and isinstance(value, dict) and isinstance(rule, dict):
        missing = next(key for key in rule["required"] if key not in value)
        return Problem(f"{name} has no {missing!r}", path, hint=_describe(rule, missing))
    key = _bad_key(error)
    if key is not None:
        message = f"{key!r} is to be {_expected(rule, keyword) or 'another name'}"
        return Problem(message, (*path, key), at_key=True)
    hint = None
    if keyword == "enum" and isinstance(value, str) and isinstance(rule, dict):
        hint = nearest(value, rule["enum"])
    expected = _expected(rule, keyword)
    if expected is None:
        return Problem(f"{name} cannot be {_show(value)}", path, hint=rule.get("description"))
    return Problem(f"{name} is to be {expected}, not {_show(value)}", path, hint=hint)


def _last(path: FieldPath) -> str:
    """The end of a path, with the name of a list before the number of an item."""
    end = len(path) - 1
    while end and isinstance(path[end], int):
        end -= 1
    return f"{path[end]}" + "".join(f"[{step}]" for step in path[end + 1 :])


def _bad_key(error: Any) -> str | None:  # noqa: ANN401 - as above
    """The key that is wrong by itself, if it is a key."""
    if error.kind.name != "propertyNames":
        return None
    return str(error.kind.error.instance)


def _at(node: Any, path: Iterable[str | int]) -> Any:  # noqa: ANN401 - walks schemas and documents alike
    for step in path:
        if isinstance(node, dict):
            node = node.get(step)
        elif isinstance(node, list) and isinstance(step, int) and step < len(node):
            node = node[step]
        else:
            return None
        if isinstance(node, dict) and isinstance(node.get("$ref"), str):
            node = {**_at(schema(), node["$ref"].removeprefix("#/").split("/")), **node}
    return node


def _describe(rule: dict[str, Any], key: str) -> str | None:
    known = rule.get("properties", {}).get(key, {})
    if "const" in known:
        return f"add {key}: {known['const']}"
    description: str | None = known.get("description")
    return description


_NAMES = {
    "object": "a mapping", "array": "a list", "string": "a string", "boolean": "true or false",
    "integer": "a whole number", "null": "nothing", "number": "a number",
}  # fmt: skip


def _expected(rule: Any, keyword: str) -> str | None:  # noqa: ANN401 - a part of the schema
    if not isinstance(rule, dict):
        raise BugError("the schema of promote.yaml has no rule where validation failed")
    if keyword == "const":
        return repr(rule["const"])
    if keyword == "enum":
        return "one of " + ", ".join(rule["enum"])
    if keyword == "type":
        wanted = rule["type"] if isinstance(rule["type"], list) else [rule["type"]]
        return " or ".join(_NAMES[one] for one in wanted if one != "null" or len(wanted) == 1)
    return str(rule["$comment"]) if "$comment" in rule else None


def _show(value: Json) -> str:
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list):
        return "a list"
    return "nothing" if value is None else repr(value)
