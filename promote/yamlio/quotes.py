"""Strings that know whether they were in quotes, where that is not as they would be printed.

kustomize patches parsed YAML, in which a scalar has a style. What takes the place of a scalar gets
its style, so a number that is patched over a string in quotes is a string from then on. An ordinary
`str` stands for one in the style that go-yaml prints it in, which nearly all are written in too.
"""

from __future__ import annotations

import re
from functools import lru_cache
from operator import is_
from typing import TYPE_CHECKING, ClassVar, Final

from promote.yamlio.analysis import Style, style_of
from promote.yamlio.blanks import WithBlanks, with_words, words_of
from promote.yamlio.numbers import Bare, WrittenTime
from promote.yamlio.scalars import OLD_WORDS, NotJsonError, resolve

if TYPE_CHECKING:
    from promote.errors import PromoteError
    from promote.model.json import Json

_SURE: Final = re.compile(r"[A-Za-z/][A-Za-z0-9_./-]{5,}\Z")  # as long as no word with a meaning
_MORE_THAN_A_WORD: Final = re.compile(r"""[][{}&*!|>'"%@`#,?:-]|.*(?::\s|:\Z|\s\#)""")
_TAGS: Final = "tag:yaml.org,2002:"
_MAYBE: Final = frozenset("+-.0123456789")


class InQuotes(str):
    """A string in quotes, or a block scalar, that would be printed without."""

    __slots__ = ()


class InSingleQuotes(InQuotes):
    """A string in single quotes, where that is asked for."""

    __slots__ = ()


class Rewritten(InQuotes):
    """A block scalar that is not the same any more once it is written and read again.

    Attributes:
        text: what it was first, which counts where kustomize makes a field anew.
        made: whether there has been one in this process; see `WithBlanks`.
    """

    __slots__ = ("text",)
    text: str
    made: ClassVar[bool] = False


class Typed(InQuotes):
    """The text of a number, boolean or time in the place and the quotes of a string.

    Attributes:
        value: what it would be without quotes, which kustomize writes into folders.
        made: whether there has been one in this process; see `WithBlanks`.
    """

    __slots__ = ("value",)
    value: Json
    made: ClassVar[bool] = False


class Tagged(Bare):
    """A string with a tag, which makes quotes count for nothing."""

    __slots__ = ()


class Untagged(str):
    """A scalar without quotes or a type: `5` is a number when it is printed, unless it is settled.

    kustomize makes such scalars where it makes a field, or changes one that has no quotes.
    """

    __slots__ = ()
    made: ClassVar[bool] = False
    """Whether there has been one in this process, or a `Mistagged` that is not to be read.

    As a rule there is none to look for. It is never unset: looking in vain changes nothing.
    """


class UntaggedText(Bare):
    """As `Untagged`, but what it says is a string: only what takes its place may be none."""

    __slots__ = ()


SETTLES: Final = frozenset({Bare, Untagged, UntaggedText})
"""The types of strings that `settled` may change."""


def untagged_scalar(text: str) -> str:
    """A scalar of which only the text is known.

    Raises:
        NotJsonError: JSON has no value for it.
    """
    resolve(text)
    Untagged.made = True
    return Untagged(text)


class Mistagged(str):
    """A text that is not what its tag says.

    Attributes:
        tag: the tag, without what those of YAML begin with.
        error: says where it was made, for whoever reads it; None in a text that nobody reads.
    """

    __slots__ = ("error", "tag")

    tag: str
    error: PromoteError | None


def mistagged(tag: str, text: str) -> Mistagged:
    """A text behind a tag that does not fit it."""
    made = Mistagged(text)
    made.tag = tag
    made.error = None
    return made


def resolved(value: Json, empty: Json = None) -> Json:
    """The value with all scalars that have no type read as what they are printed as.

    Args:
        value: the value.
        empty: what a scalar without a text is read as.

    Raises:
        PromoteError: a scalar is not what its tag says.
    """
    if not Untagged.made:
        return value
    if isinstance(value, dict):
        changes = {
            key: new for key, item in value.items() if (new := resolved(item, empty)) is not item
        }
        return with_words({**value, **changes}, words_of(value)) if changes else value
    if isinstance(value, list):
        items = [resolved(item, empty) for item in value]
        return value if all(map(is_, items, value)) else items
    if type(value) is Untagged:
        return resolve(str(value)) if value else empty
    if type(value) is Mistagged and value.error is not None:
        raise value.error
    return value


def in_quotes(text: str) -> str:
    """A string that is written in quotes or as a block scalar."""
    return text if _printed_in_quotes(text) else InQuotes(text)


def in_block(text: str, printed: str) -> str:
    """A string that is written as a block scalar.

    Args:
        text: the string.
        printed: what it is once it is written and read again.
    """
    if printed == text:
        return in_quotes(text)
    scalar = Rewritten(printed)
    scalar.text = text
    Rewritten.made = True
    return scalar


def bare(text: str) -> str:
    """A string that is written without quotes."""
    return Bare(text) if _printed_in_quotes(text) else text


def tagged(text: str) -> str:
    """A string that is written behind a tag."""
    return Tagged(text) if _printed_in_quotes(text) else text


def plain(value: Json) -> Json:
    """The value of a plain scalar, as `bare` has strings.

    Few plain scalars are printed in quotes, so that most are told by their first character.
    """
    if type(value) is not str or not value:
        return value
    if value[0] in _MAYBE or value in OLD_WORDS or not value.isascii():
        return bare(value)
    return value


def has_quotes(text: str) -> bool:
    """Whether a string is in quotes where it stands, or a block scalar."""
    return _printed_in_quotes(text) if type(text) is str else isinstance(text, InQuotes)


def restyled(text: str, *, quotes: bool) -> str:
    """The string with quotes or without."""
    if isinstance(text, WrittenTime):
        return in_quotes(text.text) if quotes else text
    return in_quotes(str(text)) if quotes else bare(str(text))


def quoted(value: Json, text: str) -> Typed:
    """A number, boolean or time in quotes.

    Args:
        value: the value without quotes.
        text: what stands in the quotes.
    """
    scalar = Typed(text)
    scalar.value = value
    Typed.made = True
    return scalar


def by_type(value: Json) -> Json:
    """The value as kustomize writes it into folders: by the types of scalars and not their quotes.

    Nothing is written and read again before that, so that block scalars are as they were, and
    blanks in braces null.
    """
    if not (Typed.made or Rewritten.made or WithBlanks.made):
        return value
    if isinstance(value, dict):
        blanks = value.blanks if isinstance(value, WithBlanks) else ()
        return {
            key: None if item == "" and key in blanks else by_type(item)
            for key, item in value.items()
        }
    if isinstance(value, list):
        return [by_type(item) for item in value]
    if isinstance(value, Typed):
        return value.value
    return value.text if isinstance(value, Rewritten) else value


def settled(text: str) -> str:
    """A string as it is once kustomize has set it in a mapping.

    There what YAML 1.1 would take for something other than a string gets quotes.
    """
    unsettled = type(text) in SETTLES and is_no_old_string(text)
    return str(text) if unsettled else text


def without_styles(value: Json) -> Json:
    """The value with ordinary strings; the value itself if it has no others."""
    if isinstance(value, dict):
        for key, item in value.items():
            value[key] = without_styles(item)
        return value
    if isinstance(value, list):
        value[:] = [without_styles(item) for item in value]
        return value
    return str(value) if isinstance(value, InQuotes | Bare) else value


def is_no_old_string(text: str) -> bool:
    """Whether a reader of YAML 1.1, which has times as strings, makes no string of it."""
    if not text or "\n" in text:
        return False
    if text in OLD_WORDS:
        return True
    try:
        if not isinstance(resolve(text), str):
            return True
    except NotJsonError:
        return True
    return bool(_MORE_THAN_A_WORD.match(text)) and _holds_no_string(text)


def _holds_no_string(text: str) -> bool:
    """Whether a text holds something other than a string; faulty YAML counts as one."""
    import yaml  # noqa: PLC0415 - rarely needed

    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.YAMLError:
        return False
    if not isinstance(node, yaml.ScalarNode):
        return True
    return node.tag.startswith(_TAGS) and node.tag != _TAGS + "str"


def _printed_in_quotes(text: str) -> bool:
    if _SURE.match(text):
        return False
    return "\n" in text or _needs_quotes(text)


@lru_cache(maxsize=5000)
def _needs_quotes(text: str) -> bool:
    """As `_printed_in_quotes`, of a line; the same descriptions come again and again in CRDs."""
    try:
        if not isinstance(resolve(text), str):
            return True
    except NotJsonError:
        return True
    return style_of(text) is not Style.PLAIN
