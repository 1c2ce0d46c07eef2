"""All of Git: objects in, commits out, and never the user's work tree, index, refs or settings.

A `Repository` is worked on through a *private* git directory: a temporary bare repository that
borrows the user's objects. What a repository could plant to be run (hooks, filters, `fsmonitor`,
credential helpers, aliases, merge drivers, remote helpers) is configuration of the user's
directory, which the commands that work never open; what is fetched or committed lands in the
private one and goes away with it. `program.py` is the one place that starts git.
"""

from promote.git.bases import CommitCache, FetchedCommit
from promote.git.commits import commit
from promote.git.mainline import Mainline
from promote.git.names import scrub
from promote.git.program import Program
from promote.git.records import Commit, Identity
from promote.git.remote import PushOutcome, RefUpdate, Remote
from promote.git.repository import Repository
from promote.git.store import ObjectStore
from promote.git.tree import GitTree

__all__ = [
    "Commit",
    "CommitCache",
    "FetchedCommit",
    "GitTree",
    "Identity",
    "Mainline",
    "ObjectStore",
    "Program",
    "PushOutcome",
    "RefUpdate",
    "Remote",
    "Repository",
    "commit",
    "scrub",
]
