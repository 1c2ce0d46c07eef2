"""The process that renders templates. It reads requests and writes answers, and opens nothing.

A message is eight bytes of length and that many bytes of JSON.
"""

from __future__ import annotations

import resource
import signal
import sys
from typing import TYPE_CHECKING, Any, NoReturn

import orjson
from jinja2.exceptions import TemplateNotFound, TemplateSyntaxError

from promote.render.templates.environment import make_environment

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import FrameType

_HEADER = 8


class TooMuchError(Exception):
    """The template takes more than it may."""


def _receive() -> dict[str, Any]:
    header = sys.stdin.buffer.read(_HEADER)
    if len(header) < _HEADER:
        sys.exit(0)
    message: dict[str, Any] = orjson.loads(sys.stdin.buffer.read(int.from_bytes(header, "big")))
    return message


def _send(message: Mapping[str, Any]) -> None:
    data = orjson.dumps(message)
    sys.stdout.buffer.write(len(data).to_bytes(_HEADER, "big") + data)
    sys.stdout.buffer.flush()


def _out_of_time(number: int, frame: FrameType | None) -> NoReturn:  # noqa: ARG001 - a signal handler's arguments
    raise TooMuchError("the template takes too long: is there a loop without end?")


def main() -> None:
    """Serve until standard input ends."""
    limits = _receive()["limits"]
    memory = int(limits["memory"])
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    signal.signal(signal.SIGPROF, _out_of_time)
    served: dict[str, str] = {}
    environment = make_environment(lambda name: _ask(name, served))
    while True:
        request = _receive()
        served.clear()
        if environment.cache is not None:
            environment.cache.clear()
        signal.setitimer(signal.ITIMER_PROF, limits["seconds"])
        try:
            answer = _render(environment, request, served, limits["output"])
        except BaseException as error:  # noqa: BLE001 - whatever a template does is an answer
            signal.setitimer(signal.ITIMER_PROF, 0)
            answer = _explain(error, {request["render"], *served.values()}, request["render"])
        signal.setitimer(signal.ITIMER_PROF, 0)
        _send(answer)


def _ask(name: str, served: dict[str, str]) -> tuple[str, str] | None:
    _send({"need": name})
    answer = _receive()
    if "missing" in answer:
        return None
    served[name] = answer["path"]
    return answer["path"], answer["source"]


def _render(
    environment: Any,  # noqa: ANN401 - Jinja2's classes say little of their types
    request: Mapping[str, Any],
    served: dict[str, str],
    limit: int,
) -> dict[str, Any]:
    path = request["render"]
    served[path] = path
    code = environment.compile(request["source"], name=path, filename=path)
    template = environment.template_class.from_code(environment, code, dict(environment.globals))
    parts, size = [], 0
    for part in template.generate(request["context"]):
        size += len(part)
        if size > limit:
            raise TooMuchError(f"the template makes more than {limit} characters")
        parts.append(part)
    return {"text": "".join(parts)}


def _explain(error: BaseException, files: set[str], path: str) -> dict[str, Any]:
    """An error as the user sees it: what, and where in which template."""
    if isinstance(error, TemplateSyntaxError):
        return {"error": error.message, "file": error.filename or path, "line": error.lineno}
    file, line = path, None
    trace = error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename in files:
            file, line = trace.tb_frame.f_code.co_filename, trace.tb_lineno
        trace = trace.tb_next
    hint = next(iter(getattr(error, "__notes__", ())), None)
    return {"error": _message(error), "file": file, "line": line, "hint": hint}


def _message(error: BaseException) -> str:
    if isinstance(error, TemplateNotFound):
        return f"there is no template {error.name!r} in the project"
    if isinstance(error, MemoryError):
        return "the template takes more memory than it may"
    if isinstance(error, RecursionError):
        return "the template calls itself without end"
    return " ".join(str(error).split()) or type(error).__name__


if __name__ == "__main__":
    main()
