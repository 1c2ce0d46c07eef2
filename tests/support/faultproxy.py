"""Stands between a client and a forge, and does to one call what networks and forges do."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import httpx

from support.serving import Asked, Said, said

if TYPE_CHECKING:
    from collections.abc import Mapping

Forward = Callable[[Asked], Said]
Fault = Callable[[Forward, Asked], Said]

_HOP = frozenset({"host", "connection", "content-length", "accept-encoding", "transfer-encoding"})
DELAY = 0.6
"""Longer than the clients of these tests wait."""


def _answers(status: int, message: str = "a fault", **headers: str) -> Fault:
    def fault(forward: Forward, asked: Asked) -> Said:  # noqa: ARG001 - never reaches the forge
        return said(status, {"message": message}, **headers)

    return fault


def _lost(forward: Forward, asked: Asked) -> Said:  # noqa: ARG001
    return Said(0, cut=0)


def _answer_lost(forward: Forward, asked: Asked) -> Said:
    forward(asked)
    return Said(0, cut=0)


def _answer_cut(forward: Forward, asked: Asked) -> Said:
    return replace(forward(asked), cut=0.5)


def _answer_replaced(forward: Forward, asked: Asked) -> Said:
    forward(asked)
    return said(502, "<html>bad gateway</html>")


def _delayed(forward: Forward, asked: Asked) -> Said:
    time.sleep(DELAY)
    return forward(asked)


def _repeated(forward: Forward, asked: Asked) -> Said:
    forward(asked)
    return forward(asked)


FAULTS: Mapping[str, Fault] = {
    "lost": _lost,
    "answer lost": _answer_lost,
    "answer cut": _answer_cut,
    "done, but 502": _answer_replaced,
    "delayed": _delayed,
    "repeated": _repeated,
    "403 too many": _answers(403, Retry_After="0"),
    "403": _answers(403),
    "405": _answers(405),
    "409": _answers(409),
    "422": _answers(422),
    "429": _answers(429, Retry_After="0"),
    "429 until a date": _answers(429, Retry_After="Mon, 05 Jan 2026 12:00:00 GMT"),
    "429 without a time": _answers(429),
    "no calls left": _answers(403, X_RateLimit_Remaining="0", X_RateLimit_Reset="1767614400"),
    "secondary limit": _answers(403, "You have exceeded a secondary rate limit."),
    "500": _answers(500),
    "502": _answers(502),
    "503": _answers(503, Retry_After="0"),
    "504": _answers(504),
}


@dataclass
class FaultProxy:
    """Hands requests on to a forge, but for one.

    Attributes:
        upstream: the forge's address.
        at: the number of the call that is faulted, from 1; 0 for none.
        fault: what is done to it.
        writes_only: whether only calls that write count.
        counted: the calls so far.
    """

    upstream: str
    at: int = 0
    fault: str = ""
    writes_only: bool = False
    counted: int = 0
    client: httpx.Client = field(default_factory=lambda: httpx.Client(timeout=30, verify=False))  # noqa: S501 - of this machine

    def arm(self, at: int, fault: str) -> None:
        """Count anew, and fault a call."""
        self.at, self.fault, self.counted = at, fault, 0

    def __call__(self, asked: Asked) -> Said:
        if not (self.writes_only and asked.method == "GET"):
            self.counted += 1
            if self.counted == self.at:
                return self._faulted(asked)
        return self._forward(asked)

    def _faulted(self, asked: Asked) -> Said:
        if self.fault:
            return FAULTS[self.fault](self._forward, asked)
        return self._forward(asked)

    def _forward(self, asked: Asked) -> Said:
        response = self.client.request(
            asked.method,
            self.upstream + asked.path,
            params=asked.query,
            headers={name: value for name, value in asked.headers.items() if name not in _HOP},
            content=asked.content,
        )
        headers = {
            name: value
            for name, value in response.headers.items()
            if name not in _HOP and name != "content-encoding"
        }
        return Said(response.status_code, response.content, headers)
