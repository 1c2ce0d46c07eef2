"""Comments as forges have them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from promote.forge.reading import moment, number, text

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from promote.model.json import Document


@dataclass(frozen=True, slots=True)
class Note:
    """A comment as the forge has it, hidden marks and all."""

    id: str
    author: str
    text: str
    time: datetime


def read_note(
    document: Document, author: Sequence[str], said: Sequence[str], when: str = "created_at"
) -> Note:
    """Read a comment, of which each forge calls the parts otherwise.

    Args:
        document: the forge's answer.
        author: where the author's name is.
        said: where the text is.
        when: where the time is.
    """
    return Note(
        str(number(document, "id")),
        text(document, *author),
        text(document, *said),
        moment(document, when),
    )
