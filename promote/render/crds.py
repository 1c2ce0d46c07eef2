"""`crds`: OpenAPI definitions of custom kinds that say which of their fields hold names and labels.

The extensions are those that kustomize reads (`x-kubernetes-object-ref-kind` and the like); see its
documentation of the `crds` field.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from promote.errors import KustomizationError
from promote.model.resource import Gvk
from promote.render.crd_schemas import are_texts, check_schema, noting_doubles
from promote.render.fields import parse_path
from promote.render.fieldspecs import EMPTY, BackReference, FieldConfig, FieldSpec

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from promote.model.json import Json
    from promote.render.loading import Directory

_FIELDS = {
    "x-kubernetes-annotation": "common_annotations",
    "x-kubernetes-label-selector": "common_labels",
    "x-kubernetes-identity": "name_prefix",
}


def read_definitions(directory: Directory, path: str) -> list[Json]:
    """What stands in a file of OpenAPI definitions, of which kustomize reads the first document.

    One that begins with a brace it reads as JSON, and as nothing else.

    Raises:
        FileMissingError, YamlError: as `Directory.documents`.
        KustomizationError: the file is empty, or begins as JSON and is none.
    """
    data = directory.read(path)
    if not data:
        raise KustomizationError(
            f"{path!r} is empty",
            hint="write OpenAPI definitions into it, or do not name it",
        )
    if not data.startswith(b"{"):
        return directory.documents(path)[:1]
    known = directory.files.definitions
    try:
        if data not in known:
            known[data] = json.loads(
                data.decode("utf-8", "replace"),
                object_pairs_hook=noting_doubles,
                parse_constant=_no_number,
            )
            directory.files.parsed += 1
        return [known[data]]
    except (ValueError, RecursionError) as error:
        raise KustomizationError(
            f"{path!r} begins with a brace and is not JSON: {error}",
            hint="write JSON, or YAML that begins otherwise",
        ) from None


def _no_number(text: str) -> Json:
    raise ValueError(f"{text} is no number")


def config_of_crds(documents: Iterable[Json]) -> FieldConfig:
    """The fields that a file of definitions declares.

    Raises:
        KustomizationError: it is not a mapping of names to definitions, or one has no schema of a
            type.
    """
    config = EMPTY
    for definitions in documents:
        if not isinstance(definitions, dict):
            raise KustomizationError("a file under crds: is a mapping of type names to definitions")
        for name, definition in definitions.items():
            if not isinstance(definition, dict | None):
                raise KustomizationError(
                    f"{name!r} is not the definition of a type",
                    hint="name OpenAPI definitions under crds:, and a CustomResourceDefinition "
                    "under resources:",
                )
            _check(name, definition or {})
        for name in sorted(definitions):
            properties = _properties(definitions, name)
            if {"kind", "apiVersion", "metadata"} <= set(properties):
                selector = Gvk("", "", name.rpartition(".")[2])
                for part in _declared(definitions, name, selector, (), ()):
                    config = config.merged(part)
    return config


def _check(name: str, definition: Mapping[str, Json]) -> None:
    for field, value in definition.items():
        # Go finds the fields of a structure whatever the case of their letters.
        if field.lower() == "schema":
            check_schema(value, f"{name}.{field}")
        elif field.lower() == "dependencies" and not (value is None or are_texts(value)):
            raise KustomizationError(f"{name}.{field} is to be a list of texts")


def _properties(definitions: Mapping[str, Json], name: str) -> dict[str, Json]:
    definition = definitions.get(name)
    fields = definition if isinstance(definition, dict) else {}
    schema = next((fields[field] for field in fields if field.lower() == "schema"), None)
    properties = schema.get("properties") if isinstance(schema, dict) else None
    return properties if isinstance(properties, dict) else {}


def _declared(
    definitions: Mapping[str, Json],
    name: str,
    selector: Gvk,
    path: tuple[str, ...],
    above: tuple[str, ...],
) -> Iterator[FieldConfig]:
    """What a type and the types that it refers to declare; a type within itself is not entered."""
    for field, definition in sorted(_properties(definitions, name).items()):
        if not isinstance(definition, dict):
            continue
        here = (*path, field)
        for extension, attribute in _FIELDS.items():
            if isinstance(definition.get(extension), str):
                yield _config(attribute, _spec(selector, here))
        version = definition.get("x-kubernetes-object-ref-api-version")
        kind = definition.get("x-kubernetes-object-ref-kind")
        if isinstance(version, str) and isinstance(kind, str):
            key = definition.get("x-kubernetes-object-ref-name-key")
            spec = _spec(selector, (*here, key if isinstance(key, str) else "name"))
            reference = BackReference(Gvk("", version, kind), (spec,))
            yield FieldConfig(name_reference=(reference,))
        inner = definition.get("$ref")
        if isinstance(inner, str) and inner not in above:
            yield from _declared(definitions, inner, selector, here, (*above, inner))


def _config(attribute: str, spec: FieldSpec) -> FieldConfig:
    fields: dict[str, tuple[FieldSpec, ...]] = {attribute: (spec,)}
    return FieldConfig(**fields)  # type: ignore[arg-type]  # only `name_reference` holds something else


def _spec(selector: Gvk, path: tuple[str, ...]) -> FieldSpec:
    text = "/".join(path)
    return FieldSpec(selector, text, create=False, path=parse_path(text))
