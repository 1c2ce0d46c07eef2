"""Strategic merge: a patch laid over a resource, lists merged as the schema of the kind says.

The behaviour is that of kustomize v5.8.1, which differs from kubectl's in places: what a patch
states of a list comes before what was there; a list that the schema does not know is replaced; and
`$setElementOrder`, `$deleteFromPrimitiveList` and `$retainKeys` are fields without a meaning.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeVar

from promote.errors import PatchError
from promote.render.merge import directives
from promote.render.merge.directives import Directive
from promote.render.merge.lists import merge_elements
from promote.render.merge.schema import type_of_comment
from promote.render.merge.spot import Spot
from promote.render.merge.written import MISSING, Missing, blank_keys, like_before, text_at
from promote.yamlio.blanks import (
    WithBlanks,
    parted,
    schemas_of,
    with_left,
    with_schemas,
    with_words,
    words_of,
)
from promote.yamlio.faults import must_not_be_new, without_faults
from promote.yamlio.merge_keys import MERGE
from promote.yamlio.quotes import SETTLES, settled

if TYPE_CHECKING:
    from collections.abc import Mapping

    from promote.model.json import Document, Json
    from promote.render.merge.schema import Schema, Type

_NO_WORDS: Final[dict[str, str]] = {}


def strategic_merge(target: Document, patch: Document, schema: Schema) -> Document | None:
    """The target with the patch merged into it.

    Returns:
        A document that shares with the target what the patch does not change; the target itself if
        that is all of it; None if the patch deletes it.

    Raises:
        PatchError: the patch has a mapping, list or scalar where the target has another of these,
            or an unknown directive.
        YamlError: a key that the patch brings in is not a string, or is there twice.
    """
    merged = _Merge(schema).walk(target, patch, Spot(None))
    if patch.get(directives.KEY) == Directive.REPLACE.value:
        return target  # kustomize has no place to put another resource
    if merged is MISSING or merged is None:
        return None
    if not isinstance(merged, dict):
        raise PatchError("the patch does not leave a resource")
    return merged


class _Merge:
    """One merge, with the schema that it goes by."""

    def __init__(self, schema: Schema) -> None:
        self.schema = schema

    def walk(self, target: Json | Missing, patch: Json | Missing, spot: Spot) -> Json | Missing:
        """What becomes of a part of the target; a patch that is MISSING says nothing about it."""
        if isinstance(target, dict):
            stated = _expect(patch, dict, spot)
            return self._mapping(target, stated, spot.or_of(self._type_of(target, patch)))
        if isinstance(target, list):
            return self._list(target, _expect(patch, list, spot), spot)
        if target is None or target is MISSING:
            return self._new(target, patch, spot)
        if patch is None or patch is MISSING:
            return target if patch is MISSING else MISSING
        if isinstance(patch, dict | list):
            raise _mismatch(target, patch, spot)
        return patch

    def _type_of(self, *sources: Json | Missing) -> Type | None:
        """The type of a mapping that says what it is: a resource, or one within another."""
        for source in sources:
            if isinstance(source, dict) and "apiVersion" in source:
                api_version, kind = source["apiVersion"], source.get("kind")
                if isinstance(api_version, str) and isinstance(kind, str):
                    found = self.schema.type_of(api_version, kind)
                    if found is not None:
                        return found
        return None

    # Mappings

    def _mapping(
        self, target: dict[str, Json], patch: dict[str, Json] | Missing | None, spot: Spot
    ) -> Json | Missing:
        if patch is None:
            return MISSING
        if patch is MISSING:
            idle = (spot.known is None or not spot.known.has_lists) and _is_idle(target)
            return target if idle else self._fields(target, {}, spot)
        directive, patch = directives.of_mapping(patch)
        if directive is Directive.DELETE:
            return MISSING
        if directive is Directive.REPLACE:
            return self._settle_fields(patch, spot)
        if WithBlanks.made_left:
            return self._beside_left(target, patch, spot)
        return self._fields(target, patch, spot)

    def _beside_left(
        self, target: dict[str, Json], patch: dict[str, Json], spot: Spot
    ) -> dict[str, Json]:
        """As `_fields`, where a '<<' that is not resolved yet is a field like others."""
        (stated, left), (patch, patch_left) = parted(target), parted(patch)
        if not left and not patch_left:
            return self._fields(target, patch, spot)
        stated = self._fields(stated, patch, spot)
        return with_left(stated, self._fields({**left}, {**patch_left}, spot.field(MERGE)))

    def _fields(
        self, target: dict[str, Json], patch: dict[str, Json], spot: Spot
    ) -> dict[str, Json]:
        changes: dict[str, Json | Missing] = {}
        described = WithBlanks.made_schemas
        blanks = blank_keys(target)
        for key, old in target.items():
            stated = _stated(patch, key)
            is_blank = key in blanks and not old
            if stated is MISSING and not isinstance(old, dict | list):
                if is_blank:
                    changes[key] = MISSING
                elif isinstance(old, str) and type(old) in SETTLES:
                    changes[key] = settled(old)
                continue
            was = None if is_blank else old
            inner = _field(spot, key, target, patch) if described else spot.field(key)
            new = self.walk(was, stated, inner)
            if new is not old:
                text = text_at(patch, key) if key in patch else ""
                changes[key] = new if new is MISSING else like_before(was, new, text)
        for key in patch:
            if key not in target:
                inner = _field(spot, key, patch) if described else spot.field(key)
                changes[key] = self._new(MISSING, _stated(patch, key), inner)
                if changes[key] is not MISSING:
                    must_not_be_new(patch, key)
        words = words_of(patch)
        merged = _changed(target, changes, {key: words[key] for key in changes if key in words})
        if merged is not target and described:
            return with_schemas(merged, {**schemas_of(target), **schemas_of(patch)})
        return merged

    # What was not there

    def _new(self, target: Missing | None, patch: Json | Missing, spot: Spot) -> Json | Missing:
        """What the patch puts where there was nothing, or where there was null."""
        if patch is MISSING:
            return target
        if isinstance(patch, dict):
            if patch.get(directives.KEY) == Directive.DELETE.value:
                return MISSING
            spot = spot.or_of(self._type_of(patch))
            return self._settle_fields(directives.without_directive(patch), spot)
        if isinstance(patch, list) and spot.merges:
            return merge_elements(patch, patch, spot, self._element)
        if isinstance(patch, str) and type(patch) in SETTLES:
            return settled(patch)
        return MISSING if patch is None else without_faults(patch)

    def _settle_fields(self, patch: dict[str, Json], spot: Spot) -> dict[str, Json]:
        """A mapping of a patch as it stands in the result: without nulls and directives."""
        if type(patch) is not dict:
            without_faults(patch)
        changes: dict[str, Json | Missing] = {}
        described = WithBlanks.made_schemas
        for key, value in patch.items():
            stated = _stated(patch, key)
            if isinstance(stated, dict | list | None):
                inner = _field(spot, key, patch) if described else spot.field(key)
                new = self._settle(stated, inner)
                if new is not value:
                    changes[key] = new
            elif isinstance(stated, str) and type(stated) in SETTLES:
                changes[key] = settled(stated)
        return _changed(patch, changes)

    def _settle(self, patch: Json, spot: Spot) -> Json | Missing:
        """A part of a patch as it stands in the result when it is merged with nothing else."""
        if isinstance(patch, dict):
            directive, rest = directives.of_mapping(patch)
            if directive is Directive.DELETE:
                return MISSING
            return self._settle_fields(rest, spot.or_of(self._type_of(patch)))
        if isinstance(patch, list) and spot.merges:
            directive, items = directives.of_list(patch)
            if directive is Directive.DELETE:
                return MISSING
            return merge_elements(items, items, spot, self._element)
        return MISSING if patch is None else without_faults(patch)

    # Lists

    def _list(
        self, target: list[Json], patch: list[Json] | Missing | None, spot: Spot
    ) -> Json | Missing:
        if patch is None:
            return MISSING
        if not spot.merges:
            return target if patch is MISSING else without_faults(patch)
        if patch is MISSING:
            return merge_elements(target, [], spot, self._element)
        directive, patch = directives.of_list(patch)
        if directive is Directive.DELETE:
            return MISSING
        base = patch if directive is Directive.REPLACE else target
        return merge_elements(base, patch, spot, self._element)

    def _element(self, target: Json | Missing, patch: Json | Missing, spot: Spot) -> Json | Missing:
        """`walk` for an element of a list, which stands for both where the target had no list."""
        if target is patch and target is not MISSING:
            return self._settle(target, spot)
        return self.walk(target, patch, spot)


def _field(spot: Spot, key: str, *sources: dict[str, Json]) -> Spot:
    """A field, of the type that a comment in one of the mappings gives it, or else the schema."""
    for source in sources:
        schema = schemas_of(source).get(key)
        known = None if schema is None else type_of_comment(schema)
        if known is not None:
            return Spot(known, (*spot.path, key))
    return spot.field(key)


def _stated(patch: dict[str, Json], key: str) -> Json | Missing:
    """What a patch has under a key: a blank in braces, which is printed as a text, is null here."""
    value = patch.get(key, MISSING)
    return None if value == "" and key in blank_keys(patch) else value


def _is_idle(mapping: dict[str, Json]) -> bool:
    """Whether a mapping without mergeable lists stays as it is when a patch does not touch it.

    This spares large documents the walk: only blanks, resources within it and what gets quotes are
    looked for.
    """
    if type(mapping) is not dict and blank_keys(mapping):
        return False
    if "apiVersion" in mapping and "kind" in mapping:
        return False
    for value in mapping.values():
        kind = type(value)
        if kind is not str and (
            kind in SETTLES or (isinstance(value, dict) and not _is_idle(value))
        ):
            return False
    return True


def _changed(
    mapping: dict[str, Json],
    changes: dict[str, Json | Missing],
    words: Mapping[str, str] = _NO_WORDS,
) -> dict[str, Json]:
    """The mapping with some keys changed, MISSING ones left out; itself if there are none.

    Args:
        mapping: the mapping.
        changes: the values of what changes.
        words: what is known of how these were written.
    """
    if not changes:
        return mapping
    merged = {key: value for key, value in mapping.items() if key not in changes}
    merged.update((key, value) for key, value in changes.items() if value is not MISSING)
    if len(merged) == len(mapping) and all(
        merged[key] is mapping.get(key, MISSING) for key in merged
    ):
        return mapping
    if words or type(mapping) is not dict:
        kept = {key: text for key, text in words_of(mapping).items() if key not in changes}
        return with_words(merged, {**kept, **{key: words[key] for key in words if key in merged}})
    return merged


_Container = TypeVar("_Container", dict[str, "Json"], list["Json"])


def _expect(
    patch: Json | Missing, kind: type[_Container], spot: Spot
) -> _Container | Missing | None:
    if patch is None or patch is MISSING or isinstance(patch, kind):
        return patch
    raise _mismatch(kind(), patch, spot)


def _mismatch(target: Json, patch: Json, spot: Spot) -> PatchError:
    return PatchError(
        f"the patch has {_describe(patch)} at {spot}, where the target has {_describe(target)}",
        hint="use `$patch: replace`, or a JSON patch, to put something else in its place",
    )


def _describe(value: Json) -> str:
    if isinstance(value, dict):
        return "a mapping"
    return "a list" if isinstance(value, list) else "a plain value"
