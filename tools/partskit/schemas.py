"""JSON Schemas for kubeconform, made from what Kubernetes and Istio publish in their Go modules.

kubeconform looks its schemas up on the network by default. These are the same in content, in a
folder, one file for each kind, named as kubeconform names them:

    kubeconform -strict -schema-location 'FOLDER/{{.ResourceKind}}{{.KindSuffix}}.json'

Each file holds all that it refers to. Objects are closed (`additionalProperties: false`), so a
misspelt field fails; an optional field may be null, which the API server takes for absent.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from partskit.golang import module_folder
from partskit.records import PartError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

Schema = dict[str, Any]

_DRAFT = "http://json-schema.org/draft-07/schema#"
_KINDS = "x-kubernetes-group-version-kind"
_OPEN = "x-kubernetes-preserve-unknown-fields"
_EITHER = {"anyOf": [{"type": "string"}, {"type": "number"}]}
# Published as strings, though the API server reads numbers as well: `cpu: 1`, `port: 80`.
_EITHER_TYPES = ("io.k8s.apimachinery.pkg.api.resource.Quantity", "io.k8s.apimachinery.pkg.util.intstr.IntOrString")  # fmt: skip  # noqa: E501 - one name each
_META = "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta"


@dataclass(frozen=True)
class SchemaFiles:
    """Makes the folder of schemas.

    Attributes:
        kubernetes: the version of the `k8s.io/kubernetes` module.
        definitions: custom resource definitions: modules, their versions, and a pattern of files.
    """

    kubernetes: str
    definitions: tuple[tuple[str, str, str], ...]

    def __call__(self, made: Path) -> None:
        """Write the schemas into `share/kubeconform-schemas/`."""
        folder = made / "share" / "kubeconform-schemas"
        folder.mkdir(parents=True)
        kubernetes = module_folder("k8s.io/kubernetes", self.kubernetes)
        openapi = json.loads((kubernetes / "api/openapi-spec/swagger.json").read_bytes())
        for name, schema in of_openapi(openapi):
            _write(folder / name, schema)
        for module, version, pattern in self.definitions:
            for file in sorted(module_folder(module, version).glob(pattern)):
                for name, schema in of_definitions(_read_yaml(file), openapi):
                    _write(folder / name, schema)


def file_name(group: str, version: str, kind: str) -> str:
    """The file in which kubeconform looks for a kind: only the group's first label counts."""
    first = group.split(".", maxsplit=1)[0]
    return "-".join(filter(None, [kind.lower(), first, version])) + ".json"


def of_openapi(openapi: Mapping[str, Any]) -> Iterator[tuple[str, Schema]]:
    """The schema of each kind in Kubernetes' OpenAPI v2 document, with its file's name."""
    definitions = {name: _definition(name, raw) for name, raw in openapi["definitions"].items()}
    for name, raw in openapi["definitions"].items():
        for of in raw.get(_KINDS, ()):
            root = _pinned(definitions[name], of["group"], of["version"], of["kind"])
            schema = {"$schema": _DRAFT, **root, "definitions": _closure(root, definitions)}
            yield file_name(of["group"], of["version"], of["kind"]), schema


def of_definitions(
    documents: list[Any], openapi: Mapping[str, Any]
) -> Iterator[tuple[str, Schema]]:
    """The schema of each version of each CustomResourceDefinition, with its file's name."""
    definitions = {name: _definition(name, raw) for name, raw in openapi["definitions"].items()}
    for document in documents:
        if not document or document.get("kind") != "CustomResourceDefinition":
            continue
        spec = document["spec"]
        kind, group = spec["names"]["kind"], spec["group"]
        for version in spec["versions"]:
            raw = version["schema"]["openAPIV3Schema"]
            # A definition leaves out what every object has, or only names it.
            common = {"metadata": {"$ref": f"#/definitions/{_META}"}}
            raw = {**raw, "properties": {**raw.get("properties", {}), **common}}
            root = _pinned(_strict(raw), group, version["name"], kind)
            schema = {"$schema": _DRAFT, **root, "definitions": _closure(root, definitions)}
            yield file_name(group, version["name"], kind), schema


def _pinned(schema: Schema, group: str, version: str, kind: str) -> Schema:
    """A kind's schema, which takes that kind only."""
    names = {"apiVersion": f"{group}/{version}" if group else version, "kind": kind}
    properties = {**schema.get("properties", {})}
    properties.update({key: {"type": "string", "enum": [name]} for key, name in names.items()})
    required = sorted({*schema.get("required", ()), *names})
    return {**schema, "properties": properties, "required": required}


def _definition(name: str, raw: Schema) -> Schema:
    return dict(_EITHER) if name in _EITHER_TYPES else _strict(raw)


def _strict(raw: Schema) -> Schema:
    """A schema of Kubernetes' dialect in JSON Schema's, with closed objects.

    What stands in `oneOf` and its kin is left as it is: it says which fields go together, not which
    there are.
    """
    if raw.get("x-kubernetes-int-or-string") or raw.get("format") == "int-or-string":
        return dict(_EITHER)
    schema = {
        key: value
        for key, value in raw.items()
        if not key.startswith("x-kubernetes-") and key not in {"description", "default", "example"}
    }
    if "properties" in schema:
        required = schema.get("required", ())
        schema["properties"] = {
            name: _strict(value) if name in required else _or_null(_strict(value))
            for name, value in schema["properties"].items()
        }
        if not raw.get(_OPEN):
            schema.setdefault("additionalProperties", False)
    for key in ("items", "additionalProperties"):
        if isinstance(schema.get(key), dict):
            schema[key] = _strict(schema[key])
    return _or_null(schema) if schema.pop("nullable", False) else schema


def _or_null(schema: Schema) -> Schema:
    return {"anyOf": [schema, {"type": "null"}]} if schema else schema


def _closure(schema: Schema, definitions: Mapping[str, Schema]) -> dict[str, Schema]:
    """The definitions that a schema needs, directly or through others."""
    needed: dict[str, Schema] = {}
    waiting = list(_references(schema))
    while waiting:
        name = waiting.pop()
        if name not in needed:
            needed[name] = definitions[name]
            waiting.extend(_references(definitions[name]))
    return needed


def _references(node: object) -> Iterator[str]:
    if isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"].removeprefix("#/definitions/")
        for value in node.values():
            yield from _references(value)
    elif isinstance(node, list):
        for value in node:
            yield from _references(value)


def _read_yaml(file: Path) -> list[Any]:
    try:
        import yaml  # noqa: PLC0415 - the one part that needs more than Python itself
    except ImportError:
        message = "needs PyYAML: use .venv/bin/python tools/parts, after 'make .venv/made-dev'"
        raise PartError(message) from None
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return list(yaml.load_all(file.read_bytes(), Loader=loader))


def _write(path: Path, schema: Schema) -> None:
    path.write_text(json.dumps(schema, sort_keys=True, separators=(",", ":")), encoding="utf-8")
