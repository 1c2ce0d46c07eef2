"""Azure DevOps' Git API as an OpenAPI description, made of Microsoft's own client for Python.

Microsoft generates the client, one method a call, all of one form: the values in the path, the
parameters of the query, a model of what is sent, a model of what comes back. It asks the server
which path a call has, by an id: those are written down here, for the calls that tests make.
"""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from partskit.records import PartError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

Schema = dict[str, Any]

_GIT = "/{organization}/{project}/_apis/git/repositories/{repositoryId}"
_PULLS = f"{_GIT}/pullrequests"
_PATHS: Mapping[str, str] = {
    "9946fd70-0d40-406e-b686-b4744cbbcc37": f"{_PULLS}/{{pullRequestId}}",
    "f22387e3-984e-4c52-9c6d-fbb8f14c812d": f"{_PULLS}/{{pullRequestId}}/labels/{{labelIdOrName}}",
    "4b6702c7-aa35-4b89-9c96-b9abf6d3e540": f"{_PULLS}/{{pullRequestId}}/reviewers/{{reviewerId}}",
    "ab6e2e5d-a0b7-4153-b64a-a4efe0d49449": f"{_PULLS}/{{pullRequestId}}/threads/{{threadId}}",
    "965a3ec7-5ed8-455a-bdcb-835a5ea7fe7b": (
        f"{_PULLS}/{{pullRequestId}}/threads/{{threadId}}/comments/{{commentId}}"
    ),
    "428dd4fb-fda5-4722-af02-9313b80305da": f"{_GIT}/commits/{{commitId}}/statuses",
}
_PLAIN: Mapping[str, Schema] = {
    "str": {"type": "string"},
    "iso-8601": {"type": "string"},
    "bool": {"type": "boolean"},
    "int": {"type": "integer"},
    "long": {"type": "integer"},
    "float": {"type": "number"},
}
_METHOD = re.compile(r"    def (?P<name>\w+)\(self.*?(?=\n    def |\Z)", re.DOTALL)
_SENT = re.compile(r"_send\(http_method='(\w+)',\s+location_id='([\w-]+)'")
_ROUTE = re.compile(r"route_values\['(\w+)'\] = self\._serialize\.url\([^)]*'(\w+)'\)")
_QUERY = re.compile(r"query_parameters\['([^']+)'\] = (?:self\._serialize\.query\([^)]*'(\w+)'\))?")
_BODY = re.compile(r"self\._serialize\.body\(\w+, '([^']+)'\)")
_GIVES = re.compile(r"self\._deserialize\('([^']+)', (self\._unwrap_collection)?")
_MAP = re.compile(r"^class (\w+)\(.*?_attribute_map = (\{.*?\n    \})", re.DOTALL | re.MULTILINE)


@dataclass(frozen=True)
class AzureDescription:
    """Makes the description.

    Attributes:
        version: of the client.
    """

    version: str

    def __call__(self, made: Path) -> None:
        """Write it to `share/azure-openapi.json`.

        Raises:
            PartError: there is no pip, or the client cannot be had, or is written otherwise.
        """
        with tempfile.TemporaryDirectory() as scratch:
            wheel = _download(f"azure-devops=={self.version}", Path(scratch))
            with zipfile.ZipFile(wheel) as archive:
                folder = "azure/devops/v7_1/git"
                client = archive.read(f"{folder}/git_client_base.py").decode()
                models = archive.read(f"{folder}/models.py").decode()
        described = describe(client, models)
        if len(described["paths"]) < len(_PATHS):
            message = f"azure-devops {self.version} is not written as it was"
            raise PartError(message)
        target = made / "share" / "azure-openapi.json"
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(json.dumps(described, indent=1, sort_keys=True))


def _download(requirement: str, folder: Path) -> Path:
    done = subprocess.run(  # noqa: S603 - a fixed command and a version of the table
        [
            *(sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"),
            *("--only-binary=:all:", "--dest", str(folder), requirement),
        ],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    wheel = next(folder.glob("*.whl"), None)
    if done.returncode or wheel is None:
        last = (done.stderr.strip() or "no reason given").splitlines()[-1]
        message = f"pip download failed: {last}"
        raise PartError(message)
    return wheel


def describe(client: str, models: str) -> Schema:
    """An OpenAPI description, of version 3.0, of the calls whose paths are known.

    Args:
        client: the client's source.
        models: the source of its models.
    """
    schemas = {name: _model(ast.literal_eval(text)) for name, text in _MAP.findall(models)}
    paths: dict[str, Schema] = {}
    for found in _METHOD.finditer(client):
        text = found[0]
        sent = _SENT.search(text)
        if sent is None or sent[2] not in _PATHS:
            continue
        routes = {"organization": "str", **dict(_ROUTE.findall(text))}
        path = _path(_PATHS[sent[2]], routes)
        operation = {"operationId": found["name"], **_asked(text, routes), **_answered(text)}
        paths.setdefault(path, {}).setdefault(sent[1].lower(), operation)
    return {
        "openapi": "3.0.0",
        "info": {"title": "Azure DevOps Git", "version": "7.1"},
        "paths": paths,
        "components": {"schemas": schemas},
    }


def _model(fields: Mapping[str, Mapping[str, str]]) -> Schema:
    properties = {field["key"]: _schema(field["type"]) for field in fields.values()}
    return {"type": "object", "properties": properties, "additionalProperties": False}


def _schema(kind: str) -> Schema:
    if kind.startswith("["):
        return {"type": "array", "items": _schema(kind[1:-1])}
    if kind.startswith("{"):
        return {"type": "object", "additionalProperties": _schema(kind[1:-1])}
    if kind in _PLAIN:
        return dict(_PLAIN[kind])
    # Enumerations are objects here: the client does not say what they hold.
    return {} if kind == "object" else {"$ref": f"#/components/schemas/{kind}"}


def _path(template: str, routes: Mapping[str, str]) -> str:
    """The path without the parts at its end that a call has no value for."""
    parts = template.split("/")
    while parts[-1].startswith("{") and parts[-1][1:-1] not in routes:
        parts.pop()
    return "/".join(parts)


def _asked(text: str, routes: Mapping[str, str]) -> Schema:
    parameters = [*_parameters(routes, "path"), *_parameters(dict(_QUERY.findall(text)), "query")]
    body = _BODY.search(text)
    if body is None:
        return {"parameters": parameters}
    return {"parameters": parameters, "requestBody": _content(_schema(body[1]))}


def _parameters(named: Mapping[str, str], where: str) -> Iterator[Schema]:
    for name, kind in named.items():
        # Search criteria come out of one object, whose fields are texts.
        yield {"name": name, "in": where, "schema": _schema(kind or "object")}


def _answered(text: str) -> Schema:
    gives = _GIVES.search(text)
    if gives is None:
        return {"responses": {"200": {"description": ""}}}
    schema = _schema(gives[1])
    if gives[2]:
        schema = {
            "type": "object",
            "properties": {"value": schema, "count": {"type": "integer"}},
            "additionalProperties": False,
        }
    return {"responses": {"200": _content(schema)}}


def _content(schema: Schema) -> Schema:
    return {"content": {"application/json": {"schema": schema}}, "description": ""}
