"""Globs over JSON pointers, matched step by step.

`/spec/template/spec/containers/*/image`: `*` is any one step, `**` any number of them, and inside a
step `*` and `?` stand for characters. An element of a list is named by its index on either side or
by its keys: `[name=main]`.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, TypeAlias

from promote.compare.paths import Item, parse_path
from promote.errors import UsageError

if TYPE_CHECKING:
    from promote.compare.paths import Path, Scalar, Step
    from promote.model.json import FieldPath, Json

States: TypeAlias = frozenset[int]
"""How many segments of the pattern are matched so far, in each way that is possible."""

DEEP = "**"


class Pattern:
    """A JSON pointer with globs.

    Raises:
        UsageError: the text is neither empty nor begins with a slash.
    """

    def __init__(self, text: str) -> None:
        if text and not text.startswith("/"):
            raise UsageError(
                f"the JSON pointer {text!r} does not begin with a slash",
                hint=f"write it as /{text.replace('.', '/')}",
            )
        self.segments = tuple(
            part.replace("~1", "/").replace("~0", "~") for part in text.split("/")[1:]
        )
        self.start = self._with_deep({0})

    def advance(self, states: States, step: Step, left: str | int, right: str | int) -> States:
        """Take one step: its written form, and its key or index on either side."""
        after: set[int] = set()
        for state in states:
            if state == len(self.segments):
                continue
            segment = self.segments[state]
            if segment == DEEP:
                after.add(state)
                if state == len(self.segments) - 1:
                    after.add(state + 1)
            elif _fits(segment, step, left, right):
                after.add(state + 1)
        return self._with_deep(after)

    def is_matched(self, states: States) -> bool:
        """Whether the steps taken are the whole of the pattern."""
        return len(self.segments) in states

    def walk(self, path: Path, left: FieldPath, right: FieldPath) -> tuple[States, bool]:
        """Take all steps of a path; stops at the first place that is matched.

        Returns:
            The states there, and whether it is matched.
        """
        states = self.start
        for step, before, after in zip(path, left, right, strict=True):
            if self.is_matched(states):
                break
            states = self.advance(states, step, before, after)
        return states, self.is_matched(states)

    def takes_every_child(self, states: States) -> bool:
        """Whether any one further step would match."""
        last = len(self.segments) - 1
        return last in states and self.segments[last] in ("*", DEEP)

    def _with_deep(self, states: set[int]) -> States:
        """Let each `**` stand for no step as well; one at the end needs at least one step."""
        todo = list(states)
        while todo:
            state = todo.pop()
            if (
                state < len(self.segments) - 1
                and self.segments[state] == DEEP
                and state + 1 not in states
            ):
                states.add(state + 1)
                todo.append(state + 1)
        return frozenset(states)


def element(value: Json, index: int) -> Step:
    """A step to an element that matches any condition on its own scalars."""
    if not isinstance(value, dict):
        return index
    return Item(
        tuple((key, scalar) for key, scalar in value.items() if not isinstance(scalar, dict | list))
    )


def _fits(segment: str, step: Step, left: str | int, right: str | int) -> bool:
    if segment == "*":
        return True
    if isinstance(step, str):
        return _glob(segment).match(step) is not None
    if isinstance(step, Item) and (wanted := _condition(segment)) is not None:
        found = dict(step.keys)
        return all(key in found and _text(found[key]) == value for key, value in wanted)
    return segment in (str(left), str(right))


@lru_cache(maxsize=1024)
def _glob(segment: str) -> re.Pattern[str]:
    # fnmatch would read `[name=main]` as a set of characters.
    parts = (re.escape(part) if part not in "*?" else part for part in re.split(r"([*?])", segment))
    return re.compile("".join({"*": ".*", "?": "."}.get(p, p) for p in parts) + r"\Z", re.DOTALL)


@lru_cache(maxsize=1024)
def _condition(segment: str) -> tuple[tuple[str, str], ...] | None:
    if not segment.startswith("["):
        return None
    step = parse_path(segment)[0]
    if not isinstance(step, Item):
        return None
    return tuple((key, _text(value)) for key, value in step.keys)


def _text(value: Scalar) -> str:
    return value if isinstance(value, str) else str(value)
