"""GitLab's API as an OpenAPI description, made from what GitLab's own client for Go says of it.

GitLab's own description is in no package; its client is, and GitLab keeps it. The client has one
function a call, of one form: the method, the path, a record of what may be sent, a record of what
comes back. What it does not say is which parameters a call requires.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from partskit.golang import module_folder
from partskit.records import PartError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

Schema = dict[str, Any]

_TYPE = re.compile(r"^\t?(?:type )?(\w+) (?:= )?(struct \{|[\w.\[\]*]+)$", re.MULTILINE)
_FIELD = re.compile(
    r"^\t+(?:(?P<name>\w+)\s+)?(?P<type>\**[\w.\[\]*{} ]+?)\s*(?:`(?P<tags>[^`]*)`)?\s*(?://.*)?$"
)
_CONSTANT = re.compile(r'^\t\w+\s+(\w+) = "([^"]*)"$', re.MULTILINE)
_CALL = re.compile(
    r"^func \(s \*\w+\) (?P<name>\w+)\((?P<takes>[^)]*)\) \([^{]*\{\n"
    r"\t[^\n]*?do\[(?P<gives>[^(]+)\]\(s\.client,\n(?P<with>(?:\t\t[^\n]*\n)+)\t\)",
    re.MULTILINE,
)
_PATH = re.compile(r'withPath\("([^"]*)"(?:, (.*))?\),\n')
_METHOD = re.compile(r"withMethod\(http\.Method(\w+)\)")
_OPTIONS = re.compile(r"withAPIOpts\((\w+)\)")
_PLAIN: Mapping[str, Schema] = {
    "string": {"type": "string"},
    "bool": {"type": "boolean"},
    "BoolValue": {"type": "boolean"},
    "int": {"type": "integer"},
    "int64": {"type": "integer"},
    "float64": {"type": "number"},
    "time.Time": {"type": "string"},
    "ISOTime": {"type": "string"},
    # Written as one text, with commas.
    "LabelOptions": {"type": "string"},
}


@dataclass(frozen=True)
class GitLabDescription:
    """Makes the description.

    Attributes:
        module: of the client.
        version: of the client.
    """

    module: str
    version: str

    def __call__(self, made: Path) -> None:
        """Write it to `share/gitlab-openapi.json`.

        Raises:
            PartError: the client cannot be had, or is written otherwise than it was.
        """
        folder = module_folder(self.module, self.version)
        files = [file for file in sorted(folder.glob("*.go")) if "_test" not in file.name]
        described = describe("\n".join(file.read_text() for file in files))
        if len(described["paths"]) < 300:  # noqa: PLR2004 - it has more than six hundred
            message = f"{self.module} {self.version} is not written as it was"
            raise PartError(message)
        target = made / "share" / "gitlab-openapi.json"
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(json.dumps(described, indent=1, sort_keys=True))


def describe(source: str) -> Schema:
    """An OpenAPI description, of version 3.0, of all calls in the client's source."""
    types = _types(source)
    paths: dict[str, Schema] = {}
    for call in _CALL.finditer(source):
        found = _PATH.search(call["with"])
        if found is None or "%v" in found[1]:
            continue
        path, parameters = _template(found[1], found[2] or "")
        named = _METHOD.search(call["with"])
        method = named[1].lower() if named else "get"
        sent = _sent(call, method, types)
        operation = {
            "operationId": call["name"],
            "parameters": [*parameters, *sent.pop("parameters", [])],
            **sent,
            "responses": _answer(call["gives"], method, types),
        }
        # Some calls are there twice, under an old name and a new one.
        paths.setdefault(path, {}).setdefault(method, operation)
    schemas = {name: schema for name, schema in types.items() if name not in _PLAIN}
    return {
        "openapi": "3.0.0",
        "info": {"title": "GitLab", "version": "4"},
        "paths": paths,
        "components": {"schemas": schemas},
    }


def _types(source: str) -> dict[str, Schema]:
    """The schemas of all types, by name; records keep what they embed for later."""
    found: dict[str, Schema] = {}
    lines = source.split("\n")
    starts = {match.start(): match for match in _TYPE.finditer(source)}
    position = 0
    for number, line in enumerate(lines):
        match = starts.get(position)
        position += len(line) + 1
        if match is None:
            continue
        if match[2] == "struct {":
            found.setdefault(match[1], _record(iter(lines[number + 1 :])))
        elif "type " in match[0]:
            found.setdefault(match[1], _schema(match[2], {}))
    for name, value in _CONSTANT.findall(source):
        if name in found and found[name].get("type") == "string":
            found[name].setdefault("enum", []).append(value)
    for name, schema in found.items():
        _unfold(schema, found, sent=name.endswith("Options"))
    return found


def _record(lines: Iterator[str]) -> Schema:
    """A record's schema; reads up to the line that closes it."""
    properties: dict[str, Schema] = {}
    embedded: list[str] = []
    for line in lines:
        stripped = line.strip()
        if stripped.startswith("}"):
            break
        opened = re.match(r"\t+(\w+)\s+([\[\]*]*)struct \{$", line)
        if opened:
            rest, tags = _inner(lines)
            schema = {"type": "array", "items": rest} if "[]" in opened[2] else rest
            properties[_named(tags)] = schema
            continue
        field = _FIELD.match(line)
        if field is None or stripped.startswith("//"):
            continue
        if field["name"] is None:
            embedded.append(field["type"].lstrip("*"))
        elif field["tags"] or field["name"][0].isupper():
            name = _named(field["tags"]) if field["tags"] else field["name"].lower()
            properties[name] = {"go": field["type"].strip()}
    return {
        "type": "object",
        "properties": properties,
        "additionalProperties": False,
        "embedded": embedded,
    }


def _inner(lines: Iterator[str]) -> tuple[Schema, str]:
    """A record without a name, and the tags behind it."""
    kept: list[str] = []
    depth = 1
    for line in lines:
        depth += line.rstrip().endswith("{")
        depth -= line.strip().startswith("}")
        if not depth:
            return _record(iter([*kept, "}"])), line
        kept.append(line)
    return {}, ""


def _named(tags: str) -> str:
    """What a field is called on the wire."""
    found = re.search(r'(?:json|url):"([^",]+)', tags)
    return found[1] if found else "-"


def _unfold(schema: Schema, types: Mapping[str, Schema], *, sent: bool) -> None:
    """Put types in the place of their names, and what is embedded among the fields.

    What comes back may be null, which Go reads as nothing; what is sent is there or is not.
    """
    properties = schema.get("properties", {})
    for name in schema.pop("embedded", []):
        inner = types.get(name, {})
        _unfold(inner, types, sent=sent)
        for key, value in inner.get("properties", {}).items():
            properties.setdefault(key, value)
    properties.pop("-", None)
    for key, value in properties.items():
        if "go" in value:
            known = _schema(value["go"], types)
            properties[key] = known if sent else {**known, "nullable": True}
        _unfold(value.get("items", value), types, sent=sent)


def _schema(text: str, types: Mapping[str, Schema]) -> Schema:
    plain = text.strip().lstrip("*")
    if plain.startswith("[]"):
        return {"type": "array", "items": _schema(plain[2:], types)}
    if plain in _PLAIN:
        return dict(_PLAIN[plain])
    if plain in types:
        return {"$ref": f"#/components/schemas/{plain}"}
    return {}


def _template(path: str, arguments: str) -> tuple[str, list[Schema]]:
    """The path with names in it, and what may stand for each."""
    names = [re.sub(r"\w+\{(\w+)\}|\w+\((\w+)\)", r"\1\2", each) for each in arguments.split(", ")]
    parameters: list[Schema] = []

    def named(match: re.Match[str]) -> str:
        name = re.sub(r"\W", "", names[len(parameters)]) or f"p{len(parameters)}"
        kind = "integer" if match[0] == "%d" else "string"
        parameters.append({"name": name, "in": "path", "required": True, "schema": {"type": kind}})
        return f"{{{name}}}"

    return "/" + re.sub(r"%[sd]", named, path), parameters


def _sent(call: re.Match[str], method: str, types: Mapping[str, Schema]) -> Schema:
    """What goes into the query of a call that reads, or the body of one that writes."""
    found = _OPTIONS.search(call["with"])
    kind = re.search(rf"\b{found[1]} \*?(\w+)", call["takes"]) if found else None
    record = types.get(kind[1], {}) if kind else {}
    if not record:
        return {}
    if method not in {"get", "delete"}:
        return {"requestBody": _content(_schema(kind[1], types)) if kind else {}}
    return {
        "parameters": [
            {"name": name, "in": "query", "schema": schema}
            for name, schema in record.get("properties", {}).items()
        ]
    }


def _answer(gives: str, method: str, types: Mapping[str, Schema]) -> Schema:
    """The answer to a call that succeeds; GitLab answers a POST with 201, a DELETE with nothing."""
    if gives == "none":
        return {"204" if method == "delete" else "201": {"description": ""}}
    return {"201" if method == "post" else "200": _content(_schema(gives, types))}


def _content(schema: Schema) -> Schema:
    return {"content": {"application/json": {"schema": schema}}, "description": ""}
