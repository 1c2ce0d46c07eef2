"""Pull requests, wherever they live: one Protocol, and one module a forge."""

from promote.forge.local import LocalForge
from promote.forge.opening import open_forge
from promote.forge.protocol import (
    Change,
    Check,
    CheckState,
    Comment,
    Forge,
    Limits,
    Proposal,
    PullRequest,
    Review,
    ReviewState,
    State,
)

__all__ = [
    "Change",
    "Check",
    "CheckState",
    "Comment",
    "Forge",
    "Limits",
    "LocalForge",
    "Proposal",
    "PullRequest",
    "Review",
    "ReviewState",
    "State",
    "open_forge",
]
