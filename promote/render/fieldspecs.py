"""Which fields each transformer works on: kustomize's defaults, and what `configurations` add."""

from __future__ import annotations

import json
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from promote.errors import KustomizationError
from promote.model.resource import Gvk
from promote.render.fields import Path, parse_path
from promote.render.record import selects

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from promote.model.json import Json


class FieldSpec(NamedTuple):
    """A field of some kinds: an empty part of the selector stands for all."""

    selector: Gvk
    text: str
    create: bool
    path: Path

    def covers(self, other: FieldSpec) -> bool:
        """Whether this one is among those that `other` describes: same path, selected kind."""
        return self.text == other.text and selects(other.selector, self.selector)


class BackReference(NamedTuple):
    """A kind, and the fields of other kinds that hold its name."""

    target: Gvk
    referrers: tuple[FieldSpec, ...]


def field_spec(data: Mapping[str, Json]) -> FieldSpec:
    """Read one field specification as a configuration file writes it.

    Raises:
        KustomizationError: an unknown key, or a value of the wrong type.
    """
    data = _known(data, ("group", "version", "kind", "path", "create"))
    create = data.get("create", False)
    if not isinstance(create, bool):
        raise KustomizationError("a field specification's 'create' is true or false")
    text = _text(data, "path")
    return FieldSpec(_selector(data), text, create, parse_path(text))


def _back_reference(data: Mapping[str, Json]) -> BackReference:
    data = _known(data, ("group", "version", "kind", "fieldSpecs"))
    return BackReference(_selector(data), _specs(data.get("fieldSpecs"), "fieldSpecs"))


def _selector(data: Mapping[str, Json]) -> Gvk:
    return Gvk(_text(data, "group"), _text(data, "version"), _text(data, "kind"))


def _text(data: Mapping[str, Json], key: str) -> str:
    value = data.get(key)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise KustomizationError(f"a field specification's {key!r} is a string, not {value!r}")
    return value


def _known(data: Mapping[str, Json], names: Iterable[str]) -> Mapping[str, Json]:
    """The same under the names that are known; kustomize does not mind their case."""
    if data.keys() <= set(names):
        return data
    folded = {name.lower(): name for name in names}
    if unknown := sorted(key for key in data if key.lower() not in folded):
        raise KustomizationError(f"unknown field {unknown[0]!r} in a field specification")
    return {folded[key.lower()]: value for key, value in data.items()}


def _mappings(value: Json, key: str) -> list[dict[str, Json]]:
    if value is None:
        return []
    if isinstance(value, list) and all(isinstance(item, dict | None) for item in value):
        # A null is read as a mapping in which nothing is set.
        return [item if isinstance(item, dict) else {} for item in value]
    raise KustomizationError(f"{key!r} is a list of mappings")


def _specs(value: Json, key: str) -> tuple[FieldSpec, ...]:
    return tuple(field_spec(item) for item in _mappings(value, key))


def merge_specs(
    specs: tuple[FieldSpec, ...], incoming: Iterable[FieldSpec]
) -> tuple[FieldSpec, ...]:
    """Add field specifications, each unless one that it describes is there already.

    Raises:
        KustomizationError: the one that is there says otherwise about creating the field.
    """
    known: dict[str, list[FieldSpec]] = {}
    for spec in specs:
        known.setdefault(spec.text, []).append(spec)
    added: list[FieldSpec] = []
    for spec in incoming:
        same = next((old for old in known.get(spec.text, ()) if old.covers(spec)), None)
        if same is None:
            added.append(spec)
            known.setdefault(spec.text, []).append(spec)
        elif same.create != spec.create:
            raise KustomizationError(f"conflicting field specifications for {spec.text!r}")
    return (*specs, *added) if added else specs


def _merge_references(
    references: tuple[BackReference, ...], incoming: Iterable[BackReference]
) -> tuple[BackReference, ...]:
    merged = {reference.target: reference for reference in references}
    for target, referrers in incoming:
        old = merged.get(target)
        both = merge_specs(old.referrers, referrers) if old else referrers
        merged[target] = BackReference(target, both)
    return tuple(merged.values())


class FieldConfig(NamedTuple):
    """The fields of every transformer.

    Compared by identity: one object is shared by all layers that add nothing to it.
    """

    name_prefix: tuple[FieldSpec, ...] = ()
    name_suffix: tuple[FieldSpec, ...] = ()
    namespace: tuple[FieldSpec, ...] = ()
    common_labels: tuple[FieldSpec, ...] = ()
    labels: tuple[FieldSpec, ...] = ()
    template_labels: tuple[FieldSpec, ...] = ()
    common_annotations: tuple[FieldSpec, ...] = ()
    var_reference: tuple[FieldSpec, ...] = ()
    images: tuple[FieldSpec, ...] = ()
    replicas: tuple[FieldSpec, ...] = ()
    name_reference: tuple[BackReference, ...] = ()

    def merged(self, other: FieldConfig) -> FieldConfig:
        """Both together.

        Raises:
            KustomizationError: they contradict each other.
        """
        if other is self or other is EMPTY:
            return self
        if self is EMPTY and other is default_config():
            return other
        changes: dict[str, tuple[FieldSpec, ...]] = {}
        for name in self._fields:
            if name == "name_reference":
                continue
            mine: tuple[FieldSpec, ...] = getattr(self, name)
            both = merge_specs(mine, getattr(other, name))
            if both is not mine:
                changes[name] = _in_order(both)
        references = _merge_references(self.name_reference, other.name_reference)
        if not changes and references == self.name_reference:
            return self
        return self._replace(**changes, name_reference=_targets_in_order(references))


EMPTY = FieldConfig()


def read_config(data: Mapping[str, Json]) -> FieldConfig:
    """Read a configuration file that `configurations` names.

    Raises:
        KustomizationError: it is not one.
    """
    config = _read_config(data)
    specs: dict[str, tuple[FieldSpec, ...]] = {
        name: _in_order(getattr(config, name))
        for name in FieldConfig._fields
        if name != "name_reference"
    }
    # Of two that describe one field, merging keeps the first: in this order, not in the file's.
    return FieldConfig(**specs, name_reference=_targets_in_order(config.name_reference))


def _read_config(data: Mapping[str, Json]) -> FieldConfig:
    known = {_camel(name): name for name in FieldConfig._fields}
    data = _known(data, known)
    specs = {
        name: _specs(data.get(key), key) for key, name in known.items() if name != "name_reference"
    }
    references = _mappings(data.get("nameReference"), "nameReference")
    return FieldConfig(**specs, name_reference=tuple(map(_back_reference, references)))


def _camel(name: str) -> str:
    head, *rest = name.split("_")
    return head + "".join(part.capitalize() for part in rest)


@cache
def default_config() -> FieldConfig:
    """The fields that kustomize works on by default.

    Those of labels stand in the order that kustomize's sort leaves them in: they are made in it,
    which the hashes of nodes depend on.
    """
    folder = __file__.rpartition("/")[0]
    # Both pathlib and orjson take longer to load than this file to read.
    with open(f"{folder}/data/fieldspecs.json", "rb") as file:  # noqa: PTH123
        return _read_config(json.load(file))


ORDER_FIRST = (
    "Namespace", "ResourceQuota", "StorageClass", "CustomResourceDefinition", "ServiceAccount",
    "PodSecurityPolicy", "Role", "ClusterRole", "RoleBinding", "ClusterRoleBinding", "ConfigMap",
    "Secret", "Endpoints", "Service", "LimitRange", "PriorityClass", "PersistentVolume",
    "PersistentVolumeClaim", "Deployment", "StatefulSet", "CronJob", "PodDisruptionBudget",
)  # fmt: skip
ORDER_LAST = ("MutatingWebhookConfiguration", "ValidatingWebhookConfiguration")


def kind_ranks(first: Iterable[str], last: Iterable[str]) -> dict[str, int]:
    """The rank of each kind that has a place of its own; all others have rank 0."""
    first = tuple(first)
    ranks = {kind: index - len(first) for index, kind in enumerate(first)}
    return ranks | {kind: index + 1 for index, kind in enumerate(last)}


_RANKS = kind_ranks(ORDER_FIRST, ORDER_LAST)


def gvk_text(gvk: Gvk) -> str:
    """The kind as one string that sorts as kustomize sorts kinds."""
    return f"{gvk.group or '~G'}_{gvk.version or '~V'}_{gvk.kind or '~K'}"


def _in_order(specs: Iterable[FieldSpec]) -> tuple[FieldSpec, ...]:
    return tuple(sorted(specs, key=lambda spec: _order(spec.selector)))


def _targets_in_order(references: Iterable[BackReference]) -> tuple[BackReference, ...]:
    return tuple(sorted(references, key=lambda reference: _order(reference.target)))


def _order(gvk: Gvk) -> tuple[int, str]:
    return _RANKS.get(gvk.kind, 0), gvk_text(gvk)
