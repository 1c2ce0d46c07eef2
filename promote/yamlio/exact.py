"""Reading YAML exactly as kustomize does, from a compiled parser's events.

Right for every document and slow; `plain.py` reads the ordinary ones.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import yaml

from promote.errors import Place, YamlError
from promote.yamlio.blanks import ODD_WORDS, with_left, with_schemas, with_words
from promote.yamlio.comments import Comments
from promote.yamlio.complaints import not_text, not_yaml, place_in
from promote.yamlio.dialect import (
    StandIns,
    ends_plainly,
    has_slash_escape,
    is_refused_block,
    look_ahead,
    rewritten_block,
)
from promote.yamlio.faults import with_faults
from promote.yamlio.folding import refolded
from promote.yamlio.merge_keys import MergeKeys
from promote.yamlio.quotes import in_block, in_quotes, mistagged, plain
from promote.yamlio.scalars import NotJsonError, resolve, resolve_own
from promote.yamlio.tags import value_of
from promote.yamlio.watched import note

if TYPE_CHECKING:
    from promote.model.json import Json
    from promote.yamlio.merge_keys import Merge

# PyYAML without libyaml is slower, and has the same events.
_Parser: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

MAX_DEPTH: Final = 200
MAX_ALIASED: Final = 1_000_000
_TAG: Final = "tag:yaml.org,2002:"
_MERGE: Final = "<<"


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
                value = _Builder(
                    text, source, line, depth, stand_ins, own=own, patch=patch, inner=inner
                ).document()
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
    """Makes one value of a parser's events. Arguments as `read`."""

    def __init__(
        self,
        text: str,
        source: str,
        line: int,
        depth: int,
        stand_ins: StandIns,
        *,
        own: bool,
        patch: bool,
        inner: bool,
    ) -> None:
        self.parser = _Parser(text)
        self.text = text
        self.stand_ins = stand_ins
        self.source = source
        self.line = line
        self.depth = depth
        self.own = own
        self.patch = patch
        self.inner = inner
        self.anchors: dict[str, tuple[Json | _Open, int]] = {}
        self.nodes = 0
        self.aliased = 0
        self.merging = False
        self.merge_keys = MergeKeys(early=own)
        self.comments = Comments("" if own else text)

    def document(self) -> Json:
        """The value of the first document, None if there is none."""
        get = self.parser.get_event
        event = get()
        while not isinstance(event, yaml.DocumentStartEvent):
            if isinstance(event, yaml.StreamEndEvent):
                return None
            event = get()
        event = get()
        value = self._node(event, flow=False, top=True)
        end = get()
        if not self.own:
            look_ahead(self.text, end.end_mark.index, _Parser)
        return value

    def _node(self, event: Any, *, flow: bool, top: bool = False) -> Json:  # noqa: ANN401 - PyYAML has no types
        self.nodes += 1
        if isinstance(event, yaml.ScalarEvent):
            event.value = self.stand_ins.undone(event.value)
            value = self._scalar(event, flow=flow)
            if event.anchor:
                self.anchors[event.anchor] = (value, 1)
            return value
        if isinstance(event, yaml.AliasEvent):
            return self._alias(event)
        return self._collection(event, top=top)

    def _collection(self, event: Any, *, top: bool) -> Json:  # noqa: ANN401 - as above
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise self._error(event, f"nested more than {MAX_DEPTH} deep")
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
                    raise self._error(
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
                elif key != _MERGE:
                    mapping[key] = value
                    self._note_schema(event, key, value, schemas)
                    word = _word(event_of_value, value)
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
        error = self._error(event, f"the key {key!r} is there twice", hint="keep one of them")
        if not self.patch:
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
                raise self._error(key, "'<<' merges mappings only")
            sources.append(source)
        return self.merge_keys.gathered(sources)

    def _key(self, event: Any, unnamed: dict[str, YamlError], *, top: bool, flow: bool) -> str:  # noqa: ANN401 - as above
        if isinstance(event, yaml.ScalarEvent):
            self._check_style(event, flow=flow)
            if not top and event.tag not in {None, "!"} and not event.tag.startswith(_TAG):
                raise self._error(event, "a key has a tag", hint="remove it")
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
        error = self._error(event, "a key is not a string", hint=hint)
        if text is None or not self.patch:
            raise error
        unnamed[text] = error
        return str(text)

    def _alias(self, event: Any) -> Json:  # noqa: ANN401 - as above
        known = self.anchors.get(event.anchor)
        if known is None:
            raise self._error(event, f"there is no anchor {event.anchor!r} before this alias")
        value, size = known
        if isinstance(value, _Open):
            raise self._error(event, f"the value of the anchor {event.anchor!r} holds itself")
        if not self.merging:
            self.merge_keys.unfold(value)
        self.aliased += size
        if self.aliased > MAX_ALIASED:
            raise self._error(event, f"aliases unfold to more than {MAX_ALIASED} values")
        return value

    def _scalar(self, event: Any, *, flow: bool) -> Json:  # noqa: ANN401 - as above
        tag: str | None = event.tag
        text: str = event.value
        self._check_style(event, flow=flow)
        if event.style in {"|", ">"}:
            block = self._block(event)
            if tag in {None, "!"}:
                return block
            text = str(block)
        try:
            if tag is not None and tag != "!":
                return value_of(tag.removeprefix(_TAG), text)
            if not event.style:
                if self.own:
                    return plain(resolve_own(text))
                return plain(_plain_in_flow(text) if flow else resolve(text))
        except NotJsonError as error:
            if tag and self.inner:
                return mistagged(tag.removeprefix(_TAG), text)
            hint = "remove the tag" if tag else "put it in quotes"
            raise self._error(event, str(error), hint=hint) from None
        return in_quotes(text)

    def _block(self, event: Any) -> str:  # noqa: ANN401 - as above
        text: str = event.value
        if self.own:  # kustomize does not write its own files again
            return in_quotes(text)
        printed = refolded(text) if event.style == ">" else text
        if is_refused_block(printed):
            raise self._error(
                event, "a block scalar begins with a tab", hint="put it in double quotes, with \\t"
            )
        if not self.patch:  # the comments of one are not written
            printed = rewritten_block(printed, self.text[event.end_mark.index :])
        return in_block(text, printed)

    def _check_style(self, event: Any, *, flow: bool) -> None:  # noqa: ANN401 - as above
        """Refuse what only libyaml reads."""
        written = self.text[event.start_mark.index : event.end_mark.index]
        if event.style == '"' and has_slash_escape(written):
            raise self._error(event, r"not YAML: '\/' is no escape", hint="write '/' alone")
        if flow and not event.style and not ends_plainly(written):
            raise self._error(event, "not YAML: a '?' in brackets", hint="put the value in quotes")

    def _error(
        self,
        event: Any,  # noqa: ANN401 - as above
        message: str,
        hint: str | None = None,
    ) -> YamlError:
        mark = event.start_mark
        place = Place(self.source, self.line + mark.line + 1, mark.column + 1)
        return YamlError(message, place=place, hint=hint)


def _word(event: Any, value: Json) -> str | None:  # noqa: ANN401 - as above
    """The text of a null or boolean that is not printed as written, empty for a blank."""
    text = event.__dict__.get("value")
    if value == "":  # a blank in braces; see `_plain_in_flow`
        if text is None:  # an alias
            return None
        return None if text or event.style or event.tag else ""
    is_word = value is None or isinstance(value, bool)
    return str(text) if is_word and (text == "" or text in ODD_WORDS) else None


def _is_merge(event: Any) -> bool:  # noqa: ANN401 - as above
    if not isinstance(event, yaml.ScalarEvent) or event.value != _MERGE:
        return False
    return event.tag == _TAG + "merge" or (not event.style and event.tag in {None, "!"})


def _plain_in_flow(text: str) -> Json:
    """As `resolve`, in brackets, where kustomize itself puts some plain scalars in quotes."""
    if not text or ":" in text:
        return text
    return resolve(text)
