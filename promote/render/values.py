"""Values in layers: merged, checked against their schema, each with the file that set it.

Mappings merge key by key. A list replaces the list below it, unless the schema of the values says
otherwise for its key with `x-merge`: `append`, or `by:NAME` to merge the items that have the same
NAME. `{$remove: true}` takes an inherited key away.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from promote import yamlio
from promote.errors import Place, ValuesError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from promote.model.json import Document, FieldPath, Json

REMOVE = "$remove"


class ValuesLayer(NamedTuple):
    """One file of values.

    Attributes:
        name: what it is for: `base`, `environment`, `app` or `cluster` in a plain layout.
        file: how to name the file to a person.
        text: its content.
    """

    name: str
    file: str
    text: bytes


class Setter(NamedTuple):
    """Who set a value: a layer, and where in its own document."""

    layer: ValuesLayer
    path: FieldPath

    @property
    def place(self) -> Place:
        """The file and line."""
        found = yamlio.locate(self.layer.text, self.path)
        return Place(self.layer.file, *(found or ()))


@dataclass(frozen=True, slots=True)
class MergedValues:
    """Values of an app in an environment, and who set them.

    Attributes:
        data: the values.
        setters: who set each leaf, by its path in `data`.
    """

    data: Document
    setters: Mapping[FieldPath, Setter]

    def setter(self, path: FieldPath) -> Setter | None:
        """Who set the value at a path: its own setter, or that of something in it or around it."""
        for depth in range(len(path), -1, -1):
            if path[:depth] in self.setters:
                return self.setters[path[:depth]]
        below = (one for key, one in self.setters.items() if key[: len(path)] == path)
        return next(below, None)


def merge_values(layers: Sequence[ValuesLayer], schema: Json = None) -> MergedValues:
    """Merge layers of values, the lowest first.

    Args:
        layers: the files, the lowest layer first.
        schema: the JSON Schema of the values, which says how lists merge.

    Raises:
        YamlError: a file is not YAML.
        ValuesError: a file does not hold a mapping, or lists cannot merge as the schema says.
    """
    data: Json = {}
    setters: dict[FieldPath, Setter] = {}
    for layer in layers:
        document = yamlio.load_one(layer.text, layer.file)
        if document is None:
            continue
        if not isinstance(document, dict):
            raise ValuesError("a file of values is to be a mapping", place=Place(layer.file, 1, 1))
        merge = _Merge(layer, schema, setters)
        data = merge.into(data, document)
    return MergedValues(data if isinstance(data, dict) else {}, setters)


class _Merge:
    """One layer joining those below it."""

    def __init__(self, layer: ValuesLayer, schema: Json, setters: dict[FieldPath, Setter]) -> None:
        self.layer = layer
        self.schema = schema
        self.setters = setters
        # Where an item stands in this layer's own list, by its place in the merged one.
        self._moved: dict[FieldPath, FieldPath] = {}

    def into(self, below: Json, above: Document) -> Json:
        from deepmerge import Merger  # noqa: PLC0415 - only templates with values need it

        strategies: list[tuple[type, Any]] = [(dict, [self._mapping]), (list, [self._list])]
        merger = Merger(strategies, [self._replace], [self._replace])
        merged: Json = merger.merge(below, above)
        return merged

    def _mapping(self, merger: Any, path: list[Any], below: Any, above: Any) -> Any:  # noqa: ANN401 - deepmerge's signature
        merged = dict(below) if isinstance(below, dict) else {}
        for key, value in above.items():
            here = [*path, key]
            if _is_removal(value):
                self._forget(here)
                merged.pop(key, None)
            elif key in merged:
                merged[key] = merger.value_strategy(here, merged[key], value)
            else:
                merged[key] = self._replace(merger, here, None, value)
        return merged

    def _list(self, merger: Any, path: list[Any], below: list[Any], above: list[Any]) -> Any:  # noqa: ANN401 - as above
        rule = self._rule(path)
        if rule == "append":
            for index, item in enumerate(above):
                self._note([*path, len(below) + index], item, (*path, index))
            return [*below, *above]
        if rule.startswith("by:"):
            return self._by_name(merger, path, below, above, rule.removeprefix("by:"))
        if rule != "replace":
            place = Setter(self.layer, tuple(path)).place
            raise ValuesError(
                f"the schema says {rule!r} of how {path[-1]!r} merges",
                place=place,
                hint="x-merge is replace, append or by:NAME",
            )
        return self._replace(merger, path, below, above)

    def _by_name(
        self,
        merger: Any,  # noqa: ANN401 - as above
        path: list[Any],
        below: list[Any],
        above: list[Any],
        name: str,
    ) -> list[Any]:
        merged = list(below)
        places = {
            item.get(name): index for index, item in enumerate(below) if isinstance(item, dict)
        }
        for index, item in enumerate(above):
            if not isinstance(item, dict) or name not in item:
                place = Setter(self.layer, (*path, index)).place
                raise ValuesError(f"an item of {path[-1]!r} has no {name!r}", place=place)
            old = places.get(item[name])
            if old is None:
                self._note([*path, len(merged)], item, (*path, index))
                merged.append(item)
            else:
                self._moved[(*path, old)] = (*self._own(path), index)
                merged[old] = self._mapping(merger, [*path, old], merged[old], item)
        return merged

    def _replace(self, merger: Any, path: list[Any], below: Any, above: Any) -> Any:  # noqa: ANN401, ARG002 - as above
        self._forget(path)
        value = _without_removals(above)
        self._note(path, value, self._own(path))
        return value

    def _own(self, path: Sequence[str | int]) -> FieldPath:
        """The path in this layer's document of what is at a path of the merged values."""
        for depth in range(len(path), 0, -1):
            moved = self._moved.get(tuple(path[:depth]))
            if moved is not None:
                return (*moved, *path[depth:])
        return tuple(path)

    def _forget(self, path: list[Any]) -> None:
        gone = [key for key in self.setters if list(key[: len(path)]) == path]
        for key in gone:
            del self.setters[key]

    def _note(self, path: list[Any], value: Json, own: FieldPath) -> None:
        for inner in _leaves(value):
            self.setters[(*path, *inner)] = Setter(self.layer, (*own, *inner))

    def _rule(self, path: Sequence[str | int]) -> str:
        """How the schema says that the list at a path merges."""
        node: Json = self.schema
        for step in path:
            if not isinstance(node, dict):
                return "replace"
            inner = node.get("items") if isinstance(step, int) else node.get("properties")
            node = inner.get(step) if isinstance(step, str) and isinstance(inner, dict) else inner
        rule = node.get("x-merge") if isinstance(node, dict) else None
        return rule if isinstance(rule, str) else "replace"


def _is_removal(value: Json) -> bool:
    return isinstance(value, dict) and value == {REMOVE: True}


def _without_removals(value: Json) -> Json:
    if isinstance(value, dict):
        return {
            key: _without_removals(item) for key, item in value.items() if not _is_removal(item)
        }
    return value


def _leaves(value: Json) -> Iterator[FieldPath]:
    """The paths of everything that holds nothing further."""
    if isinstance(value, dict) and value:
        for key, item in value.items():
            for inner in _leaves(item):
                yield (key, *inner)
    elif isinstance(value, list) and value:
        for index, item in enumerate(value):
            for inner in _leaves(item):
                yield (index, *inner)
    else:
        yield ()


def check_values(values: MergedValues, schema: Json, schema_file: str) -> None:
    """Check merged values against their JSON Schema.

    Args:
        values: the values.
        schema: the schema, in JSON Schema 2020-12.
        schema_file: its file, for errors.

    Raises:
        ValuesError: a value is not what the schema says; the error has the file and line of the
            layer that set it.
    """
    import jsonschema_rs  # noqa: PLC0415 - a compiled library that only values need

    try:
        validator = jsonschema_rs.Draft202012Validator(schema)  # type: ignore[arg-type]  # whatever is no schema is refused there
    except (ValueError, jsonschema_rs.ValidationError) as error:
        raise ValuesError(f"not a JSON Schema: {error}", place=Place(schema_file)) from None
    for failure in validator.iter_errors(values.data):
        path: FieldPath = tuple(failure.instance_path)
        setter = values.setter(path)
        where = ".".join(map(str, path)) or "the values"
        message = str(failure.message).splitlines()[0]
        raise ValuesError(
            f"{where}: {message}",
            place=setter.place if setter else Place(schema_file),
            hint=f"the schema is {schema_file}",
        )
