"""Messages between the renderer and its worker: eight bytes of length, then that much JSON.

JSON and nothing richer: neither side can be made to build an object by what it reads.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from promote.model.json import Document, Json

HEADER: Final = 8


def pack(message: Mapping[str, Json]) -> bytes:
    """A message as bytes, its length first."""
    data = json.dumps(message).encode("ascii")
    return len(data).to_bytes(HEADER, "big") + data


def length(header: bytes) -> int:
    """How many bytes follow a header."""
    return int.from_bytes(header, "big")


def unpack(data: bytes) -> Document:
    """The message that the bytes after a header hold."""
    message: Document = json.loads(data)
    return message
