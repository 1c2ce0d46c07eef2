"""What went wrong in a template, and at which of its lines.

An error that the worker survives is explained there. When the worker is killed in the middle of
something that cannot be interrupted, its last act is to write down where it was (`LastWords`), and
the renderer reads that.
"""

from __future__ import annotations

import difflib
import faulthandler
import os
import re
import signal
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from promote.model.json import Document

_LINES: Final = re.compile(r"^(t\d+)((?: \d+=\d+)*)$", re.MULTILINE)
_FRAME: Final = re.compile(r'^  File "(t\d+)", line (\d+) in ', re.MULTILINE)
_UNKNOWN: Final = re.compile(r"No (filter|test) named '(.*)'\.")


class TooMuchError(Exception):
    """The template takes more than it may."""


class LastWords:
    """Where the worker was when it was killed, told through its standard error.

    The generated code has lines of its own; so the lines that they come from are written down
    when a template is compiled, before anything can go wrong.
    """

    def __init__(self, file: int) -> None:
        self._file = file

    def arm(self) -> None:
        """Have a fatal signal, and the end of the processor time, tell where they struck."""
        faulthandler.enable(self._file, all_threads=False)
        faulthandler.register(signal.SIGXCPU, self._file, all_threads=False, chain=True)

    def note(self, number: str, lines: list[tuple[int, int]]) -> None:
        """Write down which line of a template each line of its code comes from."""
        pairs = "".join(f" {code}={line}" for line, code in lines)
        os.write(self._file, f"{number}{pairs}\n".encode())

    @staticmethod
    def read(text: str) -> tuple[str, int] | None:
        """The number of the innermost template in the last words, and the line."""
        frame = _FRAME.search(text)
        if frame is None:
            return None
        number, code_line = frame[1], int(frame[2])
        line = 1
        for noted, pairs in _LINES.findall(text):
            if noted == number:
                for pair in pairs.split():
                    code, _, source = pair.partition("=")
                    if int(code) <= code_line:
                        line = int(source)
        return number, line


def explain(error: BaseException, main: str, filters: list[str], tests: list[str]) -> Document:
    """An error as the renderer passes it on.

    Args:
        error: what was raised.
        main: the number of the template that was to be rendered.
        filters: the names of the filters that there are, to find the nearest one.
        tests: those of the tests.
    """
    from jinja2.exceptions import TemplateSyntaxError  # noqa: PLC0415 - the renderer has no Jinja2

    if isinstance(error, TemplateSyntaxError):
        message, hint = str(error.message), None
        unknown = _UNKNOWN.fullmatch(message)
        if unknown is not None:
            message = f"there is no {unknown[1]} {unknown[2]!r}"
            hint = _nearest(unknown[2], filters if unknown[1] == "filter" else tests)
        return _answer(message, error.filename or main, error.lineno, hint)
    number, line = main, None
    trace = error.__traceback__
    while trace is not None:
        if _FRAME.match(f'  File "{trace.tb_frame.f_code.co_filename}", line 1 in '):
            number, line = trace.tb_frame.f_code.co_filename, trace.tb_lineno
        trace = trace.tb_next
    hint = next(iter(getattr(error, "__notes__", ())), None)
    message = _message(error)
    if isinstance(error, RecursionError) and line is None:
        message = "the template is nested too deep"
    return _answer(message, number, line, hint) | {"spent": _is_spent(error)}


def _nearest(name: str, known: list[str]) -> str:
    near = difflib.get_close_matches(name, known, 1)
    return f"did you mean {near[0]!r}?" if near else "docs/templates.md lists those that there are"


def _answer(message: str, number: str, line: int | None, hint: str | None) -> Document:
    return {"error": message, "template": number, "line": line, "hint": hint}


def _is_spent(error: BaseException) -> bool:
    """Whether the worker is in no state to go on."""
    return isinstance(error, TooMuchError | MemoryError | RecursionError)


def _message(error: BaseException) -> str:
    from jinja2.exceptions import TemplateNotFound  # noqa: PLC0415 - as above

    if isinstance(error, TemplateNotFound):
        return f"there is no template {error.name!r} in the project"
    if isinstance(error, UnicodeEncodeError):
        return "the template makes half of a surrogate pair, which is no character"
    if isinstance(error, MemoryError):
        return "the template takes more memory than it may"
    if isinstance(error, RecursionError):
        return "the template calls itself without end"
    return " ".join(str(error).split()) or type(error).__name__
