"""Chance that can be repeated: every choice of a tree follows from its seed."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Sequence

T = TypeVar("T")


class Dice:
    """Choices that follow from a seed."""

    bold = False
    """Whether to do what may fail."""

    def __init__(self, seed: int | str) -> None:
        # A text seeds the same on every machine; an object's hash would not.
        self._random = random.Random(f"kusttrees {seed}")  # noqa: S311 - no secret depends on it

    def chance(self, probability: float) -> bool:
        """True in this part of all cases."""
        return self._random.random() < probability

    def risk(self, probability: float) -> bool:
        """Whether to do now what may fail: never unless the dice are bold."""
        return self.bold and self.chance(probability)

    def pick(self, choices: Sequence[T]) -> T:
        """One of them."""
        return self._random.choice(choices)

    def some(self, choices: Sequence[T], least: int, most: int) -> list[T]:
        """Between `least` and `most` of them, in a random order, each at most once."""
        most = min(most, len(choices))
        return self._random.sample(list(choices), self.number(min(least, most), most))

    def number(self, least: int, most: int) -> int:
        """A whole number, both ends included."""
        return self._random.randint(least, most)

    def shuffled(self, items: Sequence[T]) -> list[T]:
        """All of them in another order."""
        return self._random.sample(list(items), len(items))
