"""Looking for characters that are not in a set."""

from __future__ import annotations

import re
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


class Outside:
    """Tells whether a text has a character that is not in a set.

    The expression for all of Unicode takes milliseconds to make, which a small render would feel,
    and few texts need it.

    Args:
        ascii_set: the set's ASCII characters, as within the brackets of an expression.
        beyond: its other characters.
    """

    def __init__(self, ascii_set: str, beyond: str) -> None:
        self._set = ascii_set + beyond
        self._ascii = re.compile(f"[^{ascii_set}]").search

    def __call__(self, text: str) -> bool:
        """Whether there is one."""
        search = self._ascii if text.isascii() else self._any
        return search(text) is not None

    @cached_property
    def _any(self) -> Callable[[str], re.Match[str] | None]:
        return re.compile(f"[^{self._set}]").search
