"""What a compiled parser's events of scalars say, read exactly as kustomize does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from promote.errors import Place, YamlError
from promote.yamlio.blanks import ODD_WORDS
from promote.yamlio.dialect import ends_plainly, has_slash_escape, is_refused_block, rewritten_block
from promote.yamlio.folding import refolded
from promote.yamlio.quotes import in_block, in_quotes, mistagged, plain
from promote.yamlio.scalars import NotJsonError, resolve, resolve_own
from promote.yamlio.tags import value_of

if TYPE_CHECKING:
    from promote.model.json import Json

TAG: Final = "tag:yaml.org,2002:"


class Source(NamedTuple):
    """A text whose events are read, and what kustomize reads it as.

    Attributes:
        text: the text that was given to the parser.
        name: the file's name, for errors.
        line: how many lines of the file stand before the text.
        own, patch, inner: as for `exact.read`.
    """

    text: str
    name: str
    line: int = 0
    own: bool = False
    patch: bool = False
    inner: bool = False

    def error(self, event: Any, message: str, hint: str | None = None) -> YamlError:  # noqa: ANN401 - PyYAML has no types
        """An error in the place of an event."""
        mark = event.start_mark
        place = Place(self.name, self.line + mark.line + 1, mark.column + 1)
        return YamlError(message, place=place, hint=hint)

    def scalar(self, event: Any, *, flow: bool) -> Json:  # noqa: ANN401 - as above
        """The value of a scalar.

        Args:
            event: the event.
            flow: whether it stands in brackets.

        Raises:
            YamlError: JSON has no value for it, or only libyaml reads it.
        """
        tag: str | None = event.tag
        text: str = event.value
        self.check_style(event, flow=flow)
        if event.style in {"|", ">"}:
            block = self._block(event)
            if tag in {None, "!"}:
                return block
            text = str(block)
        try:
            if tag is not None and tag != "!":
                return value_of(tag.removeprefix(TAG), text)
            if not event.style:
                if self.own:
                    return plain(resolve_own(text))
                return plain(_plain_in_flow(text) if flow else resolve(text))
        except NotJsonError as error:
            if tag and self.inner:
                return mistagged(tag.removeprefix(TAG), text)
            hint = "remove the tag" if tag else "put it in quotes"
            raise self.error(event, str(error), hint=hint) from None
        return in_quotes(text)

    def _block(self, event: Any) -> str:  # noqa: ANN401 - as above
        text: str = event.value
        if self.own:  # kustomize does not write its own files again
            return in_quotes(text)
        printed = refolded(text) if event.style == ">" else text
        if is_refused_block(printed):
            raise self.error(
                event, "a block scalar begins with a tab", hint="put it in double quotes, with \\t"
            )
        if not self.patch:  # the comments of one are not written
            printed = rewritten_block(printed, self.text[event.end_mark.index :])
        return in_block(text, printed)

    def check_style(self, event: Any, *, flow: bool) -> None:  # noqa: ANN401 - as above
        """Refuse a scalar that only libyaml reads.

        Raises:
            YamlError: it is such a one.
        """
        written = self.text[event.start_mark.index : event.end_mark.index]
        if event.style == '"' and has_slash_escape(written):
            raise self.error(event, r"not YAML: '\/' is no escape", hint="write '/' alone")
        if flow and not event.style and not ends_plainly(written):
            raise self.error(event, "not YAML: a '?' in brackets", hint="put the value in quotes")


def odd_word_of(event: Any, value: Json) -> str | None:  # noqa: ANN401 - as above
    """How a null or boolean is written, empty for a blank; None if that is as it is printed.

    Args:
        event: the event.
        value: what was read of it.
    """
    text = event.__dict__.get("value")
    if value == "":  # a blank in braces; see `_plain_in_flow`
        if text is None:  # an alias
            return None
        return None if text or event.style or event.tag else ""
    is_word = value is None or isinstance(value, bool)
    return str(text) if is_word and (text == "" or text in ODD_WORDS) else None


def _plain_in_flow(text: str) -> Json:
    """As `resolve`, in brackets, where kustomize itself puts some plain scalars in quotes."""
    if not text or ":" in text:
        return text
    return resolve(text)
