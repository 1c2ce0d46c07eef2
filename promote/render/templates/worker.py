"""The process that renders templates: it reads requests, writes answers, and can open nothing.

Before the first template, the process gives up what it could do harm with: files and sockets
(there is no descriptor left to open one with), memory, and, for each request anew, time.
"""

from __future__ import annotations

import math
import resource
import signal
import sys
from typing import TYPE_CHECKING, NoReturn, cast

import jinja2.debug  # noqa: F401 - Jinja2 imports it when it first needs it, which is then too late

from promote.render.templates.channel import HEADER, length, pack, unpack
from promote.render.templates.failures import LastWords, TooMuchError, explain
from promote.render.templates.marks import Marks
from promote.render.templates.sandbox import Loader, Missing, Sandbox, make_environment

if TYPE_CHECKING:
    from collections.abc import Generator
    from types import FrameType

    from promote.model.json import Document

_DESCRIPTORS = 3
_ERRORS_FILE = 2
_ERRORS_SIZE = 16_000_000
# What an endless loop in compiled code gets beyond the time in which generated code is interrupted.
_GRACE = 1.0
_AGAIN = 0.5


def main() -> None:
    """Serve until standard input ends."""
    limits = cast("dict[str, float]", _receive()["limits"])
    words = LastWords(_ERRORS_FILE)
    words.arm()
    environment = make_environment(Loader(_ask, words.note))
    marking = make_environment(Loader(_ask, words.note))
    marking.add_extension(Marks)
    _warm_up(environment)
    _confine(int(limits["memory"]))
    while True:
        request = _receive()
        _start_clock(limits["seconds"])
        try:
            chosen = marking if request.get("marks") else environment
            answer = _render(chosen, request, int(limits["output"]))
        except BaseException as error:  # noqa: BLE001 - whatever a template does is an answer
            _stop_clock()
            answer = explain(
                error, str(request["render"]), [*environment.filters], [*environment.tests]
            )
        _stop_clock()
        _send(answer)


def _confine(memory: int) -> None:
    resource.setrlimit(resource.RLIMIT_NOFILE, (_DESCRIPTORS, _DESCRIPTORS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (_ERRORS_SIZE, _ERRORS_SIZE))
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    signal.signal(signal.SIGPROF, _out_of_time)


def _warm_up(environment: Sandbox) -> None:
    """Have the libraries import what they import late."""
    environment.from_string("{% set x = 'a\\n' %}{{ x | to_yaml | indent | quote }}").render()
    environment.from_string("{{ '{a: 1}' | from_yaml | to_json | sha256 }}").render()


def _start_clock(seconds: float) -> None:
    spent = sum(resource.getrusage(resource.RUSAGE_SELF)[:2])
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (math.ceil(spent + seconds + _GRACE), hard))
    signal.setitimer(signal.ITIMER_PROF, seconds, _AGAIN)


def _stop_clock() -> None:
    signal.setitimer(signal.ITIMER_PROF, 0)


def _out_of_time(number: int, frame: FrameType | None) -> NoReturn:  # noqa: ARG001 - a signal handler's arguments
    raise TooMuchError("the template takes too long: is there a loop without end?")


def _receive() -> Document:
    header = sys.stdin.buffer.read(HEADER)
    if len(header) < HEADER:
        sys.exit(0)
    return unpack(sys.stdin.buffer.read(length(header)))


def _send(message: Document) -> None:
    sys.stdout.buffer.write(pack(message))
    sys.stdout.buffer.flush()


def _ask(name: str) -> tuple[str, str] | None:
    # Half a message would be worse than a late end.
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGPROF})
    _send({"need": name})
    answer = _receive()
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGPROF})
    if "source" not in answer:
        return None
    return str(answer["template"]), str(answer["source"])


def _render(environment: Sandbox, request: Document, limit: int) -> Document:
    context = cast("Document", request["context"])
    Missing.context = context
    template = environment.get_template(f"={request['render']}")
    parts: list[str] = []
    size = 0
    stream = cast("Generator[str]", template.generate(context))
    for part in stream:
        size += len(part)
        parts.append(part)
        if size > limit:
            # Thrown where the template stands, the error has its line.
            stream.throw(TooMuchError(f"the template makes more than {limit} characters"))
    text = "".join(parts)
    text.encode()  # half of a surrogate pair is an error of the template
    return {"text": text}


if __name__ == "__main__":
    main()
