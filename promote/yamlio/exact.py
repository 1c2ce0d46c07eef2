"""Reading YAML exactly as kustomize does, from a compiled parser's events.

Right for every document and slow; `plain.py` reads the ordinary ones.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import yaml

from promote.errors import YamlError
from promote.yamlio.blanks import with_left, with_schemas, with_words
from promote.yamlio.comments import SchemaComments
from promote.yamlio.complaints import not_text, not_yaml, place_in
from promote.yamlio.dialect import StandIns, look_ahead
from promote.yamlio.events import TAG, Source, odd_word_of
from promote.yamlio.faults import with_faults
from promote.yamlio.merge_keys import MERGE, MergeKeys
from promote.yamlio.watched import note

if TYPE_CHECKING:
    from promote.model.json import Json
    from promote.yamlio.merge_keys import Merge

# PyYAML without libyaml is slower, and has the same events.
_Parser: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

MAX_DEPTH: Final = 200
MAX_ALIASED: Final = 1_000_000


def read(
    text: str,
    source: str,
    *,
    line: int = 0,
    depth: int = 0,
    own: bool = False,
    patch: bool = False,
    inner: bool = False,
) -> Json:
    """The first document of a text without separators.

    Args:
        text: the text, its lines ended by line feeds.
        source: the file's name, for errors.
        line: how many lines of the file stand before the text.
        depth: how deep in a document the text stands.
        own: read as kustomize reads its own files; see `load_one`.
        patch: read as it reads patches; see `load_all`.
        inner: read as it reads the texts in resources; see there too.

    Raises:
        YamlError: it is not YAML, or not YAML that JSON can hold.
    """
    stand_ins = StandIns(text, comments=not own)
    text = stand_ins.for_marks(text)
    try:
        while True:
            try:
                whole = Source(text, source, line, own, patch, inner)
                value = _Builder(whole, depth, stand_ins).document()
            except yaml.MarkedYAMLError as error:
                changed = stand_ins.put(text, error)
                if changed is None:
                    raise not_yaml(error, source, line) from None
                text = changed
            else:
                if not depth:
                    note(value)
                return value
    except yaml.reader.ReaderError as error:
        raise not_text(error, text, source, line) from None
    except UnicodeEncodeError as error:
        raise YamlError(
            "not YAML: half of a surrogate pair", place=place_in(text, error.start, source, line)
        ) from None


class _Open:
    """Stands for an anchored value that is not complete yet."""


class _Builder:
    """Makes one value of a parser's events.

    Args:
        source: the text.
        depth: as for `read`.
        stand_ins: what stands in the text for characters that the parser would not read.
    """

    def __init__(self, source: Source, depth: int, stand_ins: StandIns) -> None:
        self.parser = _Parser(source.text)
        self.source = source
        self.depth = depth
        self.stand_ins = stand_ins
        self.own = source.own
        self.anchors: dict[str, tuple[Json | _Open, int]] = {}
        self.nodes = 0
        self.aliased = 0
        self.merging = False
        self.merge_keys = MergeKeys(early=source.own)
        self.comments = SchemaComments("" if source.own else source.text)

    def document(self) -> Json:
        """The value of the first document, None if there is none."""
        get = self.parser.get_event
        event = get()
        while not isinstance(event, yaml.DocumentStartEvent):
            if isinstance(event, yaml.StreamEndEvent):
                return None
            event = get()
        value = self._node(get(), flow=False, top=True)
        end = get()
        if not self.own:
            look_ahead(self.source.text, end.end_mark.index, _Parser)
        return value

    def _node(self, event: Any, *, flow: bool, top: bool = False) -> Json:  # noqa: ANN401 - PyYAML has no types
        self.nodes += 1
        if isinstance(event, yaml.ScalarEvent):
            event.value = self.stand_ins.undone(event.value)
            value = self.source.scalar(event, flow=flow)
            if event.anchor:
                self.anchors[event.anchor] = (value, 1)
            return value
        if isinstance(event, yaml.AliasEvent):
            return self._alias(event)
        return self._collection(event, top=top)

    def _collection(self, event: Any, *, top: bool) -> Json:  # noqa: ANN401 - as above
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise self.source.error(event, f"nested more than {MAX_DEPTH} deep")
        if event.anchor:
            self.anchors[event.anchor] = (_Open(), 0)
        before = self.nodes + self.aliased
        value: Json
        if isinstance(event, yaml.MappingStartEvent):
            value = self._mapping(top=top, flow=bool(event.flow_style))
        else:
            value = self._sequence(flow=bool(event.flow_style))
        self.depth -= 1
        if event.anchor:
            self.anchors[event.anchor] = (value, self.nodes + self.aliased - before + 1)
        return value

    def _sequence(self, *, flow: bool) -> list[Json]:
        items: list[Json] = []
        get = self.parser.get_event
        event = get()
        while not isinstance(event, yaml.SequenceEndEvent):
            items.append(self._node(event, flow=flow))
            event = get()
        return items

    def _mapping(self, *, top: bool, flow: bool) -> dict[str, Json]:
        mapping: dict[str, Json] = {}
        merged: Merge | None = None
        outside, self.merging = self.merging, False
        words: dict[str, str] = {}
        doubled: dict[str, YamlError] = {}
        unnamed: dict[str, YamlError] = {}
        last: dict[str, Json] = {}
        schemas: dict[str, dict[str, Json]] = {}
        get = self.parser.get_event
        event = get()
        while not isinstance(event, yaml.MappingEndEvent):
            if _is_merge(event):
                if merged is not None:
                    raise self.source.error(
                        event, "'<<' is there twice", hint="merge a list: <<: [*a, *b]"
                    )
                merged = self._merged(get(), event, flow=flow)
            else:
                key = self._key(event, unnamed, top=top, flow=flow)
                event_of_value = get()
                value = self._node(event_of_value, flow=flow)
                if key in mapping and not self.own:
                    self._note_double(event, key, doubled)
                    last[key] = value
                # kustomize drops '<<' in quotes too, and merges nothing.
                elif key != MERGE:
                    mapping[key] = value
                    self._note_schema(event, key, value, schemas)
                    word = odd_word_of(event_of_value, value)
                    if word is not None:
                        words[key] = word
                    elif words:
                        words.pop(key, None)
            event = get()
        self.merging = outside
        if merged is None:
            whole = with_faults(with_words(mapping, words), doubled, unnamed, last)
            return with_schemas(whole, schemas)
        stated = {**merged.fields, **mapping}
        whole = with_words({**merged.left, **stated}, words)
        whole = with_left(stated, merged.left, with_faults(whole, doubled, unnamed, last))
        self.merge_keys.note(whole, merged, mapping)
        return whole

    def _note_schema(
        self,
        event: Any,  # noqa: ANN401 - as above
        key: str,
        value: Json,
        schemas: dict[str, dict[str, Json]],
    ) -> None:
        """Note the schema that a comment gives to a field with a list or mapping."""
        if isinstance(value, dict | list):
            schema = self.comments.schema_of(event.start_mark.line, event.start_mark.column)
            if schema is not None:
                schemas[key] = schema

    def _note_double(self, event: Any, key: str, doubled: dict[str, YamlError]) -> None:  # noqa: ANN401 - as above
        error = self.source.error(event, f"the key {key!r} is there twice", hint="keep one of them")
        if not self.source.patch:
            raise error
        doubled[key] = error

    def _merged(self, event: Any, key: Any, *, flow: bool) -> Merge:  # noqa: ANN401 - as above
        """What '<<' brings in."""
        self.merging = True
        value = self._node(event, flow=flow)
        self.merging = False
        sources: list[dict[str, Json]] = []
        for source in value if isinstance(value, list) else [value]:
            if not isinstance(source, dict):
                raise self.source.error(key, "'<<' merges mappings only")
            sources.append(source)
        return self.merge_keys.gathered(sources)

    def _key(self, event: Any, unnamed: dict[str, YamlError], *, top: bool, flow: bool) -> str:  # noqa: ANN401 - as above
        if isinstance(event, yaml.ScalarEvent):
            self.source.check_style(event, flow=flow)
            if not top and event.tag not in {None, "!"} and not event.tag.startswith(TAG):
                raise self.source.error(event, "a key has a tag", hint="remove it")
        value = self._node(event, flow=False)
        text = getattr(event, "value", None)
        if self.own and isinstance(value, bool | int | float):
            return str(value).lower()
        if isinstance(value, str):
            value = str(value)
        if text is not None and event.tag is None and not event.style:
            # It has to be a string as it is written; at the top kustomize takes any as one.
            if text in {value, ""} or (top and value is not None):
                return str(text)
        elif isinstance(value, str):
            return value
        hint = f'write "{text}"' if text else "use a plain name"
        error = self.source.error(event, "a key is not a string", hint=hint)
        if text is None or not self.source.patch:
            raise error
        unnamed[text] = error
        return str(text)

    def _alias(self, event: Any) -> Json:  # noqa: ANN401 - as above
        known = self.anchors.get(event.anchor)
        if known is None:
            raise self.source.error(event, f"there is no anchor {event.anchor!r} before this alias")
        value, size = known
        if isinstance(value, _Open):
            raise self.source.error(event, f"the value of the anchor {event.anchor!r} holds itself")
        if not self.merging:
            self.merge_keys.unfold(value)
        self.aliased += size
        if self.aliased > MAX_ALIASED:
            raise self.source.error(event, f"aliases unfold to more than {MAX_ALIASED} values")
        return value


def _is_merge(event: Any) -> bool:  # noqa: ANN401 - as above
    if not isinstance(event, yaml.ScalarEvent) or event.value != MERGE:
        return False
    return event.tag == TAG + "merge" or (not event.style and event.tag in {None, "!"})
