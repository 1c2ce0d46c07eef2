"""The rules that a kustomization adds to a build: `configurations`, `crds` and `openapi`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from promote.errors import KustomizationError
from promote.render.crds import config_of_crds, read_definitions
from promote.render.fieldspecs import EMPTY, default_config, read_config
from promote.render.shapes import CONFIGURATION, conformed

if TYPE_CHECKING:
    from promote.model.json import Json
    from promote.render.fieldspecs import FieldConfig
    from promote.render.kustomization import Kustomization
    from promote.render.loading import Directory
    from promote.render.merge.schema import Schema
    from promote.render.placing import FieldPlaces


def with_rules(config: FieldConfig, wanted: Kustomization, places: FieldPlaces) -> FieldConfig:
    """The field rules with those that a kustomization names, in kustomize's order of merging.

    Raises:
        PromoteError: a file of rules is missing or wrong.
    """
    added = EMPTY
    for index, path in enumerate(wanted.configurations):
        with places.at("configurations", index):
            added = added.merged(_configuration(places.directory, path))
    config = config.merged(default_config().merged(added))
    declared = EMPTY
    for index, path in enumerate(wanted.crds):
        with places.at("crds", index):
            definitions = read_definitions(places.directory, path)
            declared = declared.merged(config_of_crds(definitions))
    return config.merged(declared)


def _configuration(directory: Directory, path: str) -> FieldConfig:
    document = conformed(directory.own_document(path), CONFIGURATION, strict=True)
    if document is None:
        return EMPTY
    if not isinstance(document, dict):
        raise KustomizationError(f"{path!r} is not a configuration: not a mapping")
    return read_config(document)


def with_schema(schema: Schema, wanted: Kustomization, places: FieldPlaces) -> Schema:
    """The schema that a kustomization asks for, or the one that is in use.

    Raises:
        PromoteError: its file is missing or none.
    """
    asked = wanted.openapi
    if not asked:
        return schema
    with places.at("openapi"):
        path = asked.get("path")
        document: Json = None
        if path is not None:
            documents = read_definitions(places.directory, path)
            document = documents[0] if documents else []  # no mapping, and so refused
        return schema.replaced(document, asked.get("version"))
