"""Documents of transformers and generators in the form that kustomize reads them in.

It is lenient with those, unlike with a kustomization: what it does not know it passes by, and where
it wants text a number or a boolean will do.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeAlias

from promote.yamlio.numbers import Bare, go_number
from promote.yamlio.quotes import InQuotes

if TYPE_CHECKING:
    from promote.model.json import Json

ANY: Final = ""
TEXT: Final = "text"
EACH: Final = "*"
"""In a shape, stands for every name that a mapping has."""

Shape: TypeAlias = "str | list[Shape] | dict[str, Shape]"

# Go types that are embedded in others take no number for text, hence ANY for their fields.
_TEXTS: Final[Shape] = {EACH: TEXT}
_KIND: Final[dict[str, Shape]] = {"group": ANY, "version": ANY, "kind": ANY}
_IDENTITY: Final[dict[str, Shape]] = {**_KIND, "name": ANY, "namespace": ANY}
_SPECS: Final[Shape] = [{**_KIND, "path": TEXT, "create": ANY}]
_SELECTOR: Final[Shape] = {**_IDENTITY, "labelSelector": TEXT, "annotationSelector": TEXT}
_METADATA: Final[Shape] = {
    "name": TEXT, "namespace": TEXT, "labels": _TEXTS, "annotations": _TEXTS,
}  # fmt: skip
# These alone kustomize decodes without a detour by JSON, and there embedded types are as any other.
_AFFIX: Final[Shape] = {
    "prefix": TEXT,
    "suffix": TEXT,
    "fieldSpecs": [{**dict.fromkeys(_KIND, TEXT), "path": TEXT, "create": ANY}],
}
_GENERATOR: Final[dict[str, Shape]] = {
    "metadata": _METADATA, "name": ANY, "namespace": ANY, "behavior": ANY,
    "literals": ANY, "files": ANY, "envs": ANY,
    "options": {
        "labels": ANY, "annotations": ANY, "disableNameSuffixHash": ANY, "immutable": ANY,
    },
}  # fmt: skip


def _replacement(text: str) -> dict[str, Shape]:
    part: Shape = {"delimiter": text, "index": ANY, "encoding": text, "create": ANY}
    selector: Shape = {**_IDENTITY, "labelSelector": text, "annotationSelector": text}
    target: Shape = {
        "select": selector, "reject": [selector], "fieldPaths": [text], "options": part,
    }  # fmt: skip
    source: Shape = {**_IDENTITY, "fieldPath": text, "options": part}
    return {"source": source, "sourceValue": text, "targets": [target]}


REPLACEMENT: Final = _replacement(TEXT)
"""An entry of a file that `replacements` names."""

CONFIGURATION: Final[Shape] = {
    **dict.fromkeys(
        (
            "namePrefix", "nameSuffix", "namespace", "commonLabels", "labels", "templateLabels",
            "commonAnnotations", "varReference", "images", "replicas",
        ),
        _SPECS,
    ),
    "nameReference": [{**_KIND, "fieldSpecs": _SPECS}],
}  # fmt: skip
"""A file that `configurations` names."""

DOCUMENTS: Final[dict[str, Shape]] = {
    "AnnotationsTransformer": {"annotations": _TEXTS, "fieldSpecs": _SPECS},
    "ConfigMapGenerator": _GENERATOR,
    "IAMPolicyGenerator": {
        "cloud": ANY,
        "kubernetesService": {"name": ANY, "namespace": ANY},
        "serviceAccount": {"name": ANY, "projectId": ANY},
    },
    "ImageTagTransformer": {
        "imageTag": {
            "name": TEXT, "newName": TEXT, "newTag": TEXT, "tagSuffix": TEXT, "digest": TEXT,
        },
        "fieldSpecs": _SPECS,
    },
    "LabelTransformer": {"labels": _TEXTS, "fieldSpecs": _SPECS},
    "NamespaceTransformer": {
        "metadata": _METADATA, "fieldSpecs": _SPECS, "unsetOnly": ANY,
        "setRoleBindingSubjects": TEXT,
    },
    "PatchJson6902Transformer": {"target": _SELECTOR, "path": TEXT, "jsonOp": TEXT},
    "PatchStrategicMergeTransformer": {"paths": [TEXT], "patches": TEXT},
    "PatchTransformer": {
        "path": TEXT, "patch": TEXT, "target": _SELECTOR,
        "options": {"allowNameChange": ANY, "allowKindChange": ANY},
    },
    "PrefixSuffixTransformer": _AFFIX,
    "PrefixTransformer": _AFFIX,
    "ReplacementTransformer": {"replacements": [{**_replacement(ANY), "path": TEXT}]},
    "ReplicaCountTransformer": {"replica": {"name": TEXT, "count": ANY}, "fieldSpecs": _SPECS},
    "SecretGenerator": {**_GENERATOR, "type": ANY},
    "SuffixTransformer": _AFFIX,
    "ValueAddTransformer": {
        "value": TEXT,
        "targets": [{"selector": _SELECTOR, "fieldPath": TEXT, "filePathPosition": ANY}],
        "targetFilePath": TEXT,
    },
}  # fmt: skip
"""What kustomize knows of the document of each kind."""


def conformed(value: Json, shape: Shape, *, strict: bool = False) -> Json:
    """The value in a shape; what does not fit it is left for whoever reads it to complain of.

    Texts forget their quotes, which are not those of the fields that they will be put in.

    Args:
        value: what was written.
        shape: what is expected.
        strict: keep the names that the shape does not have.
    """
    if shape == TEXT:
        return _text(value)
    if isinstance(shape, list) and isinstance(value, list):
        return [conformed(item, shape[0], strict=strict) for item in value]
    if not isinstance(shape, dict) or not isinstance(value, dict):
        return _unquoted(value)
    if EACH in shape:
        return {key: conformed(item, shape[EACH], strict=strict) for key, item in value.items()}
    folded = {name.lower(): name for name in shape}
    found: dict[str, Json] = {}
    # Of names that differ in case the last counts, and Go has mappings in the order of their keys.
    for key in sorted(value):
        name = key if key in shape else folded.get(key.lower())
        if name is not None:
            found[name] = conformed(value[key], shape[name], strict=strict)
        elif strict:
            found[key] = value[key]
    return found


def _text(value: Json) -> Json:
    if isinstance(value, bool):
        return "true" if value else "false"
    return go_number(value) if isinstance(value, int | float) else _unquoted(value)


def _unquoted(value: Json) -> Json:
    if isinstance(value, dict):
        return {key: _unquoted(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_unquoted(item) for item in value]
    return str(value) if isinstance(value, InQuotes | Bare) else value
