"""Templates that want out, and templates that want all: neither gets anywhere.

The escapes are those that were published for Jinja2 (CVE-2016-10745, CVE-2019-10906,
CVE-2024-56201, CVE-2024-56326, CVE-2025-27516) and the usual ways from a value to Python's
classes; `main` and the canary in the environment are what they are after.
"""

from __future__ import annotations

import os
import posixpath
import re
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from promote.errors import FileMissingError, TemplateError
from promote.render.templates import Limits, TemplateRenderer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from promote.model.json import Document
    from promote.model.tree import EntryKind

CANARY = "ghp_canary0123456789"
CONTEXT: Document = {"app": "a", "values": {"x": "text", "n": 1, "l": [1, 2], "m": {"k": "v"}}}
LIMITS = Limits(seconds=0.4, output=1_000_000, memory=300_000_000, patience=8)

ESCAPES = [
    "{{ ''.__class__.__mro__[1].__subclasses__() }}",
    "{{ ''['__class__'] }}",
    "{{ values.x | attr('__class__') }}",
    "{{ values['__class__'] }}",
    "{{ values.l.__class__.__base__ }}",
    "{{ values.n.__class__ }}",
    "{{ (1).real.__class__ }}",
    "{{ ().__class__.__bases__[0] }}",
    "{{ nothing.__class__ }}",
    "{{ nothing.__class__.__init__.__globals__ }}",
    "{{ values.nothing._undefined_obj }}",
    "{{ self.__init__.__globals__ }}",
    "{{ self._TemplateReference__context }}",
    "{{ range.__init__.__globals__ }}",
    "{{ dict.__base__ }}",
    "{{ dict.mro() }}",
    "{{ namespace.__init__.__globals__['os'] }}",
    "{{ namespace(__class__=1).__class__ }}",
    "{{ required.__globals__ }}",
    "{{ cycler.__init__.__globals__.os.environ }}",
    "{{ lipsum.__globals__['os'].popen('id').read() }}",
    "{{ joiner.__init__.__globals__ }}",
    "{{ get_flashed_messages.__globals__ }}",
    "{{ '{0.__class__}'.format(values.x) }}",
    "{{ '{0.__class__}'['format'](values.x) }}",
    "{{ '{a.__class__}'.format_map({'a': 1}) }}",
    "{{ values.x | attr('format') }}",
    "{{ [values.x] | map(attribute='__class__') | list }}",
    "{{ [values.x] | map('attr', '__class__') | list }}",
    "{{ [values.x] | groupby('__class__') }}",
    "{{ [values.x] | sort(attribute='__class__.__name__') }}",
    "{{ [values.x] | selectattr('__class__') | list }}",
    "{{ [values.x] | sum(attribute='__class__') }}",
    "{{ [values.x] | join(',', attribute='__class__') }}",
    "{% for x in [1] %}{{ loop.__class__ }}{% endfor %}",
    "{% for x in [1] %}{{ loop._iterator.gi_frame }}{% endfor %}",
    "{{ (values.l | map('string')).gi_frame.f_globals }}",
    "{{ (values.l | map('string')).gi_code }}",
    "{% macro m() %}{% endmacro %}{{ m.__globals__ }}",
    "{% macro m() %}{% endmacro %}{{ m._func.__globals__ }}",
    "{% macro m() %}{{ caller.__globals__ }}{% endmacro %}{% call m() %}{% endcall %}",
    "{% block b %}{{ super.__globals__ }}{% endblock %}",
    "{% block b %}{{ self.b.__globals__ }}{% endblock %}",
    "{% import 'lib.j2' as l %}{{ l.__class__ }}",
    "{% import 'lib.j2' as l %}{{ l.__loader__ }}",
    "{% set x = values.l.append %}{{ x(1) }}",
    "{{ values.m.clear() }}",
    "{{ values.m.setdefault('a', 1) }}",
    "{{ values.l.sort() }}",
    "{% include '/etc/passwd' %}",
    "{% include '../../etc/passwd' %}",
    "{% include '/proc/self/environ' %}",
    "{% include ['/etc/shadow', '../x'] %}",
    "{% include '=t0' ~ values %}",
    "{% include 't0 /etc/passwd' %}",
    "{% import 'lib.j2\nimport os' as l %}{{ l }}",
    "{% extends '{{ ''.__class__ }}' %}",
    "{% filter attr('__class__') %}x{% endfilter %}",
    "{{ environment.loader }}{{ environment.__class__ }}",
    "{{ config }}{{ request.application.__globals__ }}",
    "{{ values.x.encode().__class__ }}",
    "{{ values.x.translate({}) }}",
    "{{ values.m.items.__self__ }}",
    "{{ values.m.items().mapping.__class__ }}",
    "{{ [] | random }}",
    "{{ now() }}",
    "{{ debug() }}{% debug %}",
    "{{ values.x | pprint }}",
    "{% set values.__class__ = 1 %}",
    "{{ range(3).__reduce__() }}",
    "{{ dict(a=1).__reduce_ex__(2) }}",
    "{{ '%(a.__class__)s' % values.m }}",
]

EXHAUSTIONS = [
    "{% for i in range(100000) %}{% for j in range(100000) %}{% endfor %}{% endfor %}",
    "{% for i in range(100000) %}{{ range(100000) | list }}{% endfor %}",
    "{{ range(10 ** 9) | list }}",
    "{{ 'x' * 10 ** 10 }}",
    "{{ 10 ** 10 ** 10 }}",
    "{{ 7 ** (10 ** 8) }}",
    "{{ [0] * 10 ** 9 }}",
    "{{ '%1000000000d' % 1 }}",
    "{{ '%(a)1000000000d' % {'a': 1} }}",
    "{{ '%*d' % (1000000000, 1) }}",
    "{{ '%.1000000000f' % 1.0 }}",
    "{{ values.x.center(10 ** 9) }}",
    "{{ 'a' | indent(10 ** 9) }}",
    "{{ 'a' | nindent(10 ** 9) }}",
    "{{ values.l | batch(10 ** 9, 'x') | list }}",
    "{{ values.l | slice(10 ** 9) | list }}",
    "{% set ns = namespace(x='xxxxxxxx') %}{% for i in range(64) %}{% set ns.x = ns.x ~ ns.x %}{% endfor %}",
    "{% set ns = namespace(x='xxxxxxxx') %}{% for i in range(64) %}{% set ns.x = ns.x + ns.x %}{% endfor %}",
    "{% set ns = namespace(x=[1]) %}{% for i in range(64) %}{% set ns.x = ns.x + ns.x %}{% endfor %}",
    "{% set ns = namespace(x=3) %}{% for i in range(64) %}{% set ns.x = ns.x * ns.x %}{% endfor %}",
    "{% set ns = namespace(x='ab') %}{% for i in range(64) %}{% set ns.x = ns.x.replace('a', ns.x) %}{% endfor %}",
    "{% set ns = namespace(x='ab') %}{% for i in range(64) %}{% set ns.x = ns.x | replace('b', ns.x) %}{% endfor %}",
    "{% set ns = namespace(x='a') %}{% for i in range(64) %}{% set ns.x = ns.x.join([ns.x] * 1000) %}{% endfor %}",
    "{% set ns = namespace(x='a') %}{% for i in range(64) %}{% set ns.x = ns.x | b64encode %}{% endfor %}{{ ns.x }}",
    "{% set ns = namespace(x=[]) %}{% for i in range(64) %}{% set ns.x = [ns.x, ns.x] %}{% endfor %}{{ ns.x }}",
    "{% set ns = namespace(x={}) %}{% for i in range(99999) %}{% set ns.x = {'a': ns.x} %}{% endfor %}{{ ns.x | to_yaml }}",
    "{% set ns = namespace(x={}) %}{% for i in range(99999) %}{% set ns.x = {'a': ns.x} %}{% endfor %}{{ ns.x }}",
    "{% for i in range(100000) %}{{ 'x' * 1000 }}{% endfor %}",
    "{% macro m() %}{{ m() }}{{ m() }}{% endmacro %}{{ m() }}",
    "{% include './SELF' %}",
    "{% extends './SELF' %}",
    "{% import './SELF' as a %}",
    "{% for x in values.l recursive %}{{ loop(values.l) }}{% endfor %}",
    "{% block b %}{{ self.b() }}{% endblock %}",
    "{{ " + "(" * 5000 + ")" * 5000 + " }}",
    "{{ " + "[" * 5000 + "]" * 5000 + " }}",
    "{{ " + "-" * 50000 + "1 }}",
    "{{ " + "not " * 20000 + "1 }}",
    "{{ 1" + " + 1" * 20000 + " }}",
    "{% if 1 %}" * 500 + "{% endif %}" * 500,
    "{{ 'a' | from_yaml }}{{ ('[' * 100000) | from_yaml }}",
    "{{ ('a: &a [1]\\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\\n') | from_yaml }}{{ (['&a [x', '*a'] * 100000) | join }}"
    "{% for i in range(100000) %}{{ range(10000) | sort | list }}{% endfor %}",
    "{{ 'x' | replace('', 'y' * 10000000) | replace('', 'z' * 10000000) }}",
    "{{ '9' * 5000 | int }}{{ ('9' * 100000) | int * ('9' * 100000) | int }}",
]  # fmt: skip


TELLTALES = re.compile(r"<(?!redacted)|0x|root:|module|builtin|function|/(usr|proc|etc)/[a-z]+:")


class Memory:
    """A tree of files that a test makes up as it goes."""

    def __init__(self) -> None:
        self.files = {"/p/lib.j2": "{% set x = 1 %}", "/secret": CANARY}

    def read(self, path: str) -> bytes:
        if path not in self.files:
            raise FileMissingError(path)
        return self.files[path].encode()

    def kind(self, path: str) -> EntryKind | None:
        return "file" if path in self.files else None

    def entries(self, path: str) -> list[str]:
        return [name for name in self.files if name.startswith(path)]

    def resolve(self, path: str) -> str:
        return posixpath.normpath(path)

    def display(self, path: str) -> str:
        return path


class Hostile:
    """Renders one source after another, and sees that each ends in text or in a good error."""

    def __init__(self) -> None:
        self.tree = Memory()
        self.renderer = TemplateRenderer(self.tree, "/p", LIMITS)

    def __call__(self, source: str) -> tuple[str | None, TemplateError | None]:
        path = f"/p/{len(self.tree.files)}.j2"
        self.tree.files[path] = source.replace("SELF", posixpath.basename(path))
        try:
            return self.renderer.render(path, CONTEXT).decode(), None
        except TemplateError as error:
            assert error.place is not None
            assert error.place.file == path
            return None, error


@pytest.fixture(scope="module")
def render() -> Iterator[Hostile]:
    os.environ["PROMOTE_TEST_TOKEN"] = CANARY
    hostile = Hostile()
    yield hostile
    hostile.renderer.close()
    del os.environ["PROMOTE_TEST_TOKEN"]


@pytest.mark.parametrize("source", ESCAPES)
def test_nothing_gets_out(render: Hostile, source: str) -> None:
    made, error = render(source)
    shown = made if made is not None else str(error)
    assert CANARY not in shown
    assert made is None or not TELLTALES.search(made), made


@pytest.mark.parametrize("source", EXHAUSTIONS, ids=lambda source: source[:60])
def test_all_ends_within_the_limits(render: Hostile, source: str) -> None:
    render("{{ app }}")  # a worker is there, whose start is not to be counted
    started = time.monotonic()
    made, error = render(source)
    assert time.monotonic() - started < LIMITS.patience
    assert error is not None or len(made or "") <= LIMITS.output
    assert render("{{ app }}") == ("a", None), "the next template is not harmed"


@pytest.mark.parametrize(
    ("source", "line"),
    [
        (
            "\n\n{% for i in range(100000) %}\n{% for j in range(100000) %}\n{% endfor %}{% endfor %}",
            {4, 5},
        ),
        ("\n\n{{ 'x' * 100000000 }}", {3}),
        ("\n{% for i in range(100000) %}\n{{ 'x' * 1000 }}\n{% endfor %}", {3, None}),
    ],
)
def test_what_takes_too_much_is_named_with_its_line(
    render: Hostile, source: str, line: set[int | None]
) -> None:
    _, error = render(source)
    assert error is not None
    assert error.place is not None
    assert error.place.line in line, error


def test_even_what_cannot_be_interrupted_is_named_with_its_line(render: Hostile) -> None:
    """One operation in compiled code that would take years; Python looks at no signal meanwhile."""
    source = (
        "{% set a = namespace(x=1) %}{% set b = namespace(x=1) %}\n{% for i in range(60) %}\n"
        "{% set a.x = [a.x, a.x] %}{% set b.x = [b.x, b.x] %}\n{% endfor %}\n\n{{ a.x == b.x }}\n"
    )
    _, error = render(source)
    assert error is not None
    assert error.message == "the template takes too long, and was stopped"
    assert error.place is not None
    assert error.place.line == 6


def test_the_worker_has_neither_environment_nor_a_way_to_open_anything(render: Hostile) -> None:
    render("{{ app }}")
    worker = render.renderer._worker  # noqa: SLF001 - the process behind it is what is looked at
    assert worker is not None
    process = Path("/proc") / str(worker._process.pid)  # noqa: SLF001 - as above
    if not process.exists():
        pytest.skip("there is no /proc to look at a process")
    assert process.joinpath("environ").read_bytes() == b""
    limits = process.joinpath("limits").read_text()
    assert re.search(r"Max open files +3 +3 ", limits)
    assert process.joinpath("cwd").readlink() == Path("/")


pieces = st.sampled_from(
    ["{{ ", " }}", "{% for x in ", "{% if ", "{% endfor %}", "{% endif %}", " %}", "values", ".", "x",
     "['", "']", "__class__", "(", ")", " | ", "map", "'attr'", "list", "replace('a', 'b')", "*", "9", "~",
     "{% set y = ", "loop", "self", "range(9)", "{% macro m(a) %}", "{% endmacro %}", "m", "\n", "{#", "#}"]
)  # fmt: skip


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(pieces, max_size=25).map("".join))
def test_whatever_is_written_there_is_text_or_a_good_error(render: Hostile, source: str) -> None:
    made, error = render(source)
    assert made is None or not TELLTALES.search(made.replace(source, ""))
    assert error is None or error.message
