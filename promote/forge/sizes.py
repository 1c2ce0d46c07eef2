"""How long a text is in what a forge counts: characters, bytes, or halves of UTF-16."""

from __future__ import annotations

from typing import Final, Literal

Unit = Literal["characters", "bytes", "UTF-16"]

_ENCODINGS: Final[dict[Unit, tuple[str, int]]] = {"bytes": ("utf-8", 1), "UTF-16": ("utf-16-le", 2)}


def size(text: str, unit: Unit) -> int:
    """The length of a text."""
    if unit == "characters":
        return len(text)
    encoding, width = _ENCODINGS[unit]
    return len(text.encode(encoding, errors="replace")) // width


def start(text: str, room: int, unit: Unit) -> str:
    """As much of a text, in whole characters, as is not longer than `room`."""
    room = max(0, room)
    if unit == "characters":
        return text[:room]
    encoding, width = _ENCODINGS[unit]
    kept = text.encode(encoding, errors="replace")[: room * width]
    return kept.decode(encoding, errors="ignore")
