"""Fields inside texts: a path that leads through a string which itself is YAML or JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from promote.errors import KustomizationError, YamlError
from promote.render.generate.go_json import go_json
from promote.render.merge.written import MISSING
from promote.render.replacements.model import Options
from promote.render.replacements.paths import look_up, set_at
from promote.render.replacements.updating import Updater, any_key
from promote.render.replacements.values import (
    Created,
    TypeMismatchError,
    read_texts,
)
from promote.yamlio.quotes import Mistagged, resolved

if TYPE_CHECKING:
    from promote.model.json import Document, Json
    from promote.render.merge.written import Missing
    from promote.render.replacements.paths import Parts
    from promote.render.replacements.values import Value

_WHOLE: Final = Options()


def update_text(
    doc: Document, parts: Parts, value: Value, create: Json | Created | Missing
) -> Document | None:
    """The document with a field changed that stands inside a text.

    Args:
        doc: the resource.
        parts: the path, which leads to a text and on into it.
        value: what the field becomes; a delimiter has no effect inside texts.
        create: what to make of a missing field, as for `Updater`.

    Returns:
        None if the path does not lead through a text, or not to a field in it.

    Raises:
        KustomizationError: the field does not take the value.
    """
    for length in range(1, len(parts)):
        text = _text_at(doc, parts[:length])
        new_text = None if text is None else _rewritten(text, parts[length:], value, create)
        if new_text is not None:
            new = set_at(doc, parts[:length], new_text)
            return new if isinstance(new, dict) else None
    return None


def _text_at(doc: Document, parts: Parts) -> str | None:
    try:
        found = look_up(doc, parts)
    except KustomizationError:
        return None
    return found if isinstance(found, str) else None


def _rewritten(
    text: str, parts: Parts, value: Value, create: Json | Created | Missing
) -> str | None:
    """The text with a field of its first document changed; None if it has no such field."""
    try:
        documents = read_texts(text)
    except YamlError:
        return None
    content = documents[0] if documents else None
    if isinstance(content, dict | list):
        return _updated(text, content, parts, value, create)
    if not documents or content is not None or create is MISSING or parts[0] == "*":
        return None
    # The field is made in the null, which stays one, and what is around it is not written again.
    from promote.render.replacements.yaml_text import rewrite_scalar  # noqa: PLC0415 - as below

    return rewrite_scalar(text)


def _updated(
    text: str,
    content: dict[str, Json] | list[Json],
    parts: Parts,
    value: Value,
    create: Json | Created | Missing,
) -> str | None:
    is_json = text.lstrip()[0] in "{["

    def change(old: Json | Created) -> Json:
        try:
            return value.put(old, _WHOLE)
        except TypeMismatchError as error:
            if is_json:
                raise
            return error.made

    updater = Updater(change, create, None if is_json else any_key)
    try:
        changed = updater.update(content, parts)
    except KustomizationError:
        return None  # kustomize leaves JSON as it is in which a value would have another type
    if not updater.matched:
        return None
    if is_json:
        if _has_mistagged(changed):
            return None
        return go_json(resolved(changed, empty=""), pretty="\n" in text and "  " in text)
    from promote.render.replacements.yaml_text import rewrite  # noqa: PLC0415 - rarely needed

    return rewrite(text, content, changed, value.node)


def _has_mistagged(value: Json) -> bool:
    """Whether a scalar in it is not what its tag says, so that JSON has no form for it."""
    if isinstance(value, dict):
        return any(map(_has_mistagged, value.values()))
    if isinstance(value, list):
        return any(map(_has_mistagged, value))
    return isinstance(value, Mistagged)
