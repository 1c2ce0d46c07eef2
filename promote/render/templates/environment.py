"""The Jinja2 environment of the worker: a sandbox with a small, documented set of tools."""

from __future__ import annotations

import base64
import difflib
import hashlib
import re
from typing import TYPE_CHECKING, Any, NoReturn

import orjson
from jinja2 import BaseLoader, StrictUndefined, TemplateNotFound
from jinja2.exceptions import SecurityError, UndefinedError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from promote.yamlio.writer import dump

if TYPE_CHECKING:
    from collections.abc import Callable

    from promote.model.json import Json

# Jinja2's own filters that make no more of their input than it is.
_KEPT = (
    "abs", "attr", "batch", "capitalize", "count", "d", "default", "dictsort", "first", "float",
    "groupby", "int", "items", "join", "last", "length", "list", "lower", "map", "max", "min",
    "reject", "rejectattr", "replace", "reverse", "round", "select", "selectattr", "slice", "sort",
    "string", "sum", "title", "trim", "unique", "upper",
)  # fmt: skip
_GLOBALS = ("range", "dict", "namespace")
_MAX_TEXT = 10_000_000
_MAX_POWER = 1024
_MAX_INDENT = 200
_WIDTH = re.compile(r"%[^a-zA-Z%]*\d{4,}")


class RequiredError(Exception):
    """A value that the template cannot do without is not there."""


class Missing(StrictUndefined):
    """A name that is not defined; using it says which one was probably meant."""

    def _fail(self, *_: object, **__: object) -> NoReturn:
        name = str(self._undefined_name)
        scope = self._undefined_obj
        known = list(scope) if isinstance(scope, dict) else CONTEXT if scope is _NOTHING else []
        near = difflib.get_close_matches(name, [str(key) for key in known], 1)
        error = UndefinedError(f"{name!r} is not defined")
        if near:
            error.add_note(f"did you mean {near[0]!r}?")
        elif known:
            error.add_note(f"there is {', '.join(sorted(map(str, known)))}")
        raise error

    _fail_with_undefined_error = _fail
    __iter__ = __str__ = __len__ = __eq__ = __ne__ = __bool__ = __hash__ = __contains__ = _fail
    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = __truediv__ = _fail
    __rtruediv__ = __floordiv__ = __rfloordiv__ = __mod__ = __rmod__ = __pos__ = _fail
    __neg__ = __call__ = __lt__ = __le__ = __gt__ = __ge__ = __int__ = __float__ = _fail
    __complex__ = __pow__ = __rpow__ = __getitem__ = _fail


_NOTHING = Missing()._undefined_obj  # noqa: SLF001 - Jinja2's mark for a name of the context
CONTEXT = ("app", "cluster", "environment", "values")


class Sandbox(ImmutableSandboxedEnvironment):
    """Data with holes: no attribute that starts with an underscore, nothing without a bound."""

    intercepted_binops = frozenset({"*", "**", "%", "+"})

    def getattr(self, obj: Any, attribute: str) -> Any:  # noqa: ANN401 - Jinja2's signature
        """A key of a mapping comes before its methods: `values.items` is a value."""
        if isinstance(obj, dict):
            if attribute in obj:
                return obj[attribute]
            if attribute not in {"items", "keys", "values", "get"}:
                return self.undefined(obj=obj, name=attribute)
        return super().getattr(obj, attribute)

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:  # noqa: ANN401 - as above
        """An operator whose result could be out of all proportion is refused beforehand."""
        if operator == "**" and (not _small(left) or not _small(right)):
            raise SecurityError("the power is too large")
        if operator == "*" and _product(left, right) > _MAX_TEXT:
            raise SecurityError("the product is too large")
        if operator == "%" and isinstance(left, str) and _WIDTH.search(left):
            raise SecurityError("the width in a format is too large")
        return super().call_binop(context, operator, left, right)


def _small(value: object) -> bool:
    return isinstance(value, int | float) and abs(value) <= _MAX_POWER


def _product(left: object, right: object) -> int:
    for sized, count in ((left, right), (right, left)):
        if isinstance(sized, str | list | tuple) and isinstance(count, int):
            return len(sized) * count
    if isinstance(left, int) and isinstance(right, int):
        return (left.bit_length() + right.bit_length()) * 8
    return 0


class Includes(BaseLoader):
    """Gets what a template includes from the parent process.

    Args:
        ask: gives path and source of a template of the project, or None.
    """

    def __init__(self, ask: Callable[[str], tuple[str, str] | None]) -> None:
        self.ask = ask

    def get_source(self, environment: Any, template: str) -> tuple[str, str, None]:  # noqa: ANN401, ARG002 - Jinja2's signature
        """The source of a template."""
        found = self.ask(template)
        if found is None:
            raise TemplateNotFound(template)
        path, source = found
        return source, path, None


def make_environment(ask: Callable[[str], tuple[str, str] | None]) -> Sandbox:
    """An environment for one template and what it includes."""
    environment = Sandbox(
        loader=Includes(ask),
        undefined=Missing,
        autoescape=False,
        keep_trailing_newline=True,
        trim_blocks=True,
        lstrip_blocks=True,
        cache_size=200,
    )
    environment.globals = {name: environment.globals[name] for name in _GLOBALS}
    environment.globals["required"] = required
    environment.filters = {name: environment.filters[name] for name in _KEPT} | FILTERS
    return environment


def to_yaml(value: Json) -> str:
    """The value as YAML, without a newline at the end."""
    return dump(value).removesuffix("\n")


def to_json(value: Json) -> str:
    """The value as JSON on one line, keys sorted."""
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode()


def indent(text: str, width: int = 2, first: bool = False) -> str:
    """The text with every line but the first indented."""
    if not 0 <= width <= _MAX_INDENT:
        raise SecurityError(f"an indentation is between 0 and {_MAX_INDENT}")
    pad = " " * width
    lines = str(text).split("\n")
    shifted = [pad + line if line else line for line in lines]
    return "\n".join(shifted if first else [lines[0], *shifted[1:]])


def nindent(text: str, width: int = 2) -> str:
    """A newline and the text with every line indented."""
    return "\n" + indent(text, width, first=True)


def quote(value: Json) -> str:
    """The value as a string in double quotes."""
    text = value if isinstance(value, str) else to_json(value)
    return orjson.dumps(text).decode()


def b64encode(text: str) -> str:
    """The text in base64."""
    return base64.b64encode(str(text).encode()).decode()


def b64decode(text: str) -> str:
    """The text that base64 holds."""
    return base64.b64decode(text).decode()


def sha256(text: str) -> str:
    """The SHA-256 of the text, in hexadecimal digits."""
    return hashlib.sha256(str(text).encode()).hexdigest()


def required(value: Json, message: str = "") -> Json:
    """The value, which must be there and not empty."""
    if isinstance(value, Missing) or value is None or value == "":
        raise RequiredError(message or "a required value is missing")
    return value


FILTERS: dict[str, Callable[..., Any]] = {
    "b64decode": b64decode,
    "b64encode": b64encode,
    "indent": indent,
    "nindent": nindent,
    "quote": quote,
    "required": required,
    "sha256": sha256,
    "to_json": to_json,
    "to_yaml": to_yaml,
}
