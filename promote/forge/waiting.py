"""How long to wait before a forge is asked again: what it says itself, else ever longer."""

from __future__ import annotations

import random
import time
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Final

from promote.forge.answers import messages

if TYPE_CHECKING:
    from promote.forge.answers import Answer

_RATE_SECONDS: Final = 60.0
"""What to wait when a forge says "too many" without saying how long: GitHub's advice."""
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
    asked = _retry_after(headers.get("retry-after", ""))
    if not limited:
        return asked if answer.status == _UNAVAILABLE and asked is not None else None
    if asked is not None:
        return asked
    reset = headers.get("x-ratelimit-reset", "") or headers.get("ratelimit-reset", "")
    if reset.isdigit():
        return max(1.0, int(reset) - time.time() + 1)
    return _RATE_SECONDS * (1 + random.random() / 4)  # noqa: S311 - not a secret


def _retry_after(text: str) -> float | None:
    """Seconds, or a date."""
    if text.isdigit():
        return float(text)
    try:
        return max(0.0, parsedate_to_datetime(text).timestamp() - time.time())
    except ValueError:
        return None


def backoff(attempt: int) -> float:
    """How long to wait after a failure that says nothing: longer each time, and uneven."""
    return min(20.0, 0.5 * 2.0**attempt) * (0.75 + random.random() / 2)  # noqa: S311 - not a secret
