"""How long to wait before a forge is asked again: what it says itself, else ever longer."""

from __future__ import annotations

import random
import re
import time
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Final

from promote.forge.answers import messages
from promote.forge.reading import at

if TYPE_CHECKING:
    from promote.forge.answers import Answer
    from promote.model.json import Json

_RATE_SECONDS: Final = 60.0
"""What to wait when a forge says "too many" without saying how long: GitHub's advice."""
_SECONDS: Final = re.compile(r"[0-9]{1,12}(?:\.[0-9]+)?")
_LONGEST_SPAN: Final = 10**8
"""Some say in how many seconds a limit ends, others when: no span is three years long."""
_FINE: Final = 200
_FORBIDDEN: Final = 403
_TOO_MANY: Final = 429
_UNAVAILABLE: Final = 503


def rate_wait(answer: Answer) -> float | None:
    """How long to wait when the forge says "too many"; None when it says something else."""
    headers = answer.headers
    # GitHub says it with 403 as well: by one of these two headers, or in words.
    limited = answer.status == _TOO_MANY or (
        answer.status == _FORBIDDEN
        and (
            "retry-after" in headers
            or headers.get("x-ratelimit-remaining") == "0"
            or "rate limit" in " ".join(messages(answer.document)).lower()
        )
    )
    # GitHub's GraphQL says it with 200.
    limited = limited or (answer.status == _FINE and _is_limited_query(answer.document))
    asked = _retry_after(headers.get("retry-after", ""))
    if not limited:
        return asked if answer.status == _UNAVAILABLE and asked is not None else None
    if asked is not None:
        return asked
    reset = headers.get("x-ratelimit-reset", "") or headers.get("ratelimit-reset", "")
    if _SECONDS.fullmatch(reset):
        seconds = float(reset)
        return max(1.0, seconds + 1 - (time.time() if seconds > _LONGEST_SPAN else 0))
    return _RATE_SECONDS * (1 + random.random() / 4)  # noqa: S311 - not a secret


def _retry_after(text: str) -> float | None:
    """Seconds, or a date."""
    if _SECONDS.fullmatch(text):
        return float(text)
    try:
        return max(0.0, parsedate_to_datetime(text).timestamp() - time.time())
    except (ValueError, OverflowError):
        return None


def _is_limited_query(document: Json) -> bool:
    errors = at(document, "errors")
    return isinstance(errors, list) and any(at(one, "type") == "RATE_LIMITED" for one in errors)


def backoff(attempt: int) -> float:
    """How long to wait after a failure that says nothing: longer each time, and uneven."""
    return min(20.0, 0.5 * 2.0**attempt) * (0.75 + random.random() / 2)  # noqa: S311 - not a secret
