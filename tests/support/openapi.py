"""An OpenAPI description as a judge: what it does not allow is a failure of the test."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any

import jsonschema_rs
import orjson

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

# A description's nodes are JSON of any shape.
Node = dict[str, Any]


@dataclass(frozen=True)
class Operation:
    """One method of one path.

    Attributes:
        path: as the description has it, with `{name}` in it.
        values: what stands for each name.
    """

    path: str
    method: str
    node: Node
    values: Mapping[str, str]


class Description:
    """A description of version 3.0.

    Args:
        document: the whole of it.
        optional: properties that it calls required and that its server does without.
        besides: parameters that its server takes with each call, and what bodies may hold as well.
    """

    def __init__(
        self,
        document: Node,
        optional: frozenset[str] = frozenset(),
        besides: frozenset[str] = frozenset(),
    ) -> None:
        self.document = document
        self._optional = optional
        self._besides = besides

    @cached_property
    def _patterns(self) -> list[tuple[re.Pattern[str], str]]:
        # A ref may have slashes in it; all else is one segment. The most literal path comes first.
        paths = sorted(self.document["paths"], key=lambda path: -len(re.sub(r"{\w+}", "", path)))
        return [
            (
                re.compile(
                    re.sub(
                        r"\\\{(\w+)\\\}",
                        lambda name: f"(?P<{name[1]}>{'.+' if name[1] == 'ref' else '[^/]+'})",
                        re.escape(path),
                    )
                ),
                path,
            )
            for path in paths
        ]

    def operation(self, method: str, path: str) -> Operation:
        """The operation of a request; fails if there is none."""
        for pattern, template in self._patterns:
            match = pattern.fullmatch(path)
            if match is None:
                continue
            item = self.document["paths"][template]
            if node := item.get(method.lower()):
                shared = [*item.get("parameters", []), *node.get("parameters", [])]
                return Operation(
                    template, method, {**node, "parameters": shared}, match.groupdict()
                )
        raise AssertionError(f"the description has no {method} {path}")

    def complaints(self, operation: Operation, query: Mapping[str, str], body: object) -> list[str]:
        """What the description has against a request."""
        found = []
        parameters = [self._resolved(each) for each in operation.node.get("parameters", [])]
        queries = {each["name"]: each for each in parameters if each["in"] == "query"}
        for name, value in query.items():
            if name not in queries:
                found += [f"no parameter {name}"] if name not in self._besides else []
            else:
                found += self._judge(queries[name]["schema"], _typed(value), name)
        for name, parameter in queries.items():
            if parameter.get("required") and name not in query:
                found.append(f"the parameter {name} is missing")
        for parameter in parameters:
            if parameter["in"] == "path":
                sent = operation.values[parameter["name"]]
                is_text = parameter["schema"].get("type") == "string"
                known = sent if is_text else _typed(sent)
                found += self._judge(parameter["schema"], known, parameter["name"])
        return found + self._of_body(operation, body)

    def _of_body(self, operation: Operation, body: object) -> list[str]:
        asked = self._resolved(operation.node.get("requestBody", {}))
        schema = asked.get("content", {}).get("application/json", {}).get("schema")
        if schema is None:
            return [] if body is None else ["a body where there is none"]
        if body is None:
            return ["the body is missing"] if asked.get("required") else []
        found = self._judge(schema, body, "the body")
        known = self._properties(schema)
        if known and isinstance(body, dict):
            new = (name for name in body if name not in known | self._besides)
            found += [f"the body has no {name}" for name in new]
        return found

    def _properties(self, schema: Node) -> set[str]:
        resolved = self._resolved(schema)
        parts = [part for word in ("allOf", "anyOf", "oneOf") for part in resolved.get(word, [])]
        return {*resolved.get("properties", {})}.union(*map(self._properties, parts))

    def judge_answer(self, operation: Operation, status: int, body: object) -> list[str]:
        """What the description has against an answer, so that a stand-in does not invent any."""
        answer = operation.node["responses"].get(str(status))
        if answer is None:
            return [f"no answer {status} to {operation.method} {operation.path}"]
        schema = self._content(answer).get("schema")
        return [] if schema is None else self._judge(schema, body, f"the answer {status}")

    def example(self, operation: Operation, status: int) -> Any:  # noqa: ANN401 - of any shape
        """The answer that the description shows."""
        examples = self._content(operation.node["responses"][str(status)]).get("examples", {})
        first = next(iter(examples.values()), None)
        return None if first is None else self._resolved(first)["value"]

    def _content(self, answer: Node) -> Node:
        content: Node = self._resolved(answer).get("content", {}).get("application/json", {})
        return content

    def _resolved(self, node: Node) -> Node:
        while "$ref" in node:
            node = self._at(node["$ref"])
        return node

    def _at(self, reference: str) -> Node:
        found: Any = self.document
        for part in reference.removeprefix("#/").split("/"):
            found = found[part]
        return dict(found)

    def _judge(self, schema: Node, value: object, what: str) -> list[str]:
        validator = _validator(self, orjson.dumps(schema))
        return [
            f"{what}: {'/'.join(map(str, error.instance_path))}: {error.message[:200]}"
            for error in validator.iter_errors(value)
        ]

    def whole(self, schema: Node) -> Node:
        """A schema with all that it refers to, in the words of JSON Schema."""
        named: Node = {}

        def plain(node: Any) -> Any:  # noqa: ANN401 - of any shape
            if isinstance(node, list):
                return [plain(item) for item in node]
            if not isinstance(node, dict):
                return node
            if "$ref" in node and isinstance(node["$ref"], str):
                name = node["$ref"].rpartition("/")[2]
                if name not in named:
                    named[name] = {}
                    named[name] = plain(self._at(node["$ref"]))
                there = {"$ref": f"#/$defs/{name}"}
                return {"anyOf": [there, {"type": "null"}]} if node.get("nullable") else there
            made = {key: plain(item) for key, item in node.items() if key not in _NOT_SCHEMA}
            if isinstance(made.get("required"), list):
                made["required"] = [name for name in made["required"] if name not in self._optional]
            return {"anyOf": [made, {"type": "null"}]} if node.get("nullable") is True else made

        return {**plain(schema), "$defs": named}


_NOT_SCHEMA = frozenset({"nullable", "example", "examples", "x-octokit", "discriminator"})


@cache
def _validator(description: Description, schema: bytes) -> Any:  # noqa: ANN401 - has no types
    return jsonschema_rs.validator_for(description.whole(orjson.loads(schema)))


@cache
def load(
    path: Path, optional: frozenset[str] = frozenset(), besides: frozenset[str] = frozenset()
) -> Description:
    return Description(orjson.loads(path.read_bytes()), optional, besides)


def _typed(value: str) -> object:
    """A query's value, which is text on the wire."""
    if value in {"true", "false"}:
        return value == "true"
    return int(value) if value.isdigit() else value


def overlaid(example: Any, changes: Any) -> Any:  # noqa: ANN401 - of any shape
    """An example with values laid over it; a list is replaced."""
    if isinstance(example, dict) and isinstance(changes, dict):
        return {**example, **{key: overlaid(example.get(key), changes[key]) for key in changes}}
    return changes
