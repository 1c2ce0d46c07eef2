"""Label selectors: `app=web,tier in (a, b),!legacy`, read as Kubernetes reads them.

The grammar is that of the documentation of labels and selectors at kubernetes.io. What it leaves
open, such as empty values and words that are operators elsewhere, is as kustomize has it.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from promote.errors import KustomizationError
from promote.render.merge.written import text_at

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from promote.model.json import Json

    Labels = Mapping[str, Json]
    Test = Callable[[Labels], bool]

_TOKEN: Final = re.compile(r"[ \t\r\n]*(?:(==|!=|[=!(),<>])|([^ \t\r\n=!(),<>]+)|\Z)")
_WORDS: Final = ("in", "notin")
_END: Final = ""

_PREFIX: Final = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*")
_NAME: Final = re.compile(r"([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]")
_LONGEST_PREFIX: Final = 253
_LONGEST_NAME: Final = 63
_WHOLE: Final = re.compile(r"[+-]?[0-9]+")


@lru_cache(maxsize=1024)
def label_test(selector: str) -> Test:
    """A test for maps of labels or annotations.

    Raises:
        KustomizationError: it is not a label selector.
    """
    terms = _Reader(selector).terms()
    return lambda labels: all(term(labels) for term in terms)


class _Reader:
    """Reads one selector, a token at a time."""

    def __init__(self, selector: str) -> None:
        self.selector = selector
        self.tokens: list[str] = []
        self.symbols: list[bool] = []
        position = 0
        while position < len(selector):
            match = _TOKEN.match(selector, position)
            if match is None or match.end() == position:
                break
            if match[1] or match[2]:
                self.tokens.append(match[1] or match[2])
                self.symbols.append(bool(match[1]))
            position = match.end()
        self.at = 0

    def terms(self) -> list[Test]:
        """The tests that all have to hold."""
        terms: list[Test] = []
        while self._next != _END:
            terms.append(self._term())
            if self._next == _END:
                break
            self._expect(",")
            if self._next in {_END, ","}:
                raise self._wrong("a key after ','")
        return terms

    def _term(self) -> Test:
        absent = self._accept("!")
        key = self._word("a key")
        if not _is_key(key):
            raise self._wrong(f"a key of a label and not {key!r}")
        if absent:
            return lambda labels: key not in labels
        if self._next in {_END, ","}:
            return lambda labels: key in labels
        operator = self._take()
        if operator in _WORDS:
            values = self._values()
        elif operator in {"=", "==", "!=", "<", ">"}:
            values = {"" if self._next in {_END, ","} else self._word("a value")}
        else:
            raise self._wrong("an operator")
        for value in values:
            if value and (len(value) > _LONGEST_NAME or not _NAME.fullmatch(value)):
                raise self._wrong(f"a value of a label and not {value!r}")
        if operator in {"<", ">"}:
            return self._ordering(key, operator, values.pop())
        if operator in {"!=", "notin"}:
            return lambda labels: _text(labels, key) not in values
        return lambda labels: _text(labels, key) in values

    def _values(self) -> set[str]:
        """The values in parentheses: nothing between commas is an empty value."""
        self._expect("(")
        values: set[str] = set()
        if self._accept(")"):
            return {""}
        while True:
            if self._accept(","):
                values = values or {""}
                if self._next == ")":
                    values.add("")
                    break
                if self._accept(","):
                    values.add("")
                continue
            values.add(self._word("a value"))
            if self._next not in {",", ")"}:
                raise self._wrong("',' or ')'")
            if self._next == ")":
                break
        self._expect(")")
        return values

    def _ordering(self, key: str, operator: str, bound: str) -> Test:
        if not _WHOLE.fullmatch(bound):
            raise self._wrong("a whole number")
        limit = int(bound)

        def test(labels: Labels) -> bool:
            value = _text(labels, key)
            if value is None or not _WHOLE.fullmatch(value):
                return False
            return int(value) > limit if operator == ">" else int(value) < limit

        return test

    @property
    def _next(self) -> str:
        return self.tokens[self.at] if self.at < len(self.tokens) else _END

    def _take(self) -> str:
        token = self._next
        self.at += 1
        return token

    def _accept(self, symbol: str) -> bool:
        if self._next != symbol:
            return False
        self.at += 1
        return True

    def _expect(self, symbol: str) -> None:
        if not self._accept(symbol):
            raise self._wrong(repr(symbol))

    def _word(self, what: str) -> str:
        if self._next == _END or self.symbols[self.at]:
            raise self._wrong(what)
        return self._take()

    def _wrong(self, expected: str) -> KustomizationError:
        return KustomizationError(
            f"{self.selector!r} is not a label selector: expected {expected}",
            hint="write key=value, key in (a, b), key or !key",
        )


def _text(labels: Labels, key: str) -> str | None:
    """The text of a value, as it stands in its file; None where there is none."""
    return text_at(labels, key) if key in labels else None


def _is_key(key: str) -> bool:
    prefix, slash, name = key.rpartition("/")
    if slash and (len(prefix) > _LONGEST_PREFIX or not _PREFIX.fullmatch(prefix)):
        return False
    return len(name) <= _LONGEST_NAME and bool(_NAME.fullmatch(name))
