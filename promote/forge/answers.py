"""What a forge answers, and what it says when it refuses, wherever it puts that."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import httpx
import orjson

from promote.errors import ForgeError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from promote.model.json import Document, Json

_LONGEST_PAGE: Final = 10_000
"""More than is ever shown: what is shown is cut after the token is taken out, which may be cut."""


class RefusedError(ForgeError):
    """The forge answered, and did not do it.

    Attributes:
        status: the status of HTTP.
        said: the forge's own words.
    """

    def __init__(self, message: str, status: int, said: str, *, hint: str | None = None) -> None:
        super().__init__(message, hint=hint)
        self.status = status
        self.said = said


class LostAnswerError(ForgeError):
    """Nobody knows whether the forge did it."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the forge answered: its status, its headers in lower case, its JSON."""

    status: int
    headers: Mapping[str, str]
    document: Json


def read_json(response: httpx.Response) -> Json:
    """The answer's JSON; a refusal may be a page of a proxy instead.

    Raises:
        httpx.RemoteProtocolError: the answer was cut off on its way.
    """
    if not response.content:
        return None
    try:
        document: Json = orjson.loads(response.content)
    except orjson.JSONDecodeError:
        if response.is_success:
            raise httpx.RemoteProtocolError("the answer is not whole JSON") from None
        return response.text[:_LONGEST_PAGE] if "<html" not in response.text.lower() else None
    return document


def messages(document: Json) -> list[str]:
    """What a refusal says, wherever the forge puts it."""
    if isinstance(document, str):
        return [document]
    if isinstance(document, list):
        return [text for item in document for text in messages(item)]
    if not isinstance(document, dict):
        return []
    keys = ("message", "error", "error_description", "errors", "detail", "fields")
    found = [text for key in keys for text in messages(document.get(key))]
    if found:
        return list(dict.fromkeys(found))
    # GitLab names the field and lists what is wrong with it; GitHub has a code.
    named: Document = {key: value for key, value in document.items() if key in _NAMED}
    plain = named or document
    told = {key: " ".join(messages(value)) for key, value in plain.items()}
    return [f"{key}: {words}" for key, words in told.items() if words]


_NAMED: Final = frozenset({"resource", "field", "code"})
