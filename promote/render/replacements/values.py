"""What a value becomes in a field: the text of a scalar is copied, and the field keeps its type."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Final, NamedTuple

from promote import yamlio
from promote.errors import KustomizationError
from promote.render.merge.written import created, text_of, untagged
from promote.yamlio.numbers import Bare, WrittenTime, go_int
from promote.yamlio.quotes import Untagged, UntaggedText, has_quotes, restyled
from promote.yamlio.scalars import NotJsonError, resolve, timestamp
from promote.yamlio.tags import Mistagged, mistagged

if TYPE_CHECKING:
    from promote.model.json import Json
    from promote.render.replacements.model import Options


class TypeMismatchError(KustomizationError):
    """A value cannot take the place of one of another type."""


class Created(Enum):
    """Stands for a scalar field that was just made and has no type yet."""

    CREATED = "created"


CREATED: Final = Created.CREATED


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
    def of(cls, node: Json) -> Value:
        """The value of a field."""
        return cls(node, text_of(node))

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
        return Value(typed(self.node, text), text, self.untyped)

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
        return typed(old, text)

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


def read_text(text: str) -> Json:
    """The value that a text holds; None if it holds none.

    Raises:
        YamlError: as `read_texts`.
    """
    documents = read_texts(text)
    return documents[0] if documents else None


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
    if isinstance(old, Mistagged):
        return mistagged(old.tag, text)
    if isinstance(old, str) and not _is_time(old):
        return restyled(text, quotes=has_quotes(old))
    new = untyped(text)
    if isinstance(old, str):
        fits = isinstance(new, str) and _is_time(new)
    elif isinstance(old, bool) or old is None:
        fits = type(new) is type(old)
    else:
        fits = isinstance(new, int | float) and not isinstance(new, bool)
        # A number with a fraction or an exponent has another tag, and takes any number.
        fits = fits and (_is_whole(text) or not _is_whole(text_of(old)))
    if not fits:
        raise TypeMismatchError(
            f"{text!r} cannot take the place of {text_of(old)!r}, which is {_type_name(old)}",
            hint="put the field's value in quotes, so that it is a string",
        )
    return new


def in_place_of(old: Json, text: str) -> Mistagged:
    """The text, said to be of the type of the value that it replaces."""
    if isinstance(old, str):
        return mistagged("timestamp", text)
    if isinstance(old, bool | None):
        return mistagged("null" if old is None else "bool", text)
    return mistagged("int" if _is_whole(text_of(old)) else "float", text)


def _is_time(text: str) -> bool:
    """Whether a string stands for a date or time that is written without quotes."""
    return isinstance(text, WrittenTime | Bare) and timestamp(text) is not None


def _is_whole(text: str) -> bool:
    return go_int(text.replace("_", "")) is not None


def _type_name(value: Json) -> str:
    if value is None:
        return "null"
    if isinstance(value, str):
        return "a date or time"
    if isinstance(value, bool):
        return "true or false"
    return "a whole number" if _is_whole(text_of(value)) else "a number"
