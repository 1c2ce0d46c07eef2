"""Scalars with a tag."""

from __future__ import annotations

import base64
import binascii
from typing import TYPE_CHECKING, Final

from promote.yamlio.numbers import go_int
from promote.yamlio.quotes import tagged
from promote.yamlio.scalars import NotJsonError, resolve, timestamp

if TYPE_CHECKING:
    from promote.model.json import Json

_NO_BREAKS: Final = {ord("\n"): None, ord("\r"): None}


def value_of(tag: str, text: str) -> Json:
    """The value of a scalar with a tag; one that YAML does not know says nothing.

    Args:
        tag: the tag, without what those of YAML begin with.
        text: the scalar.

    Raises:
        NotJsonError: the scalar is not what its tag says.
    """
    if tag == "binary":
        try:
            data = base64.b64decode(text.translate(_NO_BREAKS), validate=True)
            return tagged(data.decode("utf-8", "replace"))
        except binascii.Error:
            raise NotJsonError("!!binary does not hold base64") from None
    if tag not in {"int", "float", "bool", "null", "timestamp"}:
        return tagged(text)
    value = resolve(text)
    fits = {
        "int": go_int(text.replace("_", "")) is not None,
        "float": isinstance(value, int | float) and not isinstance(value, bool),
        "bool": isinstance(value, bool),
        "null": value is None,
        "timestamp": timestamp(text) is not None,
    }
    if not fits[tag]:
        raise NotJsonError(f"{text!r} is not what its tag !!{tag} says")
    return value
