"""Answers of a forge taken apart: what is missing or of another kind is an error that says so."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from promote.errors import ForgeError

if TYPE_CHECKING:
    from promote.model.json import Document, Json


def mapping(value: Json) -> Document:
    """A JSON object; an absent one is empty."""
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise ForgeError(f"the forge answered with {type(value).__name__}, not with an object")
    return value


def items(value: Json) -> list[Document]:
    """A list of JSON objects; an absent one is empty."""
    if value is None:
        return []
    if not isinstance(value, list):
        raise ForgeError(f"the forge answered with {type(value).__name__}, not with a list")
    return [mapping(item) for item in value]


def at(document: Json, *path: str) -> Json:
    """What is at a path of keys; None if nothing is."""
    for key in path:
        if not isinstance(document, dict):
            return None
        document = document.get(key)
    return document


def text(document: Json, *path: str) -> str:
    """The text at a path; empty if there is none."""
    value = at(document, *path)
    return value if isinstance(value, str) else ""


def number(document: Json, *path: str) -> int:
    """The whole number at a path, which must be there."""
    value = at(document, *path)
    if not isinstance(value, int):
        raise ForgeError(f"the forge's answer has no {'.'.join(path)}")
    return value


def moment(document: Json, *path: str) -> datetime:
    """The time at a path; forges write RFC 3339, some with more digits than Python reads."""
    said = text(document, *path)
    try:
        read = datetime.fromisoformat(said)
    except ValueError:
        # What stands there instead is not shown: nobody knows what it is.
        raise ForgeError(f"the forge's answer has no time {'.'.join(path)}") from None
    return read if read.tzinfo else read.replace(tzinfo=UTC)


def own_branch(branch: str, head: Json, base: Json) -> str:
    """The name of a branch; one of a fork, which anyone may name as ours are, gets a mark.

    Args:
        branch: its name in its own repository.
        head: what identifies that repository.
        base: what identifies the one that it is to be merged into.
    """
    return branch if head == base else f"fork:{branch}"
