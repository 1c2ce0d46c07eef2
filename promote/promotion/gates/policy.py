"""Policy: expressions of the Common Expression Language, over the plan.

They are compiled and run by the library of CEL's own authors, which checks names and types before
anything runs, matches regular expressions in linear time, and stops loops that go on too long.
https://github.com/google/cel-spec says what the language is.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final, Protocol, cast

from promote.errors import FileMissingError, ProjectError
from promote.promotion.gates.base import Case, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator

    from promote.model.json import Json

_LONGEST: Final = 4_000
_PLACE: Final = re.compile(r"<input>:(\d+):(\d+): ([^\n]*)")
_RENDERED: Final = re.compile(r"\beffects\b")


class _Value(Protocol):
    def value(self) -> object: ...


class _Compiled(Protocol):
    def eval(self, *, data: dict[str, object]) -> _Value: ...


@dataclass(frozen=True)
class Rule:
    """One expression, and what to say when it is false."""

    cel: str
    message: str = ""

    @cached_property
    def compiled(self) -> _Compiled:
        """The expression, its names and types checked.

        Raises:
            ProjectError: it is wrong; the message has the line and column in it.
            FileMissingError: the library of CEL is not installed.
        """
        if len(self.cel) > _LONGEST:
            raise ProjectError(f"a policy has at most {_LONGEST} characters")
        try:
            from cel_expr_python import cel  # noqa: PLC0415 - 50 MB that few need
        except ImportError:
            raise FileMissingError(
                "policies need the library of CEL", hint="pip install 'promote[policy]'"
            ) from None
        environment = cel.NewEnv(
            variables={
                **dict.fromkeys(("app", "target", "author"), cel.Type.STRING),
                **dict.fromkeys(
                    ("release", "current", "effects", "sources", "moves", "images"), cel.Type.DYN
                ),
                "now": cel.Type.TIMESTAMP,
            }
        )
        try:
            return cast("_Compiled", environment.compile(self.cel))
        except RuntimeError as error:
            raise _wrong(self.cel, str(error)) from None

    @property
    def is_rendered(self) -> bool:
        """Whether it asks for what the promotion does to the manifests."""
        return _RENDERED.search(self.cel) is not None


@dataclass(frozen=True, slots=True)
class Policy:
    """Holds while one of its rules is false."""

    rules: tuple[Rule, ...]
    kind = "policy"

    @classmethod
    def parse(cls, value: Json) -> Policy:
        """Read an expression, `{cel: …, message: …}`, or a list of them."""
        entries: list[Json] = [*value] if isinstance(value, list) else [value]
        rules = tuple(_rules(entries))
        if not rules:
            raise ProjectError("a policy has an expression", hint="policy: 'size(moves) < 5'")
        for rule in rules:
            _ = rule.compiled
        return cls(rules)

    def check(self, case: Case) -> Verdict:
        """Say which rule is false."""
        document = case.document(any(rule.is_rendered for rule in self.rules))
        data: dict[str, object] = {**document, "now": case.now}
        broken = [rule.message or rule.cel for rule in self.rules if not _is_true(rule, data)]
        if broken:
            return Verdict(self.kind, False, "; ".join(broken))
        return Verdict(self.kind, True, f"{len(self.rules)} rule(s) are met")


def _rules(entries: list[Json]) -> Iterator[Rule]:
    for entry in entries:
        if isinstance(entry, str):
            yield Rule(entry)
        elif isinstance(entry, dict) and isinstance(entry.get("cel"), str):
            yield Rule(str(entry["cel"]), str(entry.get("message") or ""))
        else:
            raise ProjectError("a policy is an expression, or {cel: …, message: …}")


def _is_true(rule: Rule, data: dict[str, object]) -> bool:
    """What a rule says of a plan.

    Raises:
        ProjectError: it is neither true nor false, or cannot be worked out.
    """
    try:
        found = rule.compiled.eval(data=data).value()
    except RuntimeError as error:
        raise _wrong(rule.cel, str(error)) from None
    if not isinstance(found, bool):
        raise ProjectError(f"the policy {_short(rule.cel)} is not true or false, but {found}")
    return found


def _wrong(expression: str, said: str) -> ProjectError:
    match = _PLACE.search(said)
    where = f" at {match[1]}:{match[2]}: {match[3]}" if match else f": {said.splitlines()[0]}"
    return ProjectError(f"the policy {_short(expression)} is wrong{where}")


def _short(expression: str) -> str:
    line = " ".join(expression.split())
    return repr(line if len(line) <= 60 else line[:59] + "…")  # noqa: PLR2004 - what fits a line
