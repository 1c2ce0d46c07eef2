"""Templates that want out, and templates that want all: neither gets anywhere.

The escapes are those that were published for Jinja2 (CVE-2016-10745, CVE-2019-10906,
CVE-2024-56201, CVE-2024-56326, CVE-2025-27516) and the usual ways from a value to Python's
classes; `main` and the canary in the environment are what they are after.
"""

from __future__ import annotations

import json
import os
import posixpath
import re
import time
from dataclasses import replace
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
LIMITS = Limits(seconds=0.2, output=1_000_000, memory=300_000_000, patience=8)

HERE = Path(__file__).parent
ESCAPES: list[str] = json.loads((HERE / "escapes.json").read_text())
EXHAUSTIONS: list[str] = [
    *json.loads((HERE / "exhaustions.json").read_text()),
    "{{ " + "(" * 5000 + ")" * 5000 + " }}",
    "{{ " + "[" * 5000 + "]" * 5000 + " }}",
    "{{ " + "-" * 50000 + "1 }}",
    "{{ " + "not " * 20000 + "1 }}",
    "{{ 1" + " + 1" * 20000 + " }}",
    "{% if 1 %}" * 500 + "{% endif %}" * 500,
]
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

    def __init__(self, limits: Limits = LIMITS) -> None:
        self.tree = Memory()
        self.renderer = TemplateRenderer(self.tree, "/p", limits)

    def __call__(self, source: str) -> tuple[str | None, TemplateError | None]:
        path = f"/p/{len(self.tree.files)}.j2"
        self.tree.files[path] = source.replace("SELF", posixpath.basename(path))
        try:
            return self.renderer.render(path, CONTEXT).decode(), None
        except TemplateError as error:
            failure = error
        assert failure.place is not None
        assert failure.place.file == path
        return None, failure


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


LOOP = "{% for i in range(100000) %}"


@pytest.mark.parametrize(
    ("source", "lines"),
    [
        (f"\n\n{LOOP}\n{LOOP}\n{{% endfor %}}{{% endfor %}}", {4, 5}),
        ("\n\n{{ 'x' * 100000000 }}", {3}),
        (f"\n{LOOP}\n{{{{ 'x' * 1000 }}}}\n{{% endfor %}}", {3}),
    ],
)
def test_what_takes_too_much_is_named_with_its_line(
    render: Hostile, source: str, lines: set[int]
) -> None:
    _, error = render(source)
    assert error is not None
    assert error.place is not None
    assert error.place.line in lines, error


@pytest.mark.parametrize(
    "limits", [LIMITS, replace(LIMITS, seconds=60, patience=3)], ids=["processor", "wall clock"]
)
def test_even_what_cannot_be_interrupted_is_named_with_its_line(limits: Limits) -> None:
    """One operation in compiled code that would take years; Python looks at no signal meanwhile."""
    render = Hostile(limits)
    source = (
        "{% set a = namespace(x=1) %}{% set b = namespace(x=1) %}\n{% for i in range(60) %}\n"
        "{% set a.x = [a.x, a.x] %}{% set b.x = [b.x, b.x] %}\n{% endfor %}\n\n{{ a.x == b.x }}\n"
    )
    render("{{ app }}")  # a worker is there, whose start is not to be counted
    _, error = render(source)
    render.renderer.close()
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


pieces = st.sampled_from([
    "{{ ", " }}", "{% for x in ", "{% if ", "{% endfor %}", "{% endif %}", " %}", "values", ".",
    "x", "['", "']", "__class__", "(", ")", " | ", "map", "'attr'", "list", "replace('a', 'b')",
    "*", "9", "~", "{% set y = ", "loop", "self", "range(9)", "{% macro m(a) %}",
    "{% endmacro %}", "m", "\n", "{#", "#}",
])  # fmt: skip


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(pieces, max_size=25).map("".join))
def test_whatever_is_written_there_is_text_or_a_good_error(render: Hostile, source: str) -> None:
    made, error = render(source)
    assert made is None or not TELLTALES.search(made.replace(source, ""))
    assert error is None or error.message
