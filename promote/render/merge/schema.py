"""What the types of Kubernetes say about merging their lists, and which kinds have a namespace.

A schema is an OpenAPI 2 document, of which only this is read: `properties`, `additionalProperties`,
`items`, `type`, `$ref`, and the extensions `x-kubernetes-patch-strategy`,
`x-kubernetes-patch-merge-key`, `x-kubernetes-list-map-keys` and `x-kubernetes-group-version-kind`.
`data/kubernetes.json` is the part of Kubernetes v1.21.2's document that has a say in merging, which
is the one that kustomize v5 has built in; `data/scopes.json` are the scopes of its kinds.
"""

from __future__ import annotations

import json
from functools import cache
from typing import TYPE_CHECKING, Final

from promote.errors import KustomizationError
from promote.render.crd_schemas import check_schema

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from promote.model.json import Json
    from promote.model.resource import Gvk

    Spec = Mapping[str, Json]
    KindKey = tuple[str, str]  # apiVersion and kind

BUILTIN_VERSION: Final = "v1.21.2"
_REF = "#/definitions/"
_FETCH: Final = "`kustomize openapi fetch` writes one from a cluster"


class Type:
    """The type of a field: how it merges, and the types of what it holds.

    Attributes:
        merges: for a list: whether its elements are merged rather than the list replaced.
        merge_keys: for a list of mappings that merges: the fields that tell its elements apart.
    """

    __slots__ = (
        "_definitions",
        "_elements",
        "_fields",
        "_has_lists",
        "_spec",
        "merge_keys",
        "merges",
    )

    def __init__(self, spec: Spec, definitions: _Definitions) -> None:
        self._spec = spec
        self._definitions = definitions
        self._fields: dict[str, Type | None] = {}
        self._elements: Type | None = None
        self._has_lists: bool | None = None
        strategy = spec.get("x-kubernetes-patch-strategy")
        self.merges = isinstance(strategy, str) and "merge" in strategy.split(",")
        self.merge_keys = _merge_keys(spec) if self.merges else ()

    def field(self, name: str) -> Type | None:
        """The type of a field of a mapping, or None if the schema does not know it."""
        if name not in self._fields:
            properties = self._spec.get("properties")
            spec = properties.get(name) if isinstance(properties, dict) else None
            if spec is None:
                spec = self._spec.get("additionalProperties")
            self._fields[name] = self._definitions.type_of(spec)
        return self._fields[name]

    def elements(self) -> Type | None:
        """The type of a list's elements, or None if the schema does not know it."""
        if self._elements is None and self._spec.get("type") in ("array", ["array"]):
            self._elements = self._definitions.type_of(self._spec.get("items"))
        return self._elements

    @property
    def has_lists(self) -> bool:
        """Whether it is or holds, at any depth, a list whose elements are merged."""
        if self._has_lists is None:
            self._has_lists = any(found.merges for found in self._reachable())
        return self._has_lists

    def _reachable(self) -> Iterator[Type]:
        """This type and all within it, each once: types refer to one another in circles."""
        seen: set[Type] = set()
        waiting = [self]
        while waiting:
            found = waiting.pop()
            if found not in seen:
                seen.add(found)
                yield found
                waiting += found.types_within()

    def types_within(self) -> list[Type]:
        """The types of its fields, values and elements."""
        properties = self._spec.get("properties")
        names = tuple(properties) if isinstance(properties, dict) else ()
        values = self._definitions.type_of(self._spec.get("additionalProperties"))
        inner = (*map(self.field, names), self.elements(), values)
        return [found for found in inner if found is not None]


def _merge_keys(spec: Spec) -> tuple[str, ...]:
    several = spec.get("x-kubernetes-list-map-keys")
    if isinstance(several, list):
        return tuple(key for key in several if isinstance(key, str))
    one = spec.get("x-kubernetes-patch-merge-key")
    return (one,) if isinstance(one, str) else ()


class _Definitions:
    """The types of a document by name and by kind."""

    def __init__(self, definitions: Mapping[str, Json]) -> None:
        self._by_name = definitions
        self._types: dict[int, Type] = {}
        self._by_kind: dict[KindKey, Spec] = {}
        for spec in definitions.values():
            if not isinstance(spec, dict):
                continue
            kinds = spec.get("x-kubernetes-group-version-kind")
            for entry in kinds if isinstance(kinds, list) else ():
                if isinstance(entry, dict):
                    self._by_kind[_kind_key(entry)] = spec

    def type_of_kind(self, api_version: str, kind: str) -> Type | None:
        spec = self._by_kind.get((api_version, kind))
        return None if spec is None else self._type(spec)

    def type_of(self, spec: Json) -> Type | None:
        """The type that a specification describes, following references."""
        followed = 0
        while isinstance(spec, dict) and isinstance(ref := spec.get("$ref"), str) and ref:
            followed += 1
            if followed > len(self._by_name):
                return None  # the references go round in a circle
            spec = self._by_name.get(ref.removeprefix(_REF))
        return self._type(spec) if isinstance(spec, dict) else None

    def _type(self, spec: Spec) -> Type:
        found = self._types.get(id(spec))
        if found is None:
            found = self._types[id(spec)] = Type(spec, self)
        return found

    def under(self, above: _Definitions) -> _Definitions:
        """Both together; where both define something, `above` does."""
        return _Definitions({**self._by_name, **above._by_name})


def _kind_key(entry: Spec) -> KindKey:
    group, version, kind = (entry.get(part) for part in ("group", "version", "kind"))
    if not isinstance(version, str) or not isinstance(kind, str):
        raise KustomizationError("the OpenAPI schema names a kind without its version or kind")
    return (f"{group}/{version}" if group else version), kind


@cache
def _builtin_definitions() -> _Definitions:
    document: dict[str, dict[str, Json]] = json.loads(_data("kubernetes.json"))
    return _Definitions(document["definitions"])


@cache
def _builtin_scopes() -> dict[KindKey, bool]:
    scopes: dict[str, dict[str, list[str]]] = json.loads(_data("scopes.json"))
    return {
        (api_version, kind): scope == "Namespaced"
        for scope, kinds_of in scopes.items()
        for api_version, kinds in kinds_of.items()
        for kind in kinds
    }


def _data(name: str) -> bytes:
    folder = __file__.rpartition("/")[0]
    with open(f"{folder}/data/{name}", "rb") as file:  # noqa: PTH123 - pathlib costs its import
        return file.read()


class Schema:
    """The schema in force, read when it is first asked.

    One belongs to one build, since which types a custom schema joins depends on what was asked
    before it came, as in kustomize.

    Attributes:
        is_chosen: whether an `openapi` field asked for it.
        asked: how often a type of it was looked up.
    """

    def __init__(self) -> None:
        self.is_chosen = False
        self.asked = 0
        self._definitions: _Definitions | None = None
        self._scopes: dict[KindKey, bool] = {}
        self._unchecked: Mapping[str, Json] = {}

    def type_of(self, api_version: str, kind: str) -> Type | None:
        """The type of a kind of resource, or None if the schema does not know it.

        Raises:
            KustomizationError: a custom schema has something else among its types.
        """
        self._ask()
        definitions = self._definitions or _builtin_definitions()
        return definitions.type_of_kind(api_version, kind)

    def namespaced(self, gvk: Gvk) -> bool | None:
        """Whether a kind lives in a namespace, or None for a kind that is not known."""
        group, version, kind = gvk
        key = (f"{group}/{version}" if group else version, kind)
        found = _builtin_scopes().get(key)
        if found is None:
            self._ask()
            found = self._scopes.get(key)
        return found

    def _ask(self) -> None:
        self.asked += 1
        unchecked, self._unchecked = self._unchecked, {}
        for name, spec in unchecked.items():
            try:
                check_schema(spec, name)
            except KustomizationError as error:
                raise KustomizationError(
                    f"the OpenAPI schema: {error.message}", hint=_FETCH
                ) from None

    def replaced(self, document: Json, version: str | None = None) -> Schema:
        """The schema that an `openapi` field asks for; only the first one in a build counts.

        A custom schema takes the place of the built-in one, unless that one was asked something
        already: then it is joined to it. (Source: kustomize's handling of its global schema.)

        Args:
            document: what the file of `path` holds, None without one.
            version: the built-in schema to use.

        Raises:
            KustomizationError: both are given, the version is not built in, or the document is not
                a schema.
        """
        if self.is_chosen or (document is None and not version):
            return self
        if document is None:
            if version != BUILTIN_VERSION:
                raise KustomizationError(
                    f"the OpenAPI version {version!r} is not built in",
                    hint=f"the one that is built in is {BUILTIN_VERSION}",
                )
        elif version is not None:
            raise KustomizationError(
                "'openapi' names both a version and a path", hint="give it one of them"
            )
        new = Schema()
        new.is_chosen = True
        if document is not None:
            custom, new._scopes, new._unchecked = _read(document)
            new._definitions = _builtin_definitions().under(custom) if self.asked else custom
        return new


def type_of_comment(schema: dict[str, Json]) -> Type | None:
    """The type that a comment gives to a field; None if it is no schema, and gives it none."""
    try:
        check_schema(schema, "a comment")
    except KustomizationError:
        return None
    return _Definitions({}).type_of({key: value for key, value in schema.items() if key != "$ref"})


def builtin_schema() -> Schema:
    """A new build's schema: the one of Kubernetes that kustomize has built in."""
    return Schema()


def schema_from_openapi(document: Json) -> Schema:
    """A schema of the types of an OpenAPI 2 document and no others.

    Raises:
        KustomizationError: the document is not one.
    """
    return Schema().replaced(document)


def _read(document: Json) -> tuple[_Definitions, dict[KindKey, bool], dict[str, Json]]:
    definitions = document.get("definitions") if isinstance(document, dict) else document
    if not isinstance(document, dict) or not isinstance(definitions, dict | None):
        raise KustomizationError(
            "the OpenAPI schema is not a mapping with 'definitions'",
            hint=_FETCH,
        )
    for name, spec in (definitions or {}).items():
        if not isinstance(spec, dict):
            raise KustomizationError(f"the OpenAPI schema defines {name!r}, and not as a mapping")
    types = definitions or {}
    return _Definitions(types), _scopes(document.get("paths")), types


def _scopes(paths: Json) -> dict[KindKey, bool]:
    """The scopes that an API's paths show: some path of a namespaced kind has a namespace in it."""
    found: dict[KindKey, bool] = {}
    for path, methods in paths.items() if isinstance(paths, dict) else ():
        get = methods.get("get") if isinstance(methods, dict) else None
        entry = get.get("x-kubernetes-group-version-kind") if isinstance(get, dict) else None
        if isinstance(entry, dict):
            key = _kind_key(entry)
            found[key] = found.get(key, False) or "namespaces/{namespace}" in path
    return found
