"""What a value becomes in a field: the text of a scalar is copied, and the field keeps its type."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Final, NamedTuple

from promote import yamlio
from promote.errors import KustomizationError
from promote.render.merge.written import created, text_of, untagged
from promote.yamlio.numbers import WrittenTime, go_int
from promote.yamlio.quotes import (
    Mistagged,
    Untagged,
    UntaggedText,
    has_quotes,
    mistagged,
    restyled,
)
from promote.yamlio.scalars import NotJsonError, resolve
from promote.yamlio.tags import value_of

if TYPE_CHECKING:
    from promote.model.json import Json
    from promote.render.replacements.model import Options


_TYPES: Final = {
    "int": "a whole number",
    "float": "a number",
    "bool": "true or false",
    "null": "null",
    "timestamp": "a date or time",
}


class TypeMismatchError(KustomizationError):
    """A value cannot take the place of one of another type.

    Attributes:
        made: what kustomize makes in its place, and cannot read.
    """

    def __init__(self, message: str, made: Mistagged) -> None:
        super().__init__(message, hint="put the field's value in quotes, so that it is a string")
        self.made = made

    def unread(self) -> Mistagged:
        """What is made, which raises this error if it is read."""
        Untagged.made = True
        self.made.error = self
        return self.made


class Created(Enum):
    """Stands for a scalar field that was just made and has no type yet."""

    CREATED = "created"


CREATED: Final = Created.CREATED


class Word(str):
    """Stands for a null or boolean that is not printed as it is written; it has the text."""

    __slots__ = ()


def word_of(value: Json) -> str | None:
    """How a null or boolean is written, if it is not printed so."""
    return str(value) if type(value) is Word else None


def without_word(value: Json) -> Json:
    """The value itself, where it does not matter how it is written."""
    return resolve(str(value)) if type(value) is Word else value


class Value(NamedTuple):
    """A value on its way.

    Attributes:
        node: the value.
        text: its text, if it is a scalar.
        untyped: it was given as text, so that its type shows in a field that has none.
    """

    node: Json
    text: str
    untyped: bool = False

    @classmethod
    def of(cls, node: Json, text: str | None = None) -> Value:
        """The value of a field, with its text if that is not the one that it is printed as."""
        return cls(node, text_of(node) if text is None else text)

    @classmethod
    def of_text(cls, text: str) -> Value:
        """A value that the replacement itself states."""
        return cls(text, text, untyped=True)

    def part(self, options: Options) -> Value:
        """The part of it that options choose.

        Raises:
            KustomizationError: there is no such part.
        """
        if not options.delimiter:
            return self
        if isinstance(self.node, dict | list):
            raise KustomizationError("a delimiter can only split a plain value")
        parts = self.text.split(options.delimiter)
        if not 0 <= options.index < len(parts):
            raise KustomizationError(
                f"{self.text!r} has no part {options.index}", hint=f"it has {len(parts)}"
            )
        text = parts[options.index]
        try:
            node = typed(self.node, text)
        except TypeMismatchError as error:
            node = error.unread()
        return Value(node, text, self.untyped)

    def put(self, old: Json | Created, options: Options) -> Json:
        """What becomes of a field.

        Args:
            old: what the field held.
            options: whether the value replaces all of it or a part.

        Raises:
            KustomizationError: the field cannot hold it.
        """
        text = self._joined(old, options) if options.delimiter else self.text
        if old is CREATED:
            return created(text)
        if isinstance(old, dict | list):
            return created(text) if self.untyped else self.node
        new = typed(old, text)
        is_word = (new is None or isinstance(new, bool)) and text != text_of(new)
        return Word(text) if is_word else new

    def _joined(self, old: Json | Created, options: Options) -> str:
        if isinstance(old, dict | list):
            raise KustomizationError("a delimiter can only split a plain value")
        parts = ("" if old is CREATED else text_of(old)).split(options.delimiter)
        if options.index < 0:
            parts.insert(0, self.text)
        elif options.index >= len(parts):
            parts.append(self.text)
        else:
            parts[options.index] = self.text
        return options.delimiter.join(parts)


def read_texts(text: str) -> list[Json]:
    """The values that a text holds as YAML or JSON, of which kustomize takes the first.

    Raises:
        YamlError: it is neither.
    """
    return yamlio.load_all(text, "the text", inner=True)


def untyped(text: str) -> Json:
    """What the text means in a field that has no type.

    Raises:
        KustomizationError: it is a number that JSON does not have.
    """
    try:
        return resolve(text)
    except NotJsonError as error:
        raise KustomizationError(str(error)) from None


def typed(old: Json, text: str) -> Json:
    """The text as a value of the type that another value has.

    Raises:
        TypeMismatchError: it is none of that type.
    """
    if isinstance(old, Untagged | UntaggedText):
        return untagged(old, text)
    if isinstance(old, Mistagged) and old.error is None:
        return mistagged(old.tag, text)  # behind a tag that is written
    tag = _tag_of(old)
    if not tag:
        return restyled(text, quotes=isinstance(old, str) and has_quotes(old))
    try:
        return value_of(tag, text)
    except NotJsonError:
        was = text_of(old)
        raise TypeMismatchError(
            f"{text!r} cannot take the place of {was!r}, which is {_TYPES.get(tag, tag)}",
            mistagged(tag, text),
        ) from None


def _tag_of(value: Json) -> str:
    """The tag that a scalar keeps when its text changes; empty for a string."""
    if isinstance(value, Mistagged):
        return value.tag
    if isinstance(value, WrittenTime):
        return "timestamp"
    if isinstance(value, int | float) and not isinstance(value, bool):
        return "int" if go_int(text_of(value).replace("_", "")) is not None else "float"
    return "" if isinstance(value, str) else "null" if value is None else "bool"
