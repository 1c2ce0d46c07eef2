"""Pull requests, wherever they live: one Protocol, and one module a forge."""

from promote.forge.local import LocalForge
from promote.forge.opening import open_forge
from promote.forge.protocol import Change, Comment, Forge, Limits, Proposal, PullRequest, State

__all__ = [
    "Change",
    "Comment",
    "Forge",
    "Limits",
    "LocalForge",
    "Proposal",
    "PullRequest",
    "State",
    "open_forge",
]
