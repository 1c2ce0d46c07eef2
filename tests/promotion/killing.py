"""Runs in processes of their own, each of which may be killed at one call of git or of a forge."""

from __future__ import annotations

import os
import signal
import subprocess
import traceback
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

import httpx

from promote.git.program import Call, Completed, Runner, run_process

if TYPE_CHECKING:
    from collections.abc import Callable

    from stage import Stage

    from promote.promotion import Session

Moment = Literal["before", "during", "after"]
Act = "Callable[[Session], None]"


@dataclass
class Killer:
    """Sends SIGKILL to its own process at call number `at`.

    Attributes:
        moment: `before` any call, of git or of the forge's API; `during` a push, which runs on by
            itself; or `after` the forge has done what it was asked to, of which the process no
            longer learns.
    """

    at: int
    moment: Moment
    counted: int = 0

    def git(self, call: Call) -> Completed:
        if self._is_it(counts=self.moment == "before" or self._is_push(call)):
            if self.moment == "during":
                _leave_running(call)
            _die()
        return run_process(call)

    def forge(self, send: Callable[..., httpx.Response]) -> Callable[..., httpx.Response]:
        def sent(client: httpx.Client, request: httpx.Request, **options: Any) -> httpx.Response:  # noqa: ANN401 - httpx's
            writes = request.method != "GET"
            hit = self._is_it(counts=self.moment == "before" or (self.moment == "after" and writes))
            if hit and self.moment == "before":
                _die()
            response = send(client, request, **options)
            if hit:
                _die()
            return response

        return sent

    def _is_push(self, call: Call) -> bool:
        return self.moment == "during" and "push" in call.argv

    def _is_it(self, *, counts: bool) -> bool:
        self.counted += counts
        return counts and self.counted == self.at


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _leave_running(call: Call) -> None:
    """Start git as ever, in a session of its own, and do not wait for it."""
    process = subprocess.Popen(
        call.argv,
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=dict(call.environment),
        cwd="/",
        start_new_session=True,
    )
    if process.stdin is not None:
        process.stdin.write(call.stdin)
        process.stdin.close()


def fork(stage: Stage, act: Callable[[Session], None], killer: Killer | None = None) -> int:
    """Start a run in a process of its own and return its id."""
    child = os.fork()
    if child == 0:
        code = 1
        try:
            runner: Runner = run_process
            if killer is not None:
                runner = killer.git
                httpx.Client.send = killer.forge(httpx.Client.send)  # type: ignore[method-assign]
            with stage.session(runner=runner) as session:
                act(session)
            code = 0
        except BaseException:
            traceback.print_exc()
            raise
        finally:
            os._exit(code)
    return child


def ended(child: int) -> int:
    """How a run ended; -9 if it was killed."""
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


@dataclass
class Tally:
    """What was done, to be said at the end."""

    kills: Counter[str] = field(default_factory=Counter)
    states: dict[str, set[object]] = field(default_factory=dict)

    def saw(self, act: str, state: object) -> None:
        self.kills[act] += 1
        self.states.setdefault(act, set()).add(state)

    def __str__(self) -> str:
        said = (
            f"{act}: {n} kills, {len(self.states[act])} states" for act, n in self.kills.items()
        )
        return f"{sum(self.kills.values())} runs killed ({'; '.join(said)})"
