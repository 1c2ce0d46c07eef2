"""The Jinja2 environment of the worker: data with holes, and nothing else within reach.

Jinja2's own sandbox keeps templates from attributes that start with an underscore. This one goes
the other way round: plain values have the few methods named here and no others, so that a new
method of Python's is not a new hole.
"""

from __future__ import annotations

import difflib
import re
from typing import TYPE_CHECKING, ClassVar, Final, NoReturn

from jinja2 import BaseLoader, StrictUndefined, Template, TemplateNotFound, Undefined
from jinja2.exceptions import SecurityError, UndefinedError
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.utils import missing

from promote.render.templates.filters import FILTERS, FUNCTIONS, KEPT, required, text

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, MutableMapping

    from jinja2 import Environment
    from jinja2.runtime import Context

    from promote.model.json import FieldPath, Json

MAX_TEXT: Final = 10_000_000
"""The longest text or list that an operator may make."""

_MAX_POWER: Final = 1024
_MAX_NAMES: Final = 8
_WIDE_FORMAT: Final = re.compile(r"%(\([^)]*\))?[^a-zA-Z%]*(\d{4,}|\*)")
_METHODS: Final[tuple[tuple[type, frozenset[str]], ...]] = (
    (str, frozenset((
        "capitalize", "count", "endswith", "find", "isalnum", "isalpha", "isdecimal", "isdigit",
        "islower", "isspace", "isupper", "join", "lower", "lstrip", "partition", "removeprefix",
        "removesuffix", "replace", "rpartition", "rsplit", "rstrip", "split", "splitlines",
        "startswith", "strip", "title", "upper",
    ))),
    (dict, frozenset(("get", "items", "keys", "values"))),
    (list, frozenset(("count", "index"))),
    (tuple, frozenset(("count", "index"))),
)  # fmt: skip
_BARE: Final = (int, float, type(None), Undefined)


class Missing(StrictUndefined):
    """A name that is not defined: using it says where it was looked for and what was meant.

    Attributes:
        context: what the template that is being rendered sees, to say where a mapping stands.
    """

    context: ClassVar[Mapping[str, Json]] = {}

    def _fail(self, *_: object, **__: object) -> NoReturn:
        name, scope = str(self._undefined_name), self._undefined_obj
        if scope is missing:
            known, what = [*self.context, *FUNCTIONS], f"{name!r} is not defined"
        elif isinstance(scope, dict):
            path = path_of(scope, self.context)
            known, what = list(scope), f"{_shown(path)} has no {name!r}" if path else ""
        else:
            known, what = _methods(scope), f"a {_kind(scope)} has no {name!r}"
        error = UndefinedError(what or f"there is no {name!r} in the mapping")
        error.add_note(_hint(name, known, context=scope is missing))
        raise error

    _fail_with_undefined_error = _fail
    __iter__ = __str__ = __len__ = __eq__ = __ne__ = __bool__ = __hash__ = __contains__ = _fail
    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = __truediv__ = _fail
    __rtruediv__ = __floordiv__ = __rfloordiv__ = __mod__ = __rmod__ = __pos__ = _fail
    __neg__ = __call__ = __lt__ = __le__ = __gt__ = __ge__ = __int__ = __float__ = _fail
    __complex__ = __pow__ = __rpow__ = __getitem__ = _fail


def _hint(name: str, known: list[str], *, context: bool) -> str:
    near = difflib.get_close_matches(name, known, 1)
    if near:
        return f"did you mean {near[0]!r}?"
    if context and name == "cluster":
        return "only an app with 'scope: cluster' is rendered for one cluster"
    shown = sorted(known)[:_MAX_NAMES]
    more = ", …" if len(known) > _MAX_NAMES else ""
    return f"there is {', '.join(shown)}{more}" if shown else "it is empty"


def path_of(wanted: object, context: Mapping[str, Json]) -> FieldPath | None:
    """Where in the context a mapping or list stands, or None if it is not part of it."""
    left: list[tuple[FieldPath, Json]] = [((key,), value) for key, value in context.items()]
    while left:
        path, value = left.pop()
        if value is wanted:
            return path
        if isinstance(value, dict):
            left += [((*path, key), item) for key, item in value.items()]
        elif isinstance(value, list):
            left += [((*path, index), item) for index, item in enumerate(value)]
    return None


def _shown(path: FieldPath) -> str:
    first, *rest = path
    return str(first) + "".join(f"[{s}]" if isinstance(s, int) else f".{s}" for s in rest)


def _methods(value: object) -> list[str]:
    return next((sorted(names) for kind, names in _METHODS if isinstance(value, kind)), [])


def _kind(value: object) -> str:
    names = {str: "text", bool: "truth value", int: "number", float: "number", type(None): "null"}
    return names.get(type(value), type(value).__name__)


class Sandbox(ImmutableSandboxedEnvironment):
    """Plain values with few methods, operators with bounds."""

    intercepted_binops = frozenset({"*", "**", "%", "+"})

    def getattr(self, obj: object, attribute: str) -> object:
        """A key of a mapping comes before its methods: `values.items` is a value."""
        if isinstance(obj, dict) and attribute in obj:
            return obj[attribute]
        for kind, names in _METHODS:
            if isinstance(obj, kind):
                if attribute in names:
                    return getattr(obj, attribute)
                return self._none(obj, attribute)
        if isinstance(obj, _BARE):
            return self._none(obj, attribute)
        return super().getattr(obj, attribute)

    def getitem(self, obj: object, argument: object) -> object:
        """An item; unlike Jinja2's, `text["format"]` is not `text.format`."""
        if isinstance(obj, dict | list | tuple | str):
            try:
                return obj[argument]  # type: ignore[index,call-overload]  # a template may ask anything
            except (LookupError, TypeError):
                return self._none(obj, argument)
        if isinstance(argument, str):
            return self.getattr(obj, argument)
        return self._none(obj, argument)

    def _none(self, obj: object, name: object) -> Undefined:
        if isinstance(obj, Undefined):
            str(obj)  # raises: what was missing first is what is to be named
        return self.undefined(obj=obj, name=str(name))

    def call_binop(self, context: Context, operator: str, left: object, right: object) -> object:
        """An operator whose result could be out of all proportion is refused beforehand."""
        if operator == "**" and not (_small(left) and _small(right)):
            raise SecurityError("the power is too large")
        if operator == "*" and _product(left, right) > MAX_TEXT:
            raise SecurityError("the product is too large")
        if operator == "+" and _size(left) + _size(right) > MAX_TEXT:
            raise SecurityError("the sum is too large")
        if operator == "%" and isinstance(left, str) and _WIDE_FORMAT.search(left):
            raise SecurityError("the width in a format is too large")
        return super().call_binop(context, operator, left, right)


def _small(value: object) -> bool:
    return isinstance(value, int | float) and abs(value) <= _MAX_POWER


def _size(value: object) -> int:
    return len(value) if isinstance(value, str | list | tuple) else 0


def _product(left: object, right: object) -> int:
    for sized, count in ((left, right), (right, left)):
        if isinstance(sized, str | list | tuple) and isinstance(count, int):
            return len(sized) * count
    if isinstance(left, int) and isinstance(right, int):
        return (left.bit_length() + right.bit_length()) * 8
    return 0


class Loader(BaseLoader):
    """Gets templates from the renderer, and compiles each once.

    A template is known by a number of the renderer's making: no name that someone chose gets into
    the code that Jinja2 generates.

    Args:
        ask: gives number and source of the template that a name means, or None. The name is the
            number of the template that asks, a blank, and what it asks for; or `=` and a number.
        compiled: told of the number of each template compiled, and which of its lines each line of
            the generated code comes from.
    """

    def __init__(
        self,
        ask: Callable[[str], tuple[str, str] | None],
        compiled: Callable[[str, list[tuple[int, int]]], None],
    ) -> None:
        self._ask = ask
        self._compiled = compiled
        self._templates: dict[str, Template] = {}

    def load(
        self,
        environment: Environment,
        name: str,
        globals: MutableMapping[str, object] | None = None,  # noqa: A002 - Jinja2's signature
    ) -> Template:
        """The template of a name."""
        found = self._ask(name)
        if found is None:
            raise TemplateNotFound(name.partition(" ")[2])
        number, source = found
        if number not in self._templates:
            code = environment.compile(source, name=number, filename=number)
            template = Template.from_code(environment, code, globals or {})
            self._compiled(number, template.debug_info)
            self._templates[number] = template
        return self._templates[number]


class _Environment(Sandbox):
    """The sandbox with the names of `Loader`."""

    def join_path(self, template: str, parent: str) -> str:
        return f"{parent} {template}"


def make_environment(loader: Loader) -> Sandbox:
    """An environment whose templates come from a loader."""
    environment = _Environment(
        loader=loader,
        undefined=Missing,
        finalize=text,
        autoescape=False,
        keep_trailing_newline=True,
        trim_blocks=True,
        lstrip_blocks=True,
        cache_size=1000,
    )
    kept = {name: environment.globals[name] for name in FUNCTIONS if name != "required"}
    environment.globals = {**kept, "required": required}
    environment.filters = {name: environment.filters[name] for name in KEPT} | FILTERS
    return environment
