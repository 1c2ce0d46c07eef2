"""Reading YAML exactly as go-yaml does, from a compiled parser's events."""

from __future__ import annotations

import base64
import binascii
from typing import TYPE_CHECKING, Any

import yaml

from promote.errors import Place, YamlError
from promote.yamlio.scalars import NotJsonError, resolve

if TYPE_CHECKING:
    from promote.model.json import Json

# PyYAML without libyaml is slower, and gives the same events.
_Parser: Any = yaml.cyaml.CParser if yaml.__with_libyaml__ else yaml.SafeLoader  # type: ignore[attr-defined]

MAX_DEPTH = 200
MAX_NODES = 10_000_000
_TAG = "tag:yaml.org,2002:"
_MERGE = "<<"


def load(data: bytes | str, source: str, *, duplicates: bool = False) -> list[Json]:
    """Every document of a text.

    Args:
        data: the text.
        source: the file's name, for errors.
        duplicates: let a key stand twice, the last one counting.

    Raises:
        YamlError: it is not YAML, or not YAML that JSON can hold.
    """
    builder = _Builder(data, source, duplicates=duplicates)
    try:
        return builder.documents()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = Place(source, mark.line + 1, mark.column + 1) if mark else Place(source)
        raise YamlError(f"not YAML: {error.problem or error.context}", place=place) from None
    except yaml.reader.ReaderError as error:
        raise YamlError(f"not YAML: {error.reason}", place=Place(source)) from None
    except UnicodeDecodeError:
        raise YamlError("not YAML: it is not UTF-8", place=Place(source)) from None


class _Builder:
    """Makes values of a parser's events.

    Args:
        data, source, duplicates: as `load`.
    """

    def __init__(self, data: bytes | str, source: str, *, duplicates: bool) -> None:
        text = data.decode("utf-8") if isinstance(data, bytes) else data
        self.parser: Any = _Parser(text.removeprefix("\ufeff"))
        self.source = source
        self.duplicates = duplicates
        self.anchors: dict[str, tuple[Json, int]] = {}
        self.nodes = 0
        self.depth = 0

    def documents(self) -> list[Json]:
        found: list[Json] = []
        get = self.parser.get_event
        while True:
            event = get()
            if isinstance(event, yaml.DocumentStartEvent):
                self.anchors = {}
                found.append(self._node(get()))
            elif isinstance(event, yaml.StreamEndEvent):
                return found

    def _node(self, event: Any) -> Json:  # noqa: ANN401 - PyYAML has no types
        self.nodes += 1
        if isinstance(event, yaml.ScalarEvent):
            value = self._scalar(event)
            if event.anchor:
                self.anchors[event.anchor] = (value, 1)
            return value
        if isinstance(event, yaml.AliasEvent):
            return self._alias(event)
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise self._error(f"nested more than {MAX_DEPTH} deep", event)
        before = self.nodes
        value = (
            self._mapping(event) if isinstance(event, yaml.MappingStartEvent) else self._sequence()
        )
        self.depth -= 1
        if event.anchor:
            self.anchors[event.anchor] = (value, self.nodes - before + 1)
        return value

    def _sequence(self) -> list[Json]:
        items: list[Json] = []
        get = self.parser.get_event
        event = get()
        while not isinstance(event, yaml.SequenceEndEvent):
            items.append(self._node(event))
            event = get()
        return items

    def _mapping(self, start: Any) -> dict[str, Json]:  # noqa: ANN401 - as above
        mapping: dict[str, Json] = {}
        merges: list[Json] = []
        get = self.parser.get_event
        event = get()
        while not isinstance(event, yaml.MappingEndEvent):
            is_merge = (
                isinstance(event, yaml.ScalarEvent) and event.value == _MERGE and event.implicit[0]
            )
            key = self._key(event)
            value = self._node(get())
            if is_merge:
                merges.append(value)
            elif key in mapping and not self.duplicates:
                raise self._error(f"the key {key!r} is there twice", event, hint="keep one of them")
            else:
                mapping[key] = value
            event = get()
        for merged in merges:
            self._merge(mapping, merged, start)
        return mapping

    def _merge(self, mapping: dict[str, Json], merged: Json, start: Any) -> None:  # noqa: ANN401
        for source in merged if isinstance(merged, list) else [merged]:
            if not isinstance(source, dict):
                raise self._error("'<<' merges mappings only", start)
            for key, value in source.items():
                mapping.setdefault(key, value)

    def _key(self, event: Any) -> str:  # noqa: ANN401 - as above
        node = self._node(event)
        if isinstance(node, str):
            return node
        text = getattr(event, "value", None)
        hint = f"write {text!r} in quotes" if text else "use a plain name"
        raise self._error("a key is not a string", event, hint=hint)

    def _alias(self, event: Any) -> Json:  # noqa: ANN401 - as above
        known = self.anchors.get(event.anchor)
        if known is None:
            raise self._error(f"there is no anchor {event.anchor!r} before this alias", event)
        value, size = known
        self.nodes += size
        if self.nodes > MAX_NODES:
            raise self._error(f"aliases unfold to more than {MAX_NODES} values", event)
        return value

    def _scalar(self, event: Any) -> Json:  # noqa: ANN401 - as above
        tag = event.tag
        try:
            if tag is None:
                return resolve(event.value) if event.implicit[0] else event.value
            return self._tagged(event, tag.removeprefix(_TAG))
        except NotJsonError as error:
            raise self._error(str(error), event, hint="put it in quotes") from None

    def _tagged(self, event: Any, tag: str) -> Json:  # noqa: ANN401 - as above
        text: str = event.value
        if tag == "binary":
            try:
                return base64.b64decode(text).decode("utf-8")
            except (binascii.Error, UnicodeDecodeError):
                raise self._error("!!binary does not hold text in base64", event) from None
        if tag in {"int", "float", "bool", "null"}:
            return resolve(text)
        return text

    def _error(self, message: str, event: Any, hint: str | None = None) -> YamlError:  # noqa: ANN401
        mark = event.start_mark
        return YamlError(
            message, place=Place(self.source, mark.line + 1, mark.column + 1), hint=hint
        )
